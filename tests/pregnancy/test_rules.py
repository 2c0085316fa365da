"""Every rule at n-1, n, n+1; the numbers are written by hand from the source each row names."""

import hashlib
from datetime import timedelta

import pytest

from app.pregnancy.background import FindingClosed
from app.pregnancy.facts import BirthOutcome, FetalHeartActivity
from app.pregnancy.rule_table import BY_ID, RULES
from tests.pregnancy.builders import (
    a_blood_pressure,
    a_fetus,
    a_haemoglobin,
    a_heart_rate,
    a_strip,
    an_amount,
    an_answer,
    an_outcome,
    at,
    card,
    make,
    rules,
    view,
)
from tests.pregnancy.examples import EXAMPLES


@pytest.mark.parametrize(
    ("systolic", "diastolic", "fires"),
    # WHO ANC.DT.17: severe from 160/110; DT.04: raised from 140/90; either side suffices
    [
        (139, 89, []),
        (140, 89, ["hypertension-repeat"]),
        (141, 89, ["hypertension-repeat"]),
        (139, 90, ["hypertension-repeat"]),
        (139, 91, ["hypertension-repeat"]),
        (159, 109, ["hypertension-repeat"]),
        (160, 89, ["severe-hypertension", "hypertension-repeat"]),
        (161, 89, ["severe-hypertension", "hypertension-repeat"]),
        (139, 110, ["severe-hypertension", "hypertension-repeat"]),
        (139, 111, ["severe-hypertension", "hypertension-repeat"]),
        (110, 170, ["severe-hypertension", "hypertension-repeat"]),  # implausible still fires
        (400, 20, ["severe-hypertension", "hypertension-repeat"]),
        (None, 110, ["severe-hypertension", "hypertension-repeat"]),
        (160, None, ["severe-hypertension", "hypertension-repeat"]),
    ],
)
def test_one_reading(systolic: float | None, diastolic: float | None, fires: list[str]) -> None:
    assert rules(card(a_blood_pressure(systolic, diastolic, "30+0"), today="30+0")) == fires


@pytest.mark.parametrize(
    ("first", "second", "fires"),
    # maternity reference §8: two after 20+0 are hypertension, before 20+0 chronic
    [
        ("19+5", "19+6", "chronic-hypertension"),
        ("19+6", "20+0", None),
        ("20+0", "20+1", "hypertension"),
        ("20+1", "20+2", "hypertension"),
    ],
)
def test_two_readings_turn_at_20_weeks(first: str, second: str, fires: str | None) -> None:
    found = rules(card(a_blood_pressure(142, 85, first), a_blood_pressure(141, 84, second), today="21+0"))
    assert set(found) & {"hypertension", "chronic-hypertension"} == ({fires} if fires else set())


def test_undated_two_readings_count_as_late() -> None:
    pair = (a_blood_pressure(142, 85, "10+0"), a_blood_pressure(141, 84, "11+0"))
    assert "hypertension" in rules(card(*pair, dated=False))


def test_the_same_reading_sent_twice_is_one() -> None:
    pair = (a_blood_pressure(142, 85, "30+0"), a_blood_pressure(142, 85, "30+0"))
    assert "hypertension" not in rules(card(*pair, today="30+0"))


def test_a_copy_of_a_reading_does_not_change_what_a_finding_rests_on() -> None:
    first = a_blood_pressure(142, 85, "30+0", source="Observation/1")
    copy = a_blood_pressure(142, 85, "30+0", source="Observation/2")
    second = a_blood_pressure(141, 85, "30+1", source="Observation/3")
    finding = next(
        row for row in card(first, copy, second, today="30+1").findings if row.rule == "hypertension"
    )
    assert finding.inputs == ("Observation/1", "Observation/3")


