"""A card arrives from another region: nothing is overwritten or doubled, differences are told, the wrong woman is refused."""

import json
from typing import Any

import pytest
from helsekort_sandbox.recording import read
from helsekort_sandbox.replay import Pace, play

from app.fhir import codes
from app.fhir.validation import validate
from tests.fixtures.resources import (
    Json,
    Woman,
    a_blood_pressure,
    a_weight,
    an_allergy,
    an_observation,
    concept,
    quantity,
    register,
)
from tests.fixtures.server import Person, Server
from tests.journeys.test_replay import of, pregnancies

OTHER = "https://helse.annen-region.example/fhir"


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


def kept(person: Person, resource: Json) -> str:
    answer = person.post(f"/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    return f"{resource['resourceType']}/{answer.json()['id']}"


def a_fetus(woman: Woman, name: str = "A") -> Json:
    return {
        "resourceType": "RelatedPerson",
        "patient": {"reference": woman.reference},
        "relationship": [concept(codes.CS_CARD, "fetus")],
        "name": [{"text": name}],
    }


def an_encounter(woman: Woman) -> Json:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [concept(codes.CS_CARD, "antenatal-visit")],
        "subject": {"reference": woman.reference},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{woman.episode}"}],
        "period": {"start": "2026-11-02T09:00:00+01:00"},
    }


def lived(midwife: Person, woman: Woman) -> str:
    """A pregnancy with a visit, two fetuses, an allergy, a dating and a blood type."""
    visit = {"encounter": {"reference": kept(midwife, an_encounter(woman))}}
    when = {"effectiveDateTime": "2026-11-02T09:10:00+01:00"}
    fetus = kept(midwife, a_fetus(woman))
    lab = {"category": [concept(codes.OBSERVATION_CATEGORY, "laboratory")]}
    lmp = {"valueDateTime": "2026-05-20", "category": [concept(codes.OBSERVATION_CATEGORY, "survey")]}
    heart = {
        "focus": [{"reference": fetus}],
        "valueQuantity": {"value": 142, "unit": "/min", "system": codes.UCUM, "code": "/min"},
    }
    odd = {"valueCodeableConcept": concept("https://region.example/kodeverk", "x7"), **lab, **when}
    for made in (
        a_weight(woman.reference, 70.5, **visit, **when), a_blood_pressure(woman.reference, **visit, **when),
        an_observation(woman.reference, "55283-6", **heart, **visit, **when), an_allergy(woman.reference),
        an_observation(woman.reference, "8665-2", **lmp, **when), an_observation(woman.reference, "10331-7", **odd),
    ):  # fmt: skip
        kept(midwife, made)
    return fetus


def left(server: Server, midwife: Person, woman: Woman, arriving: Woman) -> Json:
    """The document of ``woman``'s card as another region sends it, about ``arriving``."""
    answer = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card")
    assert answer.status_code == 200, answer.text
    moved = answer.text.replace(server.fhir, OTHER).replace(woman.number, arriving.number)
    bundle: Json = json.loads(moved)
    return bundle


def arrives(person: Person, woman: Woman, bundle: Json, status: int = 200, *, preview: bool = False) -> Json:
    body: Json = {"resourceType": "Parameters", "parameter": [{"name": "document", "resource": bundle}]}
    body["parameter"] += [{"name": "preview", "valueBoolean": True}] if preview else []
    answer = person.post(f"/EpisodeOfCare/{woman.episode}/$import-card", body if preview else bundle)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def counts(report: Json) -> tuple[int, int, int]:
    found = {row["name"]: row.get("valueInteger") for row in report["parameter"]}
    return found["same"], found["new"], found["differs"]


def entries(report: Json, outcome: str) -> list[dict[str, Any]]:
    """Each entry with this outcome, its parts by name."""
    rows = [
        {part["name"]: next(value for name, value in part.items() if name != "name") for part in row["part"]}
        for row in report["parameter"]
        if row["name"] == "entry"
    ]
    return [row for row in rows if row["outcome"] == outcome]


WHOSE = {"care-team", "changed", "other"}


