"""What searches by words and by quantities in base units need, so that they read no table from end to end."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = """
CREATE INDEX index_token_text ON index_token (text text_pattern_ops, param, rid) WHERE text IS NOT NULL;
CREATE INDEX index_quantity_base ON index_quantity (param, base, most, least, rid) WHERE base IS NOT NULL;
"""


def upgrade() -> None:
    """Indexes."""
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            op.execute(statement)
