"""Forms that she is asked to answer on Helsenorge: one message for each form and card, whoever asks and however often."""

from datetime import datetime

from app.store.database import Database
from app.store.deliveries import FORM_RECALL, FORM_TASK
from app.store.statement import Statement

_NEW = "INSERT INTO delivery (id, kind, patient, type, resource, state, attempts, created, updated)"
_ASK = Statement(
    f"{_NEW} VALUES ($1::text, '{FORM_TASK}', $2::text, 'Questionnaire', $3::text, 'pending', 0, $4::timestamptz, $4::timestamptz)"
    " ON CONFLICT (id) DO NOTHING RETURNING id",
    ("id", "patient", "form", "at"),
)
_RECALL = Statement(
    f"""
{_NEW} SELECT $1::text, '{FORM_RECALL}', $2::text, NULL, NULL, 'pending', 0, $3::timestamptz, $3::timestamptz
WHERE EXISTS (
    SELECT 1 FROM delivery d WHERE d.patient = $2::text AND d.kind = '{FORM_TASK}' AND (d.state = 'sent' OR d.attempts > 0)
) ON CONFLICT (id) DO NOTHING RETURNING id
""",  # noqa: S608 (nothing of it comes from outside)
    ("id", "patient", "at"),
)


async def ask(database: Database, id_: str, patient: str, form: str, at: datetime) -> None:
    """She is to be asked to answer ``form`` (the id of its Questionnaire)."""
    await database.fetch(_ASK, {"id": id_, "patient": patient, "form": form, "at": at})


async def recall(database: Database, id_: str, patient: str, at: datetime) -> None:
    """What she was asked goes away, where she was asked anything."""
    await database.fetch(_RECALL, {"id": id_, "patient": patient, "at": at})
