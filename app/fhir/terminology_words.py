"""Words for codes in the language that is asked for: nb, nn and en first of all.

https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept.designation
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from app.fhir.folding import fold

Json = dict[str, Any]
_NEAR: Final = {  # whoever reads one of these reads the next, rather than a third language
    "nb": ("nb", "no", "nn"),
    "nn": ("nn", "no", "nb"),
    "no": ("no", "nb", "nn"),
}
_PREFERRED: Final = frozenset({"", "display", "preferred"})
_WORD: Final = re.compile(r"\w+")


def languages(asked: str) -> tuple[str, ...]:
    """The languages of ``displayLanguage`` or Accept-Language, best first: ``nb-NO,en;q=0.5`` → nb, no, nn, en."""
    named: list[tuple[float, str]] = []
    for part in asked.split(","):
        tag, _, weight = part.partition(";")
        primary = tag.strip().partition("-")[0].lower()
        found = re.fullmatch(r"\s*q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*", weight)
        if primary and primary != "*":
            named.append((-float(found[1]) if found else -1.0, primary))
    best = [primary for _, primary in sorted(named, key=lambda row: row[0])]
    return tuple(dict.fromkeys(near for one in best for near in _NEAR.get(one, (one,))))


def word(display: str, language: str, designations: Iterable[Json], asked: Sequence[str]) -> str:
    """The display in the first of the ``asked`` languages that there is; else the one that the system has."""
    by_language: dict[str, list[Json]] = {}
    for row in designations:
        by_language.setdefault(row.get("language", "").partition("-")[0].lower(), []).append(row)
    own = language.partition("-")[0].lower()
    for wanted in asked:
        found = by_language.get(wanted, [])
        best = next((row for row in found if row.get("use", {}).get("code", "") in _PREFERRED), None)
        if best is not None:
            return str(best["value"])
        if wanted == own and display:
            return display
        if found:
            return str(found[0]["value"])
    return display


def matches(asked: str, texts: Iterable[str]) -> bool:
    """Whether each word of ``asked`` begins a word of one of ``texts``, whatever case and accents."""
    words = [part for text in texts for part in _WORD.findall(fold(text))]
    return all(any(word.startswith(part) for word in words) for part in _WORD.findall(fold(asked)))
