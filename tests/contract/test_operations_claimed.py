"""Every operation that is claimed answers at each of its levels and methods; what a row does not name is refused."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import pytest
from helsekort_sandbox.apps import APP
from helsekort_sandbox.people import ENDPOINTS, ORGANIZATIONS

from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.operation import EVERY_TYPE, Operation
from app.fhir.operations import OPERATIONS
from app.fhir.operations_on_hers import HELD, HERS
from app.fhir.registry import BY_NAME, RESOURCE_TYPES
from app.fhir.validation import validate
from tests.contract.examples import Json
from tests.fixtures.resources import register
from tests.fixtures.server import Person, Server
from tests.subscriptions.subscribers import a_subscription

TYPES = [row.name for row in RESOURCE_TYPES]
GENDERS = "http://hl7.org/fhir/administrative-gender"
GENDER_SET = "http://hl7.org/fhir/ValueSet/administrative-gender"
LAB_MAP = "https://helsekort.example/fhir/ConceptMap/lab-nlk"
A_TAG = {"tag": [{"system": "https://epj.example/tags", "code": "sett"}]}
THE_EVENT, THE_CASE, THE_DECLARATION, THE_DOCUMENT = object(), object(), object(), object()
HER_NUMBER, THE_RESOURCE, THE_WOMAN, HER_CARD, THE_EMERGENCY = (
    object(),
    object(),
    object(),
    object(),
    object(),
)  # known when the server runs


class Given(NamedTuple):
    """One parameter of a probe."""

    name: str
    type: str
    value: Any


# TABLE: what each operation needs to answer with success
PROBES: dict[tuple[str, str], tuple[Given, ...]] = {
    ("EpisodeOfCare", "card"): (),
    ("EpisodeOfCare", "worklist"): (),
    ("EpisodeOfCare", "clinic-day"): (Given("episode", "string", HER_CARD),),
    ("Encounter", "move"): (Given("episode", "Reference", HER_CARD), Given("reason", "string", "feil kvinne")),
    ("EpisodeOfCare", "import-card"): (Given("document", "Bundle", THE_DOCUMENT),),
    **{(name, "confirm"): () for name in HERS},
    **{(name, "decline"): (Given("reason", "string", "målt med feil mansjett"),) for name in HERS},
    **{(name, "discussed"): () for name in HELD},
    ("Patient", "access-log"): (),
    ("Patient", "launch"): (Given("app", "string", APP),),
    ("Patient", "critical-information"): (),
    ("Patient", "open-kjernejournal"): (Given("basis", "code", "SAMTYKKE"),),
    ("Patient", "status"): (Given("identifier", "Identifier", HER_NUMBER),),
    ("Patient", "declare-relation"): (Given("identifier", "Identifier", HER_NUMBER),),
    ("", "declarations"): (),
    ("", "declaration-review"): (
        Given("id", "string", THE_DECLARATION), Given("outcome", "code", "accepted"),
        Given("comment", "string", "Hun går til oss."),
    ),
    ("", "access-statistics"): (),
    ("Patient", "break-glass"): (
        Given("identifier", "Identifier", HER_NUMBER), Given("reason", "string", "Fødsel i gang, ukjent for oss"),
    ),
    ("", "emergencies"): (),
    ("", "emergency-review"): (
        Given("id", "string", THE_EMERGENCY), Given("outcome", "code", "justified"),
        Given("comment", "string", "Fødsel samme natt, bekreftet av journalen"),
    ),
    ("", "emergency-statistics"): (),
    ("Patient", "withdraw"): (),
    ("Patient", "erasure"): (),
    ("", "retractions"): (),
    ("Patient", "ask-about-access"): (
        Given("event", "string", THE_EVENT), Given("question", "string", "Hvem var dette?"),
    ),
    ("", "access-cases"): (),
    ("", "access-case-review"): (
        Given("id", "string", THE_CASE), Given("outcome", "code", "legitimate"),
        Given("answer", "string", "Det var vikaren for jordmoren din."),
    ),
    ("Patient", "explain-access"): (),
    ("Patient", "everything"): (Given("_count", "integer", 2),),
    ("EpisodeOfCare", "everything"): (),
    ("Observation", "lastn"): (Given("patient", "string", THE_WOMAN), Given("max", "positiveInt", 2)),
    ("Composition", "document"): (),
    (EVERY_TYPE, "validate"): (Given("resource", "Resource", THE_RESOURCE), Given("mode", "code", "create")),
    ("", "meta"): (),
    (EVERY_TYPE, "meta"): (),
    (EVERY_TYPE, "meta-add"): (Given("meta", "Meta", A_TAG),),
    (EVERY_TYPE, "meta-delete"): (Given("meta", "Meta", A_TAG),),
    ("ValueSet", "expand"): (Given("url", "uri", GENDER_SET), Given("count", "integer", 2)),
    ("ValueSet", "validate-code"): (
        Given("url", "uri", GENDER_SET), Given("system", "uri", GENDERS), Given("code", "code", "female"),
    ),
    ("CodeSystem", "validate-code"): (Given("url", "uri", GENDERS), Given("code", "code", "female")),
    ("CodeSystem", "lookup"): (Given("system", "uri", GENDERS), Given("code", "code", "female")),
    ("CodeSystem", "subsumes"): (
        Given("system", "uri", GENDERS), Given("codeA", "code", "female"), Given("codeB", "code", "female"),
    ),
    ("ConceptMap", "translate"): (
        Given("url", "uri", LAB_MAP), Given("system", "uri", codes.NLK), Given("code", "code", "NOR05172"),
    ),
    ("", "export"): (Given("_type", "string", "Patient"),),
    ("Patient", "export"): (Given("_type", "string", "Patient"),),
    ("Group", "export"): (),
    ("Measure", "evaluate-measure"): (
        Given("periodStart", "date", "2026-01-01"), Given("periodEnd", "date", "2026-12-31"),
    ),
    ("Subscription", "status"): (),
    ("Subscription", "events"): (),
    ("Subscription", "failures"): (),
    ("", "changes"): (),
}  # fmt: skip
OF_ONE: dict[tuple[str, str], tuple[Given, ...]] = {  # where an instance takes the place of some
    (EVERY_TYPE, "validate"): (),
    ("ValueSet", "expand"): (),
    ("ValueSet", "validate-code"): (
        Given("system", "uri", "http://snomed.info/sct"), Given("code", "code", "70028003"),
    ),
    ("CodeSystem", "validate-code"): (Given("code", "code", "alarm"),),
    ("CodeSystem", "subsumes"): (Given("codeA", "code", "alarm"), Given("codeB", "code", "alarm")),
    ("ConceptMap", "translate"): PROBES["ConceptMap", "translate"][1:],
}  # fmt: skip
WHO = {
    "worklist": "midwife",
    "clinic-day": "midwife",
    "declare-relation": "gp",
    "declarations": "auditor",
    "declaration-review": "auditor",
    "access-statistics": "auditor",
    "failures": "operator",
    "evaluate-measure": "registry",
    "emergencies": "auditor",
    "emergency-review": "auditor",
    "emergency-statistics": "auditor",
    "break-glass": "hospital",
    "withdraw": "citizen",
    "erasure": "auditor",
    "retractions": "gp",
    "access-cases": "auditor",
    "access-case-review": "auditor",
    "explain-access": "auditor",
}  # who may; else the harness


class Asked(NamedTuple):
    """One way to ask: an operation of a type, at a level, by a method."""

    row: Operation
    type: str
    level: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.level} {self.type} ${self.row.name}"

    def given(self) -> tuple[Given, ...]:
        key = (self.row.type, self.row.name)
        return OF_ONE.get(key, PROBES[key]) if self.level == "instance" else PROBES[key]


def serves(row: Operation, type_name: str) -> bool:
    """Whether the type has what the operation needs."""
    return not row.needs or row.needs in BY_NAME[type_name].interactions


def ways(*types: str) -> list[Asked]:
    """Each way; operations of every type for ``types``."""
    return [
        Asked(row, type_name, level, method)
        for row in OPERATIONS
        for level, _, method in row.ways()
        for type_name in (types if row.type == EVERY_TYPE else (row.type,))
        if serves(row, type_name)
    ]


def url(asked: Asked, kept: dict[str, Json]) -> str:
    id_ = f"/{kept[asked.type]['id']}" if asked.level == "instance" else ""
    return f"{f'/{asked.type}' if asked.type else ''}{id_}/${asked.row.name}"


def ask(asked: Asked, kept: dict[str, Json], person: Person, given: tuple[Given, ...]) -> httpx.Response:
    path, prefer = url(asked, kept), {"Prefer": "respond-async"} if asked.row.begins else {}
    woman = f"Patient/{kept['Patient']['id']}"
    given = tuple(one._replace(value=woman) if one.value is THE_WOMAN else one for one in given)
    given = tuple(_with_card(one, person.server) if one.value is HER_CARD else one for one in given)
    if asked.method == "GET":
        return person.get(f"{path}?{urlencode({one.name: one.value for one in given})}", **prefer)
    parts = list(_parts(asked, kept, person, given))
    return person.post(
        path, {"resourceType": "Parameters"} | ({"parameter": parts} if parts else {}), **prefer
    )


def _with_card(one: Given, server: Server) -> Given:
    card = f"EpisodeOfCare/{register(server.person('midwife')).episode}"
    return one._replace(value=card if one.type == "string" else {"reference": card})


def _parts(asked: Asked, kept: dict[str, Json], person: Person, given: tuple[Given, ...]) -> Iterator[Json]:
    server = person.server
    for one in given:
        value = one.value
        if value is THE_RESOURCE:
            yield {"name": one.name, "resource": kept[asked.type]}
            continue
        if value is THE_DOCUMENT:
            card = person.get(f"/EpisodeOfCare/{kept['EpisodeOfCare']['id']}/$card")
            yield {"name": one.name, "resource": card.json()}
            continue
        if value is HER_NUMBER:
            value = {"system": codes.FNR, "value": register(server.person("midwife")).number}
        if value is THE_EMERGENCY:
            value = _an_emergency(server)
        if value is THE_EVENT:
            value = _an_event(person)
        if value is THE_DECLARATION:
            value = f"{register(server.person('midwife')).id}.{ORGANIZATIONS['midwives-a'].orgnr}"
        if value is THE_CASE:
            value = _a_case(server)
        yield {"name": one.name, f"value{one.type[0].upper()}{one.type[1:]}": value}


def _an_event(person: Person) -> str:
    """The id of an event in the log of the woman who asks."""
    found: str = person.get("/AuditEvent?_count=1").json()["entry"][0]["resource"]["id"]
    return found


def _her(server: Server) -> Person:
    return server.person("citizen", person=register(server.person("midwife")).number)


def _a_case(server: Server) -> str:
    """The id of a woman's question."""
    her = _her(server)
    asked = {"event": _an_event(her), "question": "Hvem var dette?"}
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": name, "valueString": value} for name, value in asked.items()],
    }
    answer = her.post("/Patient/$ask-about-access", body)
    assert answer.status_code == 200, answer.text
    return answer.headers["x-request-id"]


