"""What she may write as a Task: that something on her card is wrong, for a clinician to correct or to decline.

https://hl7.org/fhir/R4/task.html. ``focus`` is what she says is wrong, ``description`` what it should say.
"""

from collections.abc import Iterator
from typing import Any

from app.fhir.codes import CS_CARD
from app.fhir.outcome import Issue

Json = dict[str, Any]
CORRECTION = "correction"
HER_STATUSES = ("requested", "cancelled", "entered-in-error")


def problems(task: Json) -> Iterator[Issue]:
    """What keeps a Task of hers from being a proposed correction."""
    named = [(row.get("system"), row.get("code")) for row in task.get("code", {}).get("coding", ()) if row]
    if named != [(CS_CARD, CORRECTION)]:
        yield _issue(
            "code", f"a Task of hers proposes a correction, and has the one code {CS_CARD}|{CORRECTION}"
        )
    if task.get("status") not in HER_STATUSES:
        yield _issue(
            "status", f"is one of {', '.join(HER_STATUSES)}: accepting and declining is for a clinician"
        )
    if task.get("intent") != "proposal":
        yield _issue("intent", "is proposal")
    if not task.get("focus", {}).get("reference"):
        yield _issue("focus", "refers to what is wrong")
    if not task.get("description", "").strip():
        yield _issue("description", "says what is wrong, and what it should say")
    if "owner" in task:
        yield _issue("owner", "is not hers to name: whoever cares for her answers")


def _issue(element: str, text: str) -> Issue:
    return Issue("business-rule", f"Task.{element}: {text}", (f"Task.{element}",))
