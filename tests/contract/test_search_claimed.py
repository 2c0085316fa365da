"""Every search parameter and include that the CapabilityStatement claims is taken; what it does not claim is refused."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from app.fhir.registry import RESOURCE_TYPES
from app.fhir.search_params import lookup
from tests.contract.examples import Json
from tests.fixtures.server import Person

TYPES = [row.name for row in RESOURCE_TYPES]
QUICK = frozenset({"Patient", "Observation", "Task"})
VALUES = {
    "token": "http://example.org|a",
    "date": "ge2026",
    "string": "a",
    "number": "1",
    "quantity": "5.4|http://unitsofmeasure.org|mg",
    "uri": "http://example.org/a",
}


def value(name: str, code: str, kind: str) -> str:
    """A value that a parameter of this kind can have."""
    param = lookup(name, code)
    assert param is not None
    if kind == "composite":
        parts = [lookup(name, part) for part, _ in param.components]
        return "$".join(value(name, part.code, part.kind.value) for part in parts if part)
    if kind == "reference":
        return f"{param.targets[0] if param.targets else 'Patient'}/a"
    return "a" if code == "_id" else VALUES[kind]


def asked(name: str, row: Json) -> Iterator[str]:
    """The URLs of every claim about the type's searches."""
    for param in row["searchParam"]:
        yield urlencode({param["name"]: value(name, param["name"], param["type"])})
    for include in row.get("searchInclude", ()):
        yield urlencode({"_include": include, "_count": 1})
    for include in row.get("searchRevInclude", ()):
        yield urlencode({"_revinclude": include, "_count": 1})


def statuses(harness: Person, urls: list[str]) -> dict[str, Json]:
    """How each search is answered, asked in one batch."""
    entries = [{"request": {"method": "GET", "url": url}} for url in urls]
    limit = harness.server.settings.max_entries
    found: list[Json] = []
    for start in range(0, len(entries), limit):
        part = entries[start : start + limit]
        answer = harness.post("", {"resourceType": "Bundle", "type": "batch", "entry": part})
        assert answer.status_code == 200, answer.text
        found += [entry["response"] for entry in answer.json()["entry"]]
    return dict(zip(urls, found, strict=True))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in TYPES]
)
def test_what_is_claimed_is_taken(name: str, claims: dict[str, Json], harness: Person) -> None:
    found = statuses(harness, [f"{name}?{query}" for query in asked(name, claims[name])])
    assert {url: answer for url, answer in found.items() if answer["status"] != "200"} == {}


def test_the_same_by_get_and_by_form(claims: dict[str, Json], harness: Person) -> None:
    row = claims["Observation"]
    for param in row["searchParam"]:
        pair = {param["name"]: value("Observation", param["name"], param["type"])}
        for answer in (harness.get(f"/Observation?{urlencode(pair)}"), harness.search("Observation", **pair)):
            assert answer.status_code == 200, answer.text
            assert answer.json()["type"] == "searchset"


def test_what_is_not_claimed_is_refused(claims: dict[str, Json], harness: Person) -> None:
    names = {param["name"] for row in claims.values() for param in row["searchParam"]}
    for name in TYPES:
        claimed = {param["name"] for param in claims[name]["searchParam"]}
        others = sorted(names - claimed)[:5]
        urls = [f"{name}?{other}=a" for other in (*others, "nothing", "_nothing", "_content", "_query")]
        urls += [f"{name}?_include={name}:nothing", f"{name}?_include={name}:_id"]
        for url, answer in statuses(harness, urls).items():
            assert answer["status"] == "400", url
            assert answer["outcome"]["issue"][0]["diagnostics"]


SHARED = {
    "_type": ("_type", "Patient"),
    "_has": ("_has:Observation:patient:code", "a"),
    "_list": ("_list", "a"),
}


def test_what_is_claimed_of_several_types(statement: Json, harness: Person) -> None:
    for param in statement["rest"][0]["searchParam"]:
        name, text = SHARED.get(param["name"]) or (param["name"], VALUES[param["type"]])
        answer = harness.get(f"?{urlencode({'_type': 'Patient,Encounter', name: text})}")
        assert answer.status_code == 200, answer.text
    assert harness.get("?_type=Patient&nothing=a").status_code == 400
    assert harness.get("?_type=Account").status_code == 404


def test_the_compartments_that_are_claimed(statement: Json, kept: dict[str, Json], harness: Person) -> None:
    claimed = {url.rpartition("/")[2] for url in statement["rest"][0]["compartment"]}
    assert claimed
    for name in TYPES:
        for below in ("Observation", "*"):
            answer = harness.get(f"/{name}/{kept[name]['id']}/{below}")
            assert answer.status_code == (200 if name.lower() in claimed else 400), (name, answer.text)
