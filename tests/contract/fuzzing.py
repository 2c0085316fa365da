"""What every answer to odd requests must be, and how many of them are made: always the same ones, however long it takes."""

import json
from collections.abc import Mapping

from hypothesis import HealthCheck, Phase, settings

CHECKS = list(HealthCheck)  # what is slow is slow because a server answers
NO_BODY = {202, 204, 304}


def profile(examples: int) -> settings:
    """The same examples each time, kept nowhere, found without a clock."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=CHECKS,
    )


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
