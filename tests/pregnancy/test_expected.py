"""Every threshold at n-1, n, n+1 against the table written by hand, and the table of rules as a whole."""

from datetime import date
from pathlib import Path

import pytest

from app.pregnancy.background import Medicine, Woman
from app.pregnancy.card import fold
from app.pregnancy.facts import Fact, Facts, FetalMovement, FundalHeight, Presentation, Weight
from app.pregnancy.items import ITEMS
from app.pregnancy.rule_table import BY_ID, RULES
from tests.pregnancy import expected as table
from tests.pregnancy.builders import (
    DUE,
    a_blood_pressure,
    a_due_date,
    a_haemoglobin,
    a_heart_rate,
    a_strip,
    a_visit,
    an_amount,
    an_answer,
    an_outcome,
    at,
    card,
    day,
    make,
    rules,
)
from tests.pregnancy.examples import EXAMPLES, a_woman, rhd


def holds(rule: str, *facts: Fact, today: str) -> bool:
    return rule in rules(card(*facts, today=today), due=True)


@pytest.mark.parametrize(("rule", "_ref", "item", "week", "yes", "no"), table.AMOUNTS)
def test_an_amount(rule: str, _ref: str, item: str, week: str, yes: list[float], no: list[float]) -> None:
    assert [value for value in yes if not holds(rule, an_amount(item, value, week), today=week)] == []
    assert [value for value in no if holds(rule, an_amount(item, value, week), today=week)] == []


@pytest.mark.parametrize(("rule", "_ref", "value", "yes", "no"), table.HAEMOGLOBIN)
def test_haemoglobin(rule: str, _ref: str, value: float, yes: list[str], no: list[str]) -> None:
    assert [week for week in yes if not holds(rule, a_haemoglobin(value, week), today=week)] == []
    assert [week for week in no if holds(rule, a_haemoglobin(value, week), today=week)] == []


@pytest.mark.parametrize(("rule", "_ref", "item", "answer", "yes", "no"), table.SAID)
def test_an_answer(rule: str, _ref: str, item: str, answer: str, yes: list[str], no: list[str]) -> None:
    assert [week for week in yes if not holds(rule, an_answer(item, answer, week), today=week)] == []
    assert [week for week in no if holds(rule, an_answer(item, answer, week), today=week)] == []


BESIDE: dict[str, tuple[Fact, ...]] = {
    "rhd-typing-due": (rhd("5+0"),),
    "anti-d-due": (rhd("5+0"),),
    "antibody-control-due": (rhd("5+0"),),
    "hba1c-indicated": (an_answer("family-diabetes", "yes", "5+0"),),
    "ogtt-indicated": (an_answer("family-diabetes", "yes", "5+0"),),
    "nipt-eligible": (a_woman(),),
    "monochorionic-surveillance": (an_answer("chorionicity", "monochorionic", "12+0"),),
}


@pytest.mark.parametrize(("rule", "_ref", "yes", "no"), table.DUE)
def test_what_time_makes_due(rule: str, _ref: str, yes: list[str], no: list[str]) -> None:
    beside = BESIDE.get(rule, ())
    assert [week for week in yes if not holds(rule, *beside, today=week)] == []
    assert [week for week in no if holds(rule, *beside, today=week)] == []


@pytest.mark.parametrize(("years", "births", "due"), table.AGE_AND_GLUCOSE)
def test_age_and_glucose_tolerance(years: int, births: int, due: bool) -> None:
    her = a_woman(date(DUE.year - years, 1, 1))
    assert holds("ogtt-indicated", her, an_amount("parity", births, "8+0"), today="25+0") is due


@pytest.mark.parametrize(("years", "due"), table.AGE_AND_NIPT)
def test_age_at_term_and_nipt(years: int, due: bool) -> None:
    assert holds("nipt-eligible", a_woman(date(DUE.year - years, DUE.month, DUE.day)), today="11+0") is due


def test_the_day_before_her_birthday_she_is_not_yet_that_old() -> None:
    assert not holds("nipt-eligible", a_woman(date(DUE.year - 35, 3, 2)), today="11+0")


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_once_she_has_answered_the_offer_of_nipt_is_silent(answer: str) -> None:
    assert not holds("nipt-eligible", a_woman(), an_answer("nipt-consent", answer, "10+0"), today="11+0")


