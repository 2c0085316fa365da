"""Concept maps: what a code is in another system. https://hl7.org/fhir/R4/conceptmap.html"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.fhir.terminology import Json

_TURNED: Final = {  # what an equivalence says when it is read backwards
    "wider": "narrower",
    "narrower": "wider",
    "subsumes": "specializes",
    "specializes": "subsumes",
}
NO_MATCH: Final = frozenset({"unmatched", "disjoint"})


@dataclass(frozen=True, slots=True)
class Match:
    """One code on the other side; ``other_map`` instead where the map sends on to another."""

    equivalence: str
    coding: Json
    products: tuple[Json, ...] = ()
    comment: str = ""
    other_map: str = ""


def systems(resource: Json) -> set[str]:
    """The systems that a map leads from."""
    return {group["source"] for group in resource.get("group", ()) if "source" in group}


def translate(
    resource: Json, system: str, code: str, *, target: str = "", reverse: bool = False
) -> Iterator[Match]:
    """What ``code`` is by this map, in the system ``target`` where one is named."""
    for group in resource.get("group", ()):
        source, other = group.get("source", ""), group.get("target", "")
        if reverse:
            if other in {system, ""} and target in {"", source}:
                yield from _backwards(group, code)
        elif source in {system, ""} and target in {"", other}:
            yield from _forwards(group, system, code)


def _forwards(group: Json, system: str, code: str) -> Iterator[Match]:
    elements = [row for row in group.get("element", ()) if row.get("code") == code]
    for row in elements:
        for target in row.get("target", ()):
            coding = _coding(group.get("target"), group.get("targetVersion"), target)
            products = tuple(target.get("product", ()))
            yield Match(target["equivalence"], coding, products, target.get("comment", ""))
    if not elements and "unmapped" in group:
        yield from _unmapped(group, system, code)


def _unmapped(group: Json, system: str, code: str) -> Iterator[Match]:
    rule = group["unmapped"]
    if rule["mode"] == "provided":
        yield Match("equal", {"system": group.get("target", system), "code": code})
    elif rule["mode"] == "fixed":
        yield Match("inexact", _coding(group.get("target"), group.get("targetVersion"), rule))
    elif "url" in rule:
        yield Match("", {}, other_map=rule["url"])


def _backwards(group: Json, code: str) -> Iterator[Match]:
    for row in group.get("element", ()):
        for target in row.get("target", ()):
            if target.get("code") == code:
                equivalence = target["equivalence"]
                coding = _coding(group.get("source"), group.get("sourceVersion"), row)
                yield Match(_TURNED.get(equivalence, equivalence), coding, (), target.get("comment", ""))


def _coding(system: str | None, version: str | None, row: Json) -> Json:
    found = {"system": system, "version": version, "code": row.get("code"), "display": row.get("display")}
    return {name: value for name, value in found.items() if value}
