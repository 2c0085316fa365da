"""``Patient/{id}/$open-kjernejournal``: kjernejournal's portal opens about her, for the clinician who cares for her, in her session.

https://github.com/NorskHelsenett/kjernejournal-innlogging-klient. The number goes in a body, and the address that is answered
holds none: a code for one opening within a minute. That it was asked for, and on which basis, stands in the log here; what is
read there stands in kjernejournal's. With ``session`` and ``act`` the session goes on, or ends when the clinician leaves her.
"""

from typing import Any

from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given
from app.gateways.elsewhere import Elsewhere
from app.gateways.failures import Refused, TokenSpent, Unreachable
from app.gateways.portal import BASES, RIGHT, Portal
from app.interactions.app_login import helseid_token
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.critical_reading import in_session
from app.interactions.guard import scoped, visible
from app.mapping.registered_person import identified
from app.store import resources

Json = dict[str, Any]
_NOT_SET_UP = "Kjernejournal's portal is not connected here"
_NO_SESSION = "Kjernejournal's portal opens in a clinician's own session with HelseID only"
_NO_NUMBER = "She has no national identity number here"


async def open_kjernejournal(context: Context, given: Given, id_: str | None) -> Answer:
    """Parameters: ``url`` and ``session``, or an ``outcome`` that says why not. Raises FhirError."""
    scoped(context.caller, "read", "Patient")
    basis, session, act = given.text("basis"), given.text("session"), given.text("act") or "end"
    if not session and basis not in BASES:
        raise BadRequest(f"basis is one of {', '.join(BASES)}", "basis", code="value")
    if act not in {"end", "refresh"}:
        raise BadRequest("act is end or refresh", "act", code="value")
    context.entry.facts["query"] = f"act={act}" if session else f"basis={basis}"
    stored = visible(await resources.read(context.session, "Patient", id_ or ""), "Patient", id_ or "")
    number, elsewhere = identified(fhir_json.parse(stored.body)), context.house.elsewhere
    if elsewhere is None or elsewhere.portal is None:
        return _why_not(_NOT_SET_UP)
    if not in_session(context.caller):
        return _why_not(_NO_SESSION)
    if number is None:
        return _why_not(_NO_NUMBER)
    try:
        rows = await _asked(context, elsewhere, elsewhere.portal, (number[1], basis, session, act))
    except (Refused, TokenSpent, Unreachable) as failure:
        return _why_not(str(failure))
    return in_parameters(*rows)


async def _asked(
    context: Context, elsewhere: Elsewhere, portal: Portal, asked: tuple[str, str, str, str]
) -> list[Json]:
    """What is answered where it goes well. Raises Failure."""
    number, basis, session, act = asked
    caller, audience = context.caller, context.house.settings.portal_audience
    token = await elsewhere.helseid.exchange(
        await helseid_token(context.house, caller.token), audience, RIGHT
    )
    with elsewhere.helseid.tried(audience):
        if session:
            await (portal.end if act == "end" else portal.refresh)(token, session)
            return [{"name": "session", "valueString": session}]
        opened = await portal.open(token, number, caller.profession or "", basis)
    return [{"name": "url", "valueUrl": opened.url}, {"name": "session", "valueString": opened.session}]


def _why_not(why: str) -> Answer:
    issue = {"severity": "warning", "code": "incomplete", "diagnostics": why}
    return in_parameters(
        {"name": "outcome", "resource": {"resourceType": "OperationOutcome", "issue": [issue]}}
    )
