"""Code systems as this server holds them: codes, hierarchy, properties, words. https://hl7.org/fhir/R4/codesystem.html

``Library`` is what has been looked up so far. Whoever misses something in it raises ``Wanted`` with its name; the one
who can look up does so and asks again, so that everything here stays pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from app.fhir.json import Number

Json = dict[str, Any]
Key = tuple[str, str]  # type of resource, canonical (``url`` or ``url|version``)
_STANDARD: Final = "http://hl7.org/fhir/concept-properties#"
_GONE: Final = frozenset({"retired", "deprecated", "withdrawn", "inactive"})


class Wanted(Exception):
    """What must be looked up before the question can be answered."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self.keys = frozenset(keys)
        super().__init__(sorted(self.keys))


@dataclass(frozen=True, slots=True)
class Concept:
    """One code. ``node`` is its entry in the resource, with definition, designations and properties."""

    code: str
    display: str = ""
    parents: tuple[str, ...] = ()
    abstract: bool = False  # only groups others; is not chosen
    inactive: bool = False
    node: Json = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class CodeSystem:
    """A code system; ``complete`` where every code of it is here."""

    url: str
    version: str = ""
    name: str = ""
    complete: bool = True
    language: str = ""
    case_sensitive: bool = True
    hierarchy: str = ""
    properties: dict[str, str] = field(default_factory=dict)  # code → type
    concepts: dict[str, Concept] = field(default_factory=dict)
    _children: dict[str, list[str]] = field(default_factory=dict)
    _folded: dict[str, str] = field(default_factory=dict)

    def add(self, concept: Concept) -> None:
        """Add a code; the first of two that are the same stays."""
        if concept.code in self.concepts:
            return
        self.concepts[concept.code] = concept
        for parent in concept.parents:
            self._children.setdefault(parent, []).append(concept.code)
        if not self.case_sensitive:
            self._folded.setdefault(concept.code.casefold(), concept.code)

    def find(self, code: str) -> Concept | None:
        """The concept of ``code``, or None."""
        found = self.concepts.get(code)
        if found is None and not self.case_sensitive:
            return self.concepts.get(self._folded.get(code.casefold(), ""))
        return found

    def children(self, code: str) -> list[str]:
        """The codes directly below."""
        return self._children.get(code, [])

    def below(self, code: str) -> frozenset[str]:
        """``code`` and all that it subsumes; empty where it is none of this system."""
        found = self.find(code)
        return _reached(found.code, self._children) if found else frozenset()

    def above(self, code: str) -> frozenset[str]:
        """``code`` and all that subsume it; empty where it is none of this system."""
        found = self.find(code)
        if found is None:
            return frozenset()
        return _reached(found.code, {one.code: one.parents for one in self.concepts.values()})

    def values(self, concept: Concept, name: str) -> list[str]:
        """The values of a property of a concept, as text."""
        plain = {"code": [concept.code], "concept": [concept.code], "display": [concept.display]}
        if name in plain:
            return plain[name]
        found = [_text(row) for row in concept.node.get("property", ()) if row.get("code") == name]
        derived = {
            "parent": list(concept.parents),
            "child": self.children(concept.code),
            "notSelectable": [str(concept.abstract).lower()],
            "inactive": [str(concept.inactive).lower()],
            "definition": [concept.node.get("definition", "")],
        }
        return found or derived.get(name, [])

    def has(self, name: str) -> bool:
        """Whether concepts can have the property ``name``."""
        known = {"code", "concept", "display", "parent", "child", "notSelectable", "inactive", "definition"}
        return name in known or name in self.properties


def _reached(start: str, steps: Any) -> frozenset[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for code in steps.get(waiting.pop(), ()):
            if code not in seen:
                seen.add(code)
                waiting.append(code)
    return frozenset(seen)


def _text(row: Json) -> str:
    value = next((value for name, value in row.items() if name.startswith("value")), "")
    if isinstance(value, dict):
        value = value.get("code", "")
    if isinstance(value, bool):
        return str(value).lower()
    return value.lexeme if isinstance(value, Number) else str(value)


def code_system(resource: Json) -> CodeSystem:
    """The code system of a CodeSystem resource."""
    described = {row["code"]: row for row in resource.get("property", ())}
    system = CodeSystem(
        url=resource.get("url", ""),
        version=resource.get("version", ""),
        name=resource.get("name") or resource.get("title") or resource.get("url", ""),
        complete=resource.get("content") == "complete",
        language=resource.get("language", ""),
        case_sensitive=resource.get("caseSensitive") is not False,
        hierarchy=resource.get("hierarchyMeaning", ""),
        properties={code: row.get("type", "") for code, row in described.items()},
    )
    standard = {code: row.get("uri", "").removeprefix(_STANDARD) for code, row in described.items()}
    nodes = list(_walk(resource.get("concept", [])))
    parents: dict[str, list[str]] = {}
    for node, parent in nodes:
        over = parents.setdefault(node["code"], [])
        over += [parent] if parent else []
        for row in node.get("property", ()):
            kind = standard.get(row["code"]) or row["code"]
            if kind == "parent":
                over.append(_text(row))
            elif kind == "child":
                parents.setdefault(_text(row), []).append(node["code"])
    for node, _ in nodes:
        system.add(_concept(node, tuple(dict.fromkeys(parents[node["code"]])), standard))
    return system


def _walk(concepts: list[Json]) -> Iterator[tuple[Json, str]]:
    """Every concept with the code that it stands under, in the order of the resource."""
    waiting = [(node, "") for node in reversed(concepts)]
    while waiting:
        node, parent = waiting.pop()
        yield node, parent
        waiting += [(child, node["code"]) for child in reversed(node.get("concept", []))]


def _concept(node: Json, parents: tuple[str, ...], standard: dict[str, str]) -> Concept:
    marks = {(standard.get(row["code"]) or row["code"]): _text(row) for row in node.get("property", ())}
    return Concept(
        code=node["code"],
        display=node.get("display", ""),
        parents=parents,
        abstract=marks.get("notSelectable") == "true",
        inactive=marks.get("inactive") == "true" or marks.get("status") in _GONE,
        node=node,
    )


@dataclass(slots=True)
class Library:
    """What has been looked up: an artefact by its key, or None where there is none."""

    found: dict[Key, Any] = field(default_factory=dict)

    def want(self, keys: Iterable[Key]) -> None:
        """All of ``keys`` at once. Raises Wanted where one has not been looked up."""
        missing = [key for key in keys if key not in self.found]
        if missing:
            raise Wanted(missing)

    def get(self, key: Key) -> Any:
        """The artefact under ``key``, or None. Raises Wanted."""
        self.want([key])
        return self.found[key]

    def code_system(self, url: str, version: str = "") -> CodeSystem | None:
        """The code system ``url``. Raises Wanted."""
        system: CodeSystem | None = self.get(("CodeSystem", f"{url}|{version}" if version else url))
        return system

    def value_set(self, canonical: str) -> Json | None:
        """The ValueSet ``canonical``. Raises Wanted."""
        resource: Json | None = self.get(("ValueSet", canonical))
        return resource
