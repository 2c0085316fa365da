"""Writes leave a row; the worker makes jobs of rows."""

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """CREATE TABLE changed (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    patient TEXT NOT NULL,
    episode TEXT,
    entry TEXT NOT NULL,
    notify BOOLEAN NOT NULL,
    PRIMARY KEY (id)
)""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON changed TO helsekort_serving",
    "GRANT SELECT, DELETE ON changed TO helsekort_erase",
)


def upgrade() -> None:
    """Create the table and its grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
