"""What is kept of a register's answer, and what becomes of a Patient: only the register's own word is taken back."""

import pytest

from app.mapping.registered_person import facts_of, gp_team, registered

PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"family": "Prøve", "given": ["Ågot"]}]}


def protection(level: str) -> dict:
    return {
        "addressProtection": [
            {"isValid": False, "protectionLevel": "Unclassified"},
            {"protectionLevel": level},
        ]
    }


@pytest.mark.parametrize("level", ["Confidential", "StrictlyConfidential"])
def test_of_a_confidential_address_nothing_is_kept_but_that(level: str) -> None:
    home = {"residentialAddress": [{"unknownResidence": {"municipalityNumber": "3301"}}]}
    facts = facts_of(protection(level) | home)
    assert (facts["protected"], facts["home"]) == (True, None)
    by_address = facts_of(
        {
            "residentialAddress": [
                {"addressConfidentiality": level, "unknownResidence": {"municipalityNumber": "3301"}}
            ]
        }
    )
    assert (by_address["protected"], by_address["home"]) == (True, None)


def test_nothing_said_changes_nothing() -> None:
    assert registered(PATIENT, facts_of({}), {}) == PATIENT
    assert (
        registered(
            PATIENT, facts_of({"name": None, "death": {"isValid": False, "deceasedDate": "2026-01-01"}}), {}
        )
        == PATIENT
    )


def test_a_second_time_changes_nothing() -> None:
    facts = facts_of(
        {
            "name": [{"givenName": "Ågot", "familyName": "Prøve", "middleName": "Li"}],
            "birth": [{"birthDate": "1994-06-14T00:00:00Z"}],
            "residentialAddress": [
                {"unknownResidence": {"municipalityNumber": "3301", "municipalityName": "Elvebyen"}}
            ],
        }
    )
    once = registered(PATIENT, facts, {})
    assert once["birthDate"] == "1994-06-14"
    assert registered(once, facts, facts) == once


def test_other_names_addresses_and_labels_stay() -> None:
    maiden, temporary = {"use": "maiden", "family": "Før"}, {"use": "temp", "city": "Her"}
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "SDV"}
    patient = PATIENT | {
        "name": [maiden, *PATIENT["name"]],
        "address": [temporary, {"city": "Hjem"}],
        "meta": {"security": [label]},
    }
    found = registered(patient, facts_of(protection("Confidential")), {})
    assert found["address"] == [temporary]
    assert [row["code"] for row in found["meta"]["security"]] == ["SDV", "LOCIS"]
    named = registered(patient, facts_of({"name": [{"familyName": "Ny"}]}), {})
    assert named["name"] == [{"use": "official", "family": "Ny"}, maiden]


def test_what_a_clinician_wrote_of_a_death_is_not_the_registers_to_take_back() -> None:
    dead = PATIENT | {"deceasedDateTime": "2026-11-01"}
    alive = facts_of({})
    assert registered(dead, alive, {}) == dead
    assert "deceasedDateTime" not in registered(dead, alive, {"dead": "2026-11-01"})


def test_her_gp_is_the_newest_first_and_what_is_no_contract_is_left_out() -> None:
    rows = [
        {"organizationNumber": "310001017", "from": "2020-01-01", "to": "2026-06-30"},
        {"organizationNumber": "310002013", "from": "2026-07-01", "hprNumber": "222210001", "name": "Lege"},
        {"organizationNumber": 4},
    ]
    team = gp_team("p", "gp-p", rows)
    assert team is not None
    present, former = team["participant"]
    assert present["member"]["identifier"]["value"] == "222210001"
    assert present["onBehalfOf"]["identifier"]["value"] == "310002013"
    assert former["period"] == {"start": "2020-01-01", "end": "2026-06-30"}
    assert gp_team("p", "gp-p", rows[2:]) is None
