"""The fold and what one reader sees of it: no alarm is missed, and nothing hidden is told, because of who looks."""

from datetime import timedelta
from itertools import combinations

import pytest

from app.pregnancy import background as b
from app.pregnancy.card import EVERYTHING, View, fold, view_for
from app.pregnancy.facts import (
    BloodPressure,
    Fact,
    Facts,
    FetalHeartActivity,
    LabResult,
    LastMenstrualPeriod,
    RhesusD,
    Weight,
)
from tests.pregnancy.builders import (
    DUE,
    a_blood_pressure,
    a_due_date,
    a_fetus,
    a_haemoglobin,
    a_heart_rate,
    a_strip,
    a_visit,
    an_outcome,
    at,
    card,
    day,
    make,
    rules,
    view,
)
from tests.pregnancy.examples import EXAMPLES

# Every set of hidden inputs of every rule, of what its example rests on.
SUBSETS = [
    (rule, hidden)
    for rule, row in EXAMPLES.items()
    for size in range(len(row.facts) + 1)
    for hidden in combinations([fact.source for fact in row.facts], size)
]


def seen_without(
    hidden: tuple[str, ...], *facts: Fact, audience: str = "clinician", today: str = "31+0"
) -> View:
    whole = card(*facts, today=today)
    visible = {row.source for row in whole.facts.every()} - set(hidden)
    return view_for(whole, visible=visible, audience=audience)  # type: ignore[arg-type]


@pytest.mark.parametrize(("rule", "hidden"), SUBSETS)
def test_a_finding_is_shown_to_whoever_sees_every_input_and_to_nobody_else(
    rule: str, hidden: tuple[str, ...]
) -> None:
    row = EXAMPLES[rule]
    facts = (*row.facts, *row.beside)
    shown = seen_without(hidden, *facts, today=row.today)
    whole = [found for found in card(*facts, today=row.today).findings if found.rule == rule]
    outranked = any(
        rule in found.outranks and set(found.inputs) & set(whole[0].inputs) for found in shown.findings
    )
    if hidden:
        assert rule not in rules(shown, due=True)
        assert not shown.assessable("findings")
    else:
        assert rule in rules(shown, due=True) or outranked
        assert shown.assessable("findings")


def test_a_finding_carries_the_labels_of_every_input() -> None:
    facts = (
        a_blood_pressure(148, 96, "30+0", labels=frozenset({"R"})),
        a_strip(1, "30+0", labels=frozenset({"SDV", "R"})),
    )
    assert card(*facts, today="30+0").findings[0].labels == {"R", "SDV"}


def test_a_reader_who_sees_only_the_normal_reading_is_not_told_that_all_is_well() -> None:
    high, normal = a_blood_pressure(165, 100, "30+0"), a_blood_pressure(120, 80, "30+1")
    shown = seen_without((high.source,), high, normal)
    assert not shown.assessable("findings")
    assert not shown.assessable("blood-pressure")
    pressure = next(row for row in shown.described.measurements if row.kind == "blood-pressure")
    assert (len(pressure.points), pressure.change) == (1, None)


def test_hidden_dating_hides_age_and_programme_but_not_the_alarm() -> None:
    shown = seen_without(("Observation/due",), a_blood_pressure(165, 100, "30+0"), today="30+0")
    assert (shown.age, shown.term) == (None, None)
    assert shown.programme == (), "the windows of the visits would tell the due date"
    # What is due rests on the dating, so that the reader is told that not every finding can be assessed.
    names = ("term", "age", "programme", "findings")
    assert [shown.assessable(name) for name in names] == [False, False, False, False]
    assert "severe-hypertension" in rules(shown)


def test_a_hidden_visit_makes_its_row_neither_overdue_nor_done() -> None:
    visit = a_visit("antenatal-visit", "28+0")
    hidden = seen_without((visit.source,), visit, today="30+0")
    rows = {row.visit.id: row for row in hidden.programme}
    assert not hidden.assessable("programme")
    assert (rows["week-28"].state, rows["week-28"].assessable) == ("withheld", False)
    assert rows["week-32"].state == "upcoming"
    control = {row.visit.id: row.state for row in seen_without((), visit, today="30+0").programme}
    assert control["week-28"] == "done"


def test_a_hidden_outcome_is_not_told_by_a_running_age() -> None:
    lost = an_outcome("miscarriage", "15+0")
    shown = seen_without((lost.source,), lost, today="20+0")
    assert (shown.stage, shown.age, shown.described.outcomes) == (None, None, ())
    assert not shown.assessable("age")
    assert seen_without((), lost, today="20+0").stage == "loss"


def test_a_hidden_alternative_of_the_due_date_is_not_listed() -> None:
    period = make(
        LastMenstrualPeriod, "4+0", first_day=day("0+0") - timedelta(days=9), source="Observation/period"
    )
    assert seen_without(("Observation/period",), period).term.alternatives == ()  # type: ignore[union-attr]
    term = seen_without((), period).term
    assert term is not None
    assert term.changed_from is not None
    assert [row.source for row in term.alternatives] == ["Observation/period"]


