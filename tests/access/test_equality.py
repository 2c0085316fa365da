"""``decide`` and the SQL compiled from the same rows say the same, over the whole product of what they read."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import asyncpg
import pytest
from sqlalchemy import ARRAY, Text, bindparam, case, column, func, literal_column, select

from app.access.caller import Caller, Role
from app.access.decide import Decision, Facets, decide
from app.access.rows import ACTS, STATUS
from app.access.rules import ALLOW
from app.fhir.codes import FNR
from app.fhir.registry import RESOURCE_TYPES
from app.store.access_sql import allowed, rule
from app.store.facet_columns import FacetColumns
from app.store.standing_rows import with_standing
from app.store.standing_sql import parameters
from app.store.statement import FENCE, Statement, build
from tests.access.product import (
    AREA,
    AT,
    CHOSEN,
    FEW,
    HPR,
    LEGAL,
    LETTING,
    NUMBER,
    OTHER,
    PLACE,
    RELATIONS,
    WOMEN,
    YOUNG,
    Chosen,
)
from tests.fixtures.database import TestDatabase

TYPES = tuple(row.name for row in RESOURCE_TYPES)
# One type for each set of rows that name it; the whole product is asked among the slow tests
KINDS = tuple({tuple(row.id for row in ALLOW if name in row.types): name for name in TYPES}.values())
DOING = sorted(ACTS | STATUS)
OF_TYPES = pytest.mark.parametrize(
    "types", [pytest.param(KINDS, id="kinds"), pytest.param(TYPES, id="all", marks=pytest.mark.slow)]
)
LABELS = ((), ("NOPAT",), ("SDV",), ("NEWBORN", "TOP"), ("UNTOLD", "SDV"))


def asked_types(role: Role, do: str, types: tuple[str, ...]) -> tuple[str, ...]:
    """Where no row lets the role do it, whatever the type, a few types are enough among the fast tests."""
    able = types == TYPES or any(role in row.roles and do in row.do for row in ALLOW)
    return types if able else types[:2]


def women(types: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(WOMEN) if types == TYPES else FEW


@dataclass(frozen=True)
class Cell:
    """One resource of the product space; ``woman`` None: it is about nobody."""

    type: str
    woman: str | None
    labels: tuple[str, ...]
    own_author: bool

    def facets(self, caller: Caller, own: str | None, required: bool) -> Facets:
        related, chosen = WOMEN[self.woman] if self.woman else (False, Chosen(consents=True))
        author = caller.author if self.own_author else "another"
        mine = self.woman is not None and self.woman == own
        return Facets(
            self.type, self.woman, frozenset(self.labels), author, related,
            chosen.blocked or (chosen.shut_out and caller.own_number is not None),
            restricted=chosen.restricted(self), opened=chosen.opened, emergency=chosen.emergency,
            consented=chosen.consents or not required, own=mine,
            protected=chosen.protected, deceased=chosen.deceased, minor=chosen.minor,
            guarded=chosen.guarded(self, caller.role),
            outside=bool(chosen.lives) and chosen.lives not in AREA,
            invited=chosen.invited(self, caller.role, own, required),
        )  # fmt: skip


def a_caller(role: Role, *, attested: bool, own: str | None, urgent: bool = False) -> Caller:
    """A caller with every fact that a caller can have, whatever its role."""
    return Caller(
        role=role,
        subject=f"hpr:{HPR}",
        client="c",
        number=f"{NUMBER}.{own}" if own else "99999999999",
        own_number=OTHER if role in LETTING else None,
        guardian=role is Role.REPRESENTATIVE,
        hpr=HPR,
        organizations=(PLACE, LEGAL),
        purpose="ETREAT" if urgent else "TREAT" if attested else "HOPERAT",
        decision="d",
    )


def _literal(value: Any) -> str:
    return "NULL" if value is None else f"'{value}'"


def _insert(table: str, columns: str, rows: list[tuple[Any, ...]]) -> str:
    values = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
    return f"INSERT INTO {table} ({columns}) VALUES {values}"


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> TestDatabase:
    """The database with every standing of a woman to the caller."""
    relations, choices, persons = [], [], []
    for n, woman in enumerate(WOMEN, 1):
        relation, _ = woman.split(".")
        persons.append((FNR, f"{NUMBER}.{woman}", n, woman))
        if row := RELATIONS[relation][0]:
            relations.append((n, woman, row[0], "chosen", row[1], row[2]))
        chosen = WOMEN[woman][1]
        choices += [(n, woman, *row) for row in chosen.rows]
        if chosen.granted:
            relations.append((n, woman, f"hpr:{HPR}", "emergency", *chosen.granted))
        if chosen.proof:
            relations.append((n, woman, f"hpr:{HPR}", "fullmakt", *chosen.proof))
    database.rows(_insert("relation", "rid, patient, organization, kind, begins, ends", relations))
    database.rows(_insert("choice", "rid, patient, kind, actor, part, begins, ends", choices))
    database.rows(_insert("person", "system, number, rid, patient", persons))
    return database


@cache
def statement(role: Role, do: str, type_name: str | None = None) -> Statement:
    """The winning rule of every cell that is handed over, and whether it is a right."""
    names = ("type", "patient", "labels", "author")
    cells = func.unnest(*(bindparam(f"cell_{name}", type_=ARRAY(Text)) for name in names))
    rows = cells.table_valued(*(column(name, Text) for name in names), with_ordinality="n")
    rows = rows.render_derived(name="cells")
    labels = func.string_to_array(rows.c.labels, ",", type_=ARRAY(Text))
    facets = FacetColumns(
        rows.c.type, rows.c.patient, labels, rows.c.author, bindparam("declared", type_=ARRAY(Text))
    )
    beside, standing = with_standing(rows, rows.c.patient)
    ways = [rule(role, do, facets._replace(standing=one), type_name) for one in (None, standing)]
    both = case((ways[0].is_distinct_from(ways[1]), literal_column("'they differ'")), else_=ways[0])
    inner = select(rows.c.n, both.label("rule")).select_from(beside).offset(FENCE).subquery("decided")
    return build(select(inner.c.rule, allowed(inner.c.rule).label("allowed")).order_by(literal_column("n")))


async def _decisions(
    connection: asyncpg.Connection,
    made: Statement,
    cells: list[Cell],
    caller: Caller,
    declared: list[str],
    *,
    required: bool = False,
) -> list[tuple[bool, str | None]]:
    given = {
        "at": AT,
        "declared": declared,
        "consent_required": required,
        "proof_required": required,
        "pilot_area": list(AREA),
        "cell_type": [cell.type for cell in cells],
        "cell_patient": [cell.woman for cell in cells],
        "cell_labels": [",".join(cell.labels) for cell in cells],
        "cell_author": [caller.author if cell.own_author else "another" for cell in cells],
        **parameters(caller),
    }
    rows = await connection.fetch(made.sql, *made.values(given))
    return [(row["allowed"], row["rule"]) for row in rows]


class Oracle:
    """``decide`` for one caller and one action, each distinct question asked once."""

    def __init__(self, caller: Caller, do: str, own: str | None, *, required: bool) -> None:
        self.caller, self.do, self.own, self.required = caller, do, own, required
        self.known: dict[tuple[object, ...], Decision] = {}

    def says(self, cell: Cell) -> Decision:
        standing = WOMEN[cell.woman] if cell.woman else None
        key = (cell.type, cell.labels, cell.own_author, standing, cell.woman == self.own)
        if key not in self.known:
            self.known[key] = decide(self.caller, self.do, cell.facets(self.caller, self.own, self.required))
        return self.known[key]


def _differences(
    database: TestDatabase,
    asked: Iterator[tuple[Statement, str, list[Cell], Caller, str | None]],
    *,
    required: bool = False,
) -> tuple[int, list[str]]:
    async def run() -> tuple[int, list[str]]:
        count, found = 0, []
        connection = await asyncpg.connect(database.url())
        try:
            for made, do, cells, caller, own in asked:
                decided = await _decisions(connection, made, cells, caller, [], required=required)
                count += len(decided)
                oracle = Oracle(caller, do, own, required=required)
                for cell, said in zip(cells, decided, strict=True):
                    wanted = oracle.says(cell)
                    if said != (wanted.allowed, wanted.rule):
                        found.append(f"{caller.role} {do} {cell} own={own}: SQL {said}, Python {wanted}")
        finally:
            await connection.close()
        return count, found

    return asyncio.run(run())


@cache
def _cells(women: tuple[str | None, ...], types: tuple[str, ...]) -> list[Cell]:
    """The product; among the fast tests a fifth of it, in which, over many women, any two facts still meet."""
    axes = [[(TYPES.index(name), name) for name in types]]
    axes += [list(enumerate(axis)) for axis in (women, LABELS, (True, False))]
    whole = types == TYPES
    rows = (zip(*row, strict=True) for row in itertools.product(*axes))
    return [Cell(*facts) for places, facts in rows if whole or sum(places) % len(LABELS) == 0]


@OF_TYPES
@pytest.mark.parametrize("do", DOING)
@pytest.mark.parametrize("role", Role)
def test_sql_decides_as_python_does(
    filled: TestDatabase, role: Role, do: str, types: tuple[str, ...]
) -> None:
    types = asked_types(role, do, types)
    cells = _cells((None, *women(types)), types)
    made = statement(role, do)
    asked = (
        (made, do, cells, a_caller(role, attested=attested, own=None), None) for attested in (True, False)
    )
    count, found = _differences(filled, asked)
    assert count == 2 * len(cells) > 0
    assert not found, f"{len(found)} of {count} differ: {found[:5]}"


@OF_TYPES
@pytest.mark.parametrize("do", DOING)
@pytest.mark.parametrize("role", Role)
def test_sql_decides_as_python_does_on_the_callers_own_patient(
    filled: TestDatabase, role: Role, do: str, types: tuple[str, ...]
) -> None:
    types = asked_types(role, do, types)
    made = statement(role, do)
    owns = ("none.none", "active.none", "active.person", "none.organization", "ended-yesterday.none")
    owns += YOUNG if role is Role.REPRESENTATIVE else ()
    asked = (
        (made, do, _cells((own, "none.none", None), types), a_caller(role, attested=attested, own=own), own)
        for own in owns
        for attested in (True, False)
    )
    count, found = _differences(filled, asked)
    assert count == 2 * len(owns) * len(_cells(("none.none", None, None), types)) > 0
    assert not found, f"{len(found)} of {count} differ: {found[:5]}"


@OF_TYPES
@pytest.mark.parametrize("do", DOING)
@pytest.mark.parametrize("role", Role)
def test_sql_decides_as_python_does_in_emergencies_and_where_consent_is_required(
    filled: TestDatabase, role: Role, do: str, types: tuple[str, ...]
) -> None:
    types = asked_types(role, do, types)
    asked_of = CHOSEN if types == TYPES else tuple(woman for woman in CHOSEN if woman in FEW)
    made, cells = statement(role, do), _cells((None, *asked_of), types)
    ways = ((True, False), (False, True), (True, True))
    nth = (list(Role).index(role) + DOING.index(do)) % len(ways)
    for required, urgent in ways if types == TYPES else ways[nth : nth + 1]:
        asked = (
            (made, do, cells, a_caller(role, attested=not urgent, urgent=urgent, own=own), own)
            for own in (None, "active.represented-in-part")
        )
        count, found = _differences(filled, asked, required=required)
        assert count == 2 * len(cells) > 0
        assert not found, f"{len(found)} of {count} differ: {found[:5]}"


@OF_TYPES
@pytest.mark.parametrize("role", Role)
def test_the_rows_of_one_type_decide_as_all_rows_do(
    filled: TestDatabase, role: Role, types: tuple[str, ...]
) -> None:
    """Reads and writes of one type compile only the rows of that type; among the fast tests each sixth of them."""
    women: tuple[str | None, ...] = (
        None, "none.none", "active.none", "active.person", "none.person", "active.restricted",
        "active.restricted-type", "active.opened",
    )  # fmt: skip
    pairs = [pair for n, pair in enumerate(itertools.product(DOING, types)) if types == TYPES or n % 6 == 0]
    asked = (
        (statement(role, do, name), do, _cells(women, (name,)), a_caller(role, attested=True, own=own), own)
        for do, name in pairs
        for own in (None, "active.none")
    )
    count, found = _differences(filled, asked)
    assert count == 2 * sum(len(_cells(women, (name,))) for _do, name in pairs) > 0
    assert not found, f"{len(found)} of {count} differ: {found[:5]}"


@pytest.mark.parametrize("do", sorted(ACTS))
def test_scopes_narrow_both_alike(filled: TestDatabase, do: str) -> None:
    """Beyond what the token's scopes cover no row speaks, not even one that refuses."""
    women = ("none.none", "active.none", "active.person", None)
    cells = _cells(women, ("Observation", "Flag", "Organization"))
    whole = a_caller(Role.MIDWIFE, attested=True, own=None)
    scopes = frozenset({"user/Observation.cr", "patient/Flag.cruds", "user/Organization.s"})
    smart = replace(whole, scopes=scopes, launch="active.none")
    callers = (smart, replace(smart, searching=True), replace(whole, smart=True))
    count, found = _differences(
        filled, ((statement(Role.MIDWIFE, do), do, cells, one, None) for one in callers)
    )
    assert count == len(cells) * len(callers)
    assert not found, f"{len(found)} of {count} differ: {found[:5]}"


def test_a_woman_whom_this_request_registers_counts_as_related(filled: TestDatabase) -> None:
    """``declared`` opens what a relation opens, for that woman, and does not lift a block."""

    async def run(declared: list[str]) -> list[tuple[bool, str | None]]:
        connection = await asyncpg.connect(filled.url())
        cells = [
            Cell("Observation", woman, (), False) for woman in ("none.none", "of-others.none", "none.person")
        ]
        caller = a_caller(Role.MIDWIFE, attested=True, own=None)
        try:
            return await _decisions(connection, statement(Role.MIDWIFE, "create"), cells, caller, declared)
        finally:
            await connection.close()

    nothing, blocked, created = (False, None), (False, "block.her-choice"), (True, "allow.carer.create")
    assert asyncio.run(run([])) == [nothing, nothing, blocked]
    assert asyncio.run(run(["none.none", "none.person"])) == [created, nothing, blocked]
