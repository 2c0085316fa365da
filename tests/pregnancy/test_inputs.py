"""Every input of a rule moves it: those that the limits in ``expected`` and the examples do not name."""

import pytest

from app.pregnancy.background import Woman
from app.pregnancy.facts import Fact
from app.pregnancy.wishes import Wish, Wishes
from tests.pregnancy.builders import an_amount, an_answer, an_outcome, make, view
from tests.pregnancy.test_expected import holds

BORN = an_outcome("live-birth", "39+0")
PLAN = make(
    Wishes,
    "30+0",
    wishes=(Wish("language.preferred", written="tigrinja"), Wish("language.interpreter", ("yes",))),
)


def test_her_birth_plan_names_the_language_and_what_is_registered_counts_first() -> None:
    for facts, said in (
        ((PLAN,), "tigrinja"),
        ((PLAN, Woman(source="Patient/v", interpreter=True, language="somali")), "somali"),
    ):
        shown = view(*facts, today="36+0")
        (text,) = [row.text for row in shown.findings if row.rule == "interpreter-needed"]
        assert text.startswith(f"Trenger tolk: {said}")
        assert [row.detail for row in shown.needs if row.kind == "interpreter"] == [said]


@pytest.mark.parametrize(
    ("rule", "facts", "without", "today"),
    [
        ("glucose-follow-up", (an_answer("gestational-diabetes-diagnosed", "yes", "26+0"), BORN), (BORN,), "39+2"),
        ("glucose-follow-up", (an_answer("diabetes", "yes", "8+0"), BORN), (an_answer("diabetes", "no", "8+0"), BORN), "39+2"),
        (
            "vte-risk",
            (an_answer("thrombophilia", "yes", "8+0"), an_answer("family-thrombosis", "yes", "8+0")),
            (an_answer("thrombophilia", "yes", "8+0"), an_answer("family-thrombosis", "no", "8+0")),
            "9+0",
        ),
        ("nipt-eligible", (an_answer("nipt-indication", "yes", "10+0"),), (an_answer("nipt-indication", "no", "10+0"),), "11+0"),
        ("postpartum-infection", (BORN, an_answer("symptom-discharge", "yes", "39+4")), (BORN,), "39+4"),
        ("interpreter-needed", (PLAN,), (make(Wishes, "30+0", wishes=(Wish("language.interpreter", ("no",)),)),), "36+0"),
        ("routine-ultrasound-due", (), (an_amount("bpd", 42, "18+0"),), "18+3"),
        ("routine-ultrasound-due", (), (an_amount("hc", 150, "18+0"),), "18+3"),
    ],
)  # fmt: skip
def test_an_input_moves_its_rule(
    rule: str, facts: tuple[Fact, ...], without: tuple[Fact, ...], today: str
) -> None:
    assert holds(rule, *facts, today=today)
    assert not holds(rule, *without, today=today)
