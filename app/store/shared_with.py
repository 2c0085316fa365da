"""With whom a woman's card was shared: what the log says of it, and the messages that take it back.

Who wrote something keeps it in a journal of her own; who was shown it is a recipient (GDPR article 19).
"""

from functools import cache
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, Text, bindparam, func, insert, literal_column, select

from app.access.caller import CLINICIANS
from app.store import card_documents
from app.store.database import Connection, Database
from app.store.deliveries import (
    CARD_DOCUMENT,
    CONSENT_RETRACTION,
    CRITICAL_INFORMATION,
    EMERGENCY,
    FORM_TASK,
    NATIONAL_RECORD,
    NOTICE,
    NOTICE_RETRACTION,
    NOTIFICATION_RETRACTION,
    PENDING,
    REGISTRATION_RETRACTION,
    went_out,
)
from app.store.landscape_tables import register_entry
from app.store.statement import Statement, build
from app.store.tables import INSTANT, delivery

Json = dict[str, Any]
_VIA = """CASE request::jsonb->>'operation' WHEN '$notify' THEN 'notification' WHEN '$export' THEN 'export'
    WHEN '$export-file' THEN 'export' WHEN '$document' THEN 'document' ELSE 'reading' END"""
_SHOWN = """EXISTS (SELECT 1 FROM jsonb_array_elements(result::jsonb->'shown') AS one WHERE one->>4 = $1)"""
# Said as the indexes of the log have it: a row is about one woman, or about several (``audit_events`` asks alike)
_OF_HER = """(cardinality(patients) = 1 AND patients[1] = $1::text
    OR cardinality(patients) > 1 AND patients @> ARRAY[$1]::text[])"""
_RECIPIENTS = f"""
SELECT request::jsonb #>> '{{organizations,0}}' AS organization, max(request::jsonb->>'organizationName') AS name,
    {_VIA} AS via, count(*) AS times, max(at) AS last
FROM audit
WHERE {_OF_HER} AND request::jsonb->>'role' = ANY($2) AND result::jsonb->>'verdict' <> 'stored'
    AND (request::jsonb->>'operation' = '$export-file' OR {_SHOWN})
GROUP BY 1, 3 ORDER BY 1, 3
"""  # noqa: S608 (nothing of it comes from outside)
_TOLD = f"""
SELECT DISTINCT one->>0 AS type, one->>1 AS id
FROM audit, jsonb_array_elements(result::jsonb->'shown') AS one
WHERE {_OF_HER} AND one->>4 = $1 AND result::jsonb->>'verdict' <> 'stored'
    AND CASE WHEN $2::text IS NULL THEN request::jsonb #>> '{{organizations,0}}' = ANY($3::text[])
        ELSE request::jsonb->>'operation' = '$notify' AND request::jsonb->>'target' = $2 END
ORDER BY 1, 2
"""  # noqa: S608 (nothing of it comes from outside)
_SUBSCRIPTIONS = f"""
SELECT DISTINCT request::jsonb->>'target' AS id FROM audit
WHERE {_OF_HER} AND request::jsonb->>'operation' = '$notify' ORDER BY 1
"""  # noqa: S608 (nothing of it comes from outside)
_DOCUMENTS = f"""
SELECT NULL AS organization, w.name, w.via, count(*) AS times, max(d.updated) AS last
FROM delivery d JOIN (VALUES
    ('{CARD_DOCUMENT}', 'Kjernejournal', 'document-sharing'), ('{NATIONAL_RECORD}', 'Nasjonalt helsekort', 'national-record')
) AS w (kind, name, via) ON w.kind = d.kind
WHERE d.patient = $1::text AND (d.state = 'sent' OR d.attempts > 0) GROUP BY w.name, w.via ORDER BY w.via
"""  # noqa: S608 (nothing of it comes from outside)
_ROLES = sorted(role.value for role in CLINICIANS)


