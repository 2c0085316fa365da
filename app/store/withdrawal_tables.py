"""The table of withdrawals: that she takes no part any more, what was erased of it, and the receipt."""

from sqlalchemy import Column, Index, Table, Text, text

from app.store.tables import INSTANT, metadata

ASKED, ERASED, OVERTAKEN = "asked", "erased", "overtaken"

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("patient", Text, nullable=False),
    Column(
        "subject", Text, nullable=False
    ),  # her name in the log: by it she finds log and receipt afterwards
    Column("asked", INSTANT, nullable=False),
    Column("due", INSTANT, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended", INSTANT),
    Column("receipt", Text),
)
Index("withdrawal_patient", withdrawal.c.patient)
Index("withdrawal_subject", withdrawal.c.subject)
Index("withdrawal_asked", withdrawal.c.due, postgresql_where=text("state = 'asked'"))
