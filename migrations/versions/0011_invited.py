"""Whom a doula or representative was let in by is looked up by name."""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Index those choices by whom they name."""
    op.get_bind().execute(
        text("CREATE INDEX choice_named ON choice (actor, patient) WHERE kind IN ('doula', 'represent')")
    )
