"""What was done under an idempotency key: names and versions, for a day."""

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    """CREATE TABLE idempotency (
    key BYTEA NOT NULL,
    request BYTEA NOT NULL,
    done TEXT NOT NULL,
    expires TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (key)
)""",
    "CREATE INDEX idempotency_expires ON idempotency (expires)",
    "GRANT SELECT, INSERT, DELETE ON idempotency TO helsekort_serving",
    "GRANT SELECT, DELETE ON idempotency TO helsekort_erase",
)


def upgrade() -> None:
    """Create the table and its grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
