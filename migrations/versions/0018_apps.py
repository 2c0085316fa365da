"""What logins to apps have come to: requests, launches, codes, refresh tokens."""

from alembic import op
from sqlalchemy import text

revision = "0018"
down_revision = "0017"

STATEMENTS = (
    """CREATE TABLE app_grant (
    digest BYTEA NOT NULL,
    kind TEXT NOT NULL,
    client TEXT NOT NULL,
    session TEXT NOT NULL,
    content BYTEA NOT NULL,
    expires TIMESTAMP WITH TIME ZONE NOT NULL,
    used TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (digest)
)""",
    "CREATE INDEX app_grant_session ON app_grant (session)",
    "CREATE INDEX app_grant_expires ON app_grant (expires)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON app_grant TO helsekort_serving",
)


def upgrade() -> None:
    """Create the table and give its grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
