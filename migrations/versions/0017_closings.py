"""Months of the log that were dropped, and which rows went with them."""

from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the table; it is the owner's alone."""
    op.get_bind().execute(
        text("""CREATE TABLE audit_closing (
    lane INTEGER NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    month TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    key TEXT NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (lane, first)
)""")
    )