def _an_emergency(server: Server) -> str:
    """The id of a grant."""
    number = {"system": codes.FNR, "value": register(server.person("midwife")).number}
    said = {"name": "reason", "valueString": "Fødsel i gang, ukjent for oss"}
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "identifier", "valueIdentifier": number}, said],
    }
    answer = server.person("hospital", purpose="BTG").post("/Patient/$break-glass", body)
    assert answer.status_code == 200, answer.text
    return answer.headers["x-request-id"]


def _of_hers(kept: dict[str, Json], type_name: str, harness: Person) -> Json:
    """Another of the type, as if she had registered it; what a Task says is wrong is corrected behind it."""
    wrong = harness.post("/Observation", kept["Observation"]).json()
    tag = {"tag": [{"system": codes.CS_CARD, "code": "self-reported"}]}
    task = {"status": "requested", "focus": {"reference": f"Observation/{wrong['id']}"}}
    made = harness.post(
        f"/{type_name}", kept[type_name] | {"meta": tag} | (task if type_name == "Task" else {})
    )
    assert made.status_code == 201, made.text
    assert harness.put(f"/Observation/{wrong['id']}", wrong).status_code == 200
    found: Json = made.json()
    return found


@pytest.fixture(scope="module")
def kept(kept: dict[str, Json], server: Server, harness: Person) -> dict[str, Json]:
    answer = server.person("midwife").post("/Subscription", a_subscription(f"{ENDPOINTS[0]}/hooks"))
    assert answer.status_code == 201, answer.text
    visit = {name: kept["Encounter"][name] for name in ("resourceType", "status", "class", "subject")}
    moved = harness.post("/Encounter", visit)  # the others of that consultation are asked for too
    assert moved.status_code == 201, moved.text
    return kept | {"Subscription": answer.json(), "Encounter": moved.json()}


