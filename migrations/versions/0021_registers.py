"""What the national registers said, and how far their feeds have been read."""

from alembic import op
from sqlalchemy import text

revision = "0021"
down_revision = "0020"

STATEMENTS = (
    """CREATE TABLE register_entry (
    register TEXT NOT NULL,
    key TEXT NOT NULL,
    remote TEXT,
    facts TEXT,
    sequence BIGINT NOT NULL,
    awaited BIGINT NOT NULL,
    version INTEGER,
    looked TIMESTAMP WITH TIME ZONE,
    expires TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (register, key)
)""",
    "CREATE INDEX register_entry_expires ON register_entry (register, expires)",
    "CREATE INDEX register_entry_remote ON register_entry (register, remote)",
    """CREATE TABLE register_position (
    register TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (register)
)""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON register_entry TO helsekort_serving",
    "GRANT SELECT, INSERT, UPDATE ON register_position TO helsekort_serving",
    "GRANT SELECT, DELETE ON register_entry TO helsekort_erase",
)


def upgrade() -> None:
    """Make the tables, and give the grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
