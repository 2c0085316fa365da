"""History of a resource, a type or everything, newest first: https://hl7.org/fhir/R4/http.html#history

Of each version the right must hold for the labels of then and of now together. What the caller may not see is left out
before the page is cut, so pages are full; pages are keyset pages, so versions that come meanwhile disturb none.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
    not_,
    null,
    select,
    tuple_,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.store.access_sql import allowed, reach, rule, uncovered
from app.store.log import beside, fresh_proof, logged
from app.store.resources import NO_ROW, NOTHING, Stored, facets, shown, stored
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import INSTANT, resource, resource_version

Place = list[Any]  # of one resource [version], else [updated, rid, version]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose history: of ``id``, of ``type`` where no id is given, or of everything; and which part of it.

    ``since``  versions made at that moment or later.
    ``at``     versions that were current at some time in the half-open interval.
    """

    type: str = ""
    id: str = ""
    since: datetime | None = None
    at: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Versions, the place of the next page (None at the end), and the row that speaks for the resource as it is now."""

    versions: list[Stored]
    next: Place | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class _Shape:
    role: Role
    type: str
    one: bool
    since: bool
    at: bool
    placed: bool


def _was_current() -> ColumnElement[bool]:
    """Whether the version lived in the interval: made before its end, and not followed before its beginning."""
    later = resource_version.alias("later")
    followed = (
        select(literal_column("1"))
        .where(
            later.c.rid == resource_version.c.rid,
            later.c.version == resource_version.c.version + literal_column("1"),
            later.c.updated <= bindparam("at_low", type_=INSTANT),
        )
        .exists()
    )
    return (resource_version.c.updated < bindparam("at_high", type_=INSTANT)) & ~followed


def _order(shape: _Shape, table: Any) -> list[ColumnElement[Any]]:
    if shape.one:
        return [table.c.version.desc()]
    return [table.c.updated.desc(), table.c.rid.desc(), table.c.version.desc()]


def _behind(shape: _Shape) -> ColumnElement[bool]:
    version = bindparam("place_version", type_=Integer)
    if shape.one:
        return resource_version.c.version < version
    here = tuple_(resource_version.c.updated, resource_version.c.rid, resource_version.c.version)
    return here < tuple_(
        bindparam("place_at", type_=INSTANT), bindparam("place_rid", type_=BigInteger), version
    )


def _narrowed(shape: _Shape) -> list[ColumnElement[bool]]:
    """What is asked for, and of many only what the caller could be shown at all."""
    conditions: list[ColumnElement[bool]] = []
    near = reach(shape.role, "read", facets())
    if near is not None and not shape.one:
        conditions.append(near)
    if not shape.one:  # of many, a version with a label that the resource has no more is left out: see below
        kept = resource_version.c.labels.op("<@", is_comparison=True, return_type=Boolean())
        conditions.append(kept(resource.c.labels))
    if shape.type:
        conditions.append(resource.c.type == literal_column(f"'{shape.type}'"))
    if shape.one:
        conditions.append(resource.c.id == bindparam("id", type_=Text))
    if shape.since:
        conditions.append(resource_version.c.updated >= bindparam("since", type_=INSTANT))
    if shape.at:
        conditions.append(_was_current())
    if shape.placed:
        conditions.append(_behind(shape))
    return conditions


def _versions(shape: _Shape) -> CTE:
    # of many, the rows are asked about the labels of now alone: a rule on both tables would have both read whole
    both: Any = resource.c.labels.op("||")(resource_version.c.labels)
    then = facets()._replace(labels=both) if shape.one else facets()
    spoken = rule(shape.role, "read", then, shape.type or None)
    of_then = uncovered("read", facets()._replace(bodies=(resource_version.c.body,)))
    found = select(
        resource.c.type, resource.c.id, resource.c.rid, resource_version.c.version, resource_version.c.updated,
        (resource_version.c.method == literal_column("'delete'")).label("deleted"), resource.c.patient,
        resource_version.c.labels, resource_version.c.body, resource_version.c.method, spoken.label("rule"),
    )  # fmt: skip
    found = found.join(resource_version, resource_version.c.rid == resource.c.rid).where(
        allowed(spoken), not_(of_then), *_narrowed(shape)
    )
    order = _order(shape, resource_version)
    return found.order_by(*order).limit(bindparam("limit", type_=Integer)).cte("versions")


def _now(shape: _Shape) -> Select[Any, Any]:
    """The resource itself as it is now, and the row that speaks for it; of more than one nothing is said."""
    if not shape.one:
        return select(null().cast(Text).label("rule"), null().cast(Text).label("patient"))
    spoken = rule(shape.role, "read", facets(), shape.type)
    same = (resource.c.type == literal(shape.type, Text), resource.c.id == bindparam("id", type_=Text))
    return select(func.coalesce(spoken, literal(NO_ROW, Text)).label("rule"), resource.c.patient).where(*same)


@cache
def _statement(shape: _Shape) -> Statement:
    versions, now = _versions(shape), _now(shape).cte("now")
    order = _order(shape, versions)
    ranked = select(versions, func.row_number().over(order_by=order).label("rank")).cte("ranked")
    sent = ranked.c.rank < bindparam("limit", type_=Integer)
    consumed, fresh = fresh_proof()
    standing = select(now.c.rule).scalar_subquery()
    nothing = literal(NOTHING, Text) if shape.one else literal_column("'history'", Text)
    concerned = select(ranked.c.patient).where(sent).union(select(now.c.patient)).subquery("concerned")
    log = logged(
        verdict=func.coalesce(standing, nothing),
        shown=select(func.jsonb_agg(shown(ranked.c), type_=JSONB)).where(sent).scalar_subquery(),
        patients=select(func.array_agg(concerned.c.patient, type_=ARRAY(Text)))
        .where(concerned.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=fresh,
    )
    columns = [*ranked.c, standing.label("standing")]
    return build(beside(ranked, columns, log, consumed, fresh).order_by(ranked.c.rank))


async def history(session: Session, asked: Asked, *, count: int, place: Place | None) -> Page:
    """The page behind ``place``, decided and logged. Raises Replayed."""
    one = bool(asked.id)
    shape = _Shape(
        session.caller.role, asked.type, one, asked.since is not None, asked.at is not None, place is not None
    )
    low, high = asked.at or (None, None)
    values: dict[str, Any] = {"id": asked.id, "since": asked.since, "at_low": low, "at_high": high}
    if place is not None:
        values["place_version"] = place[-1]
        if not one:
            values |= {"place_at": datetime.fromisoformat(place[0]), "place_rid": place[1]}
    rows = await session.fetch_logged(_statement(shape), **values, limit=count + 1)
    found = [row for row in rows if row["id"] is not None]
    following: Place | None = None
    if len(found) > count:
        found = found[:count]
        last = found[-1]
        following = [last["version"]] if one else [last["updated"].isoformat(), last["rid"], last["version"]]
    return Page([stored(row) for row in found], following, rows[0]["standing"])
