"""The spine: resources, versions, index tables of every kind, log, lanes, relations, jobs, roles."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from migrations.partitions import create_month, months_from

revision = "0001"
down_revision = None

TABLES = Path(__file__).with_suffix(".sql").read_text()

# Three roles (design §5): the owner migrates; the serving role cannot change the log or old versions; erase is for
# withdrawn consent only.
GRANTS = """
GRANT USAGE ON SCHEMA public TO helsekort_serving, helsekort_erase;
GRANT SELECT, INSERT, UPDATE ON resource, person, delivery TO helsekort_serving;
GRANT DELETE ON person TO helsekort_serving;
GRANT UPDATE ON relation TO helsekort_serving;
GRANT SELECT, INSERT ON resource_version, audit, audit_head TO helsekort_serving;
GRANT SELECT, INSERT, UPDATE ON audit_lane TO helsekort_serving;
GRANT SELECT, INSERT, DELETE ON dpop_jti, index_token, index_reference, index_date, index_string, index_number,
    index_quantity, index_uri, index_composite, patient_link, relation, choice TO helsekort_serving;
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_workers,
    procrastinate_periodic_defers TO helsekort_serving;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO helsekort_serving;
GRANT SELECT, DELETE ON resource, resource_version, person, delivery, index_token, index_reference, index_date,
    index_string, index_number, index_quantity, index_uri, index_composite, patient_link, relation, choice
    TO helsekort_erase;
GRANT UPDATE ON resource, delivery TO helsekort_erase;
GRANT SELECT, INSERT ON audit TO helsekort_erase;
GRANT SELECT, INSERT, UPDATE ON audit_lane TO helsekort_erase;
"""


def upgrade() -> None:
    """Create everything; the queue's own schema comes from its library."""
    connection = op.get_bind()
    for statement in (TABLES + "ALTER TABLE audit_lane SET (fillfactor = 50);").split(";"):
        if statement.strip():
            connection.execute(text(statement))
    connection.exec_driver_sql("CREATE TABLE audit_rest PARTITION OF audit DEFAULT")
    for month in months_from(datetime.now(UTC), 3):
        connection.exec_driver_sql(create_month(month))
    connection.connection.cursor().execute(SchemaManager.get_schema())  # as it is: it holds per cent signs
    for statement in GRANTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
