"""Two records that cannot both be right: each kind, and what is only a change, by hand; who reads it; how it ends."""

from datetime import timedelta

import pytest

from app.pregnancy import background as b
from app.pregnancy.background import ContradictionSettled
from app.pregnancy.card import view_for
from app.pregnancy.contradictions import ASKED, COUNTED, ROWS
from app.pregnancy.facts import (
    BirthOutcome,
    Fact,
    FetusCount,
    LastMenstrualPeriod,
    OocyteRetrieval,
    RhesusD,
)
from app.render.contradictions_section import contradictory
from app.render.words import Words
from tests.pregnancy.builders import (
    DUE,
    a_due_date,
    a_fetus,
    an_amount,
    an_answer,
    an_outcome,
    card,
    day,
    make,
    rules,
)

PERIOD = DUE - timedelta(days=283)
PAIRS: list[tuple[str, tuple[Fact, ...]]] = [
    ("rhd", (make(RhesusD, "9+0", positive=True), make(RhesusD, "10+0", positive=False))),
    ("abo", (an_answer("abo", "A", "9+0"), an_answer("abo", "O", "20+0"))),
    ("dating", (make(LastMenstrualPeriod, "8+0", first_day=PERIOD), make(LastMenstrualPeriod, "9+0", first_day=PERIOD + timedelta(days=1)))),
    ("dating", (a_due_date(DUE + timedelta(days=3), "13+0", "routine-scan"), a_due_date(DUE, "18+0", "routine-scan"))),
    ("dating", (make(OocyteRetrieval, "8+0", retrieved=day("2+0")), make(OocyteRetrieval, "9+0", retrieved=day("2+1")))),
    ("conception", (an_answer("assisted-conception", "no", "8+0"), make(OocyteRetrieval, "8+0", retrieved=day("2+0")))),
    ("fetuses", (make(FetusCount, "8+0", count=1), make(FetusCount, "12+0", count=2))),
    ("fetuses", (make(FetusCount, "12+0", count=1), a_fetus("A"), a_fetus("B"))),
    ("fetuses", (make(FetusCount, "12+0", count=1), an_answer("chorionicity", "monochorionic", "12+0"))),
    ("outcome", (an_outcome("live-birth", "39+0"), an_outcome("stillbirth", "39+0"))),
    ("fetal-rhd", (an_answer("fetal-rhd", "positive", "24+0"), an_answer("fetal-rhd", "negative", "26+0"))),
    ("child-rhd", (an_answer("child-rhd", "positive", "39+0"), an_answer("child-rhd", "negative", "39+1"))),
    ("nipt", (an_answer("nipt-t18", "negative", "12+0"), an_answer("nipt-t18", "positive", "14+0"))),
    ("chorionicity", (an_answer("chorionicity", "dichorionic", "12+0"), an_answer("chorionicity", "monochorionic", "18+0"))),
    ("infection", (an_answer("hiv", "negative", "9+0"), an_answer("hiv", "positive", "30+0"))),
    ("births", (an_amount("parity", 0, "8+0"), an_answer("previous-large-child", "yes", "8+0"))),
    ("births", (an_amount("parity", 1, "8+0"), an_amount("previous-caesareans", 2, "8+0"))),
    ("counts", (an_amount("previous-live-births", 1, "8+0"), an_amount("previous-live-births", 2, "20+0"))),
    ("nothing", (an_answer("nothing-particular", "yes", "8+0"), an_answer("epilepsy", "yes", "12+0"))),
    ("nothing", (an_answer("allergies-asthma", "no", "8+0"), make(b.Allergy, "12+0", name="Penicillin"))),
    ("history", (an_answer("thrombosis", "yes", "8+0"), an_answer("thrombosis", "no", "24+0"))),
    ("habits", (an_answer("smoking", "none", "8+0"), an_amount("smoking-daily", 10, "8+0"))),
    ("habits", (an_answer("snus", "no", "36+0"), an_answer("snus", "daily", "36+0", clock="10:00"))),
    ("scale", (an_amount("epds", 4, "40+0"), an_amount("epds", 14, "40+0"))),
    ("scale", (an_amount("epds", 1, "40+0"), an_amount("epds-item-10", 2, "40+0"))),
]  # fmt: skip
CHANGES: list[tuple[Fact, ...]] = [
    (make(RhesusD, "9+0", positive=False), make(RhesusD, "20+0", positive=False)),
    (a_due_date(DUE, "12+0"), a_due_date(DUE + timedelta(days=5), "18+0", "routine-scan")),  # other methods: shown there
    (a_due_date(DUE + timedelta(days=5), "14+0", "decided", reason="Lege"), a_due_date(DUE, "18+0", "decided", reason="Ny")),
    (an_answer("fetal-rhd", "inconclusive", "24+0"), an_answer("fetal-rhd", "negative", "26+0")),
    (an_answer("fetal-rhd", "positive", "24+0", fetus="A"), an_answer("fetal-rhd", "negative", "24+0", fetus="B")),
    (an_answer("nipt-t21", "not-reportable", "12+0"), an_answer("nipt-t21", "negative", "13+0")),
    (an_answer("smoking", "daily", "8+0"), an_amount("smoking-daily", 10, "8+0"), an_answer("smoking", "none", "36+0")),
    (an_answer("smoking", "none", "8+0"), an_answer("smoking", "daily", "36+0")),
    (an_answer("thrombosis", "unknown", "8+0"), an_answer("thrombosis", "no", "24+0")),
    (an_amount("parity", 0, "8+0"), an_outcome("live-birth", "39+0"), an_amount("parity", 1, "40+0")),
    (make(FetusCount, "12+0", count=2), a_fetus("A")),
    (an_amount("epds", 4, "40+0"), an_amount("epds", 14, "42+0"), an_amount("epds-item-10", 2, "42+0")),
    (an_outcome("live-birth", "39+0", fetus="A"), an_outcome("stillbirth", "39+0", fetus="B")),
    (make(BirthOutcome, "11+0", outcome="miscarriage"), make(BirthOutcome, "11+1", outcome="termination")),
]  # fmt: skip


