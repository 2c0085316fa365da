"""A woman withdraws: what is to be erased, and the receipt of it; what the erase role needs for it."""

from alembic import op
from sqlalchemy import text

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    """CREATE TABLE withdrawal (
    id TEXT NOT NULL,
    patient TEXT NOT NULL,
    subject TEXT NOT NULL,
    asked TIMESTAMP WITH TIME ZONE NOT NULL,
    due TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    ended TIMESTAMP WITH TIME ZONE,
    receipt TEXT,
    PRIMARY KEY (id)
)""",
    "CREATE INDEX withdrawal_patient ON withdrawal (patient)",
    "CREATE INDEX withdrawal_subject ON withdrawal (subject)",
    "CREATE INDEX withdrawal_asked ON withdrawal (due) WHERE state = 'asked'",
    "GRANT SELECT, INSERT ON withdrawal TO helsekort_serving",
    "GRANT SELECT, UPDATE (state, ended, receipt) ON withdrawal TO helsekort_erase",
    "GRANT SELECT, DELETE ON changed, procrastinate_jobs TO helsekort_erase",
    # a trigger of the queue's own unlinks what is deleted
    "GRANT SELECT, UPDATE ON procrastinate_periodic_defers TO helsekort_erase",
    "GRANT INSERT ON delivery TO helsekort_erase",
)


def upgrade() -> None:
    """Create the table and its grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
