"""What a replay compares of a card, by its machine-readable fields, and how two differ, in lines one can read.

How the card is laid out: ``docs/content.md``. https://hl7.org/fhir/R4/documents.html
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from helsekort_sandbox import reading
from helsekort_sandbox.recording_lines import CardSeen

_LINE = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_VISIT = re.compile(r"(.+): (.+?) \(\d\d\.\d\d\.\d{4} til \d\d\.\d\d\.\d{4}\)")


def seen(document: dict[str, Any]) -> CardSeen:
    """What stands on the card in ``document``, a Bundle.

    Of the findings those that the card computes: a Flag that the worker stored has an id, and comes when it comes.
    """
    entries = document["entry"]
    kept = [
        row for row in entries if row["resource"]["resourceType"] != "Flag" or "id" not in row["resource"]
    ]
    card = reading.read(document | {"entry": kept})
    return CardSeen(
        age=card.age,
        due=card.due,
        findings=dict(sorted(card.classes.items())),
        visits=_visits(document),
        pressures=list(card.pressures),
        resources=card.resources,
    )


def _visits(document: dict[str, Any]) -> dict[str, str]:
    parts = document["entry"][0]["resource"].get("section", [])
    texts = [
        part["text"]["div"]
        for part in parts
        if any(row.get("code") == "programme" for row in part.get("code", {}).get("coding", []))
    ]
    lines = [unescape(line) for text in texts for line in _LINE.findall(text)]
    return {found[1]: found[2] for found in map(_VISIT.fullmatch, lines) if found}


def differences(wanted: CardSeen, found: CardSeen) -> Iterator[str]:
    """Each difference as one line; what ``wanted`` does not name is not compared."""
    for name in ("age", "due", "resources"):
        before, now = getattr(wanted, name), getattr(found, name)
        if before is not None and before != now:
            yield f"{name}: awaited {before or 'none'}, is {now or 'none'}"
    for name in ("findings", "visits"):
        rows = getattr(wanted, name)
        if rows is not None:
            yield from _changes(name, rows, getattr(found, name) or {})
    if wanted.pressures is not None and wanted.pressures != found.pressures:
        yield f"pressures: awaited {', '.join(wanted.pressures)}, is {', '.join(found.pressures or ())}"


def _changes(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for key in sorted(before.keys() | now.keys()):
        if key not in now:
            yield f"{name}: - {key} ({before[key]})"
        elif key not in before:
            yield f"{name}: + {key} ({now[key]})"
        elif before[key] != now[key]:
            yield f"{name}: {key} was {before[key]}, is {now[key]}"
