"""References, chains and reversed chains: https://hl7.org/fhir/R4/search.html#reference, #chaining and #has"""

import pytest

from tests.search.asking import Asker, text


def to(reference: str) -> dict[str, str]:
    return {"reference": reference}


@pytest.fixture(scope="module", autouse=True)
def kept(asker: Asker) -> None:
    home = asker.person.server.fhir
    asker.keep("Organization", "top", name="Nordre foretak")
    asker.keep("Organization", "ward", name="Føden", partOf=to("Organization/top"))
    asker.keep("Practitioner", "anne", name=[{"family": "Bergh", "given": ["Anne"]}])
    asker.keep(
        "Patient", "1", name=[{"family": "Prøve"}], birthDate="1990-05-01", generalPractitioner=[to("Practitioner/anne")],
        identifier=[{"system": "http://mrn.example", "value": "77"}],
    )  # fmt: skip
    asker.keep("Patient", "2", name=[{"family": "Annen"}], birthDate="1985-01-01")
    asker.keep("Group", "1", type="person", actual=True)
    encounter = {"status": "finished", "class": {"code": "AMB"}}
    asker.keep(
        "Encounter", "e1", **encounter, subject=to("Patient/1"), serviceProvider=to("Organization/ward")
    )
    asker.keep(
        "Encounter", "e2", **encounter, subject=to("Patient/2"), serviceProvider=to("Organization/top")
    )
    observation = {"status": "final", "code": text("x")}
    asker.keep("Observation", "local", **observation, subject=to("Patient/1"), encounter=to("Encounter/e1"))
    asker.keep(
        "Observation",
        "absolute",
        **observation,
        subject=to(f"{home}/Patient/1"),
        encounter=to("Encounter/e2"),
    )
    asker.keep("Observation", "versioned", **observation, subject=to("Patient/1/_history/1"))
    asker.keep("Observation", "group", **observation, subject=to("Group/1"))
    asker.keep("Observation", "elsewhere", **observation, subject=to("https://other.example/fhir/Patient/1"))
    asker.keep("Observation", "other", status="final", code=text("y"), subject=to("Patient/2"))
    identified = {"identifier": {"system": "http://mrn.example", "value": "99"}}
    asker.keep("Observation", "logical", **observation, subject=identified)
    asker.keep(
        "Provenance",
        "p1",
        target=[to("Observation/local")],
        recorded="2026-01-01T00:00:00Z",
        agent=[{"who": to("Practitioner/anne")}],
    )
    questionnaire = "http://q.example/before"
    asker.keep("Questionnaire", "v1", url=questionnaire, version="1.0", status="active", title="Før")
    asker.keep("Questionnaire", "v2", url=questionnaire, version="2.0", status="retired", title="Nå")
    asker.keep("QuestionnaireResponse", "a1", questionnaire=f"{questionnaire}|1.0", status="completed")
    asker.keep("QuestionnaireResponse", "a2", questionnaire=f"{questionnaire}|2.0", status="completed")
    asker.keep("QuestionnaireResponse", "any", questionnaire=questionnaire, status="completed")
    asker.keep(
        "List",
        "l1",
        status="current",
        mode="working",
        entry=[{"item": to("Observation/local")}, {"item": to("Patient/2")}],
    )


