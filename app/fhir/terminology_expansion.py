"""Value sets expanded: https://hl7.org/fhir/R4/valueset.html#compositions

An include that lists codes needs no code system; one that takes a whole system or filters it needs the system here,
and whole. What cannot be said is refused, never guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.fhir.outcome import NotFound, Unprocessable
from app.fhir.parameters import echo
from app.fhir.terminology import CodeSystem, Concept, Json, Key, Library
from app.fhir.terminology_filters import filtered

MOST_CODES: Final = 20_000
Code = tuple[str, str]  # system, code


@dataclass(frozen=True, slots=True)
class Term:
    """One code of an expansion, with the words that there are for it."""

    system: str
    code: str
    version: str = ""
    display: str = ""
    language: str = ""
    designations: tuple[Json, ...] = ()
    abstract: bool = False
    inactive: bool = False


Terms = dict[Code, Term]


def known(value_set: Json | None, canonical: str) -> Json:
    """``value_set``, which must be there. Raises NotFound."""
    if value_set is None:
        raise NotFound(f"There is no ValueSet {echo(canonical)} here", "url")
    return value_set


def named(value_set: Json) -> set[Key]:
    """What a value set names and its expansion needs."""
    keys: set[Key] = set()
    compose = value_set.get("compose", {})
    for part in (*compose.get("include", ()), *compose.get("exclude", ())):
        keys |= {("ValueSet", canonical) for canonical in part.get("valueSet", ())}
        if "system" in part:
            keys.add(("CodeSystem", _canonical(part)))
    return keys


def _canonical(part: Json) -> str:
    return f"{part['system']}|{part['version']}" if "version" in part else str(part["system"])


def members(value_set: Json, library: Library, *, of: str | None = None, path: tuple[str, ...] = ()) -> Terms:
    """The codes of ``value_set``, those ``of`` one system where it is named.

    Raises Wanted, NotFound for a value set that is named and not here, Unprocessable where it cannot be expanded.
    """
    name = value_set.get("url") or value_set.get("id") or "a value set without url"
    if name in path:
        raise Unprocessable(
            f"The value set includes itself: {' → '.join((*path, name))}", "compose", code="processing"
        )
    if "compose" not in value_set:
        return {key: term for key, term in _expanded(value_set) if of in {None, term.system}}
    library.want(named(value_set))
    compose, inner = value_set["compose"], (*path, name)
    found: Terms = {}
    for part in compose.get("include", ()):
        for key, term in _part(part, library, of, inner).items():
            found.setdefault(key, term)
        if len(found) > MOST_CODES:
            raise Unprocessable(f"The expansion has more than {MOST_CODES} codes", code="too-costly")
    for part in compose.get("exclude", ()):
        for key in _part(part, library, of, inner) if found else ():
            found.pop(key, None)
    if compose.get("inactive") is False:
        return {key: term for key, term in found.items() if not term.inactive}
    return found


def _expanded(value_set: Json) -> Iterator[tuple[Code, Term]]:
    """The codes of a value set that is kept as its expansion alone."""
    waiting = list(reversed(value_set.get("expansion", {}).get("contains", ())))
    while waiting:
        row = waiting.pop()
        waiting += reversed(row.get("contains", ()))
        if row.get("system") and row.get("code"):
            yield (row["system"], row["code"]), Term(
                row["system"], row["code"], row.get("version", ""), row.get("display", ""), "",
                tuple(row.get("designation", ())), row.get("abstract", False), row.get("inactive", False),
            )  # fmt: skip


def _part(part: Json, library: Library, of: str | None, path: tuple[str, ...]) -> Terms:
    """The codes of one include or exclude: of its system and of each value set that it names."""
    sets: list[Terms] = []
    if "system" in part:
        if of not in {None, part["system"]}:
            return {}
        sets.append({(term.system, term.code): term for term in _of_system(part, library)})
    for canonical in part.get("valueSet", ()):
        value_set = known(library.value_set(canonical), canonical)
        sets.append(members(value_set, library, of=of, path=path))
    first, *others = sets or [{}]
    return {key: term for key, term in first.items() if all(key in other for other in others)}


def _of_system(part: Json, library: Library) -> Iterator[Term]:
    url = part["system"]
    system = library.code_system(url, part.get("version", ""))
    if "concept" in part:
        for row in part["concept"]:
            term = _listed(row, url, system, part.get("version", ""))
            if term is not None:
                yield term
        return
    held = _whole(system, part)
    concepts = filtered(held, part["filter"]) if "filter" in part else held.concepts.values()
    for concept in concepts:
        yield term_of(held, concept)


def _whole(system: CodeSystem | None, part: Json) -> CodeSystem:
    """``system``, every code of which must be here. Raises Unprocessable."""
    if system is None or not system.complete:
        how = "filters" if "filter" in part else "takes all of"
        there = "is not held here" if system is None else "is held here in part only"
        text = f"The value set {how} {echo(_canonical(part))}, which {there}"
        raise Unprocessable(text, "ValueSet.compose.include.system", code="not-supported")
    return system


def _listed(row: Json, url: str, system: CodeSystem | None, version: str) -> Term | None:
    """A code that is listed by name; None where its complete code system knows no such code."""
    concept = system.find(row["code"]) if system else None
    if system is None or concept is None:
        if system is not None and system.complete:
            return None
        return Term(url, row["code"], version, row.get("display", ""), "", tuple(row.get("designation", ())))
    held = term_of(system, concept)
    words = (*row.get("designation", ()), *held.designations)
    return Term(
        url, concept.code, held.version, row.get("display") or held.display,
        "" if row.get("display") else held.language, words, held.abstract, held.inactive,
    )  # fmt: skip


def term_of(system: CodeSystem, concept: Concept) -> Term:
    """``concept`` as it stands in an expansion."""
    return Term(
        system.url, concept.code, system.version, concept.display, system.language,
        tuple(concept.node.get("designation", ())), concept.abstract, concept.inactive,
    )  # fmt: skip
