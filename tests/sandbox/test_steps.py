"""A step that does not hold says so, in the result and before the user's eyes."""

from helsekort_sandbox.steps import Step, short


def test_step_holds_until_something_breaks() -> None:
    step = Step("gp", "The GP reads", sent=["GET /card"], came=["uke 30+4"], facts={"status": 200})
    step.expect(True, "given")
    assert step.held
    assert step.result() == {"held": True, "status": 200}
    step.expect(False, "sees the alarm")
    assert not step.held
    assert step.result() == {"held": False, "status": 200, "broken": ["sees the alarm"]}
    assert step.shown(3).splitlines() == [
        " 3. The GP reads",
        "    → GET /card",
        "    ← uke 30+4",
        "    ✗ sees the alarm",
    ]


def test_long_values_are_cut() -> None:
    assert short({"a": "å"}) == '{"a": "å"}'
    assert short("x" * 20, 10) == "x" * 9 + "…"
