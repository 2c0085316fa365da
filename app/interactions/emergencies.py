"""Emergency access: ``$break-glass``, and the reviewer's queue, decisions and statistics.

Purpose and decision stand in the token (ETREAT or BTG; tillitsrammeverk, forretningsregler for attestering), the reason
in the body. A grant is for one person, one woman and a few hours; she is told; a block is not opened. It reads and
does not write, and every answer under it is logged by the row ``allow.emergency.read``.
"""

from datetime import timedelta
from typing import Any

from app import clock
from app.access.caller import Role
from app.fhir.codes import DNR, FNR, ORGNR
from app.fhir.outcome import BadRequest, Conflict, Forbidden, NotFound
from app.fhir.parameters import Given
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.guard import scoped
from app.interactions.reviews import outcome_of, reviewed_too
from app.interactions.sentences import said
from app.store import emergencies

LASTS = timedelta(hours=4)
OUTCOMES = ("justified", "unjustified", "unclear")
_REASON = (10, 500)  # characters: a sentence, no record of its own


async def break_glass(context: Context, given: Given, _id: str | None) -> Answer:
    """``Patient/$break-glass``: a few hours of reading for this person and this woman. Raises FhirError."""
    scoped(context.caller, "read")
    identifier = given.one("identifier")
    number = (identifier.get("system"), identifier.get("value"))
    if number[0] not in {FNR, DNR} or not isinstance(number[1], str):
        raise BadRequest(
            "identifier must be her national identity number or D-number", "Parameters.parameter"
        )
    reason = said(given, "reason", _REASON, has="says why in")
    if not context.caller.urgent:
        raise Forbidden("The token must attest an emergency: purpose ETREAT or BTG, and a decision reference")
    found = await emergencies.grant(context.session, number, context.entry.at + LASTS, reason)
    if found is None:
        text = "There is no woman with this number here, or she has chosen otherwise"
        raise NotFound(text, "Parameters.parameter")
    return in_parameters(
        {"name": "patient", "valueReference": {"reference": f"Patient/{found[0]}"}},
        {"name": "expires", "valueInstant": clock.instant(found[1])},
    )


def _reviewer(context: Context) -> None:
    scoped(context.caller, "read")
    if context.caller.role is not Role.AUDITOR:
        raise Forbidden("Emergency access is reviewed by the auditor")


def _grant(row: Any) -> dict[str, Any]:
    """A grant as the reviewer reads it."""
    texts = ("id", "name", "purpose", "reason", "decision", "outcome", "comment")
    parts: list[dict[str, Any]] = [{"name": name, "valueString": row[name]} for name in texts if row[name]]
    parts += [
        {"name": name, "valueInstant": clock.instant(row[name])}
        for name in ("begins", "ends", "reviewed")
        if row[name]
    ]
    parts.append({"name": "patient", "valueReference": {"reference": f"Patient/{row['patient']}"}})
    parts.append({"name": "person", "valueString": row["person"]})
    parts.append({"name": "organization", "valueIdentifier": {"system": ORGNR, "value": row["organization"]}})
    return {"name": "emergency", "part": parts}


async def queue(context: Context, given: Given, _id: str | None) -> Answer:
    """``$emergencies``: what waits for a reviewer, or with ``status`` all. Raises FhirError."""
    _reviewer(context)
    rows = await emergencies.queue(context.session, reviewed_too=reviewed_too(given))
    return in_parameters(*(_grant(row) for row in rows))


async def review(context: Context, given: Given, _id: str | None) -> Answer:
    """``$emergency-review``: a reviewer's decision, made once. Raises FhirError."""
    _reviewer(context)
    outcome = outcome_of(given, OUTCOMES)
    row = await emergencies.review(
        context.session, given.text("id"), outcome, said(given, "comment", _REASON, has="says why in")
    )
    if row is None:
        raise Conflict("There is no such emergency access, or it has been decided", "id")
    return in_parameters(_grant(row))


async def statistics(context: Context, _given: Given, _id: str | None) -> Answer:
    """``$emergency-statistics``: for each organisation, how often, and what became of it. Raises FhirError."""
    _reviewer(context)
    counted = await emergencies.statistics(context.session)
    names = ("granted", "unreviewed", "unjustified", "women", "people")
    return in_parameters(
        *(
            {
                "name": "organization",
                "part": [
                    {
                        "name": "organization",
                        "valueIdentifier": {"system": ORGNR, "value": row["organization"]},
                    },
                    *({"name": name, "valueInteger": row[name]} for name in names),
                ],
            }
            for row in counted
        )
    )
