"""What every answer to odd requests must be, and how many of them are made: always the same ones, however long it takes."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar
from zlib import crc32

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

CHECKS = list(HealthCheck)  # what is slow is slow because a server answers
T = TypeVar("T")
NO_BODY = {202, 204, 304}


def varied(name: str, examples: int, cases: SearchStrategy[T], test: Callable[[T], None]) -> None:
    """``test`` with examples of ``cases``: for each ``name`` others, each time the same, found without a clock."""
    once = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=CHECKS,
    )

    @once
    @seed(crc32(name.encode()))
    @given(cases)
    def one(case: T) -> None:
        test(case)

    one()


def refuse_failures(status: int, headers: Mapping[str, str], content: bytes) -> None:
    """Whatever was asked, the server has an answer of its own: no failure, no error that the database found first.

    A statement that was given up says ``timeout``: a slow machine, not a wrong answer.
    """
    assert status != 500, content
    assert headers["x-request-id"]
    if status >= 400:
        assert headers["content-type"] == "application/fhir+json"
        outcome = json.loads(content)
        assert outcome["resourceType"] == "OperationOutcome"
        assert all(issue["diagnostics"] for issue in outcome["issue"])
        assert status != 503 or outcome["issue"][0]["code"] == "timeout", content
    elif status not in NO_BODY:
        assert content
