"""The log: every statement that shows or changes something also writes its audit row and extends a lane.

Design §5; pasientjournalloven § 22; IHE BALP https://profiles.ihe.net/ITI/BALP. ``logged`` wraps what a statement
found (``verdict``, ``shown``, ``patients``) so that the proof's ``jti``, the lane and the row commit with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    LargeBinary,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.store.database import Connection, Database
from app.store.standing_sql import AT
from app.store.statement import Statement, build
from app.store.tables import INSTANT, audit, audit_lane
from app.store.token_tables import denial, dpop_jti

REPLAY, DENIED = "replay", "denied"
_REQUEST = bindparam("request", type_=Text)
_LANE = bindparam("lane", type_=Integer)
_NONE = literal_column("'[]'::jsonb", JSONB)


@dataclass(slots=True)
class Entry:
    """What the log will say of a request, and whether it has said it.

    ``facts`` are the request's side (who, from where, what was asked, why); the statement adds what was decided
    and shown. ``jti`` is the digest of the DPoP proof's identifier, consumed by the statement that logs.
    """

    id: str
    at: datetime
    facts: dict[str, Any]
    jti: bytes | None = None
    jti_expires: datetime | None = None
    names: tuple[str, ...] = ()  # under which the token can be denied (store/denials.py)
    written: bool = field(default=False)

    def renew(self, id_: str, at: datetime) -> None:
        """Begin another row for the same request: a write that lost a race is tried again."""
        self.id, self.at, self.written = id_, at, False

    def parameters(self) -> dict[str, Any]:
        """The values of the log's bind parameters."""
        request = {"id": self.id, "at": self.at.isoformat(), **self.facts}
        return {
            "at": self.at,
            "audit_id": self.id,
            "request": orjson.dumps(request).decode(),
            "jti": self.jti,
            "names": list(self.names),
            "jti_expires": self.jti_expires or self.at + timedelta(minutes=5),
        }


def fresh_proof() -> tuple[CTE, ColumnElement[bool]]:
    """Consume the proof's ``jti``; the second value is false where it had been used (RFC 9449 § 11.1), or where the
    token is denied: in the statement itself, so that a denial holds in every worker from the next request on.

    A request without a proof (NULL) is fresh. A jti stays consumed while the proof could still be accepted. Both are
    found out once, however many parts of a statement ask.
    """
    jti = bindparam("jti", type_=LargeBinary)
    token = select(denied().label("denied")).cte("token")
    row = (
        select(jti.label("jti"), bindparam("jti_expires", type_=INSTANT).label("expires"))
        .select_from(token)
        .where(jti.is_not(None), not_(token.c.denied))
    )
    consumed = (
        insert(dpop_jti)
        .from_select(["jti", "expires"], row)
        .on_conflict_do_nothing()
        .returning(dpop_jti.c.jti)
    ).cte("consumed")
    fresh = or_(and_(jti.is_(None), not_(token.c.denied)), exists(select(1).select_from(consumed)))
    proof = select(fresh.label("fresh")).select_from(token).cte("proof")
    return proof, select(proof.c.fresh).scalar_subquery()


def denied() -> ColumnElement[bool]:
    """Whether the deny-list names this token, its session, its person or its client."""
    names = any_(bindparam("names", type_=ARRAY(Text)))
    return exists(select(1).where(denial.c.name == names, or_(denial.c.ends.is_(None), denial.c.ends > AT)))


