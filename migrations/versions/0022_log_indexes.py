"""The log is found by its woman: a plain index where a row is about one, an inverted one where it is about several."""

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"

STATEMENTS = (
    "CREATE INDEX audit_woman ON audit ((patients[1])) WHERE cardinality(patients) = 1",
    "CREATE INDEX audit_women ON audit USING gin (patients) WHERE cardinality(patients) > 1",
    "DROP INDEX audit_patients",
)


def upgrade() -> None:
    """Create the indexes on every month, then drop the one that they replace."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
