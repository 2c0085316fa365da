"""What became of what women send in on Helsenorge."""

from alembic import op
from sqlalchemy import text

revision = "0025"
down_revision = "0024"
STATEMENTS = (
    """CREATE TABLE submission (
    id TEXT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    patient TEXT,
    type TEXT,
    resource TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    told TIMESTAMP WITH TIME ZONE
)""",
    "CREATE INDEX submission_patient ON submission (patient)",
    "CREATE INDEX submission_untold ON submission (sequence) WHERE told IS NULL",
    "GRANT SELECT, INSERT, UPDATE ON submission TO helsekort_serving",
    "GRANT SELECT, DELETE ON submission TO helsekort_erase",
)


def upgrade() -> None:
    """Make the table, and give the grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
