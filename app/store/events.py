"""Events: written by the statement that stores a version, read in an order in which nothing can turn up behind a reader.

A row is ordered by its transaction and its number. What is older than every transaction that still runs (``HORIZON``)
is final: nothing can be committed before it any more, so a reader who has come so far has missed nothing.
"""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Text,
    and_,
    any_,
    case,
    func,
    insert,
    literal_column,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array

from app.fhir.topics import CAUSING, TOPICS, WITHOUT_CARD, Topic
from app.store.subscription_tables import event
from app.store.write_columns import Shape

HORIZON: ColumnElement[int] = literal_column(
    "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)", BigInteger
)
LAST = 2**63 - 1
ADOPTED = 2**40  # by how much what another cluster counted is moved back; no cluster counts as far
_THIS: ColumnElement[int] = literal_column("(pg_current_xact_id()::text::bigint)", BigInteger)


class Place(NamedTuple):
    """A place in the feed; ``era`` says whose transactions they are (``adopt``)."""

    era: int
    transaction: int
    seq: int


def texts(values: frozenset[str]) -> ColumnElement[Any]:
    """``values`` as an array that is part of the statement's text."""
    quoted = ",".join(f'"{value}"' for value in sorted(values))
    return literal_column(f"'{{{quoted}}}'::text[]", ARRAY(Text))


def _name(topic: Topic) -> ColumnElement[str]:
    return literal_column(f"'{topic.name}'", Text)


def _holds(topic: Topic, status: ColumnElement[Any], categories: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the topic's predicate holds for a resource of this status and these categories."""
    trigger, parts = topic.trigger, []
    if trigger.statuses:
        parts.append(func.coalesce(status == any_(texts(trigger.statuses)), False))
    if trigger.categories:
        overlap = categories.op("&&", is_comparison=True, return_type=Boolean())
        parts.append(func.coalesce(overlap(texts(trigger.categories)), False))
    return and_(*parts)


def _triggers(topic: Topic, state: CTE, *, changes: bool) -> ColumnElement[bool]:
    c, trigger = state.c, topic.trigger
    parts = [c.type == any_(texts(trigger.types)), c.method == any_(texts(trigger.methods))]
    if trigger.on_card:
        parts += [
            c.patient.is_not(None),
            or_(_episode(state, changes=changes).is_not(None), c.type == any_(texts(WITHOUT_CARD))),
        ]
    if trigger.statuses or trigger.categories:
        parts.append(_holds(topic, c.status, c.categories))
        if changes:
            parts.append(not_(_holds(topic, c.was_status, c.was_categories)))
    return and_(*parts)


def _episode(state: CTE, *, changes: bool) -> ColumnElement[Any]:
    """The card; what is deleted was on one."""
    episode: ColumnElement[Any] = state.c.episode
    return func.coalesce(episode, state.c.was_episode) if changes else episode


@cache
def caused(types: str | None) -> tuple[Topic, ...]:
    """The topics that a write of this type (None: of several) may trigger."""
    if types is not None and types not in CAUSING:
        return ()
    return tuple(row for row in TOPICS if types is None or types in row.trigger.types)


def written(shape: Shape, state: CTE, stored: CTE) -> list[CTE]:
    """The events of a set of writes; ``stored`` gives rid and ordinal of what was written."""
    topics = caused(shape.type)
    if not topics:
        return []
    names: list[ColumnElement[Any]] = [
        case((_triggers(row, state, changes=shape.changes), _name(row)), else_=null().cast(Text))
        for row in topics
    ]
    listed: array[Any] = array(names, type_=Text())
    found = (
        select(
            stored.c.rid,
            state.c.n,
            state.c.version,
            _episode(state, changes=shape.changes).label("episode"),
            func.array_remove(listed, null(), type_=ARRAY(Text)).label("topics"),
        )
        .select_from(stored.join(state, state.c.n == stored.c.n))
        .cte("happened")
    )
    row = (
        select(_THIS, found.c.topics, found.c.rid, found.c.version, found.c.episode)
        .where(func.cardinality(found.c.topics) > literal_column("0"))
        .order_by(found.c.n)
    )
    names_of = ["transaction", "topics", "rid", "version", "episode"]
    return [insert(event).from_select(names_of, row).cte("event_new")]
