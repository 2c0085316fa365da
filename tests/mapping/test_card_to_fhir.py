"""The card as a FHIR document: https://hl7.org/fhir/R4/documents.html."""

import json
from datetime import date, datetime
from typing import Any

import pytest

from app.fhir import codes as c
from app.fhir.terminology import CodeSystem
from app.fhir.terminology_shipped import shipped
from app.mapping.card_to_fhir import document
from app.mapping.facts_from_fhir import facts
from app.mapping.record_facts import FINDING_KEY
from app.pregnancy.card import EVERYTHING, Card, fold, view_for
from tests.mapping.resources import (
    DUE,
    EPISODE,
    PATIENT,
    Json,
    concept,
    encounter,
    observation,
    pressure,
    quantity,
    stored,
)

TODAY, NOW = date(2026, 12, 22), datetime.fromisoformat("2026-12-22T12:00:00+01:00")
STRIP = observation(
    c.LOINC, c.URINE_PROTEIN, id="strip", valueCodeableConcept=concept((c.SNOMED, "167275009"))
)
WEIGHT = observation(c.LOINC, c.WEIGHT, id="weight", **quantity(74.5, "kg"))
ALL: list[Json] = [PATIENT, EPISODE, DUE, encounter(), pressure(148, 96, id="bp"), STRIP, WEIGHT]


def card(resources: list[Json] = ALL) -> Card:
    return fold(facts(map(stored, resources)), today=TODAY, now=NOW)


def made(
    resources: list[Json] = ALL, *, audience: Any = "clinician", hidden: frozenset[str] = frozenset()
) -> Json:
    bodies = [row for row in resources if f"{row['resourceType']}/{row['id']}" not in hidden]
    visible = {f"{row['resourceType']}/{row['id']}" for row in bodies}
    view = view_for(card(resources), visible=visible, audience=audience)
    raw = [json.dumps(row).encode() for row in bodies]
    found: Json = json.loads(document(view, episode_id="card", bundle_id="b1", at=NOW, resources=raw))
    return found


def entries(bundle: Json, kind: str) -> list[Json]:
    return [row["resource"] for row in bundle["entry"] if row["resource"]["resourceType"] == kind]


def section(bundle: Json, code: str) -> Json:
    found: Json = next(
        row for row in bundle["entry"][0]["resource"]["section"] if row["code"]["coding"][0]["code"] == code
    )
    return found


def test_it_is_a_document_with_the_composition_first() -> None:
    bundle = made()
    composition = bundle["entry"][0]["resource"]
    assert (bundle["type"], bundle["identifier"]["value"], "timestamp" in bundle) == ("document", "b1", True)
    assert composition["resourceType"] == "Composition"
    assert [row["code"] for row in composition["type"]["coding"]] == ["57055-6", "736377005", "F04-2"]
    assert composition["title"] == "Helsekort for gravide"


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
        return own.union(*(references(row) for row in value.values()))
    return set().union(*(references(row) for row in value)) if isinstance(value, list) else set()


def test_every_reference_of_what_is_computed_is_resolved_in_the_bundle() -> None:
    bundle = made()
    urls = [row["fullUrl"] for row in bundle["entry"]]
    computed = [row["resource"] for row in bundle["entry"] if row["fullUrl"].startswith("urn:")]
    assert len(urls) == len(set(urls))
    assert references(computed) <= set(urls)


def test_every_resource_is_reachable_from_the_composition() -> None:
    bundle = made()
    listed = references(bundle["entry"][0]["resource"])
    assert {row["fullUrl"] for row in bundle["entry"][1:]} == listed


def test_stored_bodies_are_put_in_byte_for_byte() -> None:
    body = b'{"resourceType":"Observation","id":"weight","status":"final","valueQuantity":{"value":74.50} }'
    view = view_for(card(), visible=EVERYTHING, audience="clinician")
    assert body in document(view, episode_id="card", bundle_id="b1", at=NOW, resources=[body])


def test_the_alarm_stands_in_the_section_of_findings_as_a_flag() -> None:
    bundle = made()
    found = entries(bundle, "Flag")
    assert [row["code"]["coding"][0]["code"] for row in found] == ["preeclampsia-suspected"]
    assert [row["category"][0]["coding"][0]["code"] for row in found] == ["alarm"]
    assert found[0]["status"] == "active"
    assert found[0]["period"]["start"] == "2026-12-22T09:10:00+01:00"
    url = next(row["fullUrl"] for row in bundle["entry"] if row["resource"] is found[0])
    assert url in references(section(bundle, "findings"))
    assert "Mistanke om preeklampsi" in section(bundle, "findings")["text"]["div"]
    assert "Frist 22.12.2026 kl. 23.59" in section(bundle, "findings")["text"]["div"]


