"""Every interaction that the CapabilityStatement claims of a type is done as it says; what it does not claim is refused."""

from collections.abc import Callable

import httpx
import pytest

from app.fhir.registry import RESOURCE_TYPES
from tests.contract.examples import Json
from tests.fixtures.server import Person

TYPES = [row.name for row in RESOURCE_TYPES]
JSON = "application/fhir+json"  # a Binary comes as what it holds, unless it is asked for as a resource
PATCH = [{"op": "add", "path": "/language", "value": "nb"}]


def as_new(body: Json) -> Json:
    """A copy that may stand beside the original: a person and an open card there is one of."""
    copy = {name: value for name, value in body.items() if name != "id"}
    if body["resourceType"] == "Patient":
        del copy["identifier"]
    if body["resourceType"] == "EpisodeOfCare":
        copy["status"] = "finished"
    return copy


def copied(harness: Person, body: Json) -> str:
    answer = harness.post(f"/{body['resourceType']}", as_new(body))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"].startswith(f"{harness.server.fhir}/{body['resourceType']}/")
    return f"/{body['resourceType']}/{answer.json()['id']}"


def deleted(harness: Person, body: Json) -> httpx.Response:
    path = copied(harness, body)
    answer = harness.delete(path)
    assert harness.get(path).status_code == 410
    return answer


Probe = Callable[[Person, Json], httpx.Response]
# TABLE: interaction → how it is asked of a type that has this resource, and what is answered
PROBES: dict[str, tuple[Probe, int]] = {
    "read": (lambda harness, body: harness.get(path_of(body), Accept=JSON), 200),
    "vread": (lambda harness, body: harness.get(f"{path_of(body)}/_history/1", Accept=JSON), 200),
    "history-instance": (lambda harness, body: harness.get(f"{path_of(body)}/_history"), 200),
    "history-type": (lambda harness, body: harness.get(f"/{body['resourceType']}/_history?_count=1"), 200),
    "search-type": (lambda harness, body: harness.get(f"/{body['resourceType']}?_id={body['id']}"), 200),
    "create": (lambda harness, body: harness.post(f"/{body['resourceType']}", as_new(body)), 201),
    "update": (lambda harness, body: harness.put(path_of(body), body), 200),
    "patch": (
        lambda harness, body: harness.request(
            "PATCH", copied(harness, body), PATCH, Content_Type="application/json-patch+json"
        ),
        200,
    ),
    "delete": (deleted, 204),
}
RESOURCE = {"read", "vread", "create", "update", "patch"}  # what answers with the resource itself
BUNDLES = {"history-instance": "history", "history-type": "history", "search-type": "searchset"}


def path_of(body: Json) -> str:
    return f"/{body['resourceType']}/{body['id']}"


def interactions(row: Json) -> set[str]:
    return {one["code"] for one in row["interaction"]}


def test_every_type_that_is_kept_is_claimed(claims: dict[str, Json]) -> None:
    assert list(claims) == TYPES


@pytest.mark.parametrize("name", TYPES)
def test_what_is_claimed_is_done(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    for code in interactions(claims[name]):
        ask, status = PROBES[code]
        answer = ask(harness, kept[name])
        assert answer.status_code == status, (code, answer.text)
        if code in RESOURCE:
            assert answer.json()["resourceType"] == name
        if code in BUNDLES:
            assert answer.json()["type"] == BUNDLES[code]
            found = {entry["fullUrl"].split("/")[-2] for entry in answer.json()["entry"]}
            assert found == {name}


@pytest.mark.parametrize("name", TYPES)
def test_what_is_not_claimed_is_refused(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    for code in PROBES.keys() - interactions(claims[name]) - {"patch", "delete"}:
        assert PROBES[code][0](harness, kept[name]).status_code in {404, 405}, code
    path = path_of(kept[name])
    if "delete" not in interactions(claims[name]):
        assert harness.delete(path).status_code == 405
    if "patch" not in interactions(claims[name]):
        answer = harness.request("PATCH", path, PATCH, Content_Type="application/json-patch+json")
        assert answer.status_code == 405


def test_types_that_are_not_kept_are_at_no_address(harness: Person) -> None:
    for name in ("Account", "Contract", "observation", "Nothing"):
        for answer in (harness.get(f"/{name}/1"), harness.get(f"/{name}"), harness.post(f"/{name}", {})):
            assert answer.status_code == 404
            assert answer.json()["resourceType"] == "OperationOutcome"


SYSTEM: dict[str, Callable[[Person], httpx.Response]] = {
    "transaction": lambda harness: harness.post("", {"resourceType": "Bundle", "type": "transaction"}),
    "batch": lambda harness: harness.post("", {"resourceType": "Bundle", "type": "batch"}),
    "history-system": lambda harness: harness.get("/_history?_count=1"),
    "search-system": lambda harness: harness.get("?_type=Patient&_count=1"),
}


@pytest.mark.parametrize("code", SYSTEM)
def test_the_system_does_what_is_claimed(code: str, statement: Json, harness: Person) -> None:
    claimed = {one["code"] for one in statement["rest"][0]["interaction"]}
    assert claimed <= SYSTEM.keys()
    assert SYSTEM[code](harness).status_code in ({200} if code in claimed else {404, 405})