def test_the_key_is_the_digest_of_the_rule_and_its_sorted_inputs() -> None:
    facts = (
        a_blood_pressure(148, 96, "30+0", source="Observation/b"),
        a_strip(1, "30+0", source="Observation/a"),
    )
    expected = hashlib.sha256(b"preeclampsia-suspected|Observation/a|Observation/b").hexdigest()
    assert card(*facts, today="30+0").findings[0].key == expected


def test_a_later_normal_reading_ends_the_repeat_but_not_an_alarm() -> None:
    found = card(a_blood_pressure(165, 95, "30+0"), a_blood_pressure(120, 80, "30+1"), today="30+1")
    assert rules(found) == ["severe-hypertension"]


def test_her_own_normal_reading_does_not_end_the_repeat_of_a_clinicians() -> None:
    hers = a_blood_pressure(120, 80, "30+1", confirmed=False)
    assert rules(card(a_blood_pressure(145, 92, "30+0"), hers, today="30+1")) == ["hypertension-repeat"]


def test_148_over_96_with_protein_1_plus_at_week_30_is_to_be_assessed_the_same_day() -> None:
    reading, strip = a_blood_pressure(148, 96, "30+0", clock="09:10"), a_strip(1.0, "30+0", clock="09:20")
    finding = card(reading, strip, today="30+0").findings[0]
    assert (finding.rule, finding.kind) == ("preeclampsia-suspected", "alarm")
    assert (finding.first_seen, finding.deadline) == (at("30+0", "09:20"), at("30+0", "23:59"))
    assert set(finding.inputs) == {reading.source, strip.source}
    assert "148/96" in finding.text


@pytest.mark.parametrize(
    ("systolic", "diastolic", "grade", "fires"),
    [
        (139, 89, 1.0, False),
        (140, 89, 1.0, True),
        (139, 90, 1.0, True),
        (141, 91, 1.0, True),
        (140, 90, 0.0, False),
        (140, 90, 0.5, False),  # trace
        (140, 90, 2.0, True),
        (170, 120, 4.0, True),
    ],
)
def test_pressure_with_protein(systolic: float, diastolic: float, grade: float, fires: bool) -> None:
    found = rules(card(a_blood_pressure(systolic, diastolic, "30+0"), a_strip(grade, "30+0"), today="30+0"))
    assert ("preeclampsia-suspected" in found) is fires


@pytest.mark.parametrize(
    ("week", "rule"),
    # NGF: preeclampsia is defined after week 20; before it the same values are another alarm, not none
    [
        ("19+6", "early-hypertension-proteinuria"),
        ("20+0", "preeclampsia-suspected"),
        ("20+1", "preeclampsia-suspected"),
    ],
)
def test_pressure_with_protein_turns_at_20_weeks(week: str, rule: str) -> None:
    found = card(a_blood_pressure(148, 96, week), a_strip(1.0, week), today="21+0")
    assert [row.rule for row in found.findings if row.kind == "alarm"] == [rule]


@pytest.mark.parametrize(("clock", "week", "fires"), [("09:00", "30+1", True), ("09:01", "30+1", False)])
def test_protein_counts_within_a_day_of_the_reading(clock: str, week: str, fires: bool) -> None:
    found = rules(card(a_blood_pressure(148, 96, "30+0"), a_strip(1.0, week, clock=clock), today="30+2"))
    assert ("preeclampsia-suspected" in found) is fires


def test_another_reading_does_not_give_an_old_finding_a_new_key() -> None:
    first, strip = a_blood_pressure(148, 96, "30+0", clock="09:00"), a_strip(1.0, "30+0", clock="09:05")
    before = {row.key for row in card(first, strip, today="30+0").findings if row.kind == "alarm"}
    later = a_blood_pressure(150, 98, "30+0", clock="11:00")
    after = {row.key for row in card(first, strip, later, today="30+0").findings if row.kind == "alarm"}
    assert before == after != set()