def test_every_operation_has_a_probe() -> None:
    assert PROBES.keys() == {(row.type, row.name) for row in OPERATIONS}


def _often() -> Iterator[object]:
    """At every run each operation; those of every type for each fourth of them."""
    for n, asked in enumerate(ways(*TYPES)):
        quick = asked.row.type != EVERY_TYPE or n % 4 == 0
        yield pytest.param(asked, id=str(asked), marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize("asked", list(_often()))
def test_what_is_claimed_is_answered(
    asked: Asked, kept: dict[str, Json], harness: Person, server: Server
) -> None:
    urgent = {"purpose": "ETREAT"} if asked.row.name == "break-glass" else {}
    if asked.row.name == "withdraw":
        urgent = {"person": register(server.person("midwife")).number}
    person = server.person(WHO[asked.row.name], **urgent) if asked.row.name in WHO else harness
    person = _her(server) if asked.row.name == "ask-about-access" else person
    person = server.person("midwife") if (asked.type, asked.row.name) == ("Patient", "status") else person
    if asked.row.name in {"confirm", "decline"}:
        kept = kept | {asked.type: _of_hers(kept, asked.type, harness)}
    if asked.row.name == "evaluate-measure":  # of what is shipped, not of what is stored
        kept = kept | {"Measure": {"id": "visits-on-time"}}
    answer = ask(asked, kept, person, asked.given())
    if (
        asked.row.name == "discussed"
    ):  # what waits is discussed in tests/access/test_release.py; here nothing does
        assert (answer.status_code, "waits" in answer.text) == (409, True), answer.text
        return
    assert answer.status_code == (202 if asked.row.begins else 200), answer.text
    assert answer.json()["resourceType"] == asked.row.answer
    assert validate(fhir_json.parse(answer.content)) == []
    if asked.row.begins:
        assert harness.delete(answer.headers["content-location"]).status_code == 202


@pytest.mark.parametrize("asked", ways("Observation"), ids=str)
def test_what_a_row_does_not_name_is_refused(asked: Asked, kept: dict[str, Json], harness: Person) -> None:
    unknown = ask(asked, kept, harness, (Given("nothing", "string", "a"),))
    assert unknown.status_code == 400, unknown.text
    assert "nothing" in unknown.json()["issue"][0]["diagnostics"]
    claimed = {other.method for other in ways("Observation") if url(other, kept) == url(asked, kept)}
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - claimed:
        assert harness.request(method, url(asked, kept), {}).status_code in {404, 405}


@pytest.mark.parametrize("name", ["", *TYPES])
def test_no_other_operation_is_claimed_or_answered(
    name: str, statement: Json, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    rows = [
        row for row in OPERATIONS if row.type in ({name, EVERY_TYPE} if name else {""}) and serves(row, name)
    ]
    listed = (claims[name] if name else statement["rest"][0]).get("operation", ())
    assert list(listed) == [{"name": row.name, "definition": row.definition} for row in rows]
    for other in {"everything", "card", "expand", "nothing"} - {row.name for row in rows}:
        bases = [f"/{name}/{kept[name]['id']}", f"/{name}"] if name else [""]
        assert {harness.get(f"{base}/${other}").status_code for base in bases} == {404}
