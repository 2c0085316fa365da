"""TABLE: what becomes of each table when a woman withdraws (design §3). A test holds it complete: none can be forgotten.

``GONE`` in the order in which it goes; the conditions read the ids of her resources (``rids``, ``ids``) and her own.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Table,
    Text,
    any_,
    bindparam,
    column,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.deliveries import RETRACTIONS
from app.store.export_tables import export, export_chunk
from app.store.landscape_tables import power_of_attorney, register_entry, submission
from app.store.search_tables import TABLES
from app.store.subscription_tables import event, notification, subscription
from app.store.tables import (
    changed,
    choice,
    delivery,
    idempotency,
    log_case,
    patient_link,
    person,
    relation,
    resource,
    resource_version,
)
from app.store.worklist_tables import looked, outline, tally

HER: ColumnElement[Any] = bindparam("patient", type_=Text)
RIDS: Any = bindparam("rids", type_=ARRAY(BigInteger))
IDS: Any = bindparam("ids", type_=ARRAY(Text))
_JOBS = table(
    "procrastinate_jobs", column("status"), column("lock", Text), column("queueing_lock", Text), column("args", JSONB),
    column("task_name", Text),
)  # fmt: skip
_BY_RID = (*TABLES.values(), patient_link, event, resource_version)
TASK = "erase"


def _hers(of: Table) -> tuple[Any, ColumnElement[bool]]:
    return of, of.c.patient == HER


def _jobs() -> ColumnElement[bool]:
    """Jobs about her that have not begun; one that runs finds nothing, and goes by itself."""
    sent = select(delivery.c.id).where(delivery.c.patient == HER).scalar_subquery()
    about = or_(_JOBS.c.lock == HER, _JOBS.c.queueing_lock.in_(sent), _JOBS.c.args["patient"].astext == HER)
    not_begun: ColumnElement[bool] = _JOBS.c.status == literal_column("'todo'")
    return not_begun & about & (_JOBS.c.task_name != literal_column(f"'{TASK}'"))


def _told() -> ColumnElement[bool]:
    """Of numbers that subscribers were given, those that they have acknowledged; one that is on its way comes bare."""
    same = (event.c.transaction == notification.c.transaction) & (event.c.seq == notification.c.seq)
    behind = (subscription.c.rid == notification.c.subscription) & (
        notification.c.number <= subscription.c.delivered
    )
    one: Any = literal_column("1")
    hers = select(one).where(same, event.c.rid == any_(RIDS)).exists()
    return hers & select(one).where(behind).exists()


def _replies() -> ColumnElement[bool]:
    """What was done under an idempotency key: status, id and version of each change."""
    named = literal_column("jsonb_path_query_array(idempotency.done::jsonb, '$[*][1]')", JSONB)
    return named.op("?|", is_comparison=True, return_type=Boolean())(IDS)


_OF_HER: list[ColumnElement[Any]] = [
    literal_column(f"'{name}'") for name in ("person", "pvk", "record", "access-log")
]
GONE: tuple[tuple[Any, ColumnElement[bool]], ...] = (
    (_JOBS, _jobs()),
    (notification, _told()),
    (idempotency, _replies()),
    _hers(export_chunk),
    _hers(export),
    _hers(outline),
    _hers(tally),
    (looked, looked.c.episode == any_(IDS)),
    _hers(changed),
    (delivery, (delivery.c.patient == HER) & delivery.c.kind.not_in([literal_column(f"'{one}'") for one in RETRACTIONS])),
    _hers(log_case),  # what she asked, and what control found of her log, which is still there to be controlled
    _hers(power_of_attorney),
    _hers(submission),
    _hers(relation),
    _hers(choice),
    (register_entry, register_entry.c.register.in_(_OF_HER) & (register_entry.c.key == HER)),
    (person, (person.c.patient == HER) | (person.c.rid == any_(RIDS))),  # her child's too
    *((of, of.c.rid == any_(RIDS)) for of in _BY_RID),
    (resource, resource.c.rid == any_(RIDS)),
)  # fmt: skip
KEPT: dict[str, str] = {  # and why
    "audit": "the log is kept: who looked, and what was decided; ids and no clinical value",
    "audit_lane": "the log's",
    "audit_head": "the log's",
    "audit_closing": "the log's: which rows went with which month",
    "denial": "who is let in no more: tokens and persons by the log's names, and no card",
    "breaker": "whether other systems answer; about nobody",
    "register_position": "how far a register's feed has been read; about nobody",
    "app_grant": "logins and launches of apps, sealed, for hours",
    "dpop_jti": "digests of proofs, for minutes",
    "emergency": "who was granted access, and what a reviewer decided; what was said of her is blanked",
    "subscription": "who is told of what; about no woman but where it names one",
    "feed": "one row, about nobody",
    "withdrawal": "the receipt",
}