@pytest.mark.parametrize(
    ("week", "value", "fires"),
    # WHO ANC.DT.25: < 110 g/L to 12 weeks and from 28, < 105 from 13 to 27
    [
        ("12+6", 10.9, True),
        ("12+6", 11.0, False),
        ("12+6", 11.1, False),
        ("13+0", 10.4, True),
        ("13+0", 10.5, False),
        ("13+0", 10.6, False),
        ("27+6", 10.4, True),
        ("27+6", 10.5, False),
        ("28+0", 10.5, True),
        ("28+0", 10.9, True),
        ("28+0", 11.0, False),
        ("28+0", 3.5, True),
    ],
)
def test_anaemia_by_trimester(week: str, value: float, fires: bool) -> None:
    assert ("anaemia" in rules(card(a_haemoglobin(value, week), today=week))) is fires


@pytest.mark.parametrize(("value", "fires"), [(6.9, True), (7.0, False), (7.1, False), (3.5, True)])
def test_severe_anaemia_is_below_7(value: float, fires: bool) -> None:  # WHO/NMH/NHD/MNM/11.1, table 1
    assert ("severe-anaemia" in rules(card(a_haemoglobin(value, "30+0"), today="30+0"))) is fires


def test_a_later_normal_haemoglobin_ends_anaemia() -> None:
    assert rules(card(a_haemoglobin(10.0, "30+0"), a_haemoglobin(11.4, "34+0"), today="34+0")) == []


def test_undated_anaemia_uses_the_higher_limit() -> None:
    assert rules(card(a_haemoglobin(10.9, "20+0"), dated=False)) == ["anaemia"]


@pytest.mark.parametrize(
    ("value", "fires"),
    # WHO ANC.DT.06: < 100 or > 180; FIGO 2015: baseline 110-160
    [
        (60, "fetal-heart-rate-abnormal"),
        (99, "fetal-heart-rate-abnormal"),
        (100, "fetal-heart-rate-repeat"),
        (101, "fetal-heart-rate-repeat"),
        (109, "fetal-heart-rate-repeat"),
        (110, None),
        (111, None),
        (159, None),
        (160, None),
        (161, "fetal-heart-rate-repeat"),
        (180, "fetal-heart-rate-repeat"),
        (181, "fetal-heart-rate-abnormal"),
        (600, "fetal-heart-rate-abnormal"),
        (0, "no-fetal-heart"),
    ],
)
def test_fetal_heart_rate(value: float, fires: str | None) -> None:
    found = rules(card(a_heart_rate(value, "30+0"), today="30+0"))
    assert found[:1] == ([fires] if fires else [])


@pytest.mark.parametrize(("week", "fires"), [("19+6", False), ("20+0", True), ("20+1", True)])
def test_fetal_heart_rate_counts_from_20_weeks(week: str, fires: bool) -> None:
    assert bool(rules(card(a_heart_rate(185, week), today=week))) is fires


@pytest.mark.parametrize("week", ["9+0", "19+6", "20+0", "36+0"])
def test_heart_activity_that_was_not_found_is_an_alarm_at_any_age(week: str) -> None:
    finding = card(make(FetalHeartActivity, week, present=False), today=week).findings[0]
    assert (finding.rule, finding.kind, finding.told) == ("no-fetal-heart", "alarm", None)


def test_heart_activity_that_was_found_is_no_finding() -> None:
    assert rules(card(make(FetalHeartActivity, "36+0", present=True), today="36+0")) == []


@pytest.mark.parametrize(("today", "fires"), [("41+6", False), ("42+0", True), ("42+1", True)])
def test_post_term_on_day_294(
    today: str, fires: bool
) -> None:  # Helsedirektoratet, «Svangerskap passert termin»
    assert ("post-term" in rules(card(today=today))) is fires


def test_post_term_arises_at_midnight_and_keeps_its_key() -> None:
    first, later = card(today="42+0").findings[0], card(today="43+5").findings[0]
    assert first.first_seen == at("42+0", "00:00")
    assert first.key == later.key


