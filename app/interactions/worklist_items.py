"""The items of a worklist: from the outline of a card to what one reader is told, and each as a Task.

TABLE: the kinds, in the order of their urgency. https://hl7.org/fhir/R4/task.html
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from app import clock
from app.fhir import codes
from app.fhir import json as fhir_json
from app.interactions.outline import Outline, moment, visit_state
from app.pregnancy.programme import SCAN
from app.store.worklist import Key, Weighed

Json = dict[str, Any]
Seen = Mapping[Key, Weighed]
KINDS: dict[str, str] = {  # kind → priority of its Task
    "alarm": "urgent",  # stat behind its deadline
    "visit-overdue": "asap",
    "new-result": "asap",
    "to-confirm": "routine",
    "visit-due": "routine",
}
DEFAULTS = frozenset(KINDS)
_RANKS = {kind: rank for rank, kind in enumerate(KINDS, 1)}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. ``due`` is its deadline, or since when it waits; ``rests_on`` is what the caller must see."""

    kind: str
    title: str
    due: datetime
    rests_on: tuple[str, ...]
    focus: str = ""
    rule: str = ""
    text: str = ""
    begins: datetime | None = None
    late: bool = False

    @property
    def rank(self) -> int:
        """An alarm whose deadline has passed comes before all."""
        return 0 if self.late else _RANKS[self.kind]

    @property
    def keys(self) -> tuple[str, ...]:
        """All resources that it names or rests on."""
        return (*self.rests_on, self.focus) if self.focus else self.rests_on


def key_of(reference: str) -> Key:
    """Type and id of ``Type/id``."""
    type_name, _, id_ = reference.partition("/")
    return type_name, id_


def narrowed(outline: Outline, kinds: frozenset[str], since: datetime) -> Outline:
    """What of ``outline`` can become an item of one of ``kinds``, so that no more is decided than is asked for."""
    return replace(
        outline,
        alarms=outline.alarms if "alarm" in kinds else [],
        visits=outline.visits if {"visit-due", "visit-overdue"} & kinds else [],
        results=[row for row in outline.results if "new-result" in kinds and moment(row, "updated") >= since],
        waiting=outline.waiting if "to-confirm" in kinds else [],
    )


def items(outline: Outline, seen: Seen, *, now: datetime, author: str, ward: bool) -> list[Item]:
    """What of ``outline`` the caller may be told, the most urgent first. ``ward``: visits at a hospital only.

    A result is news to all but its ``author``, the organisation that wrote it.
    """
    found = [*_alarms(outline, seen, now), *_visits(outline, seen, now, ward=ward)]
    for row in outline.results:
        weighed = seen.get(key_of(row["source"]))
        if weighed and weighed.visible and weighed.author != author:
            found.append(_recorded("new-result", row))
    found += [_recorded("to-confirm", row) for row in outline.waiting if _visible(seen, row["source"])]
    return sorted(found, key=lambda row: (row.rank, row.due, row.rests_on))


def _visible(seen: Seen, *references: str) -> bool:
    weighed = (seen.get(key_of(reference)) for reference in references)
    return all(one is not None and one.visible for one in weighed)


def _recorded(kind: str, row: Json) -> Item:
    return Item(kind, row["title"], moment(row, "updated"), (row["source"],), row["source"])


def _alarms(outline: Outline, seen: Seen, now: datetime) -> Iterator[Item]:
    """Alarms of which she who asks may see every input, less what another on the same reading says more strongly."""
    shown = [row for row in outline.alarms if _visible(seen, *row["inputs"])]
    for row in shown:
        outranked = any(
            row["rule"] in other["outranks"] and set(row["inputs"]) & set(other["inputs"]) for other in shown
        )
        if not outranked:
            deadline = moment(row, "deadline")
            focus = row["flag"] if _visible(seen, row["flag"]) else next(iter(row["inputs"]), "")
            yield Item(
                "alarm", row["title"], deadline, tuple(row["inputs"]), focus, row["rule"], row["text"],
                moment(row, "seen"), late=now > deadline,
            )  # fmt: skip


def _visits(outline: Outline, seen: Seen, now: datetime, *, ward: bool) -> Iterator[Item]:
    """Visits that are due; where the caller does not see what the dates rest on, none can be named."""
    rests_on = (outline.term, *outline.course)
    if not outline.term or not _visible(seen, *rests_on):
        return
    for row in outline.visits:
        state = visit_state(row, now.astimezone(clock.OSLO).date())
        if state != "upcoming" and (not ward or SCAN.intersection(row["kinds"])):
            yield Item(
                f"visit-{state}", row["title"], _evening(row["closes"]), rests_on, rule=row["id"],
                begins=_morning(row["opens"]),
            )  # fmt: skip


def _morning(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day), time(), tzinfo=clock.OSLO)


def _evening(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day), time(23, 59, 59), tzinfo=clock.OSLO)


def task(item: Item, patient: str, episode: str) -> tuple[str, bytes]:
    """``item`` as a Task, with a fullUrl that stays the same as long as the item does."""
    rule = [{"system": codes.CS_CARD, "code": item.rule}] if item.rule else []
    waits = item.kind in {"new-result", "to-confirm"}
    period = {
        **({"start": clock.instant(item.begins)} if item.begins else {}),
        **({} if waits else {"end": clock.instant(item.due)}),
    }
    body: Json = {
        "resourceType": "Task",
        "basedOn": [{"reference": f"EpisodeOfCare/{episode}"}],
        "status": "requested",
        "intent": "plan",
        "priority": "stat" if item.late else KINDS[item.kind],
        "code": {"coding": [{"system": codes.CS_CARD, "code": item.kind}, *rule], "text": item.title},
        **({"description": item.text} if item.text else {}),
        **({"focus": {"reference": item.focus}} if item.focus else {}),
        "for": {"reference": f"Patient/{patient}"},
        **({"authoredOn": clock.instant(item.due)} if waits else {}),
        **({"restriction": {"period": period}} if period else {}),
    }
    named = "|".join((episode, item.kind, item.rule, *item.rests_on))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, named)}", fhir_json.dump(body)
