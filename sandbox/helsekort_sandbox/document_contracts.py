"""TABLE: what the mock of document sharing takes and answers, like ``contracts``."""

from helsekort_sandbox.contracts import FHIR, FLAG, FORM, NUMBER, OUTCOME, TEXT, Json, Operation, an_object

_HEADERS = ("nhn-source-system", "nhn-patient-nin", "nhn-event-id")
_BASE = "/mhd/R4/fhir"
_REFERENCE = an_object({"resourceType": {"const": "DocumentReference"}, "status": TEXT}, closed=False)


def _bundle(kind: str) -> Json:
    required: Json = {
        "resourceType": {"const": "Bundle"},
        "type": {"const": kind},
        "entry": {"type": "array"},
    }
    return an_object(required, closed=False)


DOCUMENTS: tuple[Operation, ...] = (
    Operation(
        "POST", "/mhd/status", "Her choices",
        {
            200: an_object(
                {"privacySetting": an_object({"hasReservationKjernejournal": FLAG, "isRestricted": FLAG})},
                {"isBlockedForUser": FLAG},
            )
        },
        body=an_object({"nin": NUMBER}), refusals=OUTCOME,
    ),
    Operation(
        "POST", _BASE, "ITI-65: provide a document, once for each nhn-event-id", {200: _bundle("transaction-response")},
        body=_bundle("transaction"), headers=_HEADERS, media=FHIR, is_ours=True, refusals=OUTCOME,
    ),
    Operation(
        "PUT", f"{_BASE}/DocumentReference", "The document with this identifier was shared in error", {200: _REFERENCE},
        body=_REFERENCE, headers=_HEADERS, media=FHIR, is_ours=True, refusals=OUTCOME,
    ),
    Operation(
        "POST", f"{_BASE}/DocumentReference/_search", "ITI-67: her current documents", {200: _bundle("searchset")},
        body=an_object({"patient.identifier": NUMBER, "status": TEXT}), headers=_HEADERS, media=FHIR, sends=FORM,
        refusals=OUTCOME,
    ),
)  # fmt: skip
