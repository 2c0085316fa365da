"""Every URL of the server, literally: a new one is a visible change here."""

from typing import Any

import pytest

from app.api.routes import METHODS, routes
from app.fhir.operations import OPERATIONS

ALL = "DELETE GET HEAD OPTIONS PATCH POST PUT"
PINNED = [
    ("GET HEAD", "/health/live"),
    ("GET HEAD", "/health/ready"),
    ("GET HEAD", "/fhir/metadata"),
    ("GET HEAD", "/.well-known/jwks.json"),
    ("GET HEAD", "/cds-services"),
    ("GET HEAD", "/fhir/EpisodeOfCare/{id}/$card"),
    ("GET HEAD", "/fhir/EpisodeOfCare/$worklist"),
    ("POST", "/fhir/EpisodeOfCare/$worklist"),
    ("GET HEAD", "/fhir/EpisodeOfCare/$clinic-day"),
    ("POST", "/fhir/EpisodeOfCare/$clinic-day"),
    ("POST", "/fhir/Encounter/{id}/$move"),
    ("GET HEAD", "/fhir/Patient/{id}/$access-log"),
    ("POST", "/fhir/Patient/$declare-relation"),
    ("POST", "/fhir/Patient/$break-glass"),
    ("GET HEAD", "/fhir/$emergencies"),
    ("POST", "/fhir/$emergency-review"),
    ("GET HEAD", "/fhir/$emergency-statistics"),
    ("POST", "/fhir/Patient/$withdraw"),
    ("GET HEAD", "/fhir/Patient/$erasure"),
    ("GET HEAD", "/fhir/$retractions"),
    ("POST", "/fhir/Patient/$ask-about-access"),
    ("GET HEAD", "/fhir/$access-cases"),
    ("POST", "/fhir/$access-case-review"),
    ("GET HEAD", "/fhir/Patient/{id}/$explain-access"),
    ("POST", "/fhir/Patient/{id}/$explain-access"),
    ("GET HEAD", "/fhir/Patient/{id}/$everything"),
    ("POST", "/fhir/Patient/{id}/$everything"),
    ("GET HEAD", "/fhir/EpisodeOfCare/{id}/$everything"),
    ("POST", "/fhir/EpisodeOfCare/{id}/$everything"),
    ("GET HEAD", "/fhir/Observation/$lastn"),
    ("POST", "/fhir/Observation/$lastn"),
    ("GET HEAD", "/fhir/Composition/{id}/$document"),
    ("POST", "/fhir/Composition/{id}/$document"),
    ("POST", "/fhir/{type}/$validate"),
    ("GET HEAD", "/fhir/{type}/{id}/$validate"),
    ("POST", "/fhir/{type}/{id}/$validate"),
    ("GET HEAD", "/fhir/$meta"),
    ("POST", "/fhir/$meta"),
    ("GET HEAD", "/fhir/{type}/$meta"),
    ("POST", "/fhir/{type}/$meta"),
    ("GET HEAD", "/fhir/{type}/{id}/$meta"),
    ("POST", "/fhir/{type}/{id}/$meta"),
    ("POST", "/fhir/{type}/{id}/$meta-add"),
    ("POST", "/fhir/{type}/{id}/$meta-delete"),
    ("GET HEAD", "/fhir/ValueSet/$expand"),
    ("POST", "/fhir/ValueSet/$expand"),
    ("GET HEAD", "/fhir/ValueSet/{id}/$expand"),
    ("POST", "/fhir/ValueSet/{id}/$expand"),
    ("GET HEAD", "/fhir/ValueSet/$validate-code"),
    ("POST", "/fhir/ValueSet/$validate-code"),
    ("GET HEAD", "/fhir/ValueSet/{id}/$validate-code"),
    ("POST", "/fhir/ValueSet/{id}/$validate-code"),
    ("GET HEAD", "/fhir/CodeSystem/$validate-code"),
    ("POST", "/fhir/CodeSystem/$validate-code"),
    ("GET HEAD", "/fhir/CodeSystem/{id}/$validate-code"),
    ("POST", "/fhir/CodeSystem/{id}/$validate-code"),
    ("GET HEAD", "/fhir/CodeSystem/$lookup"),
    ("POST", "/fhir/CodeSystem/$lookup"),
    ("GET HEAD", "/fhir/CodeSystem/$subsumes"),
    ("POST", "/fhir/CodeSystem/$subsumes"),
    ("GET HEAD", "/fhir/CodeSystem/{id}/$subsumes"),
    ("POST", "/fhir/CodeSystem/{id}/$subsumes"),
    ("GET HEAD", "/fhir/ConceptMap/$translate"),
    ("POST", "/fhir/ConceptMap/$translate"),
    ("GET HEAD", "/fhir/ConceptMap/{id}/$translate"),
    ("POST", "/fhir/ConceptMap/{id}/$translate"),
    ("GET HEAD", "/fhir/$export"),
    ("POST", "/fhir/$export"),
    ("GET HEAD", "/fhir/Patient/$export"),
    ("POST", "/fhir/Patient/$export"),
    ("GET HEAD", "/fhir/Group/{id}/$export"),
    ("POST", "/fhir/Group/{id}/$export"),
    ("GET HEAD", "/fhir/Subscription/$status"),
    ("POST", "/fhir/Subscription/$status"),
    ("GET HEAD", "/fhir/Subscription/{id}/$status"),
    ("POST", "/fhir/Subscription/{id}/$status"),
    ("GET HEAD", "/fhir/Subscription/{id}/$events"),
    ("POST", "/fhir/Subscription/{id}/$events"),
    ("GET HEAD", "/fhir/Subscription/$failures"),
    ("GET HEAD", "/fhir/$changes"),
    ("GET HEAD", "/fhir/$export-status/{id}"),
    ("DELETE", "/fhir/$export-status/{id}"),
    ("GET HEAD", "/fhir/$export-file/{id}/{name}"),
    ("POST", "/cds-services/{service}"),
    ("POST", "/cds-services/{service}/feedback"),
    ("GET HEAD", "/api/maternity-record/v1/status"),
    ("GET HEAD", "/api/maternity-record/v1/history"),
    ("GET HEAD", "/api/maternity-record/v1/history/{record}"),
    ("POST", "/api/maternity-record/v1/record"),
    ("GET HEAD", "/api/maternity-record/v1/record/{record}"),
    ("POST", "/api/maternity-record/v1/record/{record}/updateStatus"),
    ("POST", "/api/maternity-record/v1/record/{record}/{part}"),
    ("PUT", "/api/maternity-record/v1/record/{record}/{part}"),
    ("PUT", "/api/maternity-record/v1/record/{record}/{part}/{id}"),
    ("DELETE", "/api/maternity-record/v1/record/{record}/{part}/{id}"),
    ("POST", "/fhir/_search"),
    ("POST", "/fhir/{type}/_search"),
    ("GET HEAD", "/fhir/{type}/{id}/_history/{version}"),
    ("GET HEAD", "/fhir/{type}/{id}/_history"),
    ("GET HEAD", "/fhir/{type}/_history"),
    ("GET HEAD", "/fhir/_history"),
    ("POST", "/fhir/{type}/{id}/{member}/_search"),
    ("GET HEAD", "/fhir/{type}/{id}/{member}"),
    ("GET HEAD", "/fhir/{type}/{id}"),
    ("PUT", "/fhir/{type}/{id}"),
    ("PATCH", "/fhir/{type}/{id}"),
    ("DELETE", "/fhir/{type}/{id}"),
    ("GET HEAD", "/fhir/{type}"),
    ("POST", "/fhir/{type}"),
    ("PUT", "/fhir/{type}"),
    ("PATCH", "/fhir/{type}"),
    ("DELETE", "/fhir/{type}"),
    ("GET HEAD", "/fhir"),
    ("GET HEAD", "/fhir/"),
    ("POST", "/fhir"),
    ("POST", "/fhir/"),
    (ALL, "/fhir/EpisodeOfCare/{id}/$card"),
    (ALL, "/fhir/EpisodeOfCare/$worklist"),
    (ALL, "/fhir/EpisodeOfCare/$clinic-day"),
    (ALL, "/fhir/Encounter/{id}/$move"),
    (ALL, "/fhir/Patient/{id}/$access-log"),
    (ALL, "/fhir/Patient/$declare-relation"),
    (ALL, "/fhir/Patient/$break-glass"),
    (ALL, "/fhir/$emergencies"),
    (ALL, "/fhir/$emergency-review"),
    (ALL, "/fhir/$emergency-statistics"),
    (ALL, "/fhir/Patient/$withdraw"),
    (ALL, "/fhir/Patient/$erasure"),
    (ALL, "/fhir/$retractions"),
    (ALL, "/fhir/Patient/$ask-about-access"),
    (ALL, "/fhir/$access-cases"),
    (ALL, "/fhir/$access-case-review"),
    (ALL, "/fhir/Patient/{id}/$explain-access"),
    (ALL, "/fhir/Patient/{id}/$everything"),
    (ALL, "/fhir/EpisodeOfCare/{id}/$everything"),
    (ALL, "/fhir/Observation/$lastn"),
    (ALL, "/fhir/Composition/{id}/$document"),
    (ALL, "/fhir/{type}/$validate"),
    (ALL, "/fhir/{type}/{id}/$validate"),
    (ALL, "/fhir/$meta"),
    (ALL, "/fhir/{type}/$meta"),
    (ALL, "/fhir/{type}/{id}/$meta"),
    (ALL, "/fhir/{type}/{id}/$meta-add"),
    (ALL, "/fhir/{type}/{id}/$meta-delete"),
    (ALL, "/fhir/ValueSet/$expand"),
    (ALL, "/fhir/ValueSet/{id}/$expand"),
    (ALL, "/fhir/ValueSet/$validate-code"),
    (ALL, "/fhir/ValueSet/{id}/$validate-code"),
    (ALL, "/fhir/CodeSystem/$validate-code"),
    (ALL, "/fhir/CodeSystem/{id}/$validate-code"),
    (ALL, "/fhir/CodeSystem/$lookup"),
    (ALL, "/fhir/CodeSystem/$subsumes"),
    (ALL, "/fhir/CodeSystem/{id}/$subsumes"),
    (ALL, "/fhir/ConceptMap/$translate"),
    (ALL, "/fhir/ConceptMap/{id}/$translate"),
    (ALL, "/fhir/$export"),
    (ALL, "/fhir/Patient/$export"),
    (ALL, "/fhir/Group/{id}/$export"),
    (ALL, "/fhir/Subscription/$status"),
    (ALL, "/fhir/Subscription/{id}/$status"),
    (ALL, "/fhir/Subscription/{id}/$events"),
    (ALL, "/fhir/Subscription/$failures"),
    (ALL, "/fhir/$changes"),
    (ALL, "/fhir/$export-status/{id}"),
    (ALL, "/fhir/$export-file/{id}/{name}"),
    (ALL, "/cds-services/{service}"),
    (ALL, "/cds-services/{service}/feedback"),
    (ALL, "/api/maternity-record/v1/status"),
    (ALL, "/api/maternity-record/v1/history"),
    (ALL, "/api/maternity-record/v1/history/{record}"),
    (ALL, "/api/maternity-record/v1/record"),
    (ALL, "/api/maternity-record/v1/record/{record}"),
    (ALL, "/api/maternity-record/v1/record/{record}/updateStatus"),
    (ALL, "/api/maternity-record/v1/record/{record}/{part}"),
    (ALL, "/api/maternity-record/v1/record/{record}/{part}/{id}"),
    (ALL, "/fhir/_search"),
    (ALL, "/fhir/{type}/_search"),
    (ALL, "/fhir/{type}/{id}/_history/{version}"),
    (ALL, "/fhir/{type}/{id}/_history"),
    (ALL, "/fhir/{type}/_history"),
    (ALL, "/fhir/_history"),
    (ALL, "/fhir/{type}/{id}/{member}/_search"),
    (ALL, "/fhir/{type}/{id}/{member}"),
    (ALL, "/fhir/{type}/{id}"),
    (ALL, "/fhir/{type}"),
    (ALL, "/fhir"),
    (ALL, "/fhir/"),
    (ALL, "/fhir/{rest:path}"),
]


