"""The proofs of powers of attorney are kept, sealed, beside the relations that rest on them."""

from alembic import op
from sqlalchemy import text

revision = "0024"
down_revision = "0023"
STATEMENTS = (
    """CREATE TABLE power_of_attorney (
    patient TEXT NOT NULL,
    subject TEXT NOT NULL,
    reference TEXT NOT NULL,
    kind TEXT NOT NULL,
    begins TIMESTAMP WITH TIME ZONE NOT NULL,
    ends TIMESTAMP WITH TIME ZONE NOT NULL,
    proof BYTEA NOT NULL,
    verified TIMESTAMP WITH TIME ZONE NOT NULL,
    checked TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (patient, subject, reference)
)""",
    "GRANT SELECT, INSERT, UPDATE ON power_of_attorney TO helsekort_serving",
    "GRANT SELECT, DELETE ON power_of_attorney TO helsekort_erase",
)


def upgrade() -> None:
    """Make the table, and give the grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
