"""What is a born child's, within the record of its mother: ``app/fhir/newborn.py`` says how it is told."""

from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, and_, bindparam, literal_column, or_, select

from app.fhir.newborn import LABEL
from app.fhir.registry import BY_NAME
from app.fhir.search_params import lookup
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import index_reference, resource

_LABEL: Any = literal_column(f"'{{{LABEL}}}'::text[]", ARRAY(Text))
_ONE: ColumnElement[Any] = literal_column("1")
_TYPE: ColumnElement[Any] = literal_column("'Patient'")


def of_child(labels: Any) -> ColumnElement[bool]:
    """Whether a resource is a child, or about one, and not about the mother."""
    found: ColumnElement[bool] = labels.op("&&", is_comparison=True, return_type=Boolean())(_LABEL)
    return found


@cache
def _subjects() -> list[ColumnElement[Any]]:
    """The numbers of the parameters that name a Patient whom a resource is about."""
    codes = ("patient", "subject")
    found = (lookup(name, code) for name in BY_NAME for code in codes)
    return [literal_column(str(number)) for number in sorted({param.number for param in found if param})]


def about(child: ColumnElement[Any], row: Any) -> ColumnElement[bool]:
    """Whether ``row`` is the child itself, or has it as subject."""
    named = select(_ONE).where(
        index_reference.c.rid == row.c.rid,
        index_reference.c.param.in_(_subjects()),
        index_reference.c.target_type == _TYPE,
        index_reference.c.target_id == child,
    )
    return and_(of_child(row.c.labels), or_(and_(row.c.type == _TYPE, row.c.id == child), named.exists()))


@cache
def _registered() -> Statement:
    link = lookup("Patient", "link")
    if link is None:
        raise LookupError("Patient.link")
    return build(
        select(resource.c.id)
        .join(index_reference, index_reference.c.rid == resource.c.rid)
        .where(
            index_reference.c.param == literal_column(str(link.number)),
            index_reference.c.target_type == literal_column("'RelatedPerson'"),
            index_reference.c.target_id == bindparam("fetus", type_=Text),
            resource.c.type == _TYPE,
            ~resource.c.deleted,
        )
        .limit(_ONE)
    )


async def registered(session: Session, fetus: str) -> str | None:
    """The id of the child that this fetus became, where it is registered. Nothing of it reaches who may not read it."""
    rows = await session.fetch(_registered(), fetus=fetus)
    return rows[0]["id"] if rows else None


def within_mothers(child: ColumnElement[Any]) -> ColumnElement[bool]:
    """What is the child's, looked for in its mother's record."""
    own = resource.alias("own")
    mother = select(own.c.patient).where(own.c.type == _TYPE, own.c.id == child).scalar_subquery()
    return and_(resource.c.patient == mother, about(child, resource))


@cache
def _kept() -> Statement:
    found = within_mothers(bindparam("child", type_=Text))
    return build(select(resource.c.type, resource.c.id, resource.c.patient).where(found))


async def kept(session: Session, child: str) -> tuple[str | None, list[str]]:
    """The mother, and what is kept of the child (``Type/id``): what its log is looked up by."""
    rows = await session.fetch(_kept(), child=child)
    return next((row["patient"] for row in rows), None), [f"{row['type']}/{row['id']}" for row in rows]
