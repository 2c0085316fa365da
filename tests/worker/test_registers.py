"""What the national registers say of a woman reaches her Patient and decides access: in order, once, and by the feed."""

import json
from typing import Any

import pytest

from app.fhir import codes
from app.worker import registers
from app.worker.schedule import Duties
from tests.fixtures.resources import Woman, a_weight, labelled, register
from tests.worker.crew import Crew
from tests.worker.test_deliveries import put

GP, FORMER = "310001017", "310002013"
NAME = {"name": [{"isValid": True, "givenName": "Ågot", "middleName": "Li", "familyName": "Prøve"}]}


def place(municipality: str = "3301") -> dict[str, Any]:
    street = {
        "municipalityNumber": municipality,
        "municipalityName": "Elvebyen",
        "addressName": "Storgata",
        "addressNumber": {"houseNumber": "3", "houseLetter": "B"},
        "city": {"cityName": "ELVEBYEN", "postalCode": "3015"},
    }
    return {"residentialAddress": [{"isValid": False}, {"isValid": True, "streetAddress": street}]}


def level(protection: str) -> dict[str, Any]:
    return {"addressProtection": [{"isValid": True, "protectionLevel": protection}]}


def contract(organization: str, begins: str, ends: str | None = None) -> dict[str, Any]:
    row = {
        "organizationNumber": organization,
        "organizationName": "Legekontoret",
        "from": begins,
        "hprNumber": "222210001",
    }
    return row | ({"to": ends} if ends else {})


@pytest.fixture
def woman(crew: Crew) -> Woman:
    """Registered, and known to the register."""
    made = register(crew.person("midwife"))
    crew.services.happens(made.number, person=NAME | place() | level("Unclassified"), contracts=[])
    crew.work()
    look(crew)
    return made


def look(crew: Crew) -> None:
    """The worker reads the feed and looks up those who are due."""

    async def story(duties: Duties) -> None:
        await registers.follow_changes(duties.house, duties.channels)
        await registers.look_up(duties.house, duties.channels)

    crew.duty(story)


