"""What a decision asks of the caller's standing to a woman, looked up beside the rows that are decided.

Two look-ups a row, however many access rows ask: for statements that decide few rows (design §6).
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    false,
    func,
    literal_column,
    select,
    true,
)

from app.store.facet_columns import Standing
from app.store.standing_sql import ACTORS, ALL_CARERS, ORGANIZATIONS, PERSON, REACHING, in_force
from app.store.tables import choice, relation


def with_standing(rows: FromClause, patient: ColumnElement[Any]) -> tuple[FromClause, Standing]:
    """``rows``, and beside each what a decision asks of the caller's standing to ``patient``: two look-ups a row."""
    her = _choices(patient).lateral()
    them = _relations(patient).lateral()
    return rows.join(her, true()).join(them, true()), Standing(*her.c, *them.c)


def with_standing_to(rows: FromClause, woman: ColumnElement[Any]) -> tuple[FromClause, Standing]:
    """The same where every row is about one ``woman``, whom no row tells: two look-ups a statement."""
    her, them = _choices(woman).subquery(), _relations(woman).subquery()
    found = select(*her.c, *them.c).select_from(her.join(them, true())).cte("standing")
    once = found.prefix_with("MATERIALIZED")
    return rows.join(once, true()), standing_in(once)


def standing_in(rows: FromClause) -> Standing:
    """What an earlier part of the statement looked up, and lists under the same names."""
    return Standing(*(rows.c[name] for name in Standing._fields))


def _choices(patient: ColumnElement[Any]) -> Select[Any]:
    kind, part, all_carers = choice.c.kind, choice.c.part, choice.c.actor == ALL_CARERS

    def array_of(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.array_agg(column, type_=ARRAY(Text)).filter(*conditions)

    return select(
        _ever(kind == literal_column("'block'")).label("blocks"),
        array_of(part, kind == literal_column("'restrict'"), all_carers).label("restricts"),
        array_of(part, kind == literal_column("'open'")).label("opens"),
        array_of(kind, all_carers).label("said"),
        array_of(part, kind == literal_column("'lives'"), all_carers).label("lives"),
    ).where(
        choice.c.patient == patient,
        choice.c.actor == any_(ACTORS),
        in_force(choice.c.begins, choice.c.ends),
    )


def _relations(patient: ColumnElement[Any]) -> Select[Any]:
    granted = and_(relation.c.organization == PERSON, relation.c.kind == literal_column("'emergency'"))
    answers: list[ColumnElement[Any]] = [
        _ever(relation.c.organization == any_(ORGANIZATIONS)).label("related"),
        _ever(granted).label("urgent"),
    ]
    return select(*answers).where(
        relation.c.patient == patient,
        relation.c.organization == any_(REACHING),
        in_force(relation.c.begins, relation.c.ends),
    )


def _ever(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.coalesce(func.bool_or(condition), false())