def test_a_hidden_blood_group_is_not_told_by_the_content_of_visits() -> None:
    rhesus = make(RhesusD, "9+0", positive=False, source="Observation/rh")

    def content(shown: View) -> str:
        return " ".join(row for visit in shown.programme for row in visit.content)

    assert "Anti-D" not in content(seen_without(("Observation/rh",), rhesus))
    assert "Anti-D" in content(seen_without((), rhesus))


@pytest.mark.parametrize("kind", [Weight, BloodPressure])
def test_what_is_hidden_is_in_no_section(kind: type[Fact]) -> None:
    values = {"value": 77.7} if kind is Weight else {"systolic": 77.7, "diastolic": 55}
    hidden = make(kind, "30+0", source="Observation/hidden", **values)
    assert "77.7" not in repr(seen_without(("Observation/hidden",), hidden))
    assert "77.7" in repr(seen_without((), hidden))


# Her own view


def test_she_reads_her_own_text_and_never_the_clinicians() -> None:
    facts = (a_blood_pressure(148, 96, "30+0"), a_strip(1, "30+0"))
    finding = view(*facts, audience="citizen", today="30+0").findings[0]
    assert finding.text == finding.told
    assert finding.text.startswith("Blodtrykket ditt er høyt")
    assert "Skal vurderes på sykehus" in view(*facts, today="30+0").findings[0].text


@pytest.mark.parametrize(
    "fact",
    [make(FetalHeartActivity, "30+0", present=False), a_heart_rate(60, "30+0"), a_haemoglobin(6.0, "9+0")],
)
def test_what_a_clinician_must_tell_her_stands_on_no_page_before(fact: Fact) -> None:
    hers = view(fact, audience="citizen", today="30+0")
    assert not {"no-fetal-heart", "fetal-heart-rate-abnormal", "severe-anaemia"} & set(rules(hers))
    assert hers.assessable("findings")
    assert set(rules(view(fact, today="30+0"))) & {
        "no-fetal-heart",
        "fetal-heart-rate-abnormal",
        "severe-anaemia",
    }


def test_what_is_not_for_her_is_not_there_whatever_the_caller_claims_to_see() -> None:
    secret = make(LabResult, "20+0", code="x", name="Hemmelig", value="påvist", labels=frozenset({"NOPAT"}))
    reading = a_blood_pressure(165, 100, "30+0", labels=frozenset({"NOPAT"}))
    hers = view(secret, reading, audience="citizen", today="30+0")
    assert "Hemmelig" not in repr(hers)
    assert "165" not in repr(hers)
    assert all(hers.assessable(name) for name in ("findings", "laboratory", "blood-pressure")), (
        "no hint of it either"
    )
    assert "Hemmelig" in repr(view(secret, reading, today="30+0"))


# The fold


def test_as_of_ignores_what_came_later() -> None:
    facts = Facts.collect(
        [a_due_date(DUE, "12+0"), a_blood_pressure(165, 100, "30+0"), an_outcome("live-birth", "40+0")]
    )
    before = fold(facts, today=day("29+6"), now=at("41+0"))
    assert (rules(before), before.course.stage, before.age.text) == ([], "pregnant", "uke 29+6")  # type: ignore[union-attr]
    assert "severe-hypertension" in rules(fold(facts, today=day("30+0"), now=at("41+0")))
    assert fold(facts, today=day("40+0"), now=at("41+0")).course.stage == "postpartum"


def test_as_of_an_earlier_day_is_judged_at_the_end_of_that_day() -> None:
    facts = Facts.collect([a_due_date(DUE, "12+0")])
    assert rules(fold(facts, today=day("41+6"), now=at("43+0"))) == []
    assert rules(fold(facts, today=day("42+0"), now=at("43+0"))) == ["post-term"]
    assert rules(fold(facts, today=day("42+0"), now=at("42+0", "00:00"))) == ["post-term"]


def test_folding_is_the_same_in_any_order() -> None:
    facts = [
        a_due_date(DUE, "12+0"),
        *(fact for row in EXAMPLES.values() for fact in row.facts if fact.day <= day("31+0")),
    ]
    first = fold(Facts.collect(facts), today=day("31+0"), now=at("31+0"))
    second = fold(Facts.collect(reversed(facts)), today=day("31+0"), now=at("31+0"))
    assert first == second


def test_alarms_stand_first() -> None:
    facts = [fact for row in EXAMPLES.values() for fact in row.facts if fact.day <= day("31+0")]
    kinds = [row.kind for row in card(*facts, today="31+0").findings]
    assert kinds == sorted(kinds, key=["alarm", "task", "information"].index)
    assert set(kinds) == {"alarm", "task", "information"}


def test_a_stronger_finding_on_the_same_reading_replaces_the_weaker() -> None:
    both = (a_blood_pressure(165, 95, "30+0"),)
    assert rules(card(*both, today="30+0")) == ["severe-hypertension", "hypertension-repeat"]
    assert rules(view(*both, today="30+0")) == ["severe-hypertension"]


