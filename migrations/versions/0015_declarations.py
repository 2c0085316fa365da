"""A declared relation is reviewed."""

from alembic import op
from sqlalchemy import text

revision = "0015"
down_revision = "0014"

STATEMENTS = (
    "ALTER TABLE relation ADD COLUMN reviewed TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE relation ADD COLUMN reviewer TEXT",
    "ALTER TABLE relation ADD COLUMN outcome TEXT",
    "ALTER TABLE relation ADD COLUMN comment TEXT",
    "CREATE INDEX relation_unreviewed ON relation (begins) WHERE kind = 'declared' AND reviewed IS NULL",
)


def upgrade() -> None:
    """Add what the reviewer decides."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
