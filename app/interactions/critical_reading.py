"""``Patient/{id}/$critical-information``: what others have registered of her in kjernejournal, read in a clinician's session.

https://utviklerportal.nhn.no/informasjonstjenester/kjernejournal (hit-critical-information). It is shown with its source and
the time when it was asked for, and kept nowhere: kjernejournal is its master. What comes from here is left out. Where
nothing can be asked the answer says so: that nothing is shown must never read as that there is nothing.
"""

import asyncio
from typing import Any

from app import clock
from app.access.caller import CLINICIANS, Caller
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.parameters import Given
from app.gateways.elsewhere import Elsewhere
from app.gateways.failures import Refused, TokenSpent, Unreachable
from app.gateways.kjernejournal import Held, Registration
from app.interactions.app_login import helseid_token
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped, visible
from app.mapping.critical_kinds import PROFILES
from app.mapping.elsewhere_facts import of_hers
from app.mapping.registered_person import identified
from app.store import resources

Json = dict[str, Any]
_NOT_SET_UP = "Kjernejournal is not connected here: what stands there is not known"
_NO_SESSION = "Kjernejournal shows critical information in a clinician's own session with HelseID only: it was not asked"
_NO_NUMBER = "She has no national identity number here: kjernejournal was not asked"


async def critical_information(context: Context, _given: Given, id_: str | None) -> Answer:
    """A Bundle of what others registered; a warning where kjernejournal could not be asked. Raises FhirError."""
    scoped(context.caller, "read", "Patient")
    stored = visible(await resources.read(context.session, "Patient", id_ or ""), "Patient", id_ or "")
    number = identified(fhir_json.parse(stored.body))
    elsewhere = context.house.elsewhere
    if elsewhere is None:
        return _answered(context, [], _NOT_SET_UP)
    if not in_session(context.caller):
        return _answered(context, [], _NO_SESSION)
    if number is None:
        return _answered(context, [], _NO_NUMBER)
    try:
        others = await of_others(context, elsewhere, number[1])
    except (Refused, TokenSpent, Unreachable) as failure:
        return _answered(context, [], f"{failure}: what stands there is not known")
    return _answered(context, [_entry(context, row, id_ or "") for row in others])


def in_session(caller: Caller) -> bool:
    """Whether kjernejournal can be asked in the caller's name."""
    return caller.role in CLINICIANS and bool(caller.token)


async def of_others(context: Context, elsewhere: Elsewhere, number: str) -> list[Held]:
    """All that stands there of hers and does not come from here. Raises Failure."""
    caller = context.caller
    subject = await helseid_token(context.house, caller.token)
    token = await elsewhere.helseid.exchange(subject, elsewhere.audience)
    with elsewhere.helseid.tried(elsewhere.audience):
        asked = (
            Registration(context.entry.id, kind, b"", number, caller.profession or "") for kind in PROFILES
        )
        rows = await asyncio.gather(
            *(elsewhere.kjernejournal.found(token, one, restricts=True) for one in asked)
        )
    base = f"{context.house.fhir_base}/"
    return [row for found in rows for row in found if not row.source.startswith(base)]


def _entry(context: Context, row: Held, patient: str) -> Entry:
    """As it stands there, about the woman who is here; her number is left out."""
    base = context.house.settings.kjernejournal_url
    url = f"{base}/{row.resource.get('resourceType')}/{row.remote}"
    resource = of_hers(row.resource, base, f"Patient/{patient}")
    return Entry(fhir_json.dump(resource), url, {"search": {"mode": "match"}})


def _answered(context: Context, entries: list[Entry], why: str = "") -> Answer:
    if why:
        issue = {"severity": "warning", "code": "incomplete", "diagnostics": why}
        outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
        entries = [
            Entry(fhir_json.dump(outcome), f"urn:uuid:{clock.new_id()}", {"search": {"mode": "outcome"}})
        ]
    body = bundle(
        "searchset",
        entries,
        id_=context.entry.id,
        timestamp=clock.instant(context.entry.at),
        total=0 if why else len(entries),
    )
    return Answer(200, body)
