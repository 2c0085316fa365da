"""Every field of the card has its FHIR element, code, profile, value and test in docs/content.md."""

import json

from app.fhir import codes as c
from app.fhir import profiles
from app.mapping.item_codes import CODES
from app.pregnancy.items import FREE, ITEMS
from app.pregnancy.rule_table import RULES
from tests.architecture import tree
from tools import clinical, item_profiles


def test_no_cell_that_a_reader_needs_is_empty() -> None:
    needed = [
        clinical.HEAD.index(name)
        for name in ("*card* code", "what", "FHIR", "profile", "value", "of", "test")
    ]
    rows = clinical.items()
    assert len(rows) == len(ITEMS)
    assert [row[0] for row in rows if len(row) != len(clinical.HEAD) or not all(row[n] for n in needed)] == []


def test_what_a_rule_is_about_is_fired_by_a_test_that_is_named() -> None:
    about = {name for rule in RULES if not rule.off for name in rule.about}
    untested = [row.id for row in ITEMS.values() if row.id in about and len(clinical.tests_of(row)) < 2]
    assert untested == []


def test_every_item_is_held_to_one_profile_by_whichever_of_its_codes() -> None:
    for row in ITEMS.values():
        keys = ((c.CS_CARD, row.id), *CODES.get(row.id, ()))
        chosen = [
            profiles.chosen(
                {"resourceType": "Observation", "code": {"coding": [{"system": system, "code": code}]}}
            )
            for system, code in keys
        ]
        assert {one.id for found in chosen for one in found} == {chosen[0][0].id}, row.id
        assert all(len(found) == 1 for found in chosen), row.id


def test_what_the_card_reads_of_an_item_its_profile_takes() -> None:
    for row in ITEMS.values():
        answer = {"coding": [{"system": c.CS_CARD, "code": row.answers[0]}]} if row.answers else None
        unit = {"value": 1, "system": c.UCUM, "code": row.unit}
        told = {"valueQuantity": unit} if row.unit else {"valueString": "Fritekst"} if row.answers == FREE else {"valueCodeableConcept": answer}  # fmt: skip
        resource = {
            "resourceType": "Observation", "status": "final", "code": {"coding": [{"system": c.CS_CARD, "code": row.id}]},
            "subject": {"reference": "Patient/selma"}, "basedOn": [{"reference": "ServiceRequest/nipt"}], **told,
        }  # fmt: skip
        assert [issue.diagnostics for issue in profiles.problems(resource)] == [], row.id


def test_the_printed_sources_hold_every_code_that_the_tables_name() -> None:
    system = json.loads((tree.ROOT / "fhir_profiles/definitions/CodeSystem-card.json").read_bytes())
    held = {one["code"] for one in system["concept"]}
    assert {*item_profiles.concepts()} - held == set()
    assert [one["code"] for one in system["concept"] if not one.get("display")] == []