@pytest.mark.parametrize(("bmi", "gain", "week", "outside"), table.GAIN)
def test_weight_gain(bmi: float, gain: float, week: str, outside: bool) -> None:
    facts = (an_amount("bmi", bmi, "8+0"), an_amount("weight-before", 60, "8+0"))
    weighed = make(Weight, week, value=round(60 + gain, 1))
    assert holds("weight-gain-outside-band", *facts, weighed, today=week) is outside


@pytest.mark.parametrize(("heights", "flat"), table.HEIGHTS)
def test_a_flat_curve(heights: list[tuple[str, float]], flat: bool) -> None:
    rows = [make(FundalHeight, week, value=value) for week, value in heights]
    assert holds("sf-flattening", *rows, today=heights[-1][0]) is flat


@pytest.mark.parametrize(("value", "week", "found"), table.PRESENTATIONS)
def test_presentation(value: str, week: str, found: bool) -> None:
    assert holds("malpresentation-at-36", make(Presentation, week, value=value), today=week) is found


@pytest.mark.parametrize(("value", "week", "found"), table.MOVEMENTS)
def test_movements(value: str, week: str, found: bool) -> None:
    assert holds("reduced-fetal-movements", make(FetalMovement, week, value=value), today=week) is found


@pytest.mark.parametrize(("week", "found"), table.NONE_FELT)
def test_no_movements(week: str, found: bool) -> None:
    assert holds("no-fetal-movements", make(FetalMovement, week, value="none"), today=week) is found


@pytest.mark.parametrize(("upper", "lower", "found"), table.AFTER_BIRTH)
def test_pressure_after_birth(upper: int, lower: int, found: bool) -> None:
    born, read = an_outcome("live-birth", "39+0"), a_blood_pressure(upper, lower, "39+3")
    assert holds("postpartum-hypertension", born, read, today="39+3") is found


@pytest.mark.parametrize(("atc", "found"), table.MEDICINES)
def test_medicine(atc: str, found: bool) -> None:
    taken = make(Medicine, "8+0", name="Legemiddel", atc=(atc,))
    assert holds("teratogenic-medicine", taken, today="8+0") is found


@pytest.mark.parametrize(("asked", "found"), table.INTERPRETER)
def test_interpreter(asked: bool | None, found: bool) -> None:
    her = Woman(source="Patient/v", interpreter=asked, language="somali")
    assert holds("interpreter-needed", her, today="8+0") is found


@pytest.mark.parametrize(("home", "week", "found"), table.HOME_VISIT)
def test_home_visit(home: str | None, week: str, found: bool) -> None:
    noted = [an_answer("discharged", "yes", home)] if home else []
    assert holds("home-visit-overdue", an_outcome("live-birth", "39+0"), *noted, today=week) is found


@pytest.mark.parametrize(("week", "found"), table.NURSE_VISIT)
def test_health_nurse_visit(week: str, found: bool) -> None:
    held = (an_answer("discharged", "yes", "39+2"), a_visit("home-visit", "39+4"))
    assert holds("home-visit-overdue", an_outcome("live-birth", "39+0"), *held, today=week) is found


@pytest.mark.parametrize(("week", "found"), table.VISIT)
def test_a_visit_that_was_not_held(week: str, found: bool) -> None:
    assert holds("visit-overdue", today=week) is found


# RhD


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ((), True),
        ((an_answer("fetal-rhd", "inconclusive", "25+0"),), True),
        ((an_answer("fetal-rhd", "negative", "25+0"),), False),
        ((an_answer("anti-d", "given", "28+1"),), False),
        ((an_answer("anti-d", "declined", "28+1"),), False),
        ((an_answer("anti-d", "given", "12+0"),), True),  # after an event long before
        ((an_answer("antibody-type", "anti-d", "9+0"),), False),  # she is immunised
        (
            (
                an_answer("fetal-rhd", "negative", "25+0", fetus="A"),
                an_answer("fetal-rhd", "positive", "25+0", fetus="B"),
            ),
            True,
        ),
    ],
)
def test_anti_d_in_week_28(facts: tuple[Fact, ...], due: bool) -> None:
    assert holds("anti-d-due", rhd(), *facts, today="28+2") is due


