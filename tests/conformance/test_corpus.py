"""What the official validator is given to judge, without it: `make judge` and .ci/judge need Java, this does not."""

import re
from collections import Counter
from pathlib import Path

import pytest

from app.fhir.registry import RESOURCE_TYPES
from tests.conformance import judge
from tests.conformance.agreement import own_verdict
from tests.conformance.cases import Case
from tests.conformance.corpus import corpus
from tests.conformance.mutations import MUTATIONS
from tests.conformance.report import digest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def verdicts() -> list:
    return [(case, own_verdict(case.text)) for case in corpus()]


def test_every_type_is_there_whole_and_broken(verdicts):
    names = {row.name for row in RESOURCE_TYPES}
    whole = {re.match(r"\w+", case.where)[0] for case, issues in verdicts if not issues}
    broken = {re.match(r"\w+", case.where)[0] for case, issues in verdicts if issues}
    assert names <= whole
    assert names <= broken


def test_every_mutation_is_there(verdicts):
    kinds = Counter(case.kind for case, _ in verdicts)
    assert {mutation.name for mutation in MUTATIONS} <= set(kinds)
    assert sum(kinds[mutation.name] for mutation in MUTATIONS) >= 500


def test_no_case_comes_twice(verdicts):
    cases: list[Case] = [case for case, _ in verdicts]
    assert [case for case, count in Counter(cases).items() if count > 1] == []


def test_what_should_be_valid_is_and_what_breaks_a_rule_is_refused(verdicts):
    for case, issues in verdicts:
        if case.kind in {"example", "sound"} or case.kind.startswith("rule kept"):
            assert not issues, case
        if case.kind.startswith("rule broken"):
            assert issues, case


def test_the_page_is_about_these_texts_and_these_verdicts(verdicts):
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert f"    {digest(verdicts)}\n" in page, "validation changed: make judge (Java 17, Maven)"
    assert f"HAPI FHIR {judge.version()};" in page


def test_the_libraries_are_those_of_the_version_that_is_asked_for():
    pom = (ROOT / "tests" / "conformance" / "judge" / "pom.xml").read_text(encoding="utf-8")
    assert f"<hapi.version>{judge.version()}</hapi.version>" in pom
    assert all(re.fullmatch(r"[0-9a-f]{64}", found) for found in judge.listed().values())
