"""The documents of a card are found by the card."""

from alembic import op
from sqlalchemy import text

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Make the index."""
    op.get_bind().execute(
        text("CREATE INDEX delivery_documents ON delivery (resource, created) WHERE kind = 'card-document'")
    )