def card(person: Person, woman: Woman, more: str = "") -> dict[str, str]:
    """What the card says, by section."""
    bundle = person.get(f"/EpisodeOfCare/{woman.episode}/$card?_format=json{more}").json()
    assert validate(bundle) == []
    sections = bundle["entry"][0]["resource"]["section"]
    told = {row["code"]["coding"][0]["code"]: row["text"]["div"] for row in sections}
    return {name: text for name, text in told.items() if name not in WHOSE}


def total(server: Server, woman: Woman) -> str:
    return server.database.rows(f"SELECT count(*) FROM resource WHERE patient = '{woman.id}'")[0]


def test_a_card_arrives_whole_once_and_with_its_source(server: Server, midwife: Person) -> None:
    there, here = register(midwife), register(midwife)
    lived(midwife, there)
    bundle = left(server, midwife, there, here)
    preview = arrives(midwife, here, bundle, preview=True)
    assert (counts(preview), total(server, here)) == ((0, 8, 0), "2")
    report = arrives(midwife, here, bundle)
    assert counts(report) == (0, 8, 0)
    assert card(midwife, here) == card(midwife, there)
    assert "https://region.example/kodeverk" in str(report)
    before = total(server, here)
    assert counts(arrives(midwife, here, bundle)) == (8, 0, 0)
    later = left(server, midwife, there, here)
    assert later["identifier"] != bundle["identifier"]
    assert counts(arrives(midwife, here, later)) == (8, 0, 0)
    assert total(server, here) == before, "nothing is doubled"
    weight = midwife.get(f"/Observation?patient={here.id}&code={codes.WEIGHT}").json()["entry"][0]["resource"]
    told = midwife.get(f"/Provenance?target=Observation/{weight['id']}").json()["entry"]
    (provenance,) = [row["resource"] for row in told]
    assert provenance["entity"][0]["what"]["identifier"] == bundle["identifier"]
    assert len(provenance["target"]) == 8
    assert weight["meta"]["source"].startswith(f"{OTHER}/Observation/")
    assert weight["encounter"]["reference"].removeprefix("Encounter/") not in str(bundle)
    odd = midwife.get(f"/Observation?patient={here.id}&code=10331-7").json()["entry"][0]["resource"]
    assert odd["valueCodeableConcept"]["coding"][0]["system"] == "https://region.example/kodeverk"
    assert "unknown-code-system" in str(odd["meta"]["tag"])


def test_what_differs_is_told_and_stands_beside_ours(server: Server, midwife: Person) -> None:
    there, here = register(midwife), register(midwife)
    lived(midwife, there)
    survey = {"category": [concept(codes.OBSERVATION_CATEGORY, "survey")]}
    ours = kept(midwife, an_observation(here.reference, "8665-2", valueDateTime="2026-05-27", **survey))
    fetus = kept(midwife, a_fetus(here))
    report = arrives(midwife, here, left(server, midwife, there, here))
    assert counts(report) == (1, 6, 1)
    (differs,) = entries(report, "differs")
    assert differs["ours"] == {"reference": ours}
    assert "2026-05-20" in differs["says"]
    assert "2026-05-27" in differs["oursSays"]
    (same,) = entries(report, "same")
    assert same["resource"] == {"reference": fetus}
    (line,) = [row["valueString"] for row in report["parameter"] if row["name"] == "contradiction"]
    assert "20.05.2026" in line
    assert "27.05.2026" in line
    assert "27.05.2026" in card(midwife, here)["contradictions"]
    assert midwife.get(f"/{ours}").json()["meta"]["versionId"] == "1"
    heart = midwife.get(f"/Observation?patient={here.id}&code=55283-6").json()["entry"][0]["resource"]
    assert heart["focus"] == [{"reference": fetus}]


