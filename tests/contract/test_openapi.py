"""The OpenAPI document holds: it is valid, and whatever it lets a client send gets an answer that it names."""

import json
from functools import partial
from importlib.resources import files

import jsonschema_rs
import pytest
import requests
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from app.api.openapi import document
from tests.contract.examples import Json
from tests.contract.fuzzing import refuse_failures, varied
from tests.fixtures.server import Person

DOCUMENT: Json = json.loads(document())
OPERATIONS = {
    operation.ok().definition.raw["operationId"]: operation.ok()
    for operation in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
}
BODIES = [
    name for name, operation in OPERATIONS.items() if operation.body and "_search" not in operation.path
]
TAGS = sorted({operation.definition.raw["tags"][0] for operation in OPERATIONS.values()})
# the types whose requests are answered in a way of their own; the rest go the way of Observation's
OFTEN = ["open", "system", "Patient", "EpisodeOfCare", "Observation", "Subscription"]
CHECKS = (status_code_conformance, content_type_conformance)


def test_it_has_the_form_of_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    form = files("openapi_spec_validator").joinpath("resources/schemas/v3.1/schema.json").read_text("utf-8")
    assert [
        error.message for error in jsonschema_rs.validator_for(json.loads(form)).iter_errors(DOCUMENT)
    ] == []


@pytest.mark.slow
def test_it_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_its_examples_are_taken(harness: Person) -> None:
    """Each is valid; what it refers to is elsewhere, so that it is asked about and not sent."""
    bodies = {
        name: content["example"]
        for name, body in DOCUMENT["components"]["requestBodies"].items()
        for content in body["content"].values()
        if "example" in content
    }
    assert len(bodies) > len(TAGS) // 2
    for name, body in bodies.items():
        answer = harness.post(f"/{name}/$validate", body)
        errors = [issue for issue in answer.json()["issue"] if issue["severity"] in {"error", "fatal"}]
        assert [issue for issue in errors if "reference" not in issue["diagnostics"].lower()] == [], name


class Prober:
    """Sends what Schemathesis makes of the document to the running server."""

    def __init__(self, person: Person, kept: dict[str, Json]) -> None:
        self._person, self._kept = person, kept
        self._session = requests.Session()

    def ask(self, case: Case, *, there: bool) -> None:
        """Send ``case``; where ``there``, about a resource that there is, unless it would be no more."""
        type_name = case.operation.definition.raw["tags"][0]
        if (
            there
            and case.method != "DELETE"
            and "id" in (case.path_parameters or {})
            and type_name in self._kept
        ):
            case.path_parameters["id"] = self._kept[type_name]["id"]
        case.headers.pop("DPoP", None)
        sent = {"Authorization": f"Bearer {self._person.server.token(self._person.wish)}"}
        answer = case.call(base_url=self._person.server.base, session=self._session, headers=sent)
        if type_name != "open":
            headers = {name: values[0] for name, values in answer.headers.items()}
            refuse_failures(answer.status_code, headers, answer.content)
        case.validate_response(answer, checks=list(CHECKS))


@pytest.fixture(scope="module")
def prober(harness: Person, kept: dict[str, Json]) -> Prober:
    return Prober(harness, kept)


def probe(prober: Prober, name: str, examples: int) -> None:
    """Try an operation with what the document allows, and with what it does not."""
    operation = OPERATIONS[name]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        if mode is GenerationMode.POSITIVE or any(True for _ in operation.iter_parameters()):
            cases = operation.as_strategy(generation_mode=mode)
            varied(name, examples, cases, partial(prober.ask, there=mode is GenerationMode.POSITIVE))


def of_tag(tag: str) -> list[str]:
    return [name for name, one in OPERATIONS.items() if one.definition.raw["tags"][0] == tag]


@pytest.mark.parametrize("tag", OFTEN)
def test_requests_without_a_body(tag: str, prober: Prober) -> None:
    for name in of_tag(tag):
        if name not in BODIES:
            probe(prober, name, 2)


@pytest.mark.slow
@pytest.mark.parametrize("tag", TAGS)
def test_every_request_without_a_body(tag: str, prober: Prober) -> None:
    for name in of_tag(tag):
        if name not in BODIES:
            probe(prober, name, 20)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "transaction",
        "cds-call",
        "cds-feedback",
        "create-Basic",
        "create-Flag",
        "patch-Basic",
        "lookup-post-CodeSystem",
    ],
)
def test_bodies(name: str, prober: Prober) -> None:
    probe(prober, name, 10)
