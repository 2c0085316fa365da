"""Whatever stands in a body: issues with places, never an exception; and the quick checks say what the slow ones say."""

import copy
import json as standard_json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fhir import json
from app.fhir.outcome import BadRequest, Issue
from app.fhir.primitives import PATTERNS, PRIMITIVES
from app.fhir.validation import check, validate
from tests.fhir.examples import read_all

EXAMPLES = sorted(read_all().items())
STEP = re.compile(r"([A-Za-z]\w*)|\[(\d+)\]")
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats() | st.text(max_size=6)
    | st.builds(json.Number, st.sampled_from(["1.50", "-0", "1E400", "-0.0", "1e-9"])),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["resourceType", "id", "extension", "_id", "contained", "reference", "value", "coding", "url", "valueRange",
                         "start", "end", "low", "high", "_start"])
        | st.text(max_size=4),
        inner,
        max_size=4,
    ),
    max_leaves=10,
)  # fmt: skip
URIS = st.text(max_size=12) | st.builds(
    "".join, st.lists(st.sampled_from(["urn:", "uuid:", "oid:", "1.2", "http://x/", "#", "a", " ", "|1"]), max_size=4)
)  # fmt: skip


def _is_there(resource: dict, place: str) -> bool:
    """Whether a FHIRPath leads to a member, or to the object that could have it."""
    node: object = resource
    steps = [name or int(number) for name, number in STEP.findall(place)][1:]
    for position, step in enumerate(steps):
        last = position == len(steps) - 1
        if isinstance(step, int):
            found = node[step : step + 1] if isinstance(node, list) else []
        else:
            names = re.compile(rf"_?{step}(?:[A-Z]\w*)?")
            found = [node[key] for key in node if names.fullmatch(key)] if isinstance(node, dict) else []
        if not found:
            return last
        node = max(found, key=lambda one: isinstance(one, dict | list))
    return True


def _refused(act: Callable[[Any], Any], value: Any) -> tuple[Any, list[Issue]]:
    """What ``act`` gives, and its issues where it refuses instead."""
    try:
        return act(value), []
    except BadRequest as refusal:
        return None, list(refusal.issues)


@settings(max_examples=200)
@given(st.sampled_from(EXAMPLES), st.data(), JUNK)
def test_junk_in_an_example_is_refused_at_its_place_or_is_none(named, data, junk):
    resource = copy.deepcopy(named[1])
    node = resource
    while True:
        keys = [key for key in node if key != "resourceType"] if isinstance(node, dict) else range(len(node))
        key = data.draw(st.sampled_from(sorted(keys)))
        if not isinstance(node[key], dict | list) or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = junk
    issues = validate(resource)
    assert _refused(check, resource) == (None, issues)
    for issue in issues:
        [place] = issue.expression
        assert place.partition(".")[0] == resource["resourceType"]
        assert _is_there(resource, place), place


@settings(max_examples=200)
@given(st.binary(max_size=40) | JUNK.map(lambda value: standard_json.dumps(value).encode()))
def test_any_body_is_a_value_or_a_refusal(body):
    value, issues = _refused(json.parse, body)
    assert issues or validate(value)


@settings(max_examples=300)
@given(JUNK)
def test_any_json_value_gets_an_answer(value):
    assert validate(value)


@pytest.mark.parametrize("name", ["uri", "url"])
@settings(max_examples=200)
@given(text=URIS)
def test_a_remembered_verdict_is_that_of_the_pattern(name, text):
    expected = bool(re.fullmatch(PATTERNS[name], text, re.ASCII))
    for _ in range(2):  # the second is remembered
        assert (PRIMITIVES[name](text, 0) is None) == expected
