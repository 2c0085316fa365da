"""Bulk exports: what was asked for, how far it has come, and which versions its files hold."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE export (
        id TEXT PRIMARY KEY, subject TEXT NOT NULL, organization TEXT NOT NULL, role TEXT NOT NULL,
        client TEXT NOT NULL, caller TEXT NOT NULL, patient TEXT, request TEXT NOT NULL, state TEXT NOT NULL,
        slot INTEGER NOT NULL, moment TIMESTAMP WITH TIME ZONE NOT NULL, stage TEXT NOT NULL, unit TEXT NOT NULL,
        after_type TEXT NOT NULL, after_id TEXT NOT NULL, resources BIGINT NOT NULL, attempts INTEGER NOT NULL,
        error TEXT, touched TIMESTAMP WITH TIME ZONE NOT NULL, expires TIMESTAMP WITH TIME ZONE NOT NULL
    )""",
    "CREATE INDEX export_moment ON export (moment)",
    "CREATE UNIQUE INDEX export_slot ON export (client, organization, slot) WHERE state = 'running'",
    """CREATE TABLE export_chunk (
        n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, export TEXT NOT NULL, kind TEXT NOT NULL,
        type TEXT NOT NULL, part INTEGER NOT NULL, patient TEXT, rids BIGINT[] NOT NULL,
        versions INTEGER[] NOT NULL, size BIGINT NOT NULL
    )""",
    "CREATE INDEX export_chunk_file ON export_chunk (export, kind, type, part, n)",
    "CREATE INDEX export_chunk_patient ON export_chunk (patient)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON export TO helsekort_serving",
    "GRANT SELECT, INSERT, DELETE ON export_chunk TO helsekort_serving",
    "GRANT SELECT, DELETE ON export_chunk TO helsekort_erase",
    "GRANT SELECT, UPDATE, DELETE ON export TO helsekort_erase",
)


def upgrade() -> None:
    """Two tables of their own; nothing that exists is changed."""
    for statement in STATEMENTS:
        op.execute(statement)
