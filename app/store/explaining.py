"""Who can see something of hers: the compiled access rows themselves, asked as each who might (``access_sql.py``).

No second logic: the same expression that decides a read is run with the parameters of another caller, and shows nothing.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Boolean, Text, bindparam, func, literal, literal_column, not_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Caller, Role
from app.store.access_sql import allowed, rule
from app.store.log import beside, fresh_proof, logged
from app.store.resources import KEPT_FROM_HER, NOTHING, facets
from app.store.session import Session
from app.store.standing_sql import in_force, parameters, related
from app.store.statement import Statement, build
from app.store.tables import choice, emergency, person, relation, resource

LETTING = ("doula", "represent", "guardian")
_PATIENT = bindparam("patient", type_=Text)


def _asked() -> Any:
    """One resource of hers that is there."""
    named = (resource.c.type == bindparam("type", type_=Text)) & (
        resource.c.id == bindparam("id", type_=Text)
    )
    return (resource.c.patient == _PATIENT) & named & ~resource.c.deleted


@cache
def _target(role: Role) -> Statement:
    asked = (
        select(
            resource.c.type, resource.c.id, resource.c.version, resource.c.patient,
            resource.c.labels.op("&&")(KEPT_FROM_HER).label("kept"),
        )
        .where(_asked(), true() if role is Role.AUDITOR else allowed(rule(role, "read", facets())))
        .cte("asked")
    )  # fmt: skip
    consumed, fresh = fresh_proof()
    line = func.jsonb_build_array(
        asked.c.type,
        asked.c.id,
        asked.c.version,
        literal_column("'explanation'"),
        asked.c.patient,
        asked.c.kept,
    )
    found = select(literal("searched", Text)).select_from(asked).scalar_subquery()
    log = logged(
        verdict=func.coalesce(found, NOTHING),
        shown=select(func.jsonb_agg(line, type_=JSONB)).select_from(asked).scalar_subquery(),
        patients=select(func.array_agg(asked.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    return build(beside(asked, asked.c, log, consumed, fresh))


async def target(session: Session, patient: str, key: tuple[str, str]) -> bool:
    """Whether this is a resource of hers that the caller may ask about; logged. Raises Replayed."""
    rows = await session.fetch_logged(_target(session.caller.role), patient=patient, type=key[0], id=key[1])
    return rows[0]["id"] is not None


@cache
def _relations() -> Statement:
    names = ("organization", "kind", "begins", "ends")
    found = select(*(relation.c[name] for name in names)).where(
        relation.c.patient == _PATIENT,
        relation.c.kind != literal_column("'emergency'"),
        in_force(relation.c.begins, relation.c.ends),
    )
    return build(found.order_by(relation.c.organization, relation.c.kind))


async def relations(session: Session, patient: str) -> list[Any]:
    """The relations of organisations to her that are in force."""
    return list(await session.fetch(_relations(), patient=patient))


@cache
def _let_in() -> Statement:
    """Each with the Consent that says so, less what is kept from her where she asks."""
    said = choice.c.kind.in_([literal_column(f"'{kind}'") for kind in LETTING])
    consent = resource.c.rid == choice.c.rid
    told = bindparam("kept_too", type_=Boolean) | not_(
        resource.c.labels.op("&&", is_comparison=True, return_type=Boolean())(KEPT_FROM_HER)
    )
    hers = select(person.c.number).where(person.c.patient == _PATIENT).limit(1).scalar_subquery()
    found = select(
        choice.c.kind, choice.c.actor, choice.c.begins, choice.c.ends, resource.c.id.label("consent"), hers.label("hers")
    )  # fmt: skip
    found = found.join(resource, consent).where(
        choice.c.patient == _PATIENT, said, in_force(choice.c.begins, choice.c.ends), told
    )
    return build(found.distinct().order_by(choice.c.kind, resource.c.id))


async def let_in(session: Session, patient: str) -> list[Any]:
    """Whom she lets in by name: as what, the person's name among actors, since and until when, by which Consent; her number."""
    kept_too = session.caller.role is Role.AUDITOR
    return list(await session.fetch(_let_in(), patient=patient, kept_too=kept_too))


@cache
def _granted() -> Statement:
    names = ("person", "organization", "purpose", "decision", "begins", "ends")
    found = select(*(emergency.c[name] for name in names))
    return build(found.where(emergency.c.patient == _PATIENT, in_force(emergency.c.begins, emergency.c.ends)))


async def granted(session: Session, patient: str) -> list[Any]:
    """Who was granted an emergency's access to her that is not over."""
    return list(await session.fetch(_granted(), patient=patient))


@dataclass(frozen=True, slots=True)
class Answered:
    """The row that wins for a caller (None: no row speaks), and whether the caller's organisation is related to her."""

    rule: str | None
    related: bool


@cache
def _decided(role: Role) -> Statement:
    return build(
        select(rule(role, "read", facets()).label("rule"), related(facets()).label("related")).where(_asked())
    )


async def decided(session: Session, caller: Caller, patient: str, key: tuple[str, str]) -> Answered:
    """What a read of it by ``caller`` would be decided to now."""
    asked = {"patient": patient, "type": key[0], "id": key[1]}
    rows = await session.fetch(_decided(caller.role), **parameters(caller) | asked)
    return Answered(rows[0]["rule"], bool(rows[0]["related"])) if rows else Answered(None, False)
