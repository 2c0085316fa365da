"""Every input of a rule moves it: those that the limits in ``expected`` and the examples do not name."""

import pytest

from app.pregnancy.facts import Fact
from tests.pregnancy.builders import an_amount, an_answer, an_outcome
from tests.pregnancy.test_expected import holds

BORN = an_outcome("live-birth", "39+0")


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
        ("routine-ultrasound-due", (), (an_amount("bpd", 42, "18+0"),), "18+3"),
        ("routine-ultrasound-due", (), (an_amount("hc", 150, "18+0"),), "18+3"),
    ],
)  # fmt: skip
def test_an_input_moves_its_rule(
    rule: str, facts: tuple[Fact, ...], without: tuple[Fact, ...], today: str
) -> None:
    assert holds(rule, *facts, today=today)
    assert not holds(rule, *without, today=today)
