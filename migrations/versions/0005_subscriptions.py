"""Events, what subscriptions have come to, and the numbers of what they were told."""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE event (
    transaction bigint NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    topics text[] NOT NULL,
    rid bigint NOT NULL,
    version integer NOT NULL,
    episode text,
    CONSTRAINT event_pkey PRIMARY KEY (transaction, seq)
);
CREATE TABLE subscription (
    rid bigint PRIMARY KEY,
    topic text NOT NULL,
    caller jsonb NOT NULL,
    headers bytea,
    heartbeat integer,
    ends timestamptz,
    cursor_transaction bigint NOT NULL,
    cursor_seq bigint NOT NULL,
    numbered bigint NOT NULL,
    delivered bigint NOT NULL,
    attempts integer NOT NULL,
    failures integer NOT NULL,
    failing_since timestamptz,
    error text,
    next_attempt timestamptz,
    busy_until timestamptz,
    last_sent timestamptz
) WITH (fillfactor = 50);
CREATE TABLE notification (
    subscription bigint NOT NULL,
    number bigint NOT NULL,
    transaction bigint NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (subscription, number)
);
CREATE TABLE feed (
    era integer PRIMARY KEY,
    cluster bigint NOT NULL,
    pruned_transaction bigint NOT NULL,
    pruned_seq bigint NOT NULL
);
INSERT INTO feed SELECT 1, system_identifier, 0, 0 FROM pg_control_system();
GRANT SELECT, INSERT, DELETE ON event, notification TO helsekort_serving;
GRANT SELECT, INSERT, UPDATE ON subscription TO helsekort_serving;
GRANT SELECT, UPDATE ON feed TO helsekort_serving;
GRANT USAGE ON SEQUENCE event_seq_seq TO helsekort_serving;
GRANT SELECT, DELETE ON event, subscription, notification TO helsekort_erase
"""


def upgrade() -> None:
    """Create the tables; the serving role may drop old events, and change none."""
    for statement in TABLES.split(";"):
        op.get_bind().execute(text(statement))
