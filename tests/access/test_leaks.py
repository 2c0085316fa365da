"""THE LEAK MATRIX: type × door × reason. In every cell the attacker learns nothing, and whoever is entitled gets the item.

Generated from the registry, the doors and the reasons: a new type, door or reason is in it without being asked. One test
asks all doors for one type and one reason, and names the cells that fail.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.access.rules import CARD, CATALOGUE, OWN
from app.fhir.registry import RESOURCE_TYPES
from app.store.database import Connection
from app.store.statement import Statement
from tests.access import leak_hooks, leak_searches, leak_work, leak_writing
from tests.access.leak_doors import DOORS as READING
from tests.access.leak_doors import Asked, Door
from tests.access.leak_items import OPEN_TO, TYPES, Leaks, leaks
from tests.access.world import NOBODY, as_told, resources
from tests.fixtures.resources import a_blood_pressure, labelled, register
from tests.fixtures.server import Server

REASONS = (
    "no relation", "another woman", "blocked person", "blocked organization", "ended relation", "kept from her",
    "kept from her until told", "sensitive", "restricted", "operator", "auditor", "narrow scope", "wrong purpose",
    "secretary", "student", "doula", "represented unasked", "kept from representative", "guardian unregistered",
    "outside pilot",
)  # fmt: skip
DOORS = (*READING, *leak_searches.SEARCHES, *leak_hooks.HOOKS, *leak_writing.WRITING, *leak_work.WORKING)
# proven on a copy
DESTRUCTIVE = (
    leak_writing.DESTRUCTIVE | leak_work.DESTRUCTIVE | {"update", "transaction PUT", "batch DELETE", "delete"}
)
WIDE = frozenset({"no relation"})  # every twelfth type at every run; the rest is slow for most types
SYSTOLIC = re.compile(r"(?<![\w.-])172(?![\w-])")  # and no part of an id or a time
SOME = frozenset({"Observation"})


def _hidden(reason: str, name: str) -> bool:
    """Whether there is something to hide: what is about no woman is known to all, but for a label, or for its author."""
    if reason == "restricted":
        return name in CARD  # her choices themselves are not
    if name in OPEN_TO.get(reason, ()):
        return False
    if name in CATALOGUE:
        return reason in {"kept from her", "kept from representative"}
    if name in OWN:
        return reason in {
            "no relation",
            "another woman",
            "auditor",
            "represented unasked",
            "guardian unregistered",
            "outside pilot",
            *OPEN_TO,
        } or (
            reason,
            name,
        ) == (
            "operator",
            "Subscription",
        )
    return True


PAIRS = [(reason, name) for reason in REASONS for name in TYPES if _hidden(reason, name)]
Problems = Iterator[str]


@pytest.fixture(scope="module")
def matrix(server: Server) -> Leaks:
    return leaks(server)


@pytest.fixture(scope="module")
def sent() -> Iterator[list[str]]:
    """What the server sends to its database: a request whose statements differ takes another time."""
    texts: list[str] = []
    alone, together = Connection.fetch, Connection.fetch_each

    async def fetch(self: Connection, statement: Statement, values: Any) -> Any:
        texts.append(statement.sql)
        return await alone(self, statement, values)

    async def fetch_each(self: Connection, statement: Statement, several: Any) -> Any:
        texts.append(statement.sql)
        return await together(self, statement, several)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "fetch", fetch)
        patch.setattr(Connection, "fetch_each", fetch_each)
        yield texts


@pytest.fixture(scope="module")
def controls() -> dict[tuple[object, ...], str]:
    """What was wrong with each positive control; one request serves all cells that need this very request."""
    return {}


def _counts(asked: Asked, door: Door, answer: httpx.Response) -> Problems:
    """Totals and pages do not tell how many there are that she does not see."""
    if answer.status_code != 200 or "fhir+json" not in answer.headers["content-type"]:
        return
    bundle, visible = answer.json(), asked.item.type in asked.reason.visible
    if door.name in {"total", "count"} and bundle.get("total") != (1 if visible else 0):
        yield f"the total is {bundle.get('total')}"
    if door.name in {"total", "second page", "search by id"}:
        if any(link["relation"] == "next" for link in bundle["link"]):
            yield "there is a next page"
        if len(resources(bundle)) > 1:
            yield "there is more than what is visible"


def _timed(asked: Asked, door: Door, sent: list[str]) -> Problems:
    """What is hidden and what is not there are read by the same statements, and a change takes as many round trips."""
    if not door.secret or asked.reason.blocked or door.name == "vread":  # which looks the version up first
        return
    is_read = door in READING and door.name not in {*DESTRUCTIVE, "update of a wrong version"}
    ways = []
    for one in (asked, asked.nothing()):
        sent.clear()
        door.ask(one, asked.reason.attacker)
        ways.append(tuple(sent))
    if ways[0] != ways[1] if is_read else len(ways[0]) != len(ways[1]):
        yield f"other statements than for what is not there: {len(ways[0])} and {len(ways[1])}"


def _learned(asked: Asked, door: Door, answer: httpx.Response) -> Problems:
    """What the attacker learned."""
    item = asked.item
    if answer.status_code >= 500 or answer.status_code == 304:
        yield f"answered {answer.status_code}"
    if answer.status_code == door.tells:
        yield "the status tells that it is there"
    if item.mark in answer.text:
        yield "the resource itself was sent"
    if not door.secret:
        if f"{item.type}/{item.id}" in answer.text and not door.others:
            yield "the resource was named"
        if door.empty and answer.status_code == 200 and resources(answer.json()):
            yield "what refers to the resource was found by it"
        yield from _counts(asked, door, answer)
        return
    if asked.reason.blocked and not door.silent:
        told = "She has chosen that you are not given access" in answer.text
        if not told and not (door.name == "head" and answer.status_code == 403):
            yield f"a blocked caller was told {answer.status_code}"
        return
    nothing = as_told(door.ask(asked.nothing(), asked.reason.attacker), NOBODY)
    if (told := as_told(answer, item.id)) != nothing:
        yield f"'not yours' differs from 'not there': {told} and {nothing}"


def _logged(asked: Asked, answers: dict[str, httpx.Response]) -> Problems:
    """Every request has its row, and no row, nor that of a part of it, says that the item was shown."""
    doors = {answer.headers["x-request-id"]: name for name, answer in answers.items()}
    listed = ", ".join(f"'{request}'" for request in doors)
    whose = "coalesce(request::jsonb->>'part', id)"
    rows = asked.leaks.server.database.rows(
        f"SELECT {whose} || ' ' || (result::jsonb->>'shown') FROM audit WHERE {whose} IN ({listed})"
    )
    seen = set()
    secret = {door.name for door in DOORS if door.secret}
    for row in rows:
        request, _, shown = row.partition(" ")
        seen.add(request)
        if any(entry[:2] == [asked.item.type, asked.item.id] for entry in json.loads(shown)):
            yield f"{doors[request]}: the log says that the item was shown"
        if doors[request] in secret and shown != "[]":
            yield f"{doors[request]}: refused, and the log shows {shown}"
    yield from (f"{name}: no row in the log" for request, name in doors.items() if request not in seen)


def _uncontrolled(asked: Asked, door: Door, controls: dict[tuple[object, ...], str]) -> str:
    """Why the same request by whoever is entitled did not give the item; empty where it did."""
    person = asked.leaks.harness if door.by_harness else asked.reason.may_see(asked.item.type)
    about = asked.pair if door.by_harness else asked.item.id
    key = (door.name, asked.item.type if door.name in DESTRUCTIVE else about, person.wish)
    if key not in controls:
        this = asked.copy() if door.name in DESTRUCTIVE else asked
        answer = door.ask(this, person)
        given = door.gives(this, answer)
        controls[key] = "" if given else f"the entitled caller got {answer.status_code}: {answer.text[:200]}"
    return controls[key]


def _pairs() -> Iterator[object]:
    for place, (reason, name) in enumerate(PAIRS):
        quick = name in SOME or (reason in WIDE and place % 12 == 0)
        yield pytest.param(reason, name, marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize(("reason", "type_name"), list(_pairs()))
def test_nothing_leaks(
    matrix: Leaks, controls: dict[tuple[object, ...], str], sent: list[str], reason: str, type_name: str
) -> None:
    found = matrix.reasons[reason]
    asked = Asked(matrix, found, found.hidden[type_name])
    doors = [door for door in DOORS if door.applies(type_name)]
    answers = {door.name: door.ask(asked, found.attacker) for door in doors}
    problems = [f"{door.name}: {it}" for door in doors for it in _learned(asked, door, answers[door.name])]
    problems += _logged(asked, answers)
    is_wide = (
        type_name in SOME or PAIRS.index((reason, type_name)) % 3
    )  # the others at every run are many enough
    timed = doors if reason == "no relation" and is_wide else ()
    problems += [f"{door.name}: {it}" for door in timed for it in _timed(asked, door, sent)]
    problems += [f"{door.name}: {it}" for door in doors if (it := _uncontrolled(asked, door, controls))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("reader", "label"), [("citizen", "NOPAT"), ("nurse", "SDV")])
def test_a_finding_from_what_is_hidden_is_not_shown(server: Server, reader: str, label: str) -> None:
    """Rules run on all facts; a finding carries the labels of its inputs."""
    midwife = server.person("midwife")
    woman = register(midwife)
    person = server.person(reader, person=woman.number if reader == "citizen" else "")
    severe = labelled(a_blood_pressure(woman.reference, 172, 114), label)
    assert midwife.post("/Observation", severe).status_code == 201
    path = f"/EpisodeOfCare/{woman.episode}/$card"
    told = {who: (card.get(path), card.get(path, Accept="text/html")) for who, card in
            (("carer", midwife), (reader, person))}  # fmt: skip
    for form in (0, 1):
        assert SYSTOLIC.search(told["carer"][form].text)
        assert told[reader][form].status_code == 200
        assert not SYSTOLIC.search(told[reader][form].text)
        assert label not in told[reader][form].text
    flags = {
        who: [row for row in resources(answer[0].json()) if row["resourceType"] == "Flag"]
        for who, answer in told.items()
    }
    assert flags["carer"]
    assert not flags[reader]


def test_no_type_escapes_the_matrix() -> None:
    assert {name for _, name in PAIRS} | {"AuditEvent"} == {row.name for row in RESOURCE_TYPES}


def test_every_reason_hides_every_type(matrix: Leaks) -> None:
    assert set(matrix.reasons) == set(REASONS)
    for reason in matrix.reasons.values():
        assert {name for which, name in PAIRS if which == reason.name} <= set(reason.hidden)


def test_the_matrix_is_wide() -> None:
    cells = sum(door.applies(name) for _, name in PAIRS for door in DOORS)
    assert cells > 2000
