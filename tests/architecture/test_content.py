"""Every field of the card has its FHIR element, code, profile, value and test in docs/content.md."""

import json
import re

from app.fhir import codes as c
from app.fhir import profiles
from app.interactions.moving import MOVED
from app.mapping.dhg_codes import UNKNOWN_SYSTEM
from app.mapping.dhg_fields import PARTS
from app.mapping.item_codes import CODES
from app.pregnancy.contradictions import ROWS
from app.pregnancy.items import FREE, ITEMS
from app.pregnancy.programme import PROGRAMME
from app.pregnancy.rule_table import RULES
from app.pregnancy.term import WHY
from app.worker.alarms import ENDED
from tests.architecture import tree
from tools import clinical, frame, item_profiles


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
    assert {row.id for row in RULES} | {f"contradiction-{row.id}" for row in ROWS} <= held
    kinds = {kind for row in PROGRAMME for kind in row.kinds}
    assert (
        kinds
        | {*WHY}
        | c.OF_HERS
        | c.OF_RELEASE
        | {c.UNTOLD, MOVED["code"], ENDED["code"], UNKNOWN_SYSTEM["code"]}
        <= held
    )
    assert system["content"] == "complete"
    assert [one["code"] for one in system["concept"] if not one.get("display")] == []


PAPER = {  # what the paper card (IS-2253, IS-2254) has beyond the national record → its row
    "*fødselsnummer*", "*mobiltelefon*", "*partner*", "*SF-kurve*", "*kjent liv*", "*samtykke til fosterdiagnostikk*",
    "*kortfattet fødeplan*", "*fortsettelsesark*", "marital-status", "education", "workplace", "paternity-declaration", "diet",
    "physical-activity", "smoking", "snus", "alcohol-use", "substances",
}  # fmt: skip


def test_every_field_of_the_national_record_and_the_paper_card_has_a_row() -> None:
    known = frame.fields() | {row.dhg for row in ITEMS.values() if row.dhg}
    fields = {
        f"{part.name}.{row.path}".replace(".{}", "")
        for part in PARTS
        for row in part.fields
        if row.kind != "never"
    }
    assert fields - known == set()
    assert {one for one in known if not one.startswith("*")} - fields <= {
        "lifestyleFactors.stimuli", "lifestyleFactors.stimuli.dailyCount",
    }  # fmt: skip
    assert frame.fields() | ITEMS.keys() >= PAPER


def test_each_row_of_the_frame_names_a_profile_and_a_test_that_are_there() -> None:
    held = {one.id for one in profiles.profiles().values()}
    for row, cells in zip(frame.ROWS, frame.rows(), strict=True):
        named = set(re.findall(r"`([\w-]+)`", frame.profile_of(row)))
        assert (named and named <= held) or "R4" in frame.profile_of(row), row.what
        assert (tree.ROOT / row.test).is_file(), row.test
        assert not row.fact or cells[frame.HEAD.index("rules")], f"no rule reads {row.what}"


def test_every_profile_stands_in_a_row() -> None:
    page = (tree.ROOT / "docs" / "content.md").read_text(encoding="utf-8")
    assert [one.id for one in profiles.profiles().values() if f"`{one.id}`" not in page] == []
