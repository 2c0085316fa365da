"""Nobody in the pilot exists, and every number is valid and synthetic."""

import json
from datetime import date
from pathlib import Path

import pytest
from helsekort_sandbox import people

from app.fhir import codes, identifiers
from app.registrations import read_pilot


def test_numbers_are_synthetic_valid_and_unique() -> None:
    persons = [*people.CLINICIANS.values(), *people.WOMEN.values()]
    numbers = [person.number for person in persons]
    numbers += [row[1] for row in (people.AUDITOR, people.REPRESENTATIVE, people.DOULA, people.STUDENT)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert 80 < int(number[2:4]) <= 92
        assert identifiers.problem(codes.FNR, number, synthetic=True) is None
        assert identifiers.problem(codes.FNR, number, synthetic=False) is not None


def test_check_digits_of_a_published_synthetic_number() -> None:
    """05898597468 (Skatteetaten's form, check digits valid): 5 September 1985, individual number 974."""
    assert people.person_number(date(1985, 9, 5), 974) == "05898597468"


def test_organizations_are_valid_and_unreal() -> None:
    for row in people.ORGANIZATIONS.values():
        for number in (row.orgnr, row.parent):
            assert number.startswith("3")
            assert identifiers.problem(codes.ORGNR, number, synthetic=True) is None


def test_check_digit_of_a_published_organization() -> None:
    assert people.organization_number(99459875) == "994598759"  # Norsk helsenett SF


def test_clinicians_work_where_their_profession_and_service_belong() -> None:
    kinds = {"KA01": "gp", "KF0104": "municipal", "KF01": "municipal", "S0403": "hospital"}
    for row in people.CLINICIANS.values():
        assert people.ORGANIZATIONS[row.organization].kind == kinds[row.service]
        assert identifiers.problem(codes.HPR, row.hpr, synthetic=True) is None


@pytest.mark.parametrize("woman", people.WOMEN.values(), ids=lambda woman: woman.key)
def test_every_woman_has_her_carers(woman: people.Woman) -> None:
    kinds = [
        people.ORGANIZATIONS[people.CLINICIANS[key].organization].kind for key in (woman.midwife, woman.gp)
    ]
    assert kinds == ["municipal", "gp"]
    assert people.CLINICIANS[woman.hospital].service == "S0403"
    assert woman.municipality in people.MUNICIPALITIES


def test_settings_read_the_pilot(tmp_path: Path) -> None:
    path = tmp_path / "pilot.json"
    path.write_text(json.dumps(people.pilot()))
    pilot = read_pilot(str(path))
    assert pilot.kind(people.ORGANIZATIONS["hospital-a"].orgnr) == "hospital"
    assert pilot.municipalities == people.MUNICIPALITIES
    assert pilot.harness_clients == ("helsekort-harness",)
