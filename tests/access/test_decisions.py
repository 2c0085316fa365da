"""Every literal decision holds, and no row of the rules can be deleted or narrowed without one of them failing."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from app.access import decide as deciding
from app.access.caller import LAY, PERSONNEL, Caller, Role
from app.access.decide import Decision, Facets, decide
from app.access.rules import ALLOW, ANY, BLOCK, Allow, Block
from tests.access.decisions import TABLE

LABELS = frozenset(
    {"SDV", "SEX", "PSY", "ETH", "HIV", "NOPAT", "MOVED", "NEWBORN", "UNTOLD", "BESIDE", "TOP", "R"}
)
STANDING = frozenset(
    {
        "related",
        "stranger",
        "self",
        "nobody",
        "wrote",
        "attested",
        "blocked",
        "restricted",
        "opened",
        "urgent",
        "granted",
        "unconsented",
        "invited",
        "protected",
        "deceased",
        "outside",
        "minor",
        "guardian",
        "guarded",
    }
)


@dataclass(frozen=True)
class Line:
    """One literal decision."""

    role: Role
    do: str
    type: str
    standing: frozenset[str]
    verdict: str

    def __str__(self) -> str:
        return f"{self.role} {self.do} {self.type} {'+'.join(sorted(self.standing))}"

    def holds(self) -> bool:
        found = self.decided()
        if self.verdict == "no":
            return found == Decision(allowed=False, rule=None)
        if self.verdict == "allow":
            return found.allowed
        return found == Decision(self.verdict.startswith("allow."), self.verdict)

    def decided(self) -> Decision:
        caller = a_caller(self.role, attested="attested" in self.standing, urgent="urgent" in self.standing)
        caller = replace(caller, guardian="guardian" in self.standing)
        facets = Facets(
            type=self.type,
            patient=None if "nobody" in self.standing else "w",
            labels=self.standing & LABELS,
            author=caller.author if "wrote" in self.standing else "someone else",
            related="related" in self.standing,
            chosen_away="blocked" in self.standing,
            restricted="restricted" in self.standing,
            opened="opened" in self.standing,
            emergency="granted" in self.standing,
            consented="unconsented" not in self.standing,
            own="self" in self.standing,
            invited="invited" in self.standing,
            protected="protected" in self.standing,
            deceased="deceased" in self.standing,
            outside="outside" in self.standing,
            minor="minor" in self.standing,
            guarded="guarded" in self.standing,
        )
        return decide(caller, self.do, facets)


def a_caller(role: Role, *, attested: bool = False, urgent: bool = False) -> Caller:
    """A caller as tokens make them: organisations for all but the woman and the server itself."""
    placed = role not in {*LAY, Role.SYSTEM}
    return Caller(
        role=role,
        subject="s",
        client="c",
        number="n" if role is Role.CITIZEN else None,
        own_number="n" if role in LAY - {Role.CITIZEN} else None,
        hpr="h" if role in PERSONNEL else None,
        supervisor="t" if role is Role.STUDENT else None,
        organizations=("o",) if placed else (),
        purpose="TREAT" if attested else "BTG" if urgent else None,
        decision="d" if attested or urgent else None,
    )


def lines() -> Iterator[Line]:
    for text in TABLE.splitlines():
        if text and not text.startswith("#"):
            roles, do, types, standing, verdict = text.split()
            for role, name in itertools.product(roles.split(","), types.split(",")):
                yield Line(Role(role), do, name, frozenset(standing.split(",")), verdict)


LINES = list(lines())


@pytest.mark.parametrize("role", Role)
def test_decisions(role: Role) -> None:
    wrong = [line for line in LINES if line.role is role and not line.holds()]
    assert not wrong, "\n".join(f"{line}: {line.decided()}, wanted {line.verdict}" for line in wrong)


def test_the_table_is_well_formed() -> None:
    assert sum(bool(text) and not text.startswith("#") for text in TABLE.splitlines()) >= 220
    assert len(LINES) >= 700
    assert [line for line, n in Counter(map(str, LINES)).items() if n > 1] == []
    for line in LINES:
        assert line.standing <= LABELS | STANDING, line
        assert len(line.standing & {"related", "stranger", "self", "nobody"}) == 1, line
    assert {line.role for line in LINES} == set(Role)
    assert {line.type for line in LINES} == ANY


def _without(row: Allow | Block) -> dict[str, tuple[Any, ...]]:
    return {
        "ALLOW": tuple(other for other in ALLOW if other is not row),
        "BLOCK": tuple(other for other in BLOCK if other is not row),
    }


@cache
def _held() -> list[Line]:
    return [line for line in LINES if line.holds()]


def _failing(
    row: Allow | Block, changed: dict[str, tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> list[Line]:
    """The lines that held and do not under ``changed`` tables; a ``row`` speaks to its own roles, acts and types alone."""
    spoken = [
        line for line in _held() if line.role in row.roles and line.do in row.do and line.type in row.types
    ]
    for name, rows in changed.items():
        monkeypatch.setattr(deciding, name, rows)
    return [line for line in spoken if not line.holds()]


@pytest.mark.parametrize("row", [*BLOCK, *ALLOW], ids=lambda row: row.id)
def test_no_row_can_be_deleted_unnoticed(row: Allow | Block, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _failing(row, _without(row), monkeypatch)


_PARTS = [(row, role) for row in (*BLOCK, *ALLOW) for role in sorted(row.roles)]


@pytest.mark.parametrize(("row", "role"), _PARTS, ids=lambda part: getattr(part, "id", part))
def test_no_role_can_be_taken_from_a_row_unnoticed(
    row: Allow | Block, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrower = replace(row, roles=row.roles - {role})
    changed: dict[str, tuple[Any, ...]] = {
        name: tuple(narrower if other is row else other for other in rows)
        for name, rows in (("ALLOW", ALLOW), ("BLOCK", BLOCK))
    }
    assert _failing(row, changed, monkeypatch)


@pytest.mark.parametrize("row", [row for row in ALLOW if row.without], ids=lambda row: row.id)
def test_no_label_can_be_taken_from_a_row_unnoticed(row: Allow, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tuple(replace(other, without=frozenset()) if other is row else other for other in ALLOW)
    assert _failing(row, {"ALLOW": changed}, monkeypatch)


@pytest.mark.parametrize("row", ALLOW, ids=lambda row: row.id)
@pytest.mark.parametrize("part", ["do", "types"])
def test_no_action_and_no_type_can_be_taken_from_a_row_unnoticed(
    row: Allow, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every action and every type of a row stands in a line that this row decides."""
    whole: frozenset[str] = getattr(row, part)
    unnoticed = []
    for one in whole:
        narrower = replace(row, **{part: whole - {one}})
        changed = tuple(narrower if other is row else other for other in ALLOW)
        if not _failing(row, {"ALLOW": changed}, monkeypatch):
            unnoticed.append(one)
    assert not unnoticed