def logged(
    *,
    verdict: ColumnElement[Any],
    shown: ColumnElement[Any],
    patients: ColumnElement[Any],
    fresh: ColumnElement[bool],
    only_if: ColumnElement[bool] | None = None,
) -> ColumnElement[Any]:
    """Extend the lane and write the audit row; the result must be selected, or PostgreSQL would drop the CTEs.

    ``verdict`` text, ``shown`` jsonb array of ``[type, id, version, rule, woman, kept from her]``, ``patients`` text[].
    A step of a job that showed nothing has no row: ``only_if``. A request always has one.
    """
    said = case((fresh, verdict), (denied(), literal(DENIED, Text)), else_=literal(REPLAY, Text))
    found = (
        select(
            said.label("verdict"),
            case((fresh, func.coalesce(shown, _NONE)), else_=_NONE).label("shown"),
            func.coalesce(patients, literal_column("'{}'::text[]", ARRAY(Text))).label("patients"),
        )
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    result = cast(
        func.jsonb_build_object(
            "verdict", found.c.verdict, "shown", found.c.shown, "patients", func.to_jsonb(found.c.patients)
        ),
        Text,
    )
    outcome = select(result.label("result"), found.c.patients).cte("outcome").prefix_with("MATERIALIZED")
    lane = (
        update(audit_lane)
        .where(audit_lane.c.lane == _LANE, *([] if only_if is None else [only_if]))
        .values(
            seq=audit_lane.c.seq + literal_column("1"),
            hash=digest(
                audit_lane.c.hash,
                audit_lane.c.lane,
                audit_lane.c.seq + literal_column("1"),
                _REQUEST,
                outcome.c.result,
            ),
        )
        .returning(
            audit_lane.c.lane, audit_lane.c.seq, audit_lane.c.hash, outcome.c.result, outcome.c.patients
        )
    ).cte("lane")
    columns = ["at", "lane", "seq", "id", "patients", "request", "result", "hash"]
    row = select(
        AT,
        lane.c.lane,
        lane.c.seq,
        bindparam("audit_id", type_=Text),
        lane.c.patients,
        _REQUEST,
        lane.c.result,
        lane.c.hash,
    )
    log = insert(audit).from_select(columns, row).returning(audit.c.seq).cte("log")
    return select(func.count()).select_from(log).scalar_subquery()


def digest(
    previous: ColumnElement[Any],
    lane: ColumnElement[Any],
    seq: ColumnElement[Any],
    request: ColumnElement[Any],
    result: ColumnElement[Any],
) -> ColumnElement[Any]:
    """The next hash of a lane: SHA-256 over the previous hash and, one a line, place, request and result."""
    newline: ColumnElement[Any] = literal_column(r"E'\n'")
    place = cast(lane, Text).concat(literal_column("'/'")).concat(cast(seq, Text))
    text = place.concat(newline).concat(request).concat(newline).concat(result)
    return func.sha256(previous.concat(func.convert_to(text, literal_column("'UTF8'"))))


@cache
def _refusal() -> Statement:
    consumed, fresh = fresh_proof()
    said: ColumnElement[Any] = literal_column("1")
    row = logged(
        verdict=bindparam("verdict", type_=Text),
        shown=_NONE,
        patients=bindparam("patients", type_=ARRAY(Text)),
        fresh=fresh,
    )
    return build(select(said, row, fresh.label("fresh")).add_cte(consumed))


async def refuse(
    place: Connection | Database, entry: Entry, verdict: str, patients: tuple[str, ...] = ()
) -> bool:
    """Log a refusal or failure by a statement of its own; false where the proof had been used before."""
    values = {**entry.parameters(), "verdict": verdict, "patients": list(patients)}
    rows = await place.fetch(_refusal(), values)
    entry.written = True
    return bool(rows[0]["fresh"])


def beside(
    rows: FromClause,
    columns: Iterable[ColumnElement[Any]],
    log: ColumnElement[Any],
    consumed: CTE,
    fresh: ColumnElement[bool],
) -> Select[Any]:
    """``columns`` of ``rows``, and where there are none one row of NULLs: the request is logged all the same."""
    one = select(literal_column("1")).subquery("one")
    told = finish(select(*columns), log, fresh)
    return told.select_from(one.outerjoin(rows, true())).add_cte(consumed)


def finish(statement: Select[Any], log: ColumnElement[Any], fresh: ColumnElement[bool]) -> Select[Any]:
    """``statement`` with the columns that make the log happen, say whether the proof was fresh and whose row it is."""
    of = bindparam("audit_id", type_=Text).label("of")
    return statement.add_columns(log.label("logged"), fresh.label("fresh"), of)