def kinds(*facts: Fact) -> list[str]:
    return [row.row.id for row in card(*facts).contradictions]


@pytest.mark.parametrize(("kind", "facts"), PAIRS)
def test_two_records_that_cannot_both_be_right_are_both_shown(kind: str, facts: tuple[Fact, ...]) -> None:
    whole = card(*facts)
    found = next(row for row in whole.contradictions if row.row.id == kind)
    assert set(found.inputs) == {fact.source for fact in facts}
    assert [kinds(fact) for fact in facts] == [[] for _ in facts], "one alone contradicts nothing"
    sources = {fact.source for fact in whole.facts.every()}
    for fact in facts:  # who may not see one side is told that something cannot be assessed, and not what
        hidden = view_for(whole, visible=sources - {fact.source}, audience="clinician")
        assert found not in hidden.contradictions
        assert not hidden.assessable("contradictions")
    shown = view_for(whole, visible=sources, audience="clinician")
    for language in ("nb", "nn", "en"):
        lines = [
            line for line in contradictory(shown, Words(language)) if set(line.sources) == set(found.inputs)
        ]
        assert [line.cells[0] for line in lines] == [Words(language)(f"contradiction-{kind}")]
    hers = view_for(whole, visible=sources, audience="citizen")
    assert (found in hers.contradictions) is found.row.told
    assert hers.assessable("contradictions")


@pytest.mark.parametrize("facts", CHANGES)
def test_what_may_change_contradicts_nothing(facts: tuple[Fact, ...]) -> None:
    assert kinds(*facts) == []


def test_every_row_has_a_pair() -> None:
    assert {kind for kind, _ in PAIRS} == {row.id for row in ROWS}


def test_every_name_that_may_be_said_has_words_in_each_language() -> None:
    for item in (*ASKED, *COUNTED):
        assert Words("en")(f"item-{item}") != Words("nb")(f"item-{item}") or item == "epilepsy"


def test_until_it_is_settled_the_side_counts_that_misses_no_anti_d() -> None:
    both = (make(RhesusD, "9+0", positive=False), make(RhesusD, "10+0", positive=True))
    fetal = (an_answer("fetal-rhd", "positive", "24+0"), an_answer("fetal-rhd", "negative", "25+0"))
    assert "anti-d-due" in rules(card(*both, *fetal, today="28+2"), due=True)
    assert "anti-d-due" not in rules(card(both[1], *fetal, today="28+2"), due=True)
    assert "anti-d-due" not in rules(card(*both, fetal[1], today="28+2"), due=True)


def test_it_ends_when_a_clinician_has_said_why_and_comes_back_with_another_record() -> None:
    one, other = make(RhesusD, "9+0", positive=True), make(RhesusD, "10+0", positive=False)
    (found,) = card(one, other).contradictions
    settled = ContradictionSettled(source="DetectedIssue/1", key=found.key)
    assert kinds(one, other, settled) == []
    assert kinds(one, other, settled, make(RhesusD, "20+0", positive=True)) == ["rhd"]


def test_what_is_kept_from_her_screens_is_not_hinted_at() -> None:
    secret = an_answer("thrombosis", "no", "24+0", labels=frozenset({"NOPAT"}))
    whole = card(an_answer("thrombosis", "yes", "8+0"), secret)
    sources = {fact.source for fact in whole.facts.every()}
    hers = view_for(whole, visible=sources, audience="citizen")
    assert hers.contradictions == ()
    assert hers.assessable("contradictions")
