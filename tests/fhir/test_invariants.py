"""Each rule of R4 both ways: a resource that keeps it, and one that breaks only it."""

import re

import pytest

from app.fhir import definitions, invariants
from app.fhir.validation import validate
from tests.fhir import invariant_cases, invariant_cases_of_definitions, invariant_cases_of_structures

CASES = [*invariant_cases.CASES, *invariant_cases_of_definitions.CASES, *invariant_cases_of_structures.CASES]
KEY = re.compile(r"\(([a-z]+(?:-\w+)+)\)$")
WITH = {"sdf-11": {"sdf-8"}, "sdf-14": {"sdf-17"}}  # rules of R4 that say the same


@pytest.mark.parametrize(
    ("key", "keeps", "breaks"), CASES, ids=[f"{key}-{i}" for i, (key, _, _) in enumerate(CASES)]
)
def test_a_rule_both_ways(key, keeps, breaks):
    assert validate(keeps) == []
    found = validate(breaks)
    assert {issue.code for issue in found} == {"invariant"}
    assert {KEY.search(issue.diagnostics)[1] for issue in found} == {key, *WITH.get(key, ())}
    assert all(issue.expression[0].startswith(breaks["resourceType"]) for issue in found)


def test_every_rule_has_a_case():
    checked = {rule.key for rules in invariants.TABLE.values() for rule in rules} | set(invariants.ELSEWHERE)
    assert {key for key, _, _ in CASES} == checked


def test_every_published_rule_is_checked_or_has_a_reason():
    """Where it is defined, or where an element above it is checked."""
    published = set(definitions.rows("invariants.tsv"))
    checked = {(path, rule.key) for path, rules in invariants.TABLE.items() for rule in rules}
    excused = {*invariants.ELSEWHERE, *invariants.NOT_CHECKED}
    assert {
        (path, key)
        for path, key in published
        if key not in excused and not any(key == own and path.startswith(at) for at, own in checked)
    } == set()
    assert {key for _, key in checked} - {key for _, key in published} <= set(invariants.IN_WORDS)
    assert set(invariants.NOT_CHECKED) <= {key for _, key in published}
