"""ValueSets, CodeSystems and ConceptMaps by their canonical: https://hl7.org/fhir/R4/references.html#canonical

Of several under one url the active one comes before drafts, and the newest first; only what the caller may read is
there. A version never changes, so what was made of it can be kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.search_params import number
from app.store.access_sql import allowed, rule
from app.store.log import finish, fresh_proof, logged
from app.store.resources import facets, shown
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import index_date, index_token, index_uri, resource, resource_version

MOST_MAPS = 100


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of one resource: what is made of it may be kept under this."""

    type: str
    id: str
    rid: int
    version: int
    updated: datetime


def _edition(row: Any) -> Edition:
    return Edition(row["type"], row["id"], row["rid"], row["version"], row["updated"])


_COLUMNS = (resource.c.type, resource.c.id, resource.c.rid, resource.c.version, resource.c.updated)


@cache
def _by_canonical(role: Role) -> Statement:
    names = (
        ("url", Text),
        ("version", Text),
        ("p_url", Integer),
        ("p_version", Integer),
        ("p_date", Integer),
    )
    arrays = [bindparam(f"{name}s", type_=ARRAY(kind)) for name, kind in names]
    columns = [column(name, kind) for name, kind in names]
    wanted = func.unnest(*arrays).table_valued(*columns, with_ordinality="n").render_derived(name="wanted")
    date = select(func.max(index_date.c.high)).where(
        index_date.c.rid == resource.c.rid, index_date.c.param == wanted.c.p_date
    )
    same_version: Select[Any] = select(literal_column("1")).where(
        index_token.c.rid == resource.c.rid,
        index_token.c.param == wanted.c.p_version,
        index_token.c.code == wanted.c.version,
    )
    ranks = case({"active": 0, "draft": 1}, value=resource.c.status, else_=2)
    best = (
        select(*_COLUMNS)
        .select_from(index_uri.join(resource, resource.c.rid == index_uri.c.rid))
        .where(
            index_uri.c.param == wanted.c.p_url,
            index_uri.c.uri == wanted.c.url,
            or_(wanted.c.version == literal_column("''"), same_version.exists()),
            ~resource.c.deleted,
            allowed(rule(role, "read", facets())),
        )
        .order_by(
            ranks,
            date.scalar_subquery().desc().nulls_last(),
            resource.c.updated.desc(),
            resource.c.rid.desc(),
        )
        .limit(literal_column("1"))
        .lateral("best")
    )
    return build(select(wanted.c.n, *best.c).select_from(wanted.join(best, true())))


async def editions(session: Session, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Edition]:
    """The editions of ``keys`` (type, canonical), as far as there are any for this caller. Not logged."""
    parts = [(kind, *canonical.partition("|")[::2]) for kind, canonical in keys]
    rows = await session.fetch(
        _by_canonical(session.caller.role),
        urls=[url for _, url, _ in parts],
        versions=[version for _, _, version in parts],
        **{f"p_{code}s": [number(kind, code) for kind, _, _ in parts] for code in ("url", "version", "date")},
    )
    return {keys[row["n"] - 1]: _edition(row) for row in rows}


@cache
def _by_id(role: Role) -> Statement:
    return build(
        select(*_COLUMNS, resource.c.deleted).where(
            resource.c.type == bindparam("type", type_=Text),
            resource.c.id == bindparam("id", type_=Text),
            allowed(rule(role, "read", facets())),
        )
    )


async def edition(session: Session, type_name: str, id_: str) -> tuple[Edition, bool] | None:
    """The edition of a resource, and whether it is deleted. Not logged."""
    rows = await session.fetch(_by_id(session.caller.role), type=type_name, id=id_)
    return (_edition(rows[0]), rows[0]["deleted"]) if rows else None


@cache
def _maps(role: Role) -> Statement:
    return build(
        select(*_COLUMNS)
        .distinct()
        .select_from(index_uri.join(resource, resource.c.rid == index_uri.c.rid))
        .where(
            index_uri.c.param == any_(bindparam("params", type_=ARRAY(Integer))),
            index_uri.c.uri == bindparam("system", type_=Text),
            resource.c.status == literal_column("'active'"),
            ~resource.c.deleted,
            allowed(rule(role, "read", facets())),
        )
        .order_by(resource.c.updated.desc(), resource.c.rid)
        .limit(literal_column(str(MOST_MAPS)))
    )


async def maps_of(session: Session, system: str, *, reverse: bool) -> list[Edition]:
    """The active ConceptMaps that lead from ``system``, or to it. Not logged."""
    code = "target-system" if reverse else "source-system"
    rows = await session.fetch(_maps(session.caller.role), params=[number("ConceptMap", code)], system=system)
    return [_edition(row) for row in rows]


@cache
def _bodies() -> Statement:
    arrays = [
        bindparam(name, type_=ARRAY(kind)) for name, kind in (("rids", BigInteger), ("versions", Integer))
    ]
    columns = [column("rid", BigInteger), column("version", Integer)]
    wanted = func.unnest(*arrays).table_valued(*columns).render_derived(name="wanted")
    same = (resource_version.c.rid == wanted.c.rid) & (resource_version.c.version == wanted.c.version)
    return build(
        select(resource_version.c.rid, resource_version.c.body).select_from(
            wanted.join(resource_version, same)
        )
    )


async def bodies(session: Session, found: Sequence[Edition]) -> dict[Edition, bytes]:
    """The bodies of ``found``."""
    if not found:
        return {}
    rows = await session.fetch(
        _bodies(), rids=[one.rid for one in found], versions=[one.version for one in found]
    )
    by_rid = {row["rid"]: row["body"] for row in rows}
    return {one: by_rid[one.rid] for one in found if one.rid in by_rid}


@cache
def _told(role: Role) -> Statement:
    used = (
        select(
            resource.c.type, resource.c.id, resource.c.version, resource.c.patient, resource.c.labels,
            rule(role, "read", facets()).label("rule"),
        )
        .where(resource.c.rid == any_(bindparam("rids", type_=ARRAY(BigInteger))), ~resource.c.deleted)
        .cte("used")
    )  # fmt: skip
    may: ColumnElement[bool] = allowed(used.c.rule)
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal_column("'told'", Text),
        shown=select(func.jsonb_agg(shown(used.c), type_=JSONB)).where(may).scalar_subquery(),
        patients=literal_column("NULL::text[]", ARRAY(Text)),
        fresh=fresh,
    )
    seen: ColumnElement[Any] = select(func.count()).select_from(used).where(may).scalar_subquery()
    return build(finish(select(seen.label("seen")), log, fresh).add_cte(consumed))


async def tell(session: Session, used: Sequence[Edition]) -> bool:
    """Log that what was made of ``used`` is shown; false where one of them is no longer there for this caller."""
    rids = sorted({one.rid for one in used})
    rows = await session.fetch_logged(_told(session.caller.role), rids=rids)
    return bool(rows[0]["seen"] == len(rids))
