"""All that one card is folded from, in one range scan, each resource with the row that lets the caller see it.

The fold needs every fact, also those that the caller may not see (an alarm must not be missed because of who
looks): hidden resources come with ``rule`` that is no right, and are not in the log's ``shown``.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    exists,
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
from app.store.standing_rows import standing_in, with_standing
from app.store.standing_sql import AT, AUTHOR
from app.store.statement import Statement, build
from app.store.tables import OPEN_EPISODE, resource
from app.store.worklist_tables import looked

_MOVED: ColumnElement[Any] = literal_column("'{MOVED}'::text[]")


def belongs(episode: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a resource of a woman belongs to her card ``episode``: it is the card, is on it, or is hers in any pregnancy.

    What was moved to another woman is none of it."""
    general: list[ColumnElement[Any]] = [literal_column(f"'{name}'") for name in sorted(WITHOUT_CARD)]
    here = or_(
        resource.c.episode == episode,
        and_(resource.c.type == literal_column("'EpisodeOfCare'"), resource.c.id == episode),
        and_(resource.c.episode.is_(None), resource.c.type.in_(general)),
    )
    return and_(here, ~resource.c.labels.op("&&", is_comparison=True, return_type=Boolean())(_MOVED))


def _by_card(role: Role) -> Select[Any]:
    """The card that is asked for by its id."""
    id_ = bindparam("id", type_=Text)
    return _card(role).where(resource.c.id == id_)


def _by_woman(role: Role) -> Select[Any]:
    """The open card of the woman who is asked for; she has one at most."""
    return _card(role).where(
        resource.c.patient == bindparam("patient", type_=Text),
        resource.c.governed,
        ~resource.c.deleted,
        resource.c.status.in_([literal_column(f"'{status}'") for status in OPEN_EPISODE]),
    )


def _card(role: Role) -> Select[Any]:
    columns = (resource.c.patient, resource.c.id, resource.c.deleted)
    rows, standing = with_standing(resource, resource.c.patient)
    decided = rule(role, "read", facets(standing), "EpisodeOfCare").label("rule")
    cards = select(*columns, decided, *standing).select_from(rows)
    return cards.where(resource.c.type == literal_column("'EpisodeOfCare'"))


@cache
def _statement(role: Role, *, of_woman: bool, looks: bool) -> Statement:
    asked = (_by_woman(role) if of_woman else _by_card(role)).cte("asked")
    may = and_(~asked.c.deleted, allowed(asked.c.rule))
    hers = select(asked.c.patient).where(may).scalar_subquery()
    columns = (
        resource.c.type, resource.c.id, resource.c.version, resource.c.updated, resource.c.deleted,
        resource.c.patient, resource.c.labels, resource.c.body,
    )  # fmt: skip
    found = (
        select(*columns, rule(role, "read", facets_of(hers, standing_in(asked))).label("rule"))
        .select_from(resource.join(asked, literal_column("true")))
        .where(
            resource.c.patient == hers,
            belongs(select(asked.c.id).scalar_subquery()),
            ~resource.c.deleted,
        )
        .cte("of_card")
    )
    seen = [allowed(found.c.rule)]
    if of_woman:  # where she herself is hidden, nothing of her is seen
        her = found.alias("her")
        patient = and_(
            her.c.type == literal_column("'Patient'"), her.c.id == her.c.patient, allowed(her.c.rule)
        )
        seen.append(exists(select(literal_column("1")).where(patient)))
    decided = select(asked.c.rule).scalar_subquery().label("episode_rule")
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=func.coalesce(
            select(func.coalesce(asked.c.rule, literal(NO_ROW, Text))).scalar_subquery(),
            literal(NOTHING, Text),
        ),
        shown=select(func.jsonb_agg(shown(found.c), type_=JSONB)).where(*seen).scalar_subquery(),
        patients=select(func.array_agg(asked.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    told = beside(found, [*found.c, decided], log, consumed, fresh).order_by(found.c.type, found.c.id)
    return build(told.add_cte(_looked(and_(may, fresh), asked)) if looks else told)


def _looked(may: ColumnElement[bool], asked: CTE) -> CTE:
    """The organisation has read the card now: what comes later is new to it."""
    row = select(AUTHOR, asked.c.id, AT).select_from(asked).where(may)
    made = insert(looked).from_select(["organization", "episode", "at"], row)
    return made.on_conflict_do_update(
        index_elements=["organization", "episode"], set_={"at": func.greatest(looked.c.at, made.excluded.at)}
    ).cte("looked_now")


async def of_card(session: Session, episode: str, *, looks: bool = True) -> tuple[list[Stored], str | None]:
    """The resources of the card ``episode`` and the row that decided on the card itself; logged. Raises Replayed.

    ``looks``: the caller's organisation has then seen what there is (``worklist``).
    """
    role = session.caller.role
    rows = await session.fetch_logged(
        _statement(role, of_woman=False, looks=looks and role in CLINICIANS), id=episode
    )
    decided: Any = rows[0]["episode_rule"]
    return _stored(rows), decided


async def of_woman(session: Session, patient: str) -> list[Stored]:
    """The resources of the open card of ``patient``; none where she or it is hidden or not there. Logged. Raises Replayed."""
    found = _stored(
        await session.fetch_logged(
            _statement(session.caller.role, of_woman=True, looks=False), patient=patient
        )
    )
    return found if any((row.type, row.id) == ("Patient", patient) and row.visible for row in found) else []


def compile_first() -> None:
    """Compile what the first readers of a process would else wait for, some hundredths of a second each."""
    for role in CLINICIANS:
        _statement(role, of_woman=True, looks=False)
        _statement(role, of_woman=False, looks=True)
    _statement(Role.CITIZEN, of_woman=False, looks=False)


def _stored(rows: list[Any]) -> list[Stored]:
    return [stored(row) for row in rows if row["id"] is not None]
