"""Reading resources: one statement decides, reads, consumes the proof and logs.

https://hl7.org/fhir/R4/http.html#read
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.store.access_sql import FacetColumns, allowed, rule
from app.store.log import finish, fresh_proof, logged
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import resource, resource_version

NOTHING = "not-found"
NO_ROW = "no-rule"
KEPT_FROM_HER: Any = literal_column("'{NOPAT}'::text[]", ARRAY(Text))


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource as it is kept, with the row that let the caller see it (None: may not)."""

    type: str
    id: str
    version: int
    updated: datetime
    deleted: bool
    patient: str | None
    labels: frozenset[str]
    body: bytes
    rule: str | None
    method: str = "update"

    @property
    def visible(self) -> bool:
        """Whether a right, not a block, won."""
        return self.rule is not None and self.rule.startswith("allow.")


def shown(row: Any) -> Any:
    """One entry of the log's ``shown`` array: type, id, version, winning rule, woman, kept from her."""
    kept = row.labels.op("&&")(KEPT_FROM_HER)
    return func.jsonb_build_array(row.type, row.id, row.version, row.rule, row.patient, kept)


def stored(row: Any) -> Stored:
    """A record of one of our statements as :class:`Stored`."""
    return Stored(
        row["type"],
        row["id"],
        row["version"],
        row["updated"],
        row["deleted"],
        row["patient"],
        frozenset(row["labels"] or ()),
        row["body"],
        row["rule"],
        row.get("method") or "update",
    )


def facets(declared: Any = None) -> FacetColumns:
    """The facet columns of the ``resource`` table."""
    return FacetColumns(resource.c.type, resource.c.patient, resource.c.labels, resource.c.author, declared)


def facets_of(patient: ColumnElement[Any]) -> FacetColumns:
    """The same where every row is about ``patient``: what is hers alone is then decided once a statement, not once a row."""
    return FacetColumns(resource.c.type, patient, resource.c.labels, resource.c.author)


@cache
def _read(role: Role, type_name: str) -> Statement:
    columns = (
        resource.c.type,
        resource.c.id,
        resource.c.version,
        resource.c.updated,
        resource.c.deleted,
        resource.c.patient,
        resource.c.labels,
        resource.c.body,
    )
    asked = (
        select(*columns, rule(role, "read", facets(), type_name).label("rule"))
        .where(resource.c.type == literal(type_name, Text), resource.c.id == bindparam("id", type_=Text))
        .cte("asked")
    )
    consumed, fresh = fresh_proof()
    may = and_(allowed(asked.c.rule), ~asked.c.deleted)
    log = logged(
        verdict=func.coalesce(
            select(func.coalesce(asked.c.rule, literal(NO_ROW, Text))).scalar_subquery(),
            literal(NOTHING, Text),
        ),
        shown=select(func.jsonb_agg(shown(asked.c))).where(may).scalar_subquery(),
        patients=select(func.array_agg(asked.c.patient))
        .where(asked.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=fresh,
    )
    one = select(literal_column("1")).subquery("one")
    body = case((may, asked.c.body)).label("body")
    listed = [column for column in asked.c if column.name != "body"]
    return build(
        finish(select(*listed, body), log, fresh).select_from(one.outerjoin(asked, true())).add_cte(consumed)
    )


async def read(session: Session, type_name: str, id_: str) -> Stored | None:
    """The current version, decided and logged; None where there is none. Raises Replayed."""
    rows = await session.fetch_logged(_read(session.caller.role, type_name), id=id_)
    return stored(rows[0]) if rows[0]["id"] is not None else None


@cache
def _versions(role: Role, type_name: str, one: bool) -> Statement:
    """Versions of one resource: a right must hold for the labels of now and of then together."""
    labels: Any = resource.c.labels.op("||")(resource_version.c.labels)
    then = FacetColumns(resource.c.type, resource.c.patient, labels, resource.c.author)
    found = (
        select(
            resource.c.type,
            resource.c.id,
            resource_version.c.version,
            resource_version.c.updated,
            (resource_version.c.method == literal("delete", Text)).label("deleted"),
            resource.c.patient,
            resource_version.c.labels,
            resource_version.c.body,
            resource_version.c.method,
            rule(role, "read", then, type_name).label("rule"),
        )
        .join(resource_version, resource_version.c.rid == resource.c.rid)
        .where(resource.c.type == literal(type_name, Text), resource.c.id == bindparam("id", type_=Text))
        .order_by(resource_version.c.version.desc())
        .limit(bindparam("count", type_=Integer))
    )
    limit = bindparam("version", type_=Integer)
    found = found.where(resource_version.c.version == limit if one else resource_version.c.version < limit)
    versions = found.cte("versions")
    consumed, fresh = fresh_proof()
    may = allowed(versions.c.rule)
    seen = case(
        (func.count() == 0, literal(NOTHING, Text)), else_=func.coalesce(func.max(versions.c.rule), NO_ROW)
    )
    log = logged(
        verdict=select(seen).select_from(versions).scalar_subquery(),
        shown=select(func.jsonb_agg(shown(versions.c), type_=JSONB)).where(may).scalar_subquery(),
        patients=select(func.array_agg(versions.c.patient.distinct(), type_=ARRAY(Text)))
        .where(versions.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=fresh,
    )
    base = select(literal_column("1")).subquery("one")
    listed = [column for column in versions.c if column.name != "body"]
    body = case((may, versions.c.body)).label("body")
    return build(
        finish(select(*listed, body), log, fresh)
        .select_from(base.outerjoin(versions, true()))
        .order_by(versions.c.version.desc())
        .add_cte(consumed)
    )


async def vread(session: Session, type_name: str, id_: str, version: int) -> Stored | None:
    """One version, decided by the labels of then and of now. Raises Replayed."""
    statement = _versions(session.caller.role, type_name, True)
    rows = await session.fetch_logged(statement, id=id_, version=version, count=1)
    return stored(rows[0]) if rows[0]["id"] is not None else None


async def versions(session: Session, type_name: str, id_: str, *, before: int, count: int) -> list[Stored]:
    """The versions below ``before``, newest first. Raises Replayed."""
    statement = _versions(session.caller.role, type_name, False)
    rows = await session.fetch_logged(statement, id=id_, version=before, count=count)
    return [stored(row) for row in rows if row["id"] is not None]