OF_ONE = ["absolute", "local", "versioned"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("subject=Patient/1", OF_ONE),
        ("subject=1", sorted([*OF_ONE, "group"])),
        ("subject:Patient=1", OF_ONE),
        ("subject:Group=1", ["group"]),
        ("subject=Group/1", ["group"]),
        ("patient=1", OF_ONE),
        ("patient=Patient/1,Patient/2", sorted([*OF_ONE, "other"])),
        ("patient=Patient/1/_history/1", OF_ONE),
        ("subject={home}/Patient/1", OF_ONE),
        ("subject=https://other.example/fhir/Patient/1", ["elsewhere"]),
        ("subject=https://other.example/fhir/Patient/1,Group/1,Patient/2", ["elsewhere", "group", "other"]),
        ("subject:identifier=http://mrn.example|99", ["logical"]),
        ("subject:identifier=99", ["logical"]),
        ("subject:identifier=|99", []),
        ("subject:missing=true", []),
        ("encounter:missing=false", ["absolute", "local"]),
        ("subject=Patient/nobody", []),
    ],
)
def test_references(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(f"Observation?{query.format(home=asker.person.server.fhir)}") == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("questionnaire=http://q.example/before", ["a1", "a2", "any"]),
        ("questionnaire=http://q.example/before|1.0", ["a1"]),
        ("questionnaire:below=http://q.example/before|1", ["a1"]),
        ("questionnaire:below=http://q.example/before", ["a1", "a2", "any"]),
        ("questionnaire=http://q.example/before|3.0", []),
        ("questionnaire.title=Før", ["a1", "any"]),
        ("questionnaire.status=retired", ["a2", "any"]),
    ],
)
def test_canonicals(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(f"QuestionnaireResponse?{query}") == found


def test_a_canonical_resource_is_found_by_url_and_version(asker: Asker) -> None:
    assert asker.ids("Questionnaire?url=http://q.example/before|2.0") == ["v2"]
    assert asker.ids("Questionnaire?url=http://q.example/before") == ["v1", "v2"]
    assert asker.ids("Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=a1") == ["v1"]
    assert asker.ids("Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=any") == ["v1", "v2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("patient.name=prove", OF_ONE),
        ("patient.family:exact=Annen", ["other"]),
        ("subject:Patient.birthdate=ge1990", OF_ONE),
        ("subject.name=annen,prove", sorted([*OF_ONE, "other"])),
        ("patient.identifier=http://mrn.example|77", OF_ONE),
        ("patient.general-practitioner.name=bergh", OF_ONE),
        ("encounter.service-provider.name=foden", ["local"]),
        ("encounter.service-provider.partof.name=nordre", ["local"]),
        ("encounter.service-provider.partof.name=foden", []),
        ("encounter.subject:Patient.name=annen", ["absolute"]),
        ("patient.name=prove&code=x&encounter.status=finished", ["absolute", "local"]),
        ("patient.general-practitioner:missing=true", ["other"]),
        ("subject:Group._id=1", ["group"]),
        ("patient._has:Encounter:patient:status=finished", sorted([*OF_ONE, "other"])),
        ("_has:Provenance:target:agent=Practitioner/anne", ["local"]),
        ("_has:Provenance:target:agent.name=bergh", ["local"]),
        ("_has:Provenance:target:recorded=lt2026", []),
        ("_list=l1", ["local"]),
        ("_list=none", []),
    ],
)
def test_chains(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(f"Observation?{query}") == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Patient?_has:Observation:patient:code=x", ["1"]),
        ("Patient?_has:Observation:patient:code=x,y", ["1", "2"]),
        ("Patient?_has:Observation:patient:code=x&_has:Observation:patient:code=y", []),
        ("Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/anne", ["1"]),
        ("Patient?_has:Encounter:patient:service-provider.name=nordre", ["2"]),
        ("Patient?_has:Observation:subject:code:not=x", ["2"]),
        ("Patient?_list=l1", ["2"]),
        ("Practitioner?_has:Patient:general-practitioner:_id=1", ["anne"]),
        ("Organization?_has:Organization:partof:name=foden", ["top"]),
        ("Group?_has:Observation:subject:code=x", ["1"]),
    ],
)
def test_reversed_chains(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(query) == found


def test_what_is_deleted_is_no_way(asker: Asker) -> None:
    asker.keep("Encounter", "gone", status="finished", **{"class": {"code": "AMB"}}, subject=to("Patient/1"))
    asker.keep(
        "Provenance",
        "gone",
        target=[to("Encounter/gone")],
        recorded="2026-01-01T00:00:00Z",
        agent=[{"who": to("Practitioner/anne")}],
    )
    way = "Encounter?_has:Provenance:target:agent=Practitioner/anne"
    assert asker.ids(way) == ["gone"]
    assert asker.person.delete("/Provenance/gone").status_code == 204
    assert asker.ids(way) == []


def test_chains_have_a_limit(asker: Asker) -> None:
    deep = "Observation?encounter.service-provider.partof.partof.partof.name=x"
    assert "more than 4 references" in asker.refusal(deep)
    assert "name one, as in" in asker.refusal("Provenance?target._id=1")