def test_a_pregnancy_forgotten_far_past_term_still_says_so() -> None:
    found = card(today="60+0")
    assert rules(found) == ["post-term"]
    assert found.age is None


@pytest.mark.parametrize("rule", EXAMPLES)
def test_every_row_fires_on_its_example(rule: str) -> None:
    row = EXAMPLES[rule]
    assert rule in rules(card(*row.facts, *row.beside, today=row.today), due=True)


@pytest.mark.parametrize("outcome", ["miscarriage", "termination", "stillbirth", "live-birth"])
@pytest.mark.parametrize("rule", [row.id for row in RULES if row.window.ends and not row.off])
def test_what_is_about_the_pregnancy_ends_with_it(rule: str, outcome: str) -> None:
    row = EXAMPLES[rule]
    ended = an_outcome(outcome, row.today, clock="06:00")
    assert rule not in rules(card(*row.facts, ended, today=row.today), due=True)


OUTLIVING = [row.id for row in RULES if not row.window.ends and not row.window.after and not row.off]


@pytest.mark.parametrize("rule", OUTLIVING)
def test_her_blood_pressure_outlives_the_pregnancy_but_after_loss_no_old_text_reaches_her(rule: str) -> None:
    row = EXAMPLES[rule]
    if any(isinstance(fact, BirthOutcome) for fact in (*row.facts, *row.beside)):
        return
    lost = card(*row.facts, an_outcome("miscarriage", "31+2"), today="31+3")
    finding = next(found for found in lost.findings if found.rule == rule)
    assert (finding.told, "citizen" in finding.audience) == (None, False)


def test_a_reading_after_the_birth_still_fires() -> None:
    facts = (an_outcome("live-birth", "39+0"), a_blood_pressure(148, 96, "39+3"), a_strip(1.0, "39+3"))
    found = card(*facts, today="39+3")
    assert rules(found)[0] == "preeclampsia-suspected"
    assert found.findings[0].told


def test_one_twin_lost_ends_nothing_for_the_other() -> None:
    twins = (a_fetus("A"), a_fetus("B"))
    rates = (a_heart_rate(60, "30+0", fetus="A"), a_heart_rate(60, "30+0", fetus="B"))
    found = card(*twins, *rates, an_outcome("stillbirth", "30+1", fetus="A"), today="31+0")
    assert [row.fetus for row in found.findings if row.kind == "alarm"] == ["B"]
    assert found.course.stage == "pregnant"


def test_both_twins_lost_is_the_end() -> None:
    twins = (a_fetus("A"), a_fetus("B"))
    lost = (an_outcome("stillbirth", "30+1", fetus="A"), an_outcome("stillbirth", "30+2", fetus="B"))
    found = card(*twins, *lost, today="31+0")
    assert (found.course.stage, found.programme) == ("loss", ())


@pytest.mark.parametrize("rule", [row for row in EXAMPLES if EXAMPLES[row].facts and row != "post-term"])
def test_what_she_reports_herself_counts_only_where_the_row_says_so(rule: str) -> None:
    row = EXAMPLES[rule]
    if any(isinstance(fact, BirthOutcome) for fact in row.facts):
        return
    facts = [type(fact)(**{name: getattr(fact, name) for name in fact.__dataclass_fields__} | {"confirmed": False})
             for fact in row.facts]  # fmt: skip
    found = [row for row in card(*facts, *row.beside, today=row.today).findings if row.rule == rule]
    assert bool(found) is BY_ID[rule].self_reported
    assert not any(row.confirmed for row in found)


def test_a_finding_that_a_clinician_closed_is_closed_and_a_new_reading_is_a_new_one() -> None:
    first = a_blood_pressure(165, 100, "30+0")
    key = card(first, today="30+0").findings[0].key
    closing = make(FindingClosed, "30+1", source="Flag/1", key=key)
    closed = card(first, closing, today="30+1")
    assert "severe-hypertension" not in rules(closed)
    assert [row.rule for row in closed.closed] == ["severe-hypertension"]
    assert "severe-hypertension" in rules(
        card(first, closing, a_blood_pressure(166, 100, "30+1"), today="30+1")
    )


