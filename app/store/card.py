"""All that one card is folded from, in one range scan, each resource with the row that lets the caller see it.

The fold needs every fact, also those that the caller may not see (an alarm must not be missed because of who
looks): hidden resources come with ``rule`` that is no right, and are not in the log's ``shown``.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Text,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.access.caller import CLINICIANS, Role
from app.fhir.topics import WITHOUT_CARD
from app.store.access_sql import allowed, rule
from app.store.log import beside, fresh_proof, logged
from app.store.resources import NO_ROW, NOTHING, Stored, facets, facets_of, shown, stored
from app.store.session import Session
from app.store.standing_sql import AT, AUTHOR
from app.store.statement import Statement, build
from app.store.tables import resource
from app.store.worklist_tables import looked


def belongs(episode: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a resource of a woman belongs to her card ``episode``: it is the card, is on it, or is hers in any pregnancy."""
    general: list[ColumnElement[Any]] = [literal_column(f"'{name}'") for name in sorted(WITHOUT_CARD)]
    return or_(
        resource.c.episode == episode,
        and_(resource.c.type == literal_column("'EpisodeOfCare'"), resource.c.id == episode),
        and_(resource.c.episode.is_(None), resource.c.type.in_(general)),
    )


@cache
def _statement(role: Role) -> Statement:
    id_ = bindparam("id", type_=Text)
    episode = select(
        resource.c.patient, resource.c.deleted, rule(role, "read", facets(), "EpisodeOfCare").label("rule")
    ).where(resource.c.type == literal_column("'EpisodeOfCare'"), resource.c.id == id_)
    asked = episode.cte("asked")
    may = and_(~asked.c.deleted, allowed(asked.c.rule))
    hers = select(asked.c.patient).where(may).scalar_subquery()
    columns = (
        resource.c.type, resource.c.id, resource.c.version, resource.c.updated, resource.c.deleted,
        resource.c.patient, resource.c.labels, resource.c.body,
    )  # fmt: skip
    found = (
        select(*columns, rule(role, "read", facets_of(hers)).label("rule"))
        .where(
            resource.c.patient == hers,
            belongs(id_),
            ~resource.c.deleted,
        )
        .cte("of_card")
    )
    decided = select(asked.c.rule).scalar_subquery().label("episode_rule")
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=func.coalesce(
            select(func.coalesce(asked.c.rule, literal(NO_ROW, Text))).scalar_subquery(),
            literal(NOTHING, Text),
        ),
        shown=select(func.jsonb_agg(shown(found.c), type_=JSONB))
        .where(allowed(found.c.rule))
        .scalar_subquery(),
        patients=select(func.array_agg(asked.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    told = beside(found, [*found.c, decided], log, consumed, fresh).order_by(found.c.type, found.c.id)
    return build(told.add_cte(_looked(id_, and_(may, fresh), asked)) if role in CLINICIANS else told)


def _looked(id_: ColumnElement[Any], may: ColumnElement[bool], asked: CTE) -> CTE:
    """The organisation has read the card now: what comes later is new to it."""
    row = select(AUTHOR, id_, AT).select_from(asked).where(may)
    made = insert(looked).from_select(["organization", "episode", "at"], row)
    return made.on_conflict_do_update(
        index_elements=["organization", "episode"], set_={"at": func.greatest(looked.c.at, made.excluded.at)}
    ).cte("looked_now")


async def of_card(session: Session, episode: str) -> tuple[list[Stored], str | None]:
    """The resources of the card ``episode`` and the row that decided on the card itself; logged. Raises Replayed."""
    rows = await session.fetch_logged(_statement(session.caller.role), id=episode)
    decided: Any = rows[0]["episode_rule"]
    return [stored(row) for row in rows if row["id"] is not None], decided
