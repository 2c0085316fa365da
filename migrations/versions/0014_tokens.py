"""Who is let in no more."""

from alembic import op
from sqlalchemy import text

revision = "0014"
down_revision = "0013"

STATEMENTS = (
    """CREATE TABLE denial (
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    begins TIMESTAMP WITH TIME ZONE NOT NULL,
    ends TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (name)
)""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON denial TO helsekort_serving",
    "GRANT SELECT ON denial TO helsekort_erase",
)


def upgrade() -> None:
    """Create the table and give its grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
