"""What searches need: quantities in base units, references by url and identifier, intervals by their end.

Rows that exist hold no base units yet: ``helsekort reindex`` writes and proves them.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = """
ALTER TABLE index_quantity ADD COLUMN base TEXT, ADD COLUMN least NUMERIC, ADD COLUMN most NUMERIC;
ALTER TABLE index_composite ADD COLUMN base TEXT, ADD COLUMN least NUMERIC, ADD COLUMN most NUMERIC;
CREATE INDEX index_reference_url ON index_reference (url text_pattern_ops, param, rid) WHERE url IS NOT NULL;
CREATE INDEX index_reference_identifier ON index_reference (value, system, param, rid) WHERE value IS NOT NULL;
DROP INDEX index_date_value;
CREATE INDEX index_date_value ON index_date (param, high, low, rid);
DROP INDEX index_number_value;
CREATE INDEX index_number_value ON index_number (param, high, low, rid);
DROP INDEX index_quantity_value;
CREATE INDEX index_quantity_value ON index_quantity (param, high, low, rid);
"""


def upgrade() -> None:
    """Columns and indexes."""
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            op.execute(statement)