def test_an_evening_reading_is_not_late_at_midnight() -> None:
    finding = card(
        a_blood_pressure(148, 96, "30+0", clock="22:30"), a_strip(1, "30+0", clock="22:30"), today="30+0"
    )
    assert finding.findings[0].deadline == at("30+0", "22:30") + timedelta(hours=4)


def test_the_table_is_fit_to_be_approved() -> None:
    assert len(BY_ID) == len(RULES)
    for row in RULES:
        assert row.source
        assert row.fires
        assert row.about
        assert row.audience >= {"clinician"}
        assert ("citizen" in row.audience) == (row.told is not None)
        assert row.outranks <= set(BY_ID)
        assert all(BY_ID[other].kind != "alarm" for other in row.outranks), "no alarm hides another"
        if row.kind == "alarm" and row.told:
            assert "116 117" in row.told
            assert "113" in row.told
            assert "Ingen følger med" in row.told


@pytest.mark.parametrize("outcome", ["live-birth", "stillbirth", "miscarriage", "termination"])
def test_bleeding_and_fever_are_alarms_after_a_loss_as_after_a_birth(outcome: str) -> None:
    """NGF, Postpartumblødning; Helsedirektoratet, barselomsorgen, «Endometritt»: her body does not ask who lives."""
    ended = an_outcome(outcome, "20+0", clock="06:00")
    ill = (an_answer("symptom-bleeding", "yes", "20+2"), an_amount("temperature", 38.0, "20+2"))
    found = card(ended, *ill, today="20+3")
    assert rules(found) == ["postpartum-bleeding", "postpartum-infection"]
    assert all(row.told and "fødselen skal" not in row.told for row in found.findings)


def test_hypertension_of_pregnancy_gives_way_to_the_latest_reading_once_she_has_given_birth() -> None:
    pair = (a_blood_pressure(145, 92, "38+0"), a_blood_pressure(146, 93, "38+4"))
    born = an_outcome("live-birth", "38+5")
    assert "hypertension" in rules(card(*pair, today="38+4"))
    assert rules(card(*pair, born, today="38+6")) == ["hypertension-repeat"]
    assert rules(card(*pair, born, a_blood_pressure(118, 74, "39+0"), today="39+0")) == []


def test_a_tolerance_test_answers_a_raised_hba1c_and_says_its_result_once() -> None:
    raised = an_amount("hba1c", 43, "9+0")
    fasting, after_two = an_amount("glucose-fasting", 5.5, "26+0"), an_amount("glucose-2h", 9.4, "26+0")
    well = an_amount("glucose-2h", 6.2, "26+0")
    for facts, today, fires in (
        ((raised,), "23+6", ["hba1c-raised"]),
        ((raised,), "24+1", ["ogtt-indicated"]),  # it is one of its reasons
        ((raised, fasting, after_two), "26+1", ["gestational-diabetes"]),
        ((raised, well), "26+1", []),
        ((raised, an_amount("glucose-2h", 6.2, "14+0")), "20+0", []),
        ((raised, an_amount("glucose-fasting", 5.0, "9+0")), "20+0", ["hba1c-raised"]),
        ((raised, an_amount("glucose-2h", 6.2, "7+0")), "20+0", ["hba1c-raised"]),
        ((raised, an_answer("gestational-diabetes-diagnosed", "yes", "20+0")), "20+1", []),
    ):
        about = {"hba1c-raised", "ogtt-indicated", "gestational-diabetes"}.intersection(
            rules(view(*facts, today=today), due=True)
        )
        assert about == set(fires), (facts, today)
    (found,) = [row for row in view(fasting, after_two, today="26+1").findings if row.rule == "gestational-diabetes"]  # fmt: skip
    assert found.text.startswith("Glukose 5,5 / 9,4 mmol/L ")
