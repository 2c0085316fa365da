"""Her choices have parts, and an emergency's access is granted, told and reviewed."""

from alembic import op
from sqlalchemy import text

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    "ALTER TABLE choice ADD COLUMN part TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE choice ALTER COLUMN part DROP DEFAULT",
    "ALTER TABLE choice DROP CONSTRAINT choice_pkey",
    "ALTER TABLE choice ADD PRIMARY KEY (rid, patient, kind, actor, part)",
    "DROP INDEX choice_patient",
    "CREATE INDEX choice_patient ON choice (patient, actor, kind) INCLUDE (part, begins, ends)",
    """CREATE TABLE emergency (
    id TEXT NOT NULL,
    patient TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    organization TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reason TEXT NOT NULL,
    decision TEXT NOT NULL,
    begins TIMESTAMP WITH TIME ZONE NOT NULL,
    ends TIMESTAMP WITH TIME ZONE NOT NULL,
    reviewed TIMESTAMP WITH TIME ZONE,
    reviewer TEXT,
    outcome TEXT,
    comment TEXT,
    PRIMARY KEY (id)
)""",
    "CREATE INDEX emergency_patient ON emergency (patient, person)",
    "CREATE INDEX emergency_person ON emergency (person, patient)",
    "CREATE INDEX emergency_unreviewed ON emergency (begins) WHERE reviewed IS NULL",
    "GRANT SELECT, INSERT ON emergency TO helsekort_serving",
    "GRANT UPDATE (ends, reviewed, reviewer, outcome, comment) ON emergency TO helsekort_serving",
    "GRANT SELECT, UPDATE (reason, comment, ends) ON emergency TO helsekort_erase",
)


def upgrade() -> None:
    """Extend the table, create the other, and give their grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
