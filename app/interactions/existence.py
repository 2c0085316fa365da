"""``Patient/$status``: whether a woman has a card here, for an attested clinician who does not know yet (design §4).

The named exception to the rule that existence is a secret: the number stands in the body, the token attests a purpose
and the decision behind it, she reads in her log who asked, and who tries numbers is told to wait. A woman who is not
here, has no open card, has not consented, or has shut the caller out is answered alike.
"""

from app.fhir.codes import DNR, FNR
from app.fhir.outcome import BadRequest, Forbidden
from app.fhir.parameters import Given
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.guard import scoped
from app.store.existence import has_card

GUESS = 4  # a number without a card counts as so many answers 404: 30 a minute where HELSEKORT_FAILED_REQUESTS is 120


async def status(context: Context, given: Given, _id: str | None) -> Answer:
    """Whether there is a card, and nothing of it. Raises FhirError."""
    scoped(context.caller, "read")
    identifier = given.one("identifier")
    system, value = identifier.get("system"), identifier.get("value")
    if system not in {FNR, DNR} or not isinstance(value, str):
        raise BadRequest(
            "identifier must be her national identity number or D-number", "Parameters.parameter"
        )
    if not context.caller.attested:
        raise Forbidden(
            "The token must attest a care relation: purpose TREAT or COC, and a decision reference"
        )
    there = await has_card(context.session, str(system), value)
    context.misses = 0 if there else GUESS
    return in_parameters({"name": "exists", "valueBoolean": there})
