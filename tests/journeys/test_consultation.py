"""The main job: the consultation a midwife registers is the card that GP, hospital and the woman read."""

from typing import Any

from helsekort_sandbox.people import ORGANIZATIONS

from app.fhir import codes
from tests.fixtures.resources import (
    a_blood_pressure,
    a_transaction,
    a_weight,
    an_allergy,
    an_observation,
    choose,
    concept,
    entry,
    labelled,
    now,
    register,
    urn,
)
from tests.fixtures.server import Server


def _titles(card: dict[str, Any]) -> list[str]:
    return [part["resource"]["resourceType"] for part in card["entry"]]


def _flags(card: dict[str, Any]) -> set[str]:
    flags = [part["resource"] for part in card["entry"] if part["resource"]["resourceType"] == "Flag"]
    return {coding["code"] for flag in flags for coding in flag["code"].get("coding", [])}


def test_a_consultation_becomes_the_card_that_everyone_reads(server: Server) -> None:
    midwife, operator = server.person("midwife"), server.person("operator")
    woman = register(midwife)
    her = server.person("citizen", person=woman.number)
    choose(woman, her, operator, ORGANIZATIONS["gp-a"].orgnr, ORGANIZATIONS["hospital-a"].orgnr)

    visit = urn()
    seen = {"encounter": {"reference": visit}}
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "type": [concept(codes.CS_CARD, "antenatal-visit")],
        "subject": {"reference": woman.reference},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{woman.episode}"}],
        "period": {"start": now(), "end": now()},
    }
    due = an_observation(woman.reference, codes.EDD_LMP, valueDateTime="2027-02-01", **seen)
    protein = an_observation(
        woman.reference, codes.URINE_PROTEIN, valueCodeableConcept=concept(codes.SNOMED, "167275009"), **seen
    )
    violence = an_observation(woman.reference, codes.WEIGHT, **seen)
    violence["code"] = concept(codes.SNOMED, codes.VIOLENCE)
    answer = midwife.post(
        "",
        a_transaction(
            entry(encounter, visit),
            entry(due),
            entry(a_blood_pressure(woman.reference, 148, 96, **seen)),
            entry(a_weight(woman.reference, 78.50, **seen)),
            entry(protein),
            entry(an_allergy(woman.reference, **seen)),
            entry(labelled(violence, codes.NOPAT)),
        ),
    )
    assert answer.status_code == 200, answer.text
    assert [part["response"]["status"] for part in answer.json()["entry"]] == ["201"] * 7

    path = f"/EpisodeOfCare/{woman.episode}/$card"
    cards = {name: person.get(path) for name, person in {
        "midwife": midwife, "gp": server.person("gp"), "hospital": server.person("hospital"), "citizen": her,
    }.items()}  # fmt: skip
    assert {name: card.status_code for name, card in cards.items()} == dict.fromkeys(cards, 200)
    for name in ("midwife", "gp", "hospital"):
        assert "preeclampsia-suspected" in _flags(cards[name].json())
        assert codes.VIOLENCE in cards[name].text
    assert codes.VIOLENCE not in cards["citizen"].text
    assert codes.NOPAT not in cards["citizen"].text
    assert "AllergyIntolerance" in _titles(cards["citizen"].json())

    page = her.get(path, Accept="text/html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Helsekort" in page.text
    assert "voldsutsatt" not in page.text.lower()

    log = her.get(f"/Patient/{woman.id}/$access-log")
    assert log.status_code == 200
    told = " ".join(part["resource"]["text"]["div"] for part in log.json()["entry"])
    assert "Fastlege" in told
    assert "Fjordsykehuset" in told
    assert woman.number not in log.text


def test_a_gp_whom_she_blocked_is_refused_and_it_is_logged(server: Server) -> None:
    midwife, operator, gp = server.person("midwife"), server.person("operator"), server.person("gp")
    woman = register(midwife)
    her = server.person("citizen", person=woman.number)
    choose(woman, her, operator, ORGANIZATIONS["gp-a"].orgnr)
    path = f"/EpisodeOfCare/{woman.episode}/$card"
    assert gp.get(path).status_code == 200

    doctor = {"resourceType": "Practitioner", "identifier": [{"system": codes.HPR, "value": "222210001"}]}
    practitioner = operator.post("/Practitioner", doctor).json()["id"]
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [concept("http://loinc.org", "59284-0")],
        "patient": {"reference": woman.reference},
        "policyRule": concept(codes.ACT_CODE, "OPTIN"),
        "provision": {
            "type": "deny",
            "actor": [
                {
                    "role": concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
                    "reference": {"reference": f"Practitioner/{practitioner}"},
                }
            ],
        },
    }
    assert her.post("/Consent", consent).status_code == 201

    refused = gp.get(path)
    assert refused.status_code == 403
    row = server.audit(refused.headers["x-request-id"])
    assert row["result"]["verdict"] == "block.her-choice"
    assert row["result"]["shown"] == []
    assert row["result"]["patients"] == [woman.id]
    assert gp.get(f"/Patient/{woman.id}").status_code == 403
    assert gp.get(f"/Observation?patient={woman.id}").json().get("entry") is None
    assert gp.post("/Observation", a_weight(woman.reference)).status_code == 403
    assert midwife.get(path).status_code == 200
