"""Deliveries: what other systems shall be told, what became of it, and who still waits.

A row is the record of one message; a job of the queue only says that somebody should look at it now. States:
``pending`` to be sent, ``waiting`` for a clinician's session, ``sent``, ``dead`` refused for good, ``withdrawn`` no
longer to be sent, ``discarded`` by an operator, ``letter`` where she is not on Helsenorge and somebody writes to her. While a system does not answer its messages are ``held``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from app.store.database import Database
from app.store.standing_sql import ALL_CARERS, chosen
from app.store.statement import Statement, build
from app.store.tables import INSTANT, delivery

PENDING, WAITING, SENT, DEAD, WITHDRAWN = "pending", "waiting", "sent", "dead", "withdrawn"
LETTER = "letter"
CRITICAL_INFORMATION, NOTICE = "critical-information", "notice"
EMERGENCY = "emergency-notice"  # a notice that no loss withdraws
RECALL = "registration-recall"  # what was registered of a resource is no longer so, or not of her
CHECK = "registration-comparison"  # in a clinician's session: what does kjernejournal have of hers from here
FORM_TASK, FORM_RECALL = "form-task", "form-recall"  # a form for her to answer on Helsenorge, and its end
# That she has withdrawn, to whom something had been sent: registrations, notices, notifications
REGISTRATION_RETRACTION, NOTICE_RETRACTION = "registration-retraction", "notice-retraction"
NOTIFICATION_RETRACTION, DOCUMENT_RETRACTION = "notification-retraction", "document-retraction"
CONSENT_RETRACTION = "consent-retraction"
RETRACTIONS = (
    REGISTRATION_RETRACTION, NOTICE_RETRACTION, NOTIFICATION_RETRACTION, DOCUMENT_RETRACTION, CONSENT_RETRACTION,
)  # fmt: skip
NATIONAL_RECORD = "national-record"  # the record at the national service, as the card is
CARD_DOCUMENT = "card-document"  # the card as a document in kjernejournal; its id is the document's
KJERNEJOURNAL, HELSENORGE, DOCUMENTS, RECORD = "kjernejournal", "helsenorge", "documents", "national-record"
SYSTEM_OF = {  # by whose breaker a message is held; each subscriber has a pace of its own
    CRITICAL_INFORMATION: KJERNEJOURNAL,
    RECALL: KJERNEJOURNAL,
    CHECK: KJERNEJOURNAL,
    REGISTRATION_RETRACTION: KJERNEJOURNAL,
    NOTICE: HELSENORGE,
    EMERGENCY: HELSENORGE,
    FORM_TASK: HELSENORGE,
    FORM_RECALL: HELSENORGE,
    NOTICE_RETRACTION: HELSENORGE,
    CARD_DOCUMENT: DOCUMENTS,
    NATIONAL_RECORD: RECORD,
    DOCUMENT_RETRACTION: DOCUMENTS,
    CONSENT_RETRACTION: HELSENORGE,
}


@dataclass(frozen=True, slots=True)
class Message:
    """One row: what, about whom, in which version, with whose sealed token."""

    id: str
    kind: str
    patient: str
    type: str | None
    resource: str | None
    version: int | None
    state: str
    token: bytes | None = field(repr=False)
    token_expires: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A message for which a job is wanted; jobs with the same ``lock`` keep their order."""

    id: str
    lock: str


def due_of(row: Any) -> Due:
    """Notices keep their order for one woman, registrations and recalls for one resource: one that fails holds up no other."""
    of_her = row["type"] in {None, "Questionnaire"}
    about = row["patient"] if of_her else f"{row['type']}/{row['resource']}"
    kind = CRITICAL_INFORMATION if row["kind"] == RECALL else row["kind"]
    return Due(row["id"], f"{kind} {about}")


@cache
def _one() -> Statement:
    columns = [
        delivery.c[name]
        for name in (
            "id", "kind", "patient", "type", "resource", "version", "state", "token", "token_expires", "attempts",
        )
    ]  # fmt: skip
    return build(select(*columns).where(delivery.c.id == bindparam("id", type_=Text)))


async def find(database: Database, id_: str) -> Message | None:
    """The message ``id_``."""
    rows = await database.fetch(_one(), {"id": id_})
    return Message(**dict(rows[0])) if rows else None


def is_under_way() -> ColumnElement[bool]:
    """Whether a job is sending it just now."""
    return literal_column(
        "EXISTS (SELECT 1 FROM procrastinate_jobs job WHERE job.queueing_lock = delivery.id AND job.status = 'doing')",
        Boolean,
    )


def _is_queued() -> ColumnElement[bool]:
    return literal_column(
        "EXISTS (SELECT 1 FROM procrastinate_jobs job WHERE job.queueing_lock = delivery.id"
        " AND job.status IN ('todo', 'doing'))",
        Boolean,
    )


