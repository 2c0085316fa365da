"""The safety page names every rule as the table has it, and every test that it leans on exists."""

import re
from pathlib import Path

import pytest

from app.pregnancy.rule_table import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "safety.md").read_text()
ROWS = {
    cells[0].strip(" `"): cells
    for line in PAGE.splitlines()
    if (cells := line.strip("| ").split(" | "))[0].startswith("`")
}


@pytest.mark.parametrize("rule", RULES, ids=lambda row: row.id)
def test_a_rule_stands_on_the_page_with_its_class_and_who_is_told(rule: object) -> None:
    _, kind, *_, told, reported, _ = ROWS[rule.id]  # type: ignore[attr-defined]
    assert kind == rule.kind  # type: ignore[attr-defined]
    assert told == ("yes" if rule.told else "no")  # type: ignore[attr-defined]
    assert reported == ("count" if rule.self_reported else "do not count")  # type: ignore[attr-defined]


def test_the_page_names_no_rule_that_is_not_there() -> None:
    assert set(ROWS) == {row.id for row in RULES}


def test_every_test_that_a_control_leans_on_exists() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"::(test_\w+)", PAGE)
    assert len(named) > 15
    assert [name for name in named if f"def {name}(" not in tests] == []
