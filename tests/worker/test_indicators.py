"""What leaves for registers, end to end: indicators as sums and no smaller, the pilot's report, the birth notification extract."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import clock
from app.fhir import codes
from app.fhir.validation import check
from app.worker.birth_notifications import extract
from app.worker.pilot_evaluation import evaluate
from tests.access.world import a_choice, stored
from tests.fixtures.resources import Woman, a_blood_pressure, a_transaction, concept, entry, register
from tests.fixtures.server import Person
from tests.worker.crew import Crew

Json = dict[str, Any]
SPAN = "periodStart=2020-01-01&periodEnd=2100-01-01"


def seen_and_born(woman: Woman, came: int, born: int = 20) -> Json:
    """A child ``born`` and a home visit ``came`` days ago."""
    when, visited = (
        (clock.now() - timedelta(days=days)).astimezone(clock.OSLO).isoformat(timespec="seconds")
        for days in (born, came)
    )
    outcome = {
        "resourceType": "Observation", "status": "final", "code": concept(codes.CS_CARD, "birth-outcome"),
        "subject": {"reference": woman.reference}, "effectiveDateTime": when,
        "valueCodeableConcept": concept(codes.CS_CARD, "live-birth"),
    }  # fmt: skip
    visit = {
        "resourceType": "Encounter", "status": "finished", "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "type": [concept(codes.CS_CARD, "home-visit")], "subject": {"reference": woman.reference},
        "period": {"start": visited, "end": visited},
    }  # fmt: skip
    return a_transaction(entry(outcome), entry(visit))


def told(person: Person, id_: str, span: str = SPAN) -> Json:
    answer = person.get(f"/Measure/{id_}/$evaluate-measure?{span}")
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    check(report)
    return report


def numbers(group: Json) -> list[Any]:
    """Denominator and numerator; "masked" where it is withheld."""
    return [
        row["count"] if "count" in row else row["_count"]["extension"][0]["valueCode"]
        for row in group["population"]
    ]


@pytest.fixture(scope="module")
def women(crew: Crew) -> list[Woman]:
    """Ten births 20 days ago: to five the midwife came within three days, to five she did not; one had an alarm."""
    midwife = crew.person("midwife")
    women = [register(midwife) for _ in range(10)]
    for n, woman in enumerate(women):
        assert midwife.post("", seen_and_born(woman, 18 if n < 5 else 15)).status_code == 200
    then = (clock.now() - timedelta(days=3)).isoformat(timespec="seconds")
    reading = a_blood_pressure(women[0].reference, 172, 112, effectiveDateTime=then)
    assert midwife.post("/Observation", reading).status_code == 201
    crew.work()
    return women


def test_a_register_reads_sums_that_are_large_enough(crew: Crew, women: list[Woman]) -> None:
    for role in ("registry", "operator"):
        (group,) = told(crew.person(role), "midwife-home-visit")["group"]
        assert numbers(group) == [10, 5]
        assert group["measureScore"]["value"] == 0.5


def test_small_sums_are_withheld_and_a_period_without_cases_too(crew: Crew, women: list[Woman]) -> None:
    registry = crew.person("registry")
    (alone,) = told(registry, "midwife-home-visit", "periodStart=2020-01-01&periodEnd=2020-12-31")["group"]
    assert numbers(alone) == ["masked", "masked"]
    (group,) = told(registry, "alarms-in-time")["group"]
    assert numbers(group) == ["masked", "masked"]
    assert "measureScore" not in group


def test_what_is_kept_of_a_card_names_counts_only(crew: Crew, women: list[Woman]) -> None:
    (kept,) = crew.rows(f"SELECT body FROM tally WHERE patient = '{women[1].id}'")
    assert '"met":1,"cases":1' in kept
    assert women[1].number not in kept
    (alarmed,) = crew.rows(f"SELECT body FROM tally WHERE patient = '{women[0].id}'")
    assert '"indicator":"alarms-in-time"' in alarmed, "counted by the Flag that the worker itself has raised"


def test_nobody_else_evaluates_and_nothing_smaller_is_asked_for(crew: Crew) -> None:
    for role in ("midwife", "gp", "hospital", "citizen", "auditor"):
        refused = crew.person(role).get(f"/Measure/known-midwife/$evaluate-measure?{SPAN}")
        assert refused.status_code == 403, role
    registry = crew.person("registry")
    for id_, query, status, element in (
        ("nothing", SPAN, 404, "no indicator nothing"),
        ("known-midwife", f"{SPAN}&reportType=subject-list", 400, "reportType"),
        ("known-midwife", "periodStart=2026-02-01&periodEnd=2026-01-01", 400, "periodEnd"),
        ("known-midwife", "periodStart=2026&periodEnd=2026-01-01", 400, "periodStart"),
        ("known-midwife", "periodStart=2026-01-01", 400, "periodEnd"),
        ("known-midwife", f"{SPAN}&subject=Patient/1", 400, "subject"),
    ):
        answer = registry.get(f"/Measure/{id_}/$evaluate-measure?{query}")
        assert (answer.status_code, element in answer.text) == (status, True), answer.text


def test_who_asked_stands_in_the_log(crew: Crew) -> None:
    asked = crew.person("registry").get(f"/Measure/user-experience/$evaluate-measure?{SPAN}")
    (row,) = crew.rows(f"SELECT request, result FROM audit WHERE id = '{asked.headers['x-request-id']}'")
    assert "$evaluate-measure" in row
    assert '"role":"registry"' in row


def test_the_report_of_the_pilot_draws_sums_and_names_nobody(crew: Crew, women: list[Woman]) -> None:
    page = evaluate(crew.settings, (date(2020, 1, 1), date(2100, 1, 1)), "kari", {"rate": 41.5})
    assert "Hjemmebesøk av jordmor innen tre døgn" in page
    assert "50 % av 10" in page
    assert ">tilbakeholdt<" in page, "one alarm in all"
    assert page.count("<svg") >= 5
    assert "41.5" in page
    for woman in women:
        assert not [text for text in (woman.number, woman.id, woman.episode) if text in page]
    for outside in ("<script", "src=", "<link", "url("):
        assert outside not in page
    logged = crew.rows("SELECT request FROM audit WHERE request LIKE '%$pilot-evaluation%'")
    assert '"subject":"operator:kari"' in logged[0]
    with pytest.raises(ValueError, match="lies before"):
        evaluate(crew.settings, (date(2020, 1, 2), date(2020, 1, 1)), "kari")
    empty = evaluate(crew.settings, (date(2020, 1, 1), date(2020, 1, 1)), "kari")
    assert empty.count("Ingen tall i perioden") > 8


def test_the_registry_gets_a_file_and_each_woman_reads_that_it_did(
    crew: Crew, women: list[Woman], tmp_path: Path
) -> None:
    out, today = tmp_path / "mfr.json", clock.now().date()
    told = extract(crew.settings, (today - timedelta(days=40), today), "kari", out)
    assert (told.rows, told.women, told.withheld) == (10, 10, 0)
    assert out.stat().st_mode & 0o777 == 0o600
    rows = json.loads(out.read_text())["notifications"]
    assert {row["told"]["mother-number"] for row in rows} == {woman.number for woman in women}
    her = crew.person("citizen", person=women[0].number)
    page = her.get(f"/Patient/{women[0].id}/$access-log?_language=nb", Accept="text/html").text
    assert "fødselsmeldingen" in page
    (row,) = crew.rows(
        f"SELECT request FROM audit WHERE request LIKE '%$birth-notifications%' AND '{women[0].id}' = ANY (patients)"
    )
    assert '"role":"registry"' in row
    assert '"subject":"operator:kari"' in row
    with pytest.raises(FileExistsError):
        extract(crew.settings, (today, today), "kari", out)


@pytest.mark.usefixtures("women")  # counted before her
def test_of_who_takes_no_part_nothing_is_extracted(crew: Crew, tmp_path: Path) -> None:
    midwife, woman = crew.person("midwife"), register(crew.person("midwife"))
    assert midwife.post("", seen_and_born(woman, 58, born=60)).status_code == 200
    day = clock.now().date() - timedelta(days=60)
    period, out = (day - timedelta(days=1), day + timedelta(days=1)), tmp_path / "mfr.json"
    assert extract(crew.settings, period, "kari", tmp_path / "before.json").women == 1
    her = crew.person("citizen", person=woman.number)
    stored(her, a_choice(woman.reference, "deny", concept(codes.CS_CARD, "taking-part")))
    told = extract(crew.settings, period, "kari", out)
    assert (told.rows, told.withheld) == (0, 1)
    assert woman.number not in out.read_text()
