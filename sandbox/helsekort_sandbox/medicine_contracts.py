"""TABLE: what the mock of her medicines takes and answers, like ``contracts``."""

from helsekort_sandbox.contracts import FHIR, FLAG, NUMBER, OUTCOME, Operation, an_object
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
