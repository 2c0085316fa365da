"""Every field of the card has its FHIR element, code, profile or R4, value and test in docs/content.md."""

from app.pregnancy.items import ITEMS
from app.pregnancy.rule_table import RULES
from tools import clinical


def test_no_cell_that_a_reader_needs_is_empty() -> None:
    needed = [
        clinical.HEAD.index(name)
        for name in ("*card* code", "what", "FHIR", "profile", "value", "of", "test")
    ]
    rows = clinical.items()
    assert len(rows) == len(ITEMS)
    assert [row[0] for row in rows if len(row) != len(clinical.HEAD) or not all(row[n] for n in needed)] == []


def test_what_a_rule_is_about_is_fired_by_a_test_that_is_named() -> None:
    about = {name for rule in RULES if not rule.off for name in rule.about}
    untested = [row.id for row in ITEMS.values() if row.id in about and len(clinical.tests_of(row)) < 2]
    assert untested == []


def test_what_has_a_profile_of_its_own_says_so() -> None:
    assert clinical.profile_of(ITEMS["ferritin"]) == "`ferritin`"
    assert clinical.profile_of(ITEMS["nipt-t21"]) == "`nipt-result`"
    assert clinical.profile_of(ITEMS["occupation"]) == "R4"
