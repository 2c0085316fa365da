"""``Patient/$declare-relation``: an attested clinician states that her organisation cares for a woman; and its review.

Pasientjournalloven § 19; the attest's purpose and decision reference (tillitsrammeverk) are required and kept. The
number stands in the body, never in a URL.
"""

from datetime import timedelta
from typing import Any

from app import clock
from app.fhir import json as fhir_json
from app.fhir.codes import DNR, FNR, ORGNR
from app.fhir.operations import BY_NAME
from app.fhir.outcome import BadRequest, Conflict, Forbidden, NotFound, Unavailable
from app.fhir.parameters import Given, from_body
from app.fhir.validation import check
from app.interactions.attempts import TRIES, begin_again
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.log_cases import scope_of
from app.interactions.reviews import outcome_of, reviewed_too
from app.interactions.sentences import said
from app.store import declarations

OUTCOMES = ("accepted", declarations.REJECTED)
_COMMENT = (5, 1000)  # characters


def _identifier(parameters: Any) -> tuple[str, str]:
    if not isinstance(parameters, dict) or parameters.get("resourceType") != "Parameters":
        raise BadRequest("The body must be Parameters", "resourceType")
    check(parameters)
    identifier = from_body(BY_NAME["Patient", "declare-relation"], parameters).one("identifier")
    system, value = identifier.get("system"), identifier.get("value")
    if system not in {FNR, DNR} or not isinstance(value, str):
        raise BadRequest(
            "The parameter identifier must be her national identity number or D-number",
            "Parameters.parameter",
        )
    return str(system), value


async def declare(context: Context, body: bytes) -> Answer:
    """Relate the caller's organisation to the woman. Raises FhirError."""
    system, value = _identifier(fhir_json.parse(body))
    if not context.caller.attested:
        raise Forbidden(
            "The token must attest a care relation: purpose TREAT or COC, and a decision reference"
        )
    patient = await relate(context, system, value)
    if patient is None:
        raise NotFound(
            "There is no woman with this number here, or she has chosen otherwise", "Parameters.parameter"
        )
    return in_parameters({"name": "patient", "valueReference": {"reference": f"Patient/{patient}"}})


async def relate(context: Context, system: str, value: str) -> str | None:
    """Her Patient id, or None; said again where a bulk export began meanwhile. Raises Unavailable."""
    lasts = timedelta(days=context.house.settings.declared_days)
    for _ in range(TRIES):
        patient, late = await declarations.declare(context.session, system, value, context.entry.at + lasts)
        if not late:
            return patient
        await begin_again(context)
    raise Unavailable("An export has just begun; try again", headers={"Retry-After": "1"})


def _declaration(row: Any) -> dict[str, Any]:
    """A declaration as the reviewer reads it; who declared it why stands in the log under its time."""
    place = {"system": ORGNR, "value": row["organization"]}
    parts: list[dict[str, Any]] = [
        {"name": "id", "valueString": f"{row['patient']}.{row['organization']}"},
        {"name": "patient", "valueReference": {"reference": f"Patient/{row['patient']}"}},
        {"name": "organization", "valueIdentifier": place},
    ]
    texts = ("person", "decision", "outcome", "comment")
    parts += [{"name": name, "valueString": row[name]} for name in texts if row[name]]
    parts += [
        {"name": name, "valueInstant": clock.instant(row[name])}
        for name in ("begins", "ends", "reviewed")
        if row[name]
    ]
    return {"name": "declaration", "part": parts}


async def queue(context: Context, given: Given, _id: str | None) -> Answer:
    """``$declarations``: what waits for a reviewer, or with ``status`` all. Raises FhirError."""
    scope = scope_of(context)
    rows = await declarations.queue(context.session, scope, reviewed_too=reviewed_too(given))
    return in_parameters(*map(_declaration, rows))


async def review(context: Context, given: Given, _id: str | None) -> Answer:
    """``$declaration-review``: the reviewer's decision, made once. Raises FhirError."""
    scope, outcome = scope_of(context), outcome_of(given, OUTCOMES)
    patient, _, organization = given.text("id").rpartition(".")
    comment = said(given, "comment", _COMMENT)
    row = await declarations.review(context.session, scope, (patient, organization), outcome, comment)
    if row is None:
        raise Conflict("There is no such declaration, or it has been decided", "id")
    return in_parameters(_declaration(row))