@pytest.mark.parametrize(
    ("given", "alarm"),
    [(None, True), (("given", "39+2"), False), (("declined", "39+0"), False), (("given", "28+0"), True)],
)
def test_anti_d_after_birth_also_after_week_28(given: tuple[str, str] | None, alarm: bool) -> None:
    facts = [an_answer("anti-d", given[0], given[1], clock="12:00")] if given else []
    born = an_outcome("live-birth", "39+0")
    assert holds("anti-d-after-birth", rhd(), born, *facts, today="39+3") is alarm


@pytest.mark.parametrize(
    ("clock", "week", "alarm"), [("09:00", "30+3", False), ("09:01", "30+3", True), ("08:59", "30+0", True)]
)
def test_anti_d_within_72_hours_of_an_event(clock: str, week: str, alarm: bool) -> None:
    event = an_answer("sensitising-event", "trauma", "30+0", clock="09:00")
    given = an_answer("anti-d", "given", week, clock=clock)
    assert holds("anti-d-after-event", rhd(), event, given, today="31+0") is alarm


def test_an_early_loss_is_an_event() -> None:
    assert holds("anti-d-after-event", rhd(), an_outcome("miscarriage", "11+0"), today="11+1")


@pytest.mark.parametrize(
    ("answer", "alarm"), [("given", False), ("declined", False), ("not-given", True), (None, True)]
)
def test_hepatitis_b_of_the_newborn(answer: str | None, alarm: bool) -> None:
    facts = [an_answer("newborn-hepatitis-b", answer, "39+0")] if answer else []
    born = an_outcome("live-birth", "39+0", clock="01:00")
    assert holds("hepatitis-b-newborn", an_answer("hbsag", "positive", "9+0"), born, *facts, today="39+0") is alarm  # fmt: skip


@pytest.mark.parametrize("answer", ["confirmed", "refuted", "declined", "pending"])
def test_a_positive_nipt_waits_until_it_is_settled(answer: str) -> None:
    facts = (an_answer("nipt-t21", "positive", "12+0"), an_answer("nipt-confirmation", answer, "13+0"))
    assert holds("nipt-positive-unconfirmed", *facts, today="14+0") is (answer == "pending")


def test_aspirin_is_off_because_its_table_was_not_read() -> None:
    assert BY_ID["aspirin-indicated"].off
    assert not holds("aspirin-indicated", an_answer("previous-preeclampsia", "yes", "8+0"), today="13+0")


# The table as a whole


def test_every_row_that_is_in_use_has_an_example_and_fires_on_it() -> None:
    assert set(EXAMPLES) == {row.id for row in RULES if not row.off}
    assert len(RULES) >= 60
    silent = [
        rule for rule, row in EXAMPLES.items() if not holds(rule, *row.facts, *row.beside, today=row.today)
    ]
    assert silent == []


def test_a_finding_names_only_what_its_row_says_that_it_is_about() -> None:
    for rule, row in EXAMPLES.items():
        found = next(f for f in card(*row.facts, *row.beside, today=row.today).findings if f.rule == rule)
        read = {fact.source: fact for fact in (*row.facts, *row.beside)}
        kinds = {
            key if isinstance(key := read[source].kept_under, str) else key.__name__
            for source in found.inputs
            if source in read
        }
        reasons = {"family-diabetes", "previous-gestational-diabetes"}  # a risk is named by the risks module
        assert kinds - reasons <= {*BY_ID[rule].about, "Woman", "BirthOutcome", "RhesusD"}, rule


def test_every_row_has_limits_written_by_hand_beside_its_example() -> None:
    """Named in the table of limits, or in a test of its own; an example alone says only that it fires."""
    here = Path(__file__).parent
    written = "".join(
        (here / f"{name}.py").read_text()
        for name in ("expected", "test_expected", "test_rules", "test_inputs")
    )
    assert [row.id for row in RULES if not row.off and f'"{row.id}"' not in written] == []