def test_the_trend_is_the_step_from_the_previous_reading() -> None:
    pressures = (
        a_blood_pressure(120, 75, "24+0"),
        a_blood_pressure(131, 84, "28+0"),
        a_blood_pressure(128, 90, "30+0"),
    )
    series = view(*pressures, today="30+0").described.measurements[0]
    assert (series.latest.values, series.change) == ((128, 90), (-3, 6))


def test_measurements_stand_with_their_visit_or_with_the_visit_of_their_day() -> None:
    visit = a_visit("antenatal-visit", "28+0", source="Encounter/1", clock="09:00")
    linked = a_blood_pressure(120, 75, "28+1", encounter="Encounter/1")
    same_day = make(Weight, "28+0", value=70.0)
    alone = make(Weight, "29+0", value=70.5)
    lines = view(visit, linked, same_day, alone, today="30+0").described.consultations
    assert [(row.day, row.visit is not None, len(row.facts)) for row in lines] == [
        (day("29+0"), False, 1),
        (day("28+0"), True, 2),
    ]


def test_needs_say_dangers_first_and_then_what_is_due() -> None:
    facts = (
        b.Woman(source="Patient/1", interpreter=True, language="somali"),
        b.Allergy(source="AllergyIntolerance/1", name="Penicillin", critical=True),
        b.Allergy(source="AllergyIntolerance/2", name="Bjørk"),
        make(RhesusD, "9+0", positive=False),
        a_visit("antenatal-visit", "24+0"),
    )
    needs = view(*facts, today="28+0").needs
    assert [(row.kind, row.detail) for row in needs] == [
        ("allergy", "Penicillin"),
        ("interpreter", "somali"),
        ("rhd-negative", ""),
        ("overdue-visit", "Tidlig ultralyd"),
        ("overdue-visit", "Ultralyd i uke 17–19"),
        ("due-visit", "Konsultasjon i uke 28"),
    ]


def test_after_birth_the_age_no_longer_runs() -> None:
    born = view(an_outcome("live-birth", "39+0"), today="40+0")
    assert (born.stage, born.age) == ("postpartum", None)
    assert born.age_on(day("38+0")) is not None
    assert born.age_on(day("39+1")) is None


@pytest.mark.parametrize("status", ["finished", "cancelled"])
def test_a_closed_card_makes_nothing_due(status: str) -> None:
    closed = card(b.Episode(source="EpisodeOfCare/1", status=status), today="42+1")
    assert (closed.course.stage, closed.programme, rules(closed)) == ("closed", (), [])


def test_an_empty_card_is_a_card() -> None:
    empty = view_for(
        fold(Facts(), today=day("10+0"), now=at("10+0")), visible=EVERYTHING, audience="clinician"
    )
    assert (empty.age, empty.term, empty.findings, empty.needs, empty.withheld) == (
        None,
        None,
        (),
        (),
        frozenset(),
    )


def test_the_loss_of_one_twin_keeps_the_age_of_the_others_visits() -> None:
    twins = (a_fetus("A"), a_fetus("B"))
    shown = view(*twins, an_outcome("stillbirth", "21+0", fetus="A"), today="30+0")
    age = shown.age_on(day("29+3"))
    assert age is not None
    assert age.short == "29+3"
    both = view(*twins, *(an_outcome("stillbirth", "21+0", fetus=name) for name in "AB"), today="30+0")
    assert both.age_on(day("29+3")) is None


def test_an_induced_abortion_ends_the_card_and_is_told_nowhere() -> None:
    ended = an_outcome("termination", "9+0")
    shown = view(ended, today="9+4")
    assert (shown.stage, shown.age, shown.programme, shown.findings) == ("loss", None, (), ())
    assert shown.described.outcomes == ()
    assert shown.age_on(day("9+4")) is None
    assert card(ended, today="9+4").unlisted == {ended.source}
    assert card(an_outcome("miscarriage", "9+0"), today="9+4").unlisted == frozenset()


def test_twins_are_listed_in_one_order_whatever_their_records_are_called() -> None:
    rates = [
        a_heart_rate(140, "30+0", fetus="B", source="Observation/1"),
        a_heart_rate(150, "30+0", fetus="A", source="Observation/2"),
    ]
    shown = view(*rates, today="30+0").described
    assert [row.fetus for row in shown.measurements] == ["A", "B"]
    assert [fact.fetus for fact in shown.consultations[0].facts] == ["A", "B"]


def test_after_a_loss_no_curve_of_the_child_meets_her_and_her_carers_keep_it() -> None:
    facts = (a_heart_rate(140, "30+0"), a_blood_pressure(118, 74, "30+0"), an_outcome("stillbirth", "31+0"))
    hers, theirs = (
        {row.kind for row in view(*facts, audience=audience, today="31+2").described.measurements}
        for audience in ("citizen", "clinician")
    )
    assert (hers, theirs) == ({"blood-pressure"}, {"blood-pressure", "fetal-heart-rate"})
