"""``Patient/$declare-relation``: an attested clinician states that her organisation cares for a woman.

Pasientjournalloven § 19; the attest's purpose and decision reference (tillitsrammeverk) are required and kept. The
number stands in the body, never in a URL.
"""

from datetime import timedelta
from typing import Any

from app.fhir import json as fhir_json
from app.fhir.codes import DNR, FNR
from app.fhir.operations import BY_NAME
from app.fhir.outcome import BadRequest, Forbidden, NotFound, Unavailable
from app.fhir.parameters import from_body
from app.fhir.validation import check
from app.interactions.attempts import TRIES, begin_again
from app.interactions.context import Answer, Context, in_parameters
from app.store.declarations import declare as store


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
        patient, late = await store(context.session, system, value, context.entry.at + lasts)
        if not late:
            return patient
        await begin_again(context)
    raise Unavailable("An export has just begun; try again", headers={"Retry-After": "1"})