@cache
def _due_rows(of_one: bool) -> Statement:
    rows = select(delivery.c.id, delivery.c.kind, delivery.c.patient, delivery.c.type, delivery.c.resource)
    rows = rows.where(
        delivery.c.state == literal_column(f"'{PENDING}'"), delivery.c.held.is_(None), ~_is_queued()
    )
    if of_one:
        rows = rows.where(delivery.c.patient == bindparam("patient", type_=Text))
    else:
        rows = rows.where(delivery.c.updated < bindparam("before", type_=INSTANT))
    return build(rows.order_by(delivery.c.created, delivery.c.id).limit(literal_column("1000")))


async def due(database: Database, patient: str) -> list[Due]:
    """Her messages that are to be sent and that no job looks at, oldest first."""
    return [due_of(row) for row in await database.fetch(_due_rows(True), {"patient": patient})]


async def stranded(database: Database, before: datetime) -> list[Due]:
    """Messages to be sent that nothing has happened to since ``before`` and that no job looks at."""
    return [due_of(row) for row in await database.fetch(_due_rows(False), {"before": before})]


@cache
def _newer() -> Statement:
    return build(
        select(func.count().label("count")).where(
            delivery.c.type == bindparam("type", type_=Text),
            delivery.c.resource == bindparam("resource", type_=Text),
            delivery.c.version > bindparam("version", type_=Integer),
            delivery.c.kind == literal_column(f"'{CRITICAL_INFORMATION}'"),
        )
    )


async def is_superseded(database: Database, message: Message) -> bool:
    """Whether a later version of the same resource has a message of its own."""
    given = {"type": message.type, "resource": message.resource, "version": message.version}
    return bool((await database.fetch(_newer(), given))[0]["count"])


def went_out() -> ColumnElement[bool]:
    """Whether it was sent, or may have been: the answer to an attempt can be lost."""
    return or_(delivery.c.state == literal_column(f"'{SENT}'"), delivery.c.attempts > literal_column("0"))


@cache
def _registered() -> Statement:
    return build(
        select(delivery.c.id)
        .where(
            delivery.c.kind == literal_column(f"'{CRITICAL_INFORMATION}'"),
            delivery.c.patient == bindparam("patient", type_=Text),
            delivery.c.type == bindparam("type", type_=Text),
            delivery.c.resource == bindparam("resource", type_=Text),
            delivery.c.version < bindparam("version", type_=Integer),
            went_out(),
        )
        .order_by(delivery.c.created, delivery.c.id)
    )


async def registered_before(database: Database, message: Message) -> list[str]:
    """The events under which earlier versions of the same resource were registered, or may have been."""
    names = ("patient", "type", "resource", "version")
    rows = await database.fetch(_registered(), {name: getattr(message, name) for name in names})
    return [row["id"] for row in rows]


@cache
def _settle() -> Statement:
    """The token goes when it is not needed for sending; a retraction that was refused keeps the number that it is about."""
    state = bindparam("state", type_=Text)
    kinds: list[ColumnElement[Any]] = [literal_column(f"'{kind}'") for kind in RETRACTIONS]
    refused = (state == literal_column(f"'{DEAD}'")) & delivery.c.kind.in_(kinds)
    needed = (state == literal_column(f"'{PENDING}'")) | refused
    return build(
        update(delivery)
        .where(
            delivery.c.id == bindparam("id", type_=Text),
            delivery.c.state == literal_column(f"'{PENDING}'"),
        )
        .values(
            state=state,
            error=bindparam("error", type_=Text),
            attempts=delivery.c.attempts + bindparam("attempts", type_=Integer),
            token=case((needed, delivery.c.token), else_=literal_column("NULL", LargeBinary)),
            updated=bindparam("at", type_=INSTANT),
            held=literal_column("NULL", INSTANT),
        )
        .returning(delivery.c.attempts)
    )


async def settle(
    database: Database,
    id_: str,
    state: str,
    at: datetime,
    *,
    error: str | None = None,
    attempted: bool = True,
) -> None:
    """Write down what became of an attempt; a message that is no longer to be sent stays as it is."""
    given = {"id": id_, "state": state, "error": error, "attempts": int(attempted), "at": at}
    await database.fetch(_settle(), given)


@cache
def _withdraw() -> Statement:
    return build(
        update(delivery)
        .where(
            delivery.c.patient == bindparam("patient", type_=Text),
            delivery.c.kind.in_([literal_column(f"'{NOTICE}'"), literal_column(f"'{FORM_TASK}'")]),
            delivery.c.state == literal_column(f"'{PENDING}'"),
        )
        .values(
            state=literal_column(f"'{WITHDRAWN}'"),
            error=bindparam("error", type_=Text),
            updated=bindparam("at", type_=INSTANT),
        )
        .returning(delivery.c.id)
    )


async def withdraw_notices(database: Database, patient: str, at: datetime, reason: str) -> None:
    """Her queued notices and forms are not sent."""
    await database.fetch(_withdraw(), {"patient": patient, "error": reason, "at": at})


@cache
def _mute() -> Statement:
    return build(select(chosen(bindparam("patient", type_=Text), "mute", ALL_CARERS).label("mute")))


async def is_mute(database: Database, patient: str, at: datetime) -> bool:
    """Whether she has chosen to get no notices."""
    return bool((await database.fetch(_mute(), {"patient": patient, "at": at}))[0]["mute"])
