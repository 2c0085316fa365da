"""What the birth notification extract tells of each child, what it says that it does not know, and whom it leaves out."""

from typing import Any

import pytest

from app.fhir import codes as c
from app.mapping.birth_notification import LEFT_OUT, notifications

Json = dict[str, Any]
WOMAN: Json = {
    "resourceType": "Patient", "id": "p", "identifier": [{"system": c.FNR, "value": "15840099472"}],
    "address": [{"_district": {"extension": [{"url": c.EXT_MUNICIPALITY, "valueCoding": {"code": "3301"}}]}}],
}  # fmt: skip
CARD: Json = {
    "resourceType": "EpisodeOfCare",
    "id": "e",
    "status": "active",
    "patient": {"reference": "Patient/p"},
}


def observed(id_: str, code: tuple[str, str], fetus: str = "", **value: Any) -> Json:
    focus = {"focus": [{"reference": f"RelatedPerson/{fetus}"}]} if fetus else {}
    return {
        "resourceType": "Observation", "id": id_, "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": code[0], "code": code[1]}]}, "effectiveDateTime": "2026-09-18T04:12:00+02:00",
        **focus, **value,
    }  # fmt: skip


def of_card(code: str) -> tuple[str, str]:
    return c.CS_CARD, code


def outcome(value: str, fetus: str = "", day: str = "2026-09-18") -> Json:
    coded = {"coding": [{"system": c.CS_CARD, "code": value}]}
    found = observed(f"o-{fetus}", of_card("birth-outcome"), fetus, valueCodeableConcept=coded)
    return found | {"effectiveDateTime": f"{day}T04:12:00+02:00"}


def grams(value: int, fetus: str = "") -> Json:
    quantity = {"value": value, "system": c.UCUM, "code": "g"}
    return observed(f"w-{fetus}", of_card("birth-weight"), fetus, valueQuantity=quantity)


def fetus(name: str) -> Json:
    related = [{"coding": [{"system": c.CS_CARD, "code": "fetus"}]}]
    return {
        "resourceType": "RelatedPerson", "id": name, "patient": {"reference": "Patient/p"}, "relationship": related,
        "name": [{"text": name}],
    }  # fmt: skip


DUE = observed("d", (c.LOINC, c.EDD_ULTRASOUND), valueDateTime="2026-09-20") | {
    "effectiveDateTime": "2026-03-10T10:00:00+01:00"
}


def rows(*more: Json) -> list[Json]:
    return notifications([WOMAN, CARD, DUE, *more], "first-scan")


def test_a_child_is_told_with_what_the_card_holds_and_what_it_does_not() -> None:
    """40+1: two days before day 283."""
    (row,) = rows(outcome("live-birth"), grams(3512))
    told = row["told"]
    assert {name: told[name] for name in ("mother-number", "mother-municipality", "kind", "outcome", "fetuses")} == {
        "mother-number": "15840099472", "mother-municipality": "3301", "kind": "birth", "outcome": "live-birth", "fetuses": 1,
    }  # fmt: skip
    assert (told["born"], told["gestation-days"], told["gestation"]) == (
        "2026-09-18T04:12+02:00",
        281,
        "40+1",
    )
    assert (told["birth-weight"], told["due-date-method"]) == (3512, "first-scan")
    assert {"apgar-5", "birth-mode", "last-menstrual-period", "parity"} <= set(row["unknown"])
    assert not set(told) & set(row["unknown"])


def test_of_twins_each_has_a_row_of_its_own() -> None:
    both = [fetus("A"), fetus("B"), outcome("live-birth", "A"), outcome("stillbirth", "B"), grams(2400, "A")]
    first, second = rows(*both)
    assert (first["told"]["fetus"], first["told"]["birth-weight"], first["told"]["outcome"]) == (
        "A",
        2400,
        "live-birth",
    )
    assert (second["told"]["fetus"], second["told"]["outcome"]) == ("B", "stillbirth")
    assert "birth-weight" in second["unknown"]
    (whole,) = rows(fetus("A"), fetus("B"), outcome("live-birth"), grams(2400, "A"))
    assert {"fetus", "birth-weight"} <= set(whole["unknown"]), "whose it is nobody says"


@pytest.mark.parametrize(
    ("what", "day", "kinds"),
    [  # 12+0 is 5 March, 22+0 is 14 May 2026
        ("miscarriage", "2026-03-04", []), ("miscarriage", "2026-03-05", ["abortion"]),
        ("miscarriage", "2026-05-13", ["abortion"]), ("stillbirth", "2026-05-14", ["birth"]),
        ("termination", "2026-04-01", []),
    ],
)  # fmt: skip
def test_losses_are_told_from_twelve_weeks_and_an_induced_abortion_never(
    what: str, day: str, kinds: list[str]
) -> None:
    assert [row["told"]["kind"] for row in rows(outcome(what, day=day))] == kinds


def test_what_she_may_object_to_is_never_told() -> None:
    daily = {"coding": [{"system": c.CS_CARD, "code": "daily"}]}
    (row,) = rows(outcome("live-birth"), observed("s", of_card("smoking"), valueCodeableConcept=daily))
    assert not (set(row["told"]) | set(row["unknown"])) & set(LEFT_OUT)
    assert "daily" not in str(row)
