"""TABLE: what the mock national maternity record takes and answers, like ``contracts``.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide (hit-maternity-record-api). Members of the
sub-resources are open here as there: those that are unknown are tolerated.
"""

from helsekort_sandbox.contracts import DETAILS, FLAG, TEXT, Json, Operation, an_object

BASE = "/api/maternity-record/v1"
SINGLE = (
    "mother", "pointsOfContact", "currentPregnancy", "previousPregnancies", "geneticDisorders", "medicalConditions", "medication",
    "lifestyleFactors", "clinicalTests", "rhesusDNegative", "vitalMeasurementsBeforePregnancy", "birthStatus",
)  # fmt: skip
SEVERAL = ("symphysisFundalHeights", "antenatalAppointments")
DAY = {"symphysisFundalHeights": "measurementDate", "antenatalAppointments": "appointmentDate"}
_HEADERS = ("nhn-source-system", "nhn-patient-nin")
_NUMBER: Json = {"type": "integer", "minimum": 1}
_STATUS = an_object(
    {"status": {"enum": ["ACTIVE", "DELIVERED", "TERMINATED"]}},
    {"deliveryDate": TEXT, "liveBirth": FLAG, "terminationDate": TEXT},
)
_WRITER = an_object(
    {"userType": {"enum": ["HEALTH_CARE_PROFESSIONAL", "SYSTEM", "CITIZEN"]}},
    dict.fromkeys(("orgNr", "orgName", "hprNr", "hprRole", "name"), TEXT),
)
_METADATA = an_object(
    {"id": TEXT, "version": _NUMBER, "lastUpdated": TEXT, "lastUpdatedBy": _WRITER, "enteredInError": FLAG}
)
_RESOURCE = an_object({"metadata": _METADATA}, closed=False)
_CHANGED = an_object({"metadata": an_object({"version": _NUMBER}, closed=False)}, closed=False)
_HEAD = an_object(
    {"recordId": TEXT, "recordStatus": _STATUS, "version": {"type": "integer"}},
    {"lastUpdated": TEXT, "recordLastUpdated": TEXT},
)
_WHOLE = an_object(
    {"metadata": _HEAD},
    dict.fromkeys(SINGLE, _RESOURCE) | {name: {"type": "array", "items": _RESOURCE} for name in SEVERAL},
    closed=False,
)
_LISTED = an_object(
    {"history": {"type": "array", "items": an_object({"lastUpdated": TEXT}, closed=False)}}, closed=False
)


def _row(
    method: str, path: str, summary: str, answers: dict[int, Json | None], body: Json | None = None
) -> Operation:
    return Operation(method, f"{BASE}{path}", summary, answers, body=body, headers=_HEADERS, refusals=DETAILS)


MATERNITY_RECORD: tuple[Operation, ...] = (
    _row(
        "GET", "/status", "Whether she takes part and has an active record",
        {
            200: an_object(
                {"hasGivenConsent": FLAG, "hasActiveMaternityRecord": FLAG, "deceased": FLAG},
                {"lastChangedDateTime": TEXT, "latestRecordId": TEXT},
            )
        },
    ),
    _row("GET", "/history", "Her records, newest first", {200: _LISTED}),
    _row("GET", "/history/{recordId}", "Every change of one record, in order", {200: _LISTED}),
    _row("POST", "/record", "Begin a record; one may be active", {201: an_object({"metadata": _HEAD})}, body={"type": "object"}),
    _row("GET", "/record/{recordId}", "A whole record", {200: _WHOLE}),
    _row("POST", "/record/{recordId}/updateStatus", "It ends, by birth or otherwise", {200: {"type": "object"}}, body=_STATUS),
    _row("POST", "/record/{recordId}/{resourceType}", "A new sub-resource", {201: _RESOURCE}, body={"type": "object"}),
    _row("PUT", "/record/{recordId}/{resourceType}", "Change it; the latest version is named", {200: _RESOURCE}, body=_CHANGED),
    _row("PUT", "/record/{recordId}/{resourceType}/{resourceId}", "Change one of several", {200: _RESOURCE}, body=_CHANGED),
    _row("DELETE", "/record/{recordId}/{resourceType}/{resourceId}", "One of several was entered in error", {204: None}),
)  # fmt: skip
