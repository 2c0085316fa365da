"""The programme: Helsedirektoratet's basisprogram (maternity reference §1.3) and the postpartum visits (§1.4)."""

import pytest

from app.pregnancy.card import view_for
from app.pregnancy.facts import RhesusD, VisitSkipped
from app.pregnancy.kept import Answer
from app.pregnancy.programme import PROGRAMME
from tests.pregnancy.builders import DUE, a_visit, an_answer, an_outcome, card, day, make, view


def states(*facts: object, today: str) -> dict[str, str]:
    return {row.visit.id: row.state for row in card(*facts, today=today).programme}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("visit", "opens", "closes"),
    [
        ("first", "6+0", "12+6"),
        ("early-scan", "11+0", "13+6"),
        ("routine-scan", "17+0", "19+6"),
        ("week-24", "23+0", "25+6"),
        ("week-28", "27+0", "29+6"),
        ("week-32", "31+0", "33+6"),
        ("week-36", "35+0", "36+6"),
        ("week-38", "37+0", "38+6"),
        ("week-40", "39+0", "40+6"),
        ("week-41", "41+0", "41+5"),  # 7-9 days past the due date of 40+3
    ],
)
def test_a_visit_is_due_in_its_window_and_overdue_the_day_after(visit: str, opens: str, closes: str) -> None:
    first, last = day(opens), day(closes)
    eve, after = f"0+{(first - day('0+0')).days - 1}", f"0+{(last - day('0+0')).days + 1}"
    assert [states(today=today)[visit] for today in (eve, opens, closes, after)] == [
        "upcoming",
        "due",
        "due",
        "overdue",
    ]


def test_a_visit_in_its_window_is_done() -> None:
    assert states(a_visit("antenatal-visit", "28+2"), today="30+4")["week-28"] == "done"


def test_a_late_visit_counts_until_the_next_window_opens() -> None:
    found = states(a_visit("antenatal-visit", "30+6"), today="31+1")
    assert (found["week-28"], found["week-32"]) == ("done", "due")


def test_an_extra_visit_replaces_none() -> None:
    visits = (a_visit("antenatal-visit", "28+1"), a_visit("antenatal-visit", "30+4"))
    assert states(*visits, today="31+0")["week-32"] == "due"


def test_a_missed_visit_is_no_longer_overdue_when_a_later_one_was_held() -> None:
    assert states(a_visit("antenatal-visit", "28+0"), today="28+1")["week-24"] == "missed"


def test_a_first_visit_is_first_whenever_it_is_held() -> None:
    assert states(a_visit("first-visit", "20+0"), today="21+0")["first"] == "done"


@pytest.mark.parametrize("kind", ["ultrasound", "other", "home-visit"])
def test_a_visit_of_another_kind_does_not_fulfil(kind: str) -> None:
    assert states(a_visit(kind, "28+0"), today="28+1")["week-28"] == "due"


def test_a_growth_scan_late_in_pregnancy_is_not_the_routine_scan() -> None:
    assert states(a_visit("ultrasound", "32+0"), today="32+1")["routine-scan"] != "done"


@pytest.mark.parametrize("outcome", ["miscarriage", "termination", "stillbirth"])
def test_loss_cancels_every_visit(outcome: str) -> None:
    assert states(today="24+0")["week-24"] == "due"
    assert states(an_outcome(outcome, "22+0"), today="24+0") == {}


def test_birth_replaces_the_programme_by_the_postpartum_visits() -> None:
    found = states(an_outcome("live-birth", "40+0"), today="40+1")
    assert found == {"midwife-home": "due", "nurse-home": "upcoming", "postpartum": "upcoming"}


@pytest.mark.parametrize(
    ("today", "state"),
    # health nurse day 7-10, control 4-8 weeks after birth on 39+0
    [("39+6", "upcoming"), ("40+0", "due"), ("40+3", "due"), ("40+4", "overdue")],
)
def test_the_health_nurse_comes_on_day_7_to_10(today: str, state: str) -> None:
    assert states(an_outcome("live-birth", "39+0"), today=today)["nurse-home"] == state