def test_every_code_of_ours_in_it_is_in_the_code_system() -> None:
    system = shipped(("CodeSystem", c.CS_CARD))
    assert isinstance(system, CodeSystem)
    rhesus = [
        observation(c.LOINC, "10331-7", id=f"rh{code}", valueCodeableConcept=concept((c.SNOMED, code)))
        for code in (c.RHD_POSITIVE, c.RHD_NEGATIVE)
    ]
    found = {row["code"] for bundle in (made(), made([*ALL, *rhesus])) for row in ours(bundle)}
    assert {
        "findings",
        "needs",
        "alarm",
        "preeclampsia-suspected",
        "contradictions",
        "contradiction-rhd",
    } <= found
    assert found - {*system.concepts} == set()


def ours(value: Any) -> list[Json]:
    """The codings of the card's own system, wherever they stand."""
    if isinstance(value, list):
        return [row for one in value for row in ours(one)]
    if not isinstance(value, dict):
        return []
    rows = [value] if value.get("system") == c.CS_CARD and "code" in value else []
    return rows + [row for one in value.values() for row in ours(one)]


def test_age_and_due_date_are_there_for_machines() -> None:
    values = {
        row["code"]["coding"][0]["code"]: row for row in entries(made(), "Observation") if "device" in row
    }
    assert values["49052-4"]["valueQuantity"]["value"] == 214
    assert values["49052-4"]["note"][0]["text"] == "uke 30+4"
    assert values[c.EDD]["valueDateTime"] == "2027-03-01"
    assert values[c.EDD]["method"]["coding"][0]["code"] == "first-scan"


def test_what_is_hidden_is_withheld_and_not_denied() -> None:
    bundle = made(hidden=frozenset({"Observation/strip"}))
    assert entries(bundle, "Flag")[0]["code"]["coding"][0]["code"] == "hypertension-repeat"
    assert "Kan ikke vurderes med din tilgang" in section(bundle, "findings")["text"]["div"]
    undated = made(hidden=frozenset({"Observation/due"}))
    assert section(undated, "term")["emptyReason"]["coding"][0]["code"] == "withheld"
    assert not [row for row in entries(undated, "Observation") if "device" in row]
    assert "01.03.2027" not in json.dumps(undated)
    assert "25.12.2026" not in json.dumps(undated), "when a visit opens tells the due date"
    assert "25.12.2026" in json.dumps(made())
    assert "Kan ikke vurderes" not in section(made(), "findings")["text"]["div"], "the positive control"


def test_her_document_holds_her_text_and_not_the_clinicians() -> None:
    text = json.dumps(made(audience="citizen"), ensure_ascii=False)
    assert "Du skal undersøkes i dag" in text
    assert "Skal vurderes på sykehus" not in text
    assert "Skal vurderes på sykehus" in json.dumps(made(), ensure_ascii=False)


def test_narrative_is_escaped() -> None:
    patient_words = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/mother"},
        "code": {"text": "<script>alert(1)</script> & mer"},
    }
    div = section(made([*ALL, patient_words]), "conditions")["text"]["div"]
    assert "&lt;script&gt;" in div
    assert "<script" not in div


def test_a_section_is_empty_with_a_reason_or_has_entries() -> None:
    for row in made()["entry"][0]["resource"]["section"]:
        assert ("entry" in row) != ("emptyReason" in row)
        assert row["text"]["div"].startswith('<div xmlns="http://www.w3.org/1999/xhtml">')


def test_a_closed_flag_takes_the_alarm_off_the_card() -> None:
    def active(bundle: Json) -> list[str]:
        return [
            row["code"]["coding"][0]["code"] for row in entries(bundle, "Flag") if row["status"] == "active"
        ]

    finding = card().findings[0]
    closed = {
        "resourceType": "Flag",
        "id": "f1",
        "status": "inactive",
        "identifier": [{"system": FINDING_KEY, "value": finding.key}],
        "code": {"coding": [{"system": c.CS_CARD, "code": finding.rule}]},
        "subject": {"reference": "Patient/mother"},
    }
    assert "preeclampsia-suspected" in active(made())
    assert "preeclampsia-suspected" not in active(made([*ALL, closed]))


@pytest.mark.parametrize("resources", [[], [EPISODE], [PATIENT]])
def test_a_card_with_next_to_nothing_is_still_a_document(resources: list[Json]) -> None:
    assert made(resources)["entry"][0]["resource"]["section"]