async def recipients(held: Connection, patient: str) -> list[Json]:
    """Each organisation that was shown something of hers, and where the card was shared as a document, how, how often and when last."""
    rows = await held.fetch(
        Statement(_RECIPIENTS, ("patient", "roles")), {"patient": patient, "roles": _ROLES}
    )
    rows = [*rows, *await held.fetch(Statement(_DOCUMENTS, ("patient",)), {"patient": patient})]
    return [{**dict(row), "last": row["last"].isoformat()} for row in rows]


async def told(
    place: Connection | Database, patient: str, *, subscription: str | None = None, organizations: Any = ()
) -> list[tuple[str, str]]:
    """Type and id of what of hers a subscription was told of, or organisations were shown."""
    statement = Statement(_TOLD, ("patient", "subscription", "organizations"))
    given = {"patient": patient, "subscription": subscription, "organizations": list(organizations)}
    return [(row["type"], row["id"]) for row in await place.fetch(statement, given)]


def _new(kind: str, *columns: Any, sealed: bool) -> list[Any]:
    """A message of this kind, with her number sealed where the recipient knows her by nothing else."""
    token = bindparam("token", type_=LargeBinary) if sealed else literal_column("NULL::bytea")
    fixed = (f"'{kind}'", f"'{PENDING}'", "0")
    at = bindparam("at", type_=INSTANT)
    literals: list[Any] = [literal_column(one) for one in fixed]
    return [func.uuidv7().cast(Text), *literals, bindparam("patient", type_=Text), *columns, token, at, at]


_NAMES = ["id", "kind", "state", "attempts", "patient", "type", "resource", "token", "created", "updated"]


def _sent(*kinds: str) -> Any:
    """Her messages of these kinds that went out, or may have."""
    listed: list[Any] = [literal_column(f"'{kind}'") for kind in kinds]
    return (delivery.c.patient == bindparam("patient", type_=Text)) & delivery.c.kind.in_(listed) & went_out()


@cache
def _registrations() -> Statement:
    """By the event under which it was registered."""
    row = select(
        *_new(REGISTRATION_RETRACTION, delivery.c.type, delivery.c.id, sealed=True)
    ).where(_sent(CRITICAL_INFORMATION))  # fmt: skip
    return build(insert(delivery).from_select(_NAMES, row))


@cache
def _notices() -> Statement:
    """One for all of them."""
    row = select(*_new(NOTICE_RETRACTION, literal_column("NULL"), literal_column("NULL"), sealed=True))
    some = select(literal_column("1")).where(_sent(NOTICE, EMERGENCY, FORM_TASK)).exists()
    return build(insert(delivery).from_select(_NAMES, row.where(some)))


@cache
def _consent() -> Statement:
    """Where Helsenorge has her consent."""
    row = select(*_new(CONSENT_RETRACTION, literal_column("NULL"), literal_column("NULL"), sealed=True))
    told = (register_entry.c.register == literal_column("'pvk'")) & (
        register_entry.c.key == bindparam("patient", type_=Text)
    )
    some = select(literal_column("1")).where(told).exists()
    return build(insert(delivery).from_select(_NAMES, row.where(some)))


@cache
def _notifications() -> Statement:
    ids = func.unnest(bindparam("subscriptions", type_=ARRAY(Text))).column_valued("subscription")
    row = select(*_new(NOTIFICATION_RETRACTION, literal_column("'Subscription'"), ids, sealed=False))
    return build(insert(delivery).from_select(_NAMES, row))


async def take_back(held: Connection, patient: str, at: Any, sealed: bytes | None) -> None:
    """Messages to all who were sent something, before what they were sent is erased."""
    given: Json = {"patient": patient, "at": at, "token": sealed}
    if sealed is not None:
        await held.fetch(_registrations(), given)
        await held.fetch(_notices(), given)
        await card_documents.take_back(held, patient, sealed, at)
        await held.fetch(_consent(), given)
    rows = await held.fetch(Statement(_SUBSCRIPTIONS, ("patient",)), given)
    subscriptions = [row["id"] for row in rows if row["id"]]
    await held.fetch(_notifications(), {**given, "subscriptions": subscriptions})
