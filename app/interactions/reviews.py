"""What the reviewers' operations ask alike: which cases of a queue, and a decision among those that it knows."""

from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given


def reviewed_too(given: Given) -> bool:
    """Whether ``status`` asks for all cases, and not only for those that wait. Raises BadRequest."""
    status = given.text("status") or "unreviewed"
    if status not in {"unreviewed", "all"}:
        raise BadRequest("status is unreviewed or all", "status")
    return status == "all"


def outcome_of(given: Given, outcomes: tuple[str, ...]) -> str:
    """The decision, one of ``outcomes``. Raises BadRequest."""
    outcome = given.text("outcome")
    if outcome not in outcomes:
        raise BadRequest(f"outcome is one of {', '.join(outcomes)}", "outcome")
    return outcome