def test_the_midwife_comes_within_three_days_of_coming_home_and_one_visit_is_not_both() -> None:
    born, home = (
        an_outcome("live-birth", "39+0"),
        an_answer("discharged", "yes", "39+6", source="Observation/home"),
    )
    for week, state in (("39+5", "due"), ("39+6", "due"), ("40+2", "due"), ("40+3", "overdue")):
        assert states(born, home, today=week)["midwife-home"] == state
    one, two = a_visit("home-visit", "40+1"), a_visit("home-visit", "40+2")
    assert states(born, home, one, today="40+3") | {"postpartum": ""} == {
        "midwife-home": "done", "nurse-home": "due", "postpartum": "",
    }  # fmt: skip
    assert states(born, home, one, two, today="40+3")["nurse-home"] == "done"
    assert states(born, home, a_visit("home-visit", "40+3"), today="40+3")["midwife-home"] == "missed"
    for other in ({"value": "no"}, {"value": "yes", "confirmed": False}, {"value": "yes", "fetus": "A"}):
        noted = make(Answer, "39+6", item="discharged", **other)
        assert states(born, noted, today="40+0")["midwife-home"] == "overdue"  # as from birth
    again = an_answer("discharged", "yes", "41+0")  # home from a stay of her own, later
    assert states(born, home, again, today="40+3")["midwife-home"] == "overdue"
    whole = card(born, home, today="40+0")
    seen = view_for(whole, visible={born.source, "Observation/due"}, audience="clinician")
    assert next(row for row in seen.programme if row.visit.id == "midwife-home").state == "withheld"


@pytest.mark.parametrize(
    ("week", "state"),
    # barselomsorgen, «Kontroll etter fødselen»: four to six weeks after, here until eight
    [("42+6", "upcoming"), ("43+0", "due"), ("47+0", "due"), ("47+1", "overdue")],
)
def test_the_six_week_check_is_one_whoever_holds_it(week: str, state: str) -> None:
    born = an_outcome("live-birth", "39+0")
    assert states(born, today=week)["postpartum"] == state
    for by in ("Omar Lund, fastlege", "Anne Vik, jordmor"):
        held = a_visit("postpartum-visit", "45+0", by=by)
        assert states(born, held, today="48+0")["postpartum"] == "done"


def test_undated_nothing_is_due() -> None:
    assert card(dated=False, today="30+0").programme == ()


def test_rhd_negative_women_are_told_of_anti_d_and_others_are_not() -> None:
    def content(*facts: RhesusD) -> tuple[str, ...]:
        rows = view(*facts, today="28+0").programme
        return next(row.content for row in rows if row.visit.id == "week-28")

    negative = make(RhesusD, "9+0", positive=False)
    assert any("Anti-D" in row for row in content(negative))
    assert not any("Anti-D" in row for row in content(make(RhesusD, "9+0", positive=True)))
    assert not any("Anti-D" in row for row in content())


def test_the_table_names_its_source_and_is_in_order() -> None:
    for postpartum in (False, True):
        rows = [row for row in PROGRAMME if row.postpartum is postpartum]
        assert [row.opens for row in rows] == sorted(row.opens for row in rows)
        assert all(row.opens <= row.target <= row.closes and row.source and row.content for row in rows)
    assert card().term.due == DUE  # type: ignore[union-attr]


def a_skipped(kind: str, planned: str, week: str, **values: object) -> VisitSkipped:
    reason = "Følges på sykehuset"
    return make(VisitSkipped, week, kind=kind, planned=day(planned), reason=reason, **values)


def test_a_visit_that_a_clinician_leaves_out_is_neither_due_nor_overdue_and_says_why() -> None:
    left_out = a_skipped("antenatal-visit", "32+0", "30+0")
    for today in ("31+1", "34+0", "34+6"):
        row = next(row for row in card(left_out, today=today).programme if row.visit.id == "week-32")
        assert (row.state, row.reason) == ("skipped", "Følges på sykehuset")
    assert states(left_out, today="28+1")["week-32"] == "upcoming"  # not said yet
    others = states(left_out, today="34+0")
    assert others["week-28"] == "overdue"
    kept = card(a_visit("antenatal-visit", "28+1"), left_out, today="34+3")
    assert not any(row.rule == "visit-overdue" for row in kept.findings)


def test_a_visit_that_was_held_or_left_out_by_herself_alone_is_not_left_out() -> None:
    left_out = a_skipped("antenatal-visit", "32+0", "30+0")
    assert states(left_out, a_visit("antenatal-visit", "32+1"), today="33+0")["week-32"] == "done"
    hers = a_skipped("antenatal-visit", "32+0", "30+0", confirmed=False)
    assert states(hers, today="33+0")["week-32"] == "due"
    another = a_skipped("ultrasound", "32+0", "30+0")
    assert states(another, today="33+0")["week-32"] == "due"


def test_who_may_not_see_the_reason_is_not_told_that_it_was_left_out() -> None:
    left_out = a_skipped("antenatal-visit", "32+0", "30+0", source="Task/hidden")
    whole = card(left_out, today="33+0")
    allowed = {fact.source for fact in whole.facts.every()} - {"Task/hidden"}
    seen = view_for(whole, visible=allowed, audience="clinician")
    row = next(row for row in seen.programme if row.visit.id == "week-32")
    assert (row.state, row.reason) == ("withheld", "")