def test_another_woman_a_closed_card_and_a_changed_document_are_refused(
    server: Server, midwife: Person
) -> None:
    there, here = register(midwife), register(midwife)
    kept(midwife, a_weight(there.reference, 70.5))
    bundle = left(server, midwife, there, here)
    before = total(server, there)
    assert "another woman" in str(arrives(midwife, there, bundle, 422))
    assert total(server, there) == before
    arrives(server.person("midwife", key="midwife-b"), here, bundle, 404)
    arrives(server.person("citizen", person=here.number), here, bundle, 403)
    closed = json.loads(json.dumps(bundle))
    for row in closed["entry"]:
        if row["resource"]["resourceType"] == "EpisodeOfCare":
            row["resource"]["status"] = "finished"
    assert "closed" in str(arrives(midwife, here, closed, 422))
    assert counts(arrives(midwife, here, bundle)) == (0, 1, 0)
    other = json.loads(json.dumps(bundle).replace("70.5", "71.5"))
    assert "new identifier" in str(arrives(midwife, here, other, 409))
    assert "type document" in str(arrives(midwife, here, {**bundle, "type": "collection"}, 422))
    nobody = json.loads(json.dumps(bundle).replace(codes.FNR, "urn:oid:2.16.578.1.12.4.1.4.99"))
    assert "identity number" in str(arrives(midwife, here, nobody, 422))
    named = {name: value for name, value in bundle.items() if name != "identifier"}
    assert "bdl-9" in str(arrives(midwife, here, named, 400))
    foul = json.loads(json.dumps(bundle).replace('"final"', '"finale"'))
    assert arrives(midwife, here, foul, 400)["issue"][0]["severity"] == "error"


def ends(midwife: Person, woman: Woman, outcome: str) -> None:
    ended = {
        "code": concept(codes.CS_CARD, "birth-outcome"),
        "valueCodeableConcept": concept(codes.CS_CARD, outcome),
    }
    kept(midwife, an_observation(woman.reference, "x") | ended)


@pytest.mark.parametrize(("outcome", "count"), [("miscarriage", 9), ("live-birth", 11)])
def test_a_card_arrives_after_the_end_as_it_left(
    server: Server, midwife: Person, outcome: str, count: int
) -> None:
    there, here = register(midwife), register(midwife)
    fetus = lived(midwife, there)
    ends(midwife, there, outcome)
    if outcome == "live-birth":
        link = {"other": {"reference": fetus}, "type": "seealso"}
        child = kept(midwife, {"resourceType": "Patient", "link": [link], "birthDate": "2026-11-28"})
        weight = {"code": concept(codes.CS_CARD, "birth-weight"), "valueQuantity": quantity(3480, "g")}
        kept(midwife, an_observation(child, "x") | weight)
    bundle = left(server, midwife, there, here)
    assert counts(arrives(midwife, here, bundle)) == (0, count, 0)
    assert counts(arrives(midwife, here, bundle)) == (count, 0, 0)
    assert card(midwife, here) == card(midwife, there)


def test_a_pregnancy_that_is_over_does_not_go_on_where_nobody_is_told_how_it_ended(
    server: Server, midwife: Person
) -> None:
    there, here = register(midwife), register(midwife)
    lived(midwife, there)
    ends(midwife, there, "termination")
    bundle = left(server, midwife, there, here)
    assert "termination" not in str(bundle)
    assert "does not say how" in str(arrives(midwife, here, bundle, 422))
    assert total(server, here) == "2"


@pytest.mark.slow
def test_cards_of_generated_women_arrive_equal_and_once(server: Server) -> None:
    """Whole pregnancies, as far as they have come, out of one card and into another of the same woman's number."""
    recorded = read(pregnancies(4, 31))
    until = recorded.items[len(recorded.items) * 2 // 3].time.date()
    assert play(recorded, server.base, of(server), Pace(until=until)).surprises == {}
    harness, midwife, asked = server.person("harness"), server.person("midwife"), f"&asOf={until}"
    numbers = ", ".join(f"'{one.number}'" for one in recorded.actors.values() if one.role == "citizen")
    rows = server.database.rows(
        "SELECT e.patient, e.id, p.number FROM resource e JOIN person p ON p.patient = e.patient"
        f" WHERE e.type = 'EpisodeOfCare' AND e.status = 'active' AND p.number IN ({numbers})"
    )
    women = [Woman(*row.split("|")) for row in rows]
    assert len(women) >= 2
    for there in women:
        here = register(midwife)
        bundle = left(server, harness, there, here)
        same, new, differs = counts(arrives(midwife, here, bundle))
        assert (same, differs) == (0, 0), there
        assert new > 10
        assert card(harness, here, asked) == card(harness, there, asked)
        before = total(server, here)
        assert counts(arrives(midwife, here, bundle)) == (new, 0, 0)
        assert total(server, here) == before
