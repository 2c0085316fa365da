"""History over types and everything: versions by the time that they were made."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One index; a page of history begins at its place."""
    op.create_index("resource_version_updated", "resource_version", ["updated", "rid", "version"])
