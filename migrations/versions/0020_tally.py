"""What the quality indicators count of each card; every card is looked at once more, so that the worker counts it."""

from alembic import op
from sqlalchemy import text

revision = "0020"
down_revision = "0019"

STATEMENTS = (
    """CREATE TABLE tally (
    episode TEXT NOT NULL,
    patient TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (episode)
)""",
    "GRANT SELECT, INSERT, UPDATE ON tally TO helsekort_serving",
    "GRANT SELECT, DELETE ON tally TO helsekort_erase",
    """INSERT INTO changed (patient, episode, entry, notify)
SELECT patient, id, '', false FROM resource
WHERE type = 'EpisodeOfCare' AND governed AND NOT deleted AND patient IS NOT NULL""",
)


def upgrade() -> None:
    """Create the table and give its grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
