"""The resources of one card → the typed facts that the clinical core folds.

https://hl7.org/fhir/R4/episodeofcare.html. What is about the mother counts, and of her born child, a Patient of its own,
what the birth is told by: its other readings are not hers. Nothing here raises for any valid base R4.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from app.fhir.codes import NOPAT
from app.mapping.elements import (
    Element,
    child,
    children,
    codings,
    labels,
    literal,
    moment,
    reference,
    self_reported,
    text,
)
from app.mapping.hers import registered
from app.mapping.history_facts import READERS as HISTORY
from app.mapping.item_facts import item_of
from app.mapping.laboratory import laboratory_result
from app.mapping.observation_facts import Record, focus, read
from app.mapping.private_items import PRIVATE
from app.mapping.record_facts import READERS, Surroundings, official_name, source
from app.mapping.task_facts import task
from app.pregnancy.background import Child
from app.pregnancy.facts import Fact, Facts, Haemoglobin, RhesusD
from app.pregnancy.kept import Kept

IN_LABORATORY = (Haemoglobin, RhesusD, Kept)  # read by rules and listed among the laboratory results too
NOT_DONE = frozenset({"entered-in-error", "cancelled"})


def facts(resources: Iterable[Mapping[str, Any]]) -> Facts:
    """The facts of ``resources``: a woman's Patient, her EpisodeOfCare and all that belongs to it."""
    by_reference = {source(row): row for row in resources if isinstance(row, dict)}
    mother = _mother(by_reference)
    around = Surroundings(by_reference, _children(by_reference, mother))
    mine = ((name, row) for name, row in by_reference.items() if _is_about(name, row, mother))
    found = (fact for name, row in mine for fact in _read(name, row, around))
    return Facts.collect(map(_kept_private, chain(found, _of_children(around))))


def _kept_private(fact: Fact) -> Fact:
    """What no screen of hers shows, whether its record is labelled or not."""
    return replace(fact, labels=fact.labels | {NOPAT}) if fact.kept_under in PRIVATE else fact


def _children(by_reference: Mapping[str, Element], mother: str) -> dict[str, str]:
    """Each born child, and the fetus that it was: its name, or its reference where it has none."""
    found: dict[str, str] = {}
    for name, row in by_reference.items():
        if name == mother or not name.startswith("Patient/") or row.get("active") is False:
            continue
        links = (literal(reference(link, "other")) for link in children(row, "link"))
        was = next((link for link in links if link.startswith("RelatedPerson/")), None)
        if was:
            found[name] = official_name(by_reference.get(was, {})) or was
    return found


def _of_children(around: Surroundings) -> Iterator[Fact]:
    """The children, and what of theirs tells of the birth."""
    for name, fetus in around.children.items():
        row = around.by_reference[name]
        yield Child(source=name, labels=labels(row), fetus=fetus, name=official_name(row))
    for name, row in around.by_reference.items() if around.children else ():
        if name.startswith("Observation/") and reference(row, "subject") in around.children:
            item = item_of(tuple(codings(child(row, "code"))))
            if item and item.section == "birth" and item.per_fetus:
                yield from _observation(name, row, around)


def _mother(by_reference: Mapping[str, Element]) -> str:
    episodes = (row for name, row in by_reference.items() if name.startswith("EpisodeOfCare/"))
    named = next((reference(row, "patient") for row in episodes), "")
    return named or next((name for name in by_reference if name.startswith("Patient/")), "")


def _is_about(name: str, resource: Element, mother: str) -> bool:
    if name.startswith("Patient/"):
        return name == mother
    subject = reference(resource, "subject") or reference(resource, "patient")
    return not subject or not mother or subject == mother or subject.startswith("urn:")


def _read(name: str, resource: Element, around: Surroundings) -> Iterator[Fact]:
    kind = name.partition("/")[0]
    if kind == "Observation":
        yield from _observation(name, resource, around)
    if child(resource, "meta").get("tag"):  # what she registered is tagged so
        yield from registered(resource, name)
    if kind in READERS:
        yield from READERS[kind](resource, around)
    if kind == "Task":
        yield from task(resource, around)
    if kind in HISTORY:
        yield from HISTORY[kind](resource, around)


def _observation(name: str, resource: Element, around: Surroundings) -> Iterator[Fact]:
    if text(resource, "status") in NOT_DONE:
        return
    when = moment(text(resource, "effectiveDateTime")) or _other_time(resource, around)
    if when is None:
        return
    record = Record(
        resource=resource,
        source=name,
        when=when,
        labels=labels(resource),
        confirmed=not self_reported(resource),
        fetus=_fetus(resource, around),
        encounter=reference(resource, "encounter") or None,
        codings=tuple(codings(child(resource, "code"))),
    )
    found = read(record)
    if found:
        yield found
    result = laboratory_result(record) if found is None or isinstance(found, IN_LABORATORY) else None
    if result:
        yield result


def _fetus(resource: Element, around: Surroundings) -> str | None:
    """The name of the fetus; its id where the fetus itself is not among the resources, never somebody else's."""
    born = around.children.get(reference(resource, "subject")) if around.children else None
    if born:
        return born
    named = focus(resource) if "focus" in resource else None
    return (official_name(around.by_reference.get(named, {})) or named) if named else None


def _other_time(resource: Element, around: Surroundings) -> datetime | None:
    """Without a plain time: when it was issued, the visit took place, or at last when it was stored."""
    encounter = around.by_reference.get(reference(resource, "encounter"), {})
    period, events = child(resource, "effectivePeriod"), child(resource, "effectiveTiming").get("event")
    given = (
        text(resource, "effectiveInstant"),
        text(period, "start") or text(period, "end"),
        events[0] if isinstance(events, list) and events and isinstance(events[0], str) else "",
        text(resource, "issued"),
        text(child(encounter, "period"), "start"),
        text(child(resource, "meta"), "lastUpdated"),
    )
    return next(filter(None, map(moment, given)), None)
