"""An event with what it is about, each with the row that lets a caller see it now: the same decision as a reading's.

An event is somebody's to know of only where she may read what was changed, by the labels of then and of now, and what
the topic is about. Who is blocked or whose relation has ended is not told, and nothing counts what she was not told.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Text,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
)

from app.access.caller import Role
from app.fhir.search_params import number
from app.fhir.topics import PLAN_CATEGORY, Focus, Topic
from app.store.access_sql import allowed, rule
from app.store.events import texts
from app.store.facet_columns import FacetColumns
from app.store.resources import STORED
from app.store.subscription_tables import event
from app.store.tables import OPEN_EPISODE, index_reference, resource, resource_version

FILTERS = ("patients", "episodes", "organizations")
_CARD: ColumnElement[Any] = literal_column("'EpisodeOfCare'")


@dataclass(frozen=True, slots=True)
class Part:
    """One resource of an event: its columns and the row that decides."""

    table: Any  # an alias of ``resource``
    rule: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """The join that makes a line of an event. ``parts`` are ``changed``, ``card`` and, for some topics, ``target``."""

    source: FromClause
    version: Any
    parts: dict[str, Part]
    card_id: ColumnElement[Any]
    visible: ColumnElement[bool]

    def narrowed(self) -> ColumnElement[bool]:
        """The filters of a subscription, each an array or NULL for any."""
        columns = (self.parts["changed"].table.c.patient, self.card_id, self.version.c.author)
        conditions = []
        for name, column in zip(FILTERS, columns, strict=True):
            values = bindparam(name, type_=ARRAY(Text))
            conditions.append(or_(values.is_(None), column == any_(values)))
        return and_(*conditions)


def _part(role: Role, table: Any, type_name: str | None, version: Any = None) -> Part:
    """``version``: the one that is told of, which must be theirs to read as well."""
    labels: ColumnElement[Any] = table.c.labels
    bodies: tuple[Any, ...] = (table.c.body,)
    if version is not None:
        labels, bodies = labels.op("||")(version.c.labels), (version.c.body, table.c.body)
    facets = FacetColumns(table.c.type, table.c.patient, labels, table.c.author, bodies=bodies)
    return Part(table, rule(role, "read", facets, type_name))


def _open_card(patient: ColumnElement[Any]) -> ColumnElement[Any]:
    opened = resource.alias("opened")
    statuses: list[Any] = [literal_column(f"'{status}'") for status in OPEN_EPISODE]
    return (
        select(opened.c.id)
        .where(
            opened.c.type == _CARD, opened.c.patient == patient, opened.c.governed, ~opened.c.deleted,
            opened.c.status.in_(statuses),
        )
        .limit(literal_column("1"))
        .scalar_subquery()
    )  # fmt: skip


def _plan(changed: Any) -> ColumnElement[Any]:
    """The birth plan that a Provenance refers to."""
    plan, link = resource.alias("plan"), index_reference.alias("link")
    return (
        select(func.min(plan.c.id))
        .select_from(link.join(plan, and_(plan.c.type == link.c.target_type, plan.c.id == link.c.target_id)))
        .where(
            link.c.rid == changed.c.rid,
            link.c.param == literal_column(str(number("Provenance", "target"))),
            link.c.target_type == literal_column("'CarePlan'"),
            plan.c.categories.op("&&")(texts(frozenset({PLAN_CATEGORY}))),
        )
        .scalar_subquery()
    )


@cache
def lines(role: Role, topic: Topic | None) -> Lines:
    """The lines of ``topic``, or of every event where it is None, as ``role`` may see them."""
    changed, version, card = (
        resource.alias("changed"), resource_version.alias("version"), resource.alias("card"),
    )  # fmt: skip
    source: Any = event.join(changed, changed.c.rid == event.c.rid).join(
        version, and_(version.c.rid == event.c.rid, version.c.version == event.c.version)
    )
    types = topic.trigger.types if topic else frozenset[str]()
    only = next(iter(types)) if len(types) == 1 else None
    parts = {"changed": _part(role, changed, only, version)}
    card_id = [event.c.episode]
    if topic and topic.focus is Focus.TARGET:
        target = resource.alias("target")
        parts["target"] = _part(role, target, topic.focus_type)
        kind: Any = literal_column(f"'{topic.focus_type}'")
        source = source.outerjoin(target, and_(target.c.type == kind, target.c.id == _plan(changed)))
        card_id.append(target.c.episode)
    # A subquery in a join must not be run for rows whose card is known
    found = func.coalesce(*card_id, _open_card(changed.c.patient))
    source = source.outerjoin(card, and_(card.c.type == _CARD, card.c.id == found))
    parts["card"] = _part(role, card, "EpisodeOfCare")
    about = {Focus.CARD: "card", Focus.TARGET: "target"}
    focus = parts[about.get(topic.focus, "changed") if topic else "changed"]
    visible = and_(allowed(parts["changed"].rule), allowed(focus.rule), focus.table.c.rid.is_not(None))
    return Lines(source, version, parts, card.c.id, visible)


def columns(found: Lines, *, bodies: bool) -> list[ColumnElement[Any]]:
    """What is read of each part, prefixed by its name; a part that may not be seen is NULL."""
    read: list[ColumnElement[Any]] = []
    for prefix, part in found.parts.items():
        may = and_(found.visible, allowed(part.rule), part.table.c.rid.is_not(None))
        read.append(case((may, part.rule), else_=null().cast(Text)).label(f"{prefix}_rule"))
        for name in STORED:
            if name != "body" or bodies:
                column = part.table.c[name]
                read.append(case((may, column), else_=null().cast(column.type)).label(f"{prefix}_{name}"))
    return read
