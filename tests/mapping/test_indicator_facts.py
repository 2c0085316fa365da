"""Who held a visit and what she is, when an alarm was closed, and what she answered: read from the resources of a card."""

from datetime import date, datetime
from typing import Any

import pytest

from app.fhir import codes as c
from app.mapping.facts_from_fhir import facts
from app.mapping.indicator_facts import EXPERIENCE, Personnel, care, holder, personnel_of, tally
from app.mapping.record_facts import FINDING_KEY
from app.pregnancy.card import fold
from app.pregnancy.facts import OSLO

Json = dict[str, Any]
JO = [{"coding": [{"system": c.VOLVEN_PROFESSION, "code": "JO"}]}]
NOW = datetime(2026, 11, 1, 12, tzinfo=OSLO)
ANNE: Json = {"resourceType": "Practitioner", "id": "anne", "qualification": [{"code": JO[0]}]}
POST: Json = {
    "resourceType": "PractitionerRole", "id": "post", "practitioner": {"reference": "Practitioner/anne"}, "code": JO,
}  # fmt: skip
CARD: Json = {
    "resourceType": "EpisodeOfCare", "id": "e", "status": "active", "patient": {"reference": "Patient/p"},
    "managingOrganization": {"reference": "Organization/station"},
}  # fmt: skip


def visit(day: str, who: str) -> Json:
    return {
        "resourceType": "Encounter", "id": f"v-{day}", "status": "finished", "subject": {"reference": "Patient/p"},
        "type": [{"coding": [{"system": c.CS_CARD, "code": "antenatal-visit"}]}],
        "participant": [{"individual": {"reference": who}}], "period": {"start": f"{day}T09:00:00+02:00"},
    }  # fmt: skip


def form(day: str, *answers: Json) -> Json:
    return {
        "resourceType": "QuestionnaireResponse", "id": f"q-{day}", "status": "completed",
        "questionnaire": f"{EXPERIENCE}|0.1.0", "subject": {"reference": "Patient/p"}, "authored": f"{day}T10:00:00Z",
        "item": [{"linkId": "overall", "answer": list(answers)}],
    }  # fmt: skip


def test_a_midwife_is_the_same_by_herself_and_by_her_post() -> None:
    rows = [CARD, visit("2026-09-01", "Practitioner/anne"), visit("2026-09-08", "PractitionerRole/post")]
    assert personnel_of(rows) == {"Practitioner/anne", "PractitionerRole/post"}
    card = fold(facts(rows), today=NOW.date(), now=NOW)
    counted = tally(care(card, rows, Personnel.of([ANNE, POST])), holder(rows))
    known = {
        "indicator": "known-midwife",
        "organization": "station",
        "day": "2026-09-08",
        "met": 1,
        "cases": 1,
    }
    first = {"indicator": "opened", "organization": "station", "day": "2026-09-01", "met": 0, "cases": 1}
    assert counted == [known, first]
    assert tally(care(card, rows, Personnel.of([])), holder(rows)) == [first]


def test_whom_her_team_names_is_the_midwife() -> None:
    team = {
        "resourceType": "CareTeam", "id": "t", "status": "active", "subject": {"reference": "Patient/p"},
        "participant": [{"role": JO, "member": {"reference": "PractitionerRole/post"}}],
    }  # fmt: skip
    rows = [CARD, team, visit("2026-09-01", "Practitioner/anne")]
    card = fold(facts(rows), today=NOW.date(), now=NOW)
    assert care(card, rows, Personnel.of([ANNE, POST])).midwife == "Practitioner/anne"
    assert care(card, [*rows[:1], {**team, "status": "inactive"}], Personnel.of([])).midwife == ""


def flag(status: str, end: str = "", *tags: str) -> Json:
    """An alarm that arose at ten on 1 September; it is to be seen to that day."""
    span = {"start": "2026-09-01T10:00:00+02:00"} | ({"end": f"{end}+02:00"} if end else {})
    return {
        "resourceType": "Flag", "id": f"f-{status}-{end}", "status": status, "subject": {"reference": "Patient/p"},
        "identifier": [{"system": FINDING_KEY, "value": "k"}], "period": span,
        "code": {"coding": [{"system": c.CS_CARD, "code": "severe-hypertension"}]},
        "meta": {"tag": [{"system": c.CS_CARD, "code": tag} for tag in tags]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        (flag("active"), [(0, 1)]),
        (flag("inactive", "2026-09-01T11:00:00"), [(1, 1)]),
        (flag("inactive", "2026-09-03T11:00:00"), [(0, 1)]),
        (flag("inactive", "2026-09-01T10:05:00", "ended-by-rule"), []),  # corrected
        (flag("inactive", "2026-09-03T11:00:00", "ended-by-rule"), [(0, 1)]),  # born after nobody had seen to it
        (flag("entered-in-error"), []),
    ],
)  # fmt: skip
def test_an_alarm_is_counted_by_what_its_flag_keeps_also_when_the_rules_hold_it_no_longer(
    row: Json, counts: list[tuple[int, int]]
) -> None:
    rows = [CARD | {"status": "finished"}, row]
    card = fold(facts(rows), today=NOW.date(), now=NOW)
    found = tally(care(card, rows, Personnel.of([])), holder(rows))
    assert [(one["met"], one["cases"]) for one in found if one["indicator"] == "alarms-in-time"] == counts


def test_answers_outside_one_to_five_are_none() -> None:
    rows = [CARD, form("2026-10-20", {"valueInteger": 5}), form("2026-10-21", {"valueInteger": 6}),
            form("2026-10-22", {"valueString": "fin"}), form("2026-10-23")]  # fmt: skip
    card = fold(facts(rows), today=NOW.date(), now=NOW)
    assert care(card, rows, Personnel.of([])).experience == ((date(2026, 10, 20), 5),)


def test_strange_records_count_nothing_and_raise_nothing() -> None:
    strange: list[Json] = [
        {"resourceType": "Encounter", "id": "x", "participant": "nobody"},
        {"resourceType": "CareTeam", "id": "y", "status": "active", "participant": [{"role": 7}, 3]},
        {"resourceType": "Flag", "id": "z", "status": "inactive", "identifier": [None]},
        {"resourceType": "QuestionnaireResponse", "id": "w", "questionnaire": 4},
    ]
    card = fold(facts(strange), today=NOW.date(), now=NOW)
    assert tally(care(card, strange, Personnel.of(strange)), holder(strange)) == []