def patient(crew: Crew, woman: Woman) -> dict[str, Any]:
    answer = crew.person("midwife").get(f"/{woman.reference}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def said(crew: Crew, woman: Woman) -> list[str]:
    return crew.rows(f"SELECT kind, part FROM choice WHERE patient = '{woman.id}' ORDER BY kind")


def test_name_and_home_are_the_registers(crew: Crew, woman: Woman) -> None:
    found = patient(crew, woman)
    (name,) = found["name"]
    assert (name["family"], name["given"]) == ("Prøve", ["Ågot"])
    assert name["extension"][0]["valueString"] == "Li"
    (home,) = found["address"]
    assert (home["line"], home["postalCode"], home["district"]) == (["Storgata 3B"], "3015", "Elvebyen")
    assert "lives|3301" in said(crew, woman)
    crew.services.happens(woman.number, eventType="ChangeInResidentialAddress", person=place("5001"))
    look(crew)
    assert "lives|5001" in said(crew, woman)
    assert crew.person("midwife").post("/Observation", a_weight(woman.reference)).status_code == 403


def test_a_confidential_address_covers_her_until_the_register_says_otherwise(
    crew: Crew, woman: Woman
) -> None:
    crew.services.happens(
        woman.number, eventType="ChangeInAddressProtection", person=level("StrictlyConfidential")
    )
    look(crew)
    found = patient(crew, woman)
    assert "address" not in found
    assert found["meta"]["security"] == [{"system": codes.ACT_CODE, "code": "LOCIS"}]
    assert "protected|" in said(crew, woman)
    kept = json.loads(crew.rows(f"SELECT facts FROM register_entry WHERE key = '{woman.id}'")[0])
    assert (kept["protected"], kept["home"]) == (True, None)
    crew.services.happens(woman.number, person=level("Unclassified"))
    look(crew)
    assert "protected|" not in said(crew, woman)
    assert "security" not in patient(crew, woman)["meta"]


def test_a_label_that_her_midwife_set_is_not_the_registers_to_take(crew: Crew, woman: Woman) -> None:
    put(crew.person("midwife"), labelled(patient(crew, woman), "LOCIS"))
    crew.work()
    look(crew)
    assert "protected|" in said(crew, woman)


def test_a_death_closes_the_card_and_a_correction_opens_it(crew: Crew, woman: Woman) -> None:
    death = {"death": {"isValid": True, "deceasedDate": "2026-11-30T00:00:00Z"}}
    crew.services.happens(woman.number, eventType="PersonIsDeceased", person=death)
    look(crew)
    assert patient(crew, woman)["deceasedDateTime"] == "2026-11-30"
    assert {"deceased|", "mute|"} <= set(said(crew, woman))
    crew.services.happens(woman.number, eventType="PersonCorrected", person={"death": {"isValid": False}})
    look(crew)
    assert "deceased|" not in said(crew, woman)


def test_the_gp_of_record_begins_and_ends(crew: Crew, woman: Woman) -> None:
    def relations() -> list[str]:
        return crew.rows(
            "SELECT organization, (begins AT TIME ZONE 'Europe/Oslo')::date, coalesce(ends::date::text, '-') FROM relation"
            f" WHERE patient = '{woman.id}' AND kind = 'registry' ORDER BY begins"
        )

    crew.services.happens(woman.number, contracts=[contract(FORMER, "2020-01-01")])
    look(crew)
    assert relations() == [f"{FORMER}|2020-01-01|-"]
    rows = [contract(FORMER, "2020-01-01", "2026-06-30"), contract(GP, "2026-07-01")]
    crew.services.happens(woman.number, contracts=rows)
    look(crew)
    ended, present = relations()
    assert ended.startswith(FORMER)
    assert not ended.endswith("-")
    assert present.startswith(GP)
    assert present.endswith("-")
    crew.services.happens(woman.number, contracts=[])
    look(crew)
    assert relations() == []


def test_what_somebody_overwrites_comes_back(crew: Crew, woman: Woman) -> None:
    mistaken = patient(crew, woman) | {"name": [{"use": "official", "family": "Feil"}]}
    put(crew.person("midwife"), mistaken)
    crew.work()
    look(crew)
    assert patient(crew, woman)["name"][0]["family"] == "Prøve"


def test_an_earlier_state_changes_nothing_and_nothing_is_done_twice(crew: Crew, woman: Woman) -> None:
    before = patient(crew, woman)["meta"]["versionId"]
    crew.services.fail("persontjenesten", staleMs=600_000)
    crew.services.happens(
        woman.number, eventType="ChangeInName", person={"name": [{"familyName": "Ny", "givenName": "Ida"}]}
    )
    look(crew)
    assert patient(crew, woman)["meta"]["versionId"] == before
    crew.services.fail("persontjenesten")
    crew.rows(f"UPDATE register_entry SET expires = now() WHERE key = '{woman.id}'")
    look(crew)
    found = patient(crew, woman)
    assert (found["name"][0]["family"], found["meta"]["versionId"]) == ("Ny", str(int(before) + 1))
    crew.rows("UPDATE register_position SET sequence = 0")  # a feed that is read again from its beginning
    look(crew)
    assert patient(crew, woman)["meta"]["versionId"] == str(int(before) + 1)


def test_her_number_stands_in_no_address_and_each_look_up_in_the_log(crew: Crew, woman: Woman) -> None:
    paths = [row["path"] for row in crew.services.requests("persontjenesten")]
    assert not any(woman.number in path for path in paths)
    logged = crew.rows(
        f"SELECT count(*) FROM audit WHERE '{woman.id}' = ANY (patients) AND request LIKE '%Folkeregisteret%'"
        " AND request::jsonb->>'interaction' = 'read'"
    )
    assert logged == ["1"]


def test_a_register_that_is_away_is_asked_again(crew: Crew, woman: Woman) -> None:
    crew.services.happens(
        woman.number, eventType="ChangeInName", person={"name": [{"familyName": "Sen", "givenName": "Ida"}]}
    )
    crew.services.fail("persontjenesten", reads=True, status=503, count=1)
    look(crew)
    look(crew)
    crew.rows(f"UPDATE register_entry SET expires = now() WHERE key = '{woman.id}'")
    look(crew)
    assert patient(crew, woman)["name"][0]["family"] == "Sen"