# Two rows that say the opposite on the same inputs: pairs that cannot both hold, whatever is recorded.
OPPOSITE = (
    ("ferritin-empty", "low-ferritin"),
    ("low-ferritin", "ferritin-moderate"),
    ("ferritin-empty", "ferritin-moderate"),
    ("anaemia", "haemoconcentration"),
    ("preeclampsia-suspected", "early-hypertension-proteinuria"),
    ("hba1c-raised", "hba1c-indicated"),
    ("other-antibodies", "anti-d-due"),
    ("bleeding", "postpartum-bleeding"),
    ("fever-sepsis", "postpartum-infection"),
    ("early-ultrasound-due", "routine-ultrasound-due"),
    ("post-term", "post-term-control-due"),
    ("sf-below-curve", "sf-above-curve"),
)
SWEEP = [
    *(an_amount("ferritin", value, "9+0") for value in (5, 20, 50, 90)),
    *(an_amount("hba1c", value, "9+0") for value in (38, 43, 50)),
    *(a_haemoglobin(value, "30+0") for value in (6, 9, 12, 14)),
    *(an_answer("fetal-rhd", value, "25+0") for value in ("positive", "negative")),
    an_answer("symptom-bleeding", "yes", "30+0"),
    an_amount("temperature", 39, "30+0"),
    an_outcome("live-birth", "30+1"),
]  # fmt: skip


@pytest.mark.parametrize("week", ["9+1", "13+0", "18+0", "26+0", "30+2", "41+4", "42+0"])
def test_no_two_rows_say_the_opposite(week: str) -> None:
    for fact in SWEEP:
        found = set(rules(card(rhd("5+0"), an_answer("family-diabetes", "yes", "5+0"), fact, today=week), due=True))  # fmt: skip
        both = [pair for pair in OPPOSITE if found.issuperset(pair)]
        assert both == [], (week, fact)
    assert {rule for pair in OPPOSITE for rule in pair} <= set(BY_ID)


def test_ids_of_rules_items_and_answers_are_not_each_others() -> None:
    answers = {answer for row in ITEMS.values() for answer in row.answers}
    assert not set(BY_ID) & set(ITEMS)
    assert not set(BY_ID) & answers


@pytest.mark.parametrize("outcome", ["miscarriage", "termination", "stillbirth"])
def test_loss_cancels_everything_that_time_makes_due(outcome: str) -> None:
    for rule, row in EXAMPLES.items():
        if BY_ID[rule].timed and not any(fact.kept_under.__class__ is type and "live" in repr(fact) for fact in row.facts):  # fmt: skip
            lost = card(*row.facts, an_outcome(outcome, row.today, clock="06:00"), today=row.today)
            assert rule not in rules(lost, due=True), rule


def test_a_rule_that_is_switched_off_finds_nothing_and_the_others_do() -> None:
    facts = Facts.collect([a_due_date(DUE, "5+0"), a_blood_pressure(170, 100, "30+0")])
    found = fold(facts, today=day("30+0"), now=at("30+0", "23:00"), off=frozenset({"severe-hypertension"}))
    assert "severe-hypertension" not in rules(found)
    assert "hypertension-repeat" in rules(found)


HEALTHY: tuple[Fact, ...] = (
    a_woman(date(1995, 5, 5)),
    a_visit("first-visit", "8+0"),
    a_visit("ultrasound", "12+0"),
    a_visit("ultrasound", "18+0"),
    *(a_visit("antenatal-visit", week) for week in ("24+0", "28+0", "32+0", "36+0", "38+0", "40+0")),
    *(a_blood_pressure(118, 74, week) for week in ("8+0", "24+0", "28+0", "32+0", "36+0", "40+0")),
    *(a_strip(0, week) for week in ("8+0", "24+0", "28+0", "32+0", "36+0", "40+0")),
    *(a_heart_rate(142, week) for week in ("24+0", "28+0", "32+0", "36+0", "40+0")),
    *(make(FundalHeight, f"{week}+0", value=float(week - 1)) for week in (24, 28, 32, 36)),
    *(make(FetalMovement, f"{week}+0", value="normal") for week in (24, 28, 32, 36, 40)),
    make(Presentation, "36+0", value="cephalic"),
    a_haemoglobin(12.4, "8+0"),
    a_haemoglobin(11.6, "28+0"),
    an_amount("ferritin", 60, "8+0"),
    an_amount("parity", 0, "8+0"),
    an_amount("bmi", 22.5, "8+0"),
)


def test_a_healthy_pregnancy_has_no_alarm_on_any_day() -> None:
    for days in range(7 * 5, 7 * 42):
        found = card(*HEALTHY, today=f"0+{days}")
        assert [row.rule for row in found.findings if row.kind == "alarm"] == [], days
