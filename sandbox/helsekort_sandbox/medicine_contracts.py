"""TABLE: what the mocks of her medicines and of kjernejournal's portal take and answer, like ``contracts``."""

from helsekort_sandbox.contracts import FHIR, FLAG, NUMBER, OUTCOME, TEXT, Operation, an_object
from helsekort_sandbox.medicines import BASE, HEADERS

_BASE = f"/medicines{BASE}"

MEDICINES: tuple[Operation, ...] = (
    Operation(
        "POST", f"{_BASE}/status", "Her choices",
        {
            200: an_object(
                {"privacySetting": an_object({"hasReservationKjernejournal": FLAG, "isRestricted": FLAG})},
                {"isBlockedForUser": FLAG},
            )
        },
        body=an_object({"nin": NUMBER}), is_ours=True, refusals=OUTCOME,
    ),
    Operation(
        "GET", f"{_BASE}/MedicationStatement", "Her list, for a clinician: a List with its date, and what stands on it",
        {200: an_object({"resourceType": {"const": "Bundle"}, "type": {"const": "collection"}, "entry": {"type": "array", "minItems": 1}}, closed=False)},
        headers=HEADERS, media=FHIR, is_ours=True, refusals=OUTCOME,
    ),
)  # fmt: skip
_SESSION = "/portal/api/session"
_BODY = an_object({"sessionId": TEXT})
_CLAIMS = an_object(
    {
        name: {"type": "object"}
        for name in ("patient_identifier", "practitioner_authorization", "access_basis")
    }
)
PORTAL: tuple[Operation, ...] = (
    Operation(
        "POST", f"{_SESSION}/create", "A session of the portal about a woman, for a clinician's record system",
        {200: an_object({"code": TEXT, "sessionId": TEXT})},
        body=an_object({"ehr_code_challenge": TEXT, "claims": _CLAIMS}), headers=("x-source-system",),
    ),
    Operation("POST", f"{_SESSION}/refresh", "The session goes on", {204: None}, body=_BODY, headers=("x-source-system",)),
    Operation("POST", f"{_SESSION}/end", "The session ends", {204: None}, body=_BODY, headers=("x-source-system",)),
)  # fmt: skip
