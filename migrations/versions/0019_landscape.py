"""Whether other systems answer, and messages that wait until they do again."""

from alembic import op
from sqlalchemy import text

revision = "0019"
down_revision = "0018"

STATEMENTS = (
    """CREATE TABLE breaker (
    system TEXT NOT NULL,
    state TEXT NOT NULL,
    failures INTEGER NOT NULL,
    openings INTEGER NOT NULL,
    until TIMESTAMP WITH TIME ZONE,
    succeeded TIMESTAMP WITH TIME ZONE,
    failed TIMESTAMP WITH TIME ZONE,
    error TEXT,
    PRIMARY KEY (system)
)""",
    "ALTER TABLE delivery ADD COLUMN held TIMESTAMP WITH TIME ZONE",
    "CREATE INDEX delivery_unsettled ON delivery (kind, state) WHERE state IN ('pending', 'waiting', 'dead')",
    "GRANT SELECT, INSERT, UPDATE ON breaker TO helsekort_serving",
)


def upgrade() -> None:
    """Make the table and the column, and give the grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
