"""Rows of the log joined to occasions: what one person did from one organisation for one purpose, without a long pause.

She reads that somebody looked at her card on a day, not forty lines about forty requests.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.mapping import audit_words
from app.mapping.audit_to_fhir import Shown, action

PAUSE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as its reader may see it: ``shown`` is her share, ``named`` whether the person may be named."""

    id: str
    at: datetime
    request: dict[str, Any]
    result: dict[str, Any]
    shown: Shown
    named: bool = True

    @property
    def refused(self) -> bool:
        """Whether nothing was given."""
        return audit_words.refused(self.result["verdict"])

    @property
    def emergency(self) -> bool:
        """Whether it was emergency access."""
        return audit_words.emergency(self.request, self.shown)

    def sentence(self, language: str) -> str:
        """What happened, in words."""
        told = self.request if self.named else {**self.request, "name": ""}
        return audit_words.sentence(told, self.result, self.shown, action(self.request), language)


@dataclass(slots=True)
class Occasion:
    """Lines that belong together, newest first; never empty."""

    lines: list[Line] = field(default_factory=list)

    @property
    def last(self) -> Line:
        """The newest line."""
        return self.lines[0]

    @property
    def first(self) -> Line:
        """The oldest line."""
        return self.lines[-1]

    def kinds(self, language: str) -> list[str]:
        """What was looked at, in words."""
        found = {
            kind for line in self.lines for kind in audit_words.kinds(line.request, line.shown, language)
        }
        return sorted(found)

    def rules(self) -> list[str]:
        """The rules that gave access, sorted."""
        return sorted({row[3] for line in self.lines for row in line.shown if row[3]})

    @property
    def rows(self) -> int:
        """How many entries of her card were given, each time counted."""
        return sum(len(line.shown) for line in self.lines)


def _key(line: Line) -> tuple[Any, ...]:
    asked = line.request
    place = tuple(asked.get("organizations") or ())
    return (
        asked.get("subject"), asked.get("role"), place, asked.get("purpose"), line.refused, line.emergency,
        asked.get("operation") == audit_words.NOTIFIED,
    )  # fmt: skip


def occasions(lines: Iterable[Line]) -> list[Occasion]:
    """``lines`` (newest first) as occasions, the newest first."""
    open_: dict[tuple[Any, ...], Occasion] = {}
    found: list[Occasion] = []
    for line in lines:
        key = _key(line)
        known = open_.get(key)
        if known is None or known.first.at - line.at > PAUSE:
            known = open_[key] = Occasion()
            found.append(known)
        known.lines.append(line)
    return found
