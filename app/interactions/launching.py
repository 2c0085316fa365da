"""``Patient/{id}/$launch``: a record system opens an app about a woman, for the clinician who works in it.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch. The handle says nothing, is for one
app, one person and a few minutes, and takes the attest along: the app's login rests on the decision of this request.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.access.apps import find
from app.access.caller import PERSONNEL, Caller, Role
from app.access.roles import ATTEST
from app.fhir import codes
from app.fhir.outcome import BadRequest, Forbidden
from app.fhir.parameters import Given
from app.interactions import reading
from app.interactions.context import Answer, Context, in_parameters
from app.store.grants import Grants

LAUNCHED = "launch"
_OPENING = PERSONNEL | {Role.HARNESS}
LIVES = timedelta(minutes=5)
_PURPOSES = "urn:oid:2.16.840.1.113883.1.11.20448"
_MULTI = "urn:oid:1.0.6523"  # parent and child in one: HelseID, https://utviklerportal.nhn.no


async def launch(context: Context, id_: str, given: Given) -> Answer:
    """The handle and the address to open. Raises FhirError."""
    caller, house = context.caller, context.house
    if caller.role not in _OPENING:
        raise Forbidden("Apps are opened by personnel, from their record system")
    app = find(house.settings, str(given.one("app")))
    if (
        app is None
        or not app.launch_url
        or "professionals" not in app.gives
        or not house.settings.app_key_file
    ):
        raise BadRequest(
            "There is no app of this client id that can be opened", "Parameters.parameter", code="value"
        )
    await reading.read(context, "Patient", id_)
    content = {"subject": caller.subject, "patient": id_, "details": details_of(caller)}
    grants = Grants(house.database, house.seal)
    handle = await grants.keep(LAUNCHED, app.client_id, content, context.entry.at, LIVES)
    asked = urlencode({"iss": house.fhir_base, "launch": handle})
    joint = "&" if urlsplit(app.launch_url).query else "?"
    return in_parameters(
        {"name": "launch", "valueString": handle},
        {"name": "iss", "valueUrl": house.fhir_base},
        {"name": "url", "valueUrl": f"{app.launch_url}{joint}{asked}"},
    )


def details_of(caller: Caller) -> list[dict[str, Any]]:
    """The organisation and the attest of the caller's token, for HelseID to attest the same of the app's login."""
    child, parent = caller.organizations[0], caller.organizations[-1]
    organization = {"identifier": {"system": _MULTI, "type": "ENH", "value": f"NO:ORGNR:{parent}:{child}"}}
    details: list[dict[str, Any]] = [
        {"type": "helseid_authorization", "practitioner_role": {"organization": organization}}
    ]
    if caller.profession and caller.purpose and caller.decision:
        details.append(
            {
                "type": ATTEST,
                "practitioner": {
                    "authorization": {"code": caller.profession, "system": codes.VOLVEN_PROFESSION},
                    "legal_entity": {"id": parent, "system": codes.ORGNR},
                    "point_of_care": {"id": child, "system": codes.ORGNR},
                },
                "care_relationship": {
                    "healthcare_service": {"code": caller.service},
                    "purpose_of_use": {"code": caller.purpose, "system": _PURPOSES},
                    "decision_ref": {"id": caller.decision, "user_selected": False},
                },
            }
        )
    return details
