"""What the worker saw of each open card, and when each organisation last read it: for the worklist."""

from alembic import op
from sqlalchemy import text

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """CREATE TABLE outline (
    episode TEXT NOT NULL,
    patient TEXT NOT NULL,
    day DATE NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (episode)
)""",
    """CREATE TABLE looked (
    organization TEXT NOT NULL,
    episode TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (organization, episode)
)""",
    "GRANT SELECT, INSERT, UPDATE ON outline, looked TO helsekort_serving",
    "GRANT SELECT, DELETE ON outline, looked TO helsekort_erase",
    # The worker looks at every open card once
    """INSERT INTO changed (patient, episode, entry, notify)
    SELECT patient, id, '', false FROM resource WHERE type = 'EpisodeOfCare' AND governed AND NOT deleted
    AND status IN ('planned', 'waitlist', 'active', 'onhold')""",
)


def upgrade() -> None:
    """Create the tables and their grants."""
    for statement in STATEMENTS:
        op.get_bind().execute(text(statement))
