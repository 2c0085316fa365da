"""Reading resources: one statement decides, reads, consumes the proof and logs.

https://hl7.org/fhir/R4/http.html#read
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
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
)

from app.access.caller import Role
from app.fhir import codes
from app.store.access_sql import allowed, rule
from app.store.facet_columns import FacetColumns, Standing
from app.store.log import beside, fresh_proof, logged
from app.store.session import Session
from app.store.standing_rows import with_standing
from app.store.statement import QUICK, Statement, build
from app.store.tables import resource, resource_version

NOTHING = "not-found"
NO_ROW = "no-rule"
KEPT_FROM_HER: Any = literal_column(f"'{{{','.join(sorted(codes.KEPT_FROM_HER))}}}'::text[]", ARRAY(Text))


def is_right(rule: str | None) -> bool:
    """Whether the winning row is a right, not a block."""
    return rule is not None and rule.startswith("allow.")


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
        return is_right(self.rule)


def shown(row: Any) -> Any:
    """One entry of the log's ``shown`` array: type, id, version, winning rule, woman, kept from her."""
    kept = row.labels.op("&&")(KEPT_FROM_HER)
    return func.jsonb_build_array(row.type, row.id, row.version, row.rule, row.patient, kept)


# The columns of ``resource`` that ``stored`` reads, beside the rule that speaks
STORED = ("type", "id", "version", "updated", "deleted", "patient", "labels", "body")


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


def facets(standing: Standing | None = None) -> FacetColumns:
    """The facet columns of the ``resource`` table."""
    own = resource.c
    bodies = (own.body,)
    return FacetColumns(own.type, own.patient, own.labels, own.author, bodies=bodies, standing=standing)


def facets_of(patient: ColumnElement[Any], standing: Standing | None = None) -> FacetColumns:
    """The same where every row is about ``patient``: what is hers alone is then decided once a statement, not once a row."""
    return facets(standing)._replace(patient=patient)


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
    rows, standing = with_standing(resource, resource.c.patient)
    asked = (
        select(*columns, rule(role, "read", facets(standing), type_name).label("rule"))
        .select_from(rows)
        .where(resource.c.type == literal(type_name, Text), resource.c.id == bindparam("id", type_=Text))
        .cte("asked")
    )
    return _one(asked)


def _one(asked: CTE) -> Statement:
    """At most one row, shown where a right speaks and it is not deleted, and logged."""
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
    body = case((may, asked.c.body)).label("body")
    listed = [column for column in asked.c if column.name != "body"]
    return build(beside(asked, [*listed, body], log, consumed, fresh), QUICK)


async def read(session: Session, type_name: str, id_: str) -> Stored | None:
    """The current version, decided and logged; None where there is none. Raises Replayed."""
    rows = await session.fetch_logged(_read(session.caller.role, type_name), id=id_)
    return stored(rows[0]) if rows[0]["id"] is not None else None


@cache
def _vread(role: Role, type_name: str) -> Statement:
    """One version: a right must hold for the labels of now and of then together."""
    labels: Any = resource.c.labels.op("||")(resource_version.c.labels)
    then = facets()._replace(labels=labels, bodies=(resource_version.c.body, resource.c.body))
    asked = (
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
        .where(
            resource.c.type == literal(type_name, Text),
            resource.c.id == bindparam("id", type_=Text),
            resource_version.c.version == bindparam("version", type_=Integer),
        )
        .cte("asked")
    )
    return _one(asked)


async def vread(session: Session, type_name: str, id_: str, version: int) -> Stored | None:
    """One version, decided by the labels of then and of now. Raises Replayed."""
    statement = _vread(session.caller.role, type_name)
    rows = await session.fetch_logged(statement, id=id_, version=version)
    return stored(rows[0]) if rows[0]["id"] is not None else None
