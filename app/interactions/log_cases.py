"""Her question to an entry of her log, and the reviewer's queue of questions and findings, with decisions.

Pasientjournalloven §§ 18, 22 and 23. An answer to her question is read by her, beside her log.
"""

import json
from typing import Any

from app import clock
from app.access.caller import Role
from app.fhir.codes import ORGNR
from app.fhir.outcome import Conflict, Forbidden, NotFound
from app.fhir.parameters import Given
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.guard import scoped
from app.interactions.reviews import outcome_of, reviewed_too
from app.interactions.sentences import said
from app.store import log_cases

OUTCOMES = ("legitimate", "not-legitimate", "unclear")
_SENTENCE = (5, 1000)  # characters


def part(row: Any) -> dict[str, Any]:
    """A case with the numbers and the events that it rests on."""
    texts = ("id", "kind", "said", "person", "outcome", "answer")
    parts: list[dict[str, Any]] = [{"name": name, "valueString": row[name]} for name in texts if row[name]]
    parts += [
        {"name": name, "valueInstant": clock.instant(row[name])} for name in ("made", "reviewed") if row[name]
    ]
    if row["patient"]:
        parts.append({"name": "patient", "valueReference": {"reference": f"Patient/{row['patient']}"}})
    if row["organization"]:
        parts.append(
            {"name": "organization", "valueIdentifier": {"system": ORGNR, "value": row["organization"]}}
        )
    parts += [
        {"name": name, "valueInteger": value} for name, value in sorted(json.loads(row["numbers"]).items())
    ]
    parts += [
        {"name": "event", "valueReference": {"reference": f"AuditEvent/{id_}"}} for id_ in row["events"]
    ]
    return {"name": "case", "part": parts}


async def ask(context: Context, given: Given, _id: str | None) -> Answer:
    """``Patient/$ask-about-access``: her question to an event of her log. Raises FhirError."""
    scoped(context.caller, "read")
    if context.caller.role is not Role.CITIZEN:
        raise Forbidden("Only she asks about her own log")
    event = given.text("event").removeprefix("AuditEvent/")
    row = await log_cases.ask(context.session, event, said(given, "question", _SENTENCE))
    if row is None:
        raise NotFound("There is no such event in your log", "event")
    return in_parameters(part(row))


def scope_of(context: Context) -> list[str] | None:
    """The organisations whose cases and declarations this reviewer decides; None: all, for the pilot's own. Raises Forbidden."""
    scoped(context.caller, "read")
    if context.caller.role is not Role.AUDITOR:
        raise Forbidden("Cases of the log are decided by its reviewer")
    pilot = context.house.settings.pilot
    kinds = {number: pilot.kind(number) for number in context.caller.organizations}
    return [number for number, kind in kinds.items() if kind not in {None, "operator"}] or None


async def queue(context: Context, given: Given, _id: str | None) -> Answer:
    """``$access-cases``: what waits for a reviewer, or with ``status`` all. Raises FhirError."""
    scope = scope_of(context)
    rows = await log_cases.queue(context.session, scope, reviewed_too=reviewed_too(given))
    return in_parameters(*(part(row) for row in rows))


async def review(context: Context, given: Given, _id: str | None) -> Answer:
    """``$access-case-review``: the reviewer's decision, made once; she reads the answer. Raises FhirError."""
    scope, outcome = scope_of(context), outcome_of(given, OUTCOMES)
    row = await log_cases.review(
        context.session, scope, given.text("id"), outcome, said(given, "answer", _SENTENCE)
    )
    if row is None:
        raise Conflict("There is no such case, or it has been decided", "id")
    return in_parameters(part(row))