class EveryDoor:
    """Stands for the door: what is behind it does not matter here, that all goes through it does."""

    def __init__(self) -> None:
        self.guarded: list[str] = []

    def endpoint(self, interaction: str, _handler: Any, _told: Any = None) -> Any:
        self.guarded.append(interaction)

        async def answer(_request: Any) -> Any:
            raise AssertionError(interaction)

        return answer


def test_the_urls_are_these():
    assert [(" ".join(sorted(row.methods)), row.path) for row in routes(EveryDoor())] == PINNED


def test_all_but_health_and_metadata_go_through_the_door():
    door = EveryDoor()
    open_to_all = [row.path for row in routes(door) if not row.endpoint.__qualname__.startswith("EveryDoor")]
    assert open_to_all == [
        "/health/live",
        "/health/ready",
        "/fhir/metadata",
        "/.well-known/jwks.json",
        "/cds-services",
    ]
    assert door.guarded


def test_no_method_is_left_to_the_framework():
    assert set(METHODS) == set(ALL.split())


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: f"{row.type}${row.name}")
def test_every_operation_of_the_capability_statement_has_a_url(row):
    for _, path, method in row.ways():
        assert (ALL, path) in PINNED
        pinned = {one for found, at in PINNED if at == path and found != ALL for one in found.split()}
        assert pinned - {"HEAD"} == {other for _, at, other in row.ways() if at == path}
        assert method in pinned
