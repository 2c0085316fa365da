"""The alarm budget: whole generated pregnancies, folded through their days, and how often the card interrupts.

The figures stand in docs/safety.md. Courses: ``helsekort_sandbox.lives``; a course is folded on the evening of each day
on which something was recorded, and every second week between.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import count, islice
from statistics import median

import pytest
from helsekort_sandbox import lives, pregnancies
from helsekort_sandbox.lives import Life

from app.clock import OSLO
from app.fhir import json as fhir_json
from app.mapping.facts_from_fhir import facts
from app.pregnancy.card import Card, fold

SEED = 2026
START = date(2025, 1, 1)
HEALTHY, ILL = 20, 5


def drawn() -> Iterator[Life]:
    return (lives.draw(SEED, number, START) for number in count(1))


def is_healthy(life: Life) -> bool:
    return not (life.gdm or life.preeclampsia or life.twins or life.lost or life.rhd_negative)


def some(number: int, change: Callable[[Life], Life] = lambda life: life) -> list[Life]:
    """The first healthy courses, each changed."""
    return [change(life) for life in islice(filter(is_healthy, drawn()), number)]


def recorded(life: Life) -> tuple[list[date], list[dict[str, object]]]:
    """The days on which something was recorded, and what is stored: no refused entry, and the card still open."""
    days, kept, names = [], {}, {}
    for when, line in pregnancies.events(SEED, life):
        refused = line.get("expect", {}).get("status", 200) >= 400
        if "fhir" not in line or refused or line["does"] == "closes the card":
            continue
        days.append(when.date())
        for entry in line["fhir"]["entry"]:
            resource, url = entry["resource"], entry.get("fullUrl") or entry["request"]["url"]
            id_ = url.removeprefix("urn:uuid:")
            kept[url], names[url] = resource | {"id": id_}, f"{resource['resourceType']}/{id_}"
    text = json.dumps(list(kept.values()))
    for url, name in names.items():
        text = text.replace(f'"{url}"', f'"{name}"')
    stored: list[dict[str, object]] = fhir_json.parse(text.encode())
    return days, stored


def cards(life: Life) -> Iterator[Card]:
    """Her card on each of those days, in the evening."""
    days, stored = recorded(life)
    known, last = facts(stored), (life.lost or life.born or 0) + 42
    between = [life.on(day) for day in range(life.contact, last, 14)]
    for day in sorted({*days, *between}):
        yield fold(known, today=day, now=datetime.combine(day, time(20), OSLO))


def found(life: Life, kind: str) -> list[str]:
    """The rules of the findings of ``kind`` that her card ever showed, once for each finding."""
    rows = {row.key: row.rule for card in cards(life) for row in card.findings if row.kind == kind}
    return sorted(rows.values())


def test_twenty_healthy_courses_raise_no_alarm() -> None:
    interrupting = {life.number: rows for life in some(HEALTHY) if (rows := found(life, "alarm"))}
    assert interrupting == {}


@pytest.mark.parametrize(
    ("change", "alarm"),
    [
        (lambda life: replace(life, preeclampsia=True), "preeclampsia-suspected"),
        (lambda life: replace(life, rhd_negative=True, fetus_positive=True), "anti-d-after-birth"),
        (lambda life: replace(life, twins=True), ""),
        (lambda life: replace(life, gdm=True), ""),
        (lambda life: replace(life, lost=100, born=None), ""),
    ],
    ids=["preeclampsia", "rhd-negative", "twins", "gestational diabetes", "loss"],
)
def test_a_complication_raises_its_alarm_and_no_other(change: Callable[[Life], Life], alarm: str) -> None:
    """Median one alarm where the complication has one; where a reading was forgotten the rule has nothing to read."""
    raised = [found(life, "alarm") for life in some(ILL, change)]
    assert median(map(len, raised)) == (1 if alarm else 0)
    assert max(map(len, raised)) <= 1
    assert {rule for rows in raised for rule in rows} == ({alarm} if alarm else set())


def test_tasks_are_few_enough_to_be_read() -> None:
    """Of a healthy course: a median of four tasks in the whole pregnancy. With diabetes the task says so."""
    assert median(len(found(life, "task")) for life in some(ILL * 2)) <= 4
    for life in some(2, lambda life: replace(life, gdm=True)):
        assert found(life, "task").count("gestational-diabetes") == 1


def test_what_is_recorded_of_a_generated_course_contradicts_nothing() -> None:
    """Healthy and ill, lost and born: what the card says of contradictions is said of those that are."""
    last = {life.number: list(cards(life))[-1] for life in islice(drawn(), 8)}
    assert {
        number: [row.row.id for row in card.contradictions]
        for number, card in last.items()
        if card.contradictions
    } == {}
