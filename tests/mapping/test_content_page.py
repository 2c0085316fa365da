"""The content page lists every code by which the card reads something, and every code of our own."""

from pathlib import Path

import pytest

from app.fhir import codes as c
from app.mapping.laboratory import NAMES
from app.mapping.observation_facts import METHODS, OUTCOMES, READERS
from app.mapping.record_facts import VISITS
from app.mapping.scales import VOLVEN_GRADES
from app.pregnancy.term import WHY

PAGE = (Path(__file__).parents[2] / "docs" / "content.md").read_text()
OURS = {
    *METHODS,
    *OUTCOMES,
    *VISITS,
    *WHY,
    "pregnancy",
    "fetus",
    "critical",
    "self-reported",
    "term-length",
    "ended-by-rule",
}


@pytest.mark.parametrize(
    "code",
    sorted(
        {code for _, code in (*READERS, *NAMES)}
        | set(VOLVEN_GRADES)
        | set(c.URINE_PROTEIN_GRADES)
        | set(c.PRESENTATIONS)
    ),
)
def test_a_code_that_is_read_is_documented(code: str) -> None:
    assert code in PAGE


@pytest.mark.parametrize("code", sorted(OURS))
def test_a_code_of_ours_is_documented(code: str) -> None:
    assert f"`{code}`" in PAGE
