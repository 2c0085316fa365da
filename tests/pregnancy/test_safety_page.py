"""The safety page names every rule as the table has it, and every test that it leans on exists."""

import re
from pathlib import Path

from app.pregnancy.rule_table import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "safety.md").read_text()


def test_the_page_says_of_each_row_that_is_off_why() -> None:
    off = {row.id: row.off for row in RULES if row.off}
    assert set(off) == {"aspirin-indicated", "previous-caesarean", "sf-below-curve", "sf-above-curve"}
    assert all(f"**no**: {reason}" in PAGE for reason in off.values())


def test_every_test_that_a_control_leans_on_exists() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"::(test_\w+)", PAGE)
    assert len(named) > 15
    assert [name for name in named if f"def {name}(" not in tests] == []
