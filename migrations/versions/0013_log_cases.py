"""What is to be looked into about the log: her questions, and what the control of the log found."""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    """CREATE TABLE log_case (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    patient TEXT,
    person TEXT NOT NULL,
    organization TEXT NOT NULL,
    said TEXT NOT NULL,
    numbers TEXT NOT NULL,
    events TEXT[] NOT NULL,
    made TIMESTAMP WITH TIME ZONE NOT NULL,
    reviewed TIMESTAMP WITH TIME ZONE,
    reviewer TEXT,
    outcome TEXT,
    answer TEXT,
    PRIMARY KEY (id)
)""",
    "CREATE INDEX log_case_patient ON log_case (patient, made)",
    "CREATE INDEX log_case_unreviewed ON log_case (made) WHERE reviewed IS NULL",
    "GRANT SELECT, INSERT ON log_case TO helsekort_serving",
    "GRANT UPDATE (reviewed, reviewer, outcome, answer) ON log_case TO helsekort_serving",
    "GRANT SELECT, DELETE ON log_case TO helsekort_erase",
)


def upgrade() -> None:
    """Make the table, and give its grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
