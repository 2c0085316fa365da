"""An allergy or condition as kjernejournal's critical information (*kritisk informasjon*).

Profiles KjAllergyIntolerance and KjConditionCriticalMedicalCondition, http://nhn.no/kj/fhir/StructureDefinition; the
recorder is a contained PractitionerRole with HPR number and organisation number. Only what says what she must not be
exposed to goes out: no notes, no encounter, no labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B.allergyintolerance import AllergyIntolerance
from fhir.resources.R4B.condition import Condition
from pydantic import ValidationError

from app.fhir import codes
from app.mapping.critical_kinds import PATIENT, PROFILES
from app.mapping.elements import children, text

CLASSES = {"AllergyIntolerance": AllergyIntolerance, "Condition": Condition}
_CONCEPTS = ("clinicalStatus", "verificationStatus", "code")
_TIMES = ("onsetDateTime", "onsetPeriod", "recordedDate")
COPIED = {
    "AllergyIntolerance": (*_CONCEPTS, *_TIMES, "type", "category", "criticality", "lastOccurrence"),
    "Condition": (*_CONCEPTS, *_TIMES, "severity", "abatementDateTime"),
}
_REACTION = ("substance", "manifestation", "onset", "severity", "exposureRoute")
_RECORDER = "recorder"
SOURCE = "urn:ietf:rfc:3986"  # an identifier that is an address


class NotExpressible(Exception):
    """The stored resource has no form that kjernejournal takes."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """The clinician in whose session it is sent: HPR number, name and organisation."""

    hpr: str
    name: str
    orgnr: str
    organization: str


def registration(
    resource: Mapping[str, Any], number: tuple[str, str], recorder: Recorder, source: str
) -> bytes:
    """The body to register; the same resource and recorder give the same bytes. Raises NotExpressible.

    ``number`` is her identity number with its system; by ``source``, its address here, it is known again there.
    """
    kind = text(resource, "resourceType")
    if kind not in PROFILES:
        raise NotExpressible(f"{kind[:40]} is not critical information")
    system, value = number
    body: dict[str, Any] = {name: resource[name] for name in COPIED[kind] if name in resource}
    if kind == "AllergyIntolerance" and (reactions := children(resource, "reaction")):
        body["reaction"] = [{name: row[name] for name in _REACTION if name in row} for row in reactions]
    body |= {
        "resourceType": kind,
        "meta": {"profile": [PROFILES[kind]]},
        "identifier": [{"system": SOURCE, "value": source}],
        "contained": [_role(recorder)],
        PATIENT[kind]: {"identifier": {"system": system, "value": value}},
        "recorder": {"reference": f"#{_RECORDER}"},
    }
    try:
        typed: Any = CLASSES[kind](**body)
    except ValidationError:
        # The library's own message repeats what was recorded.
        raise NotExpressible(f"{kind} cannot be read as FHIR R4") from None
    written: str = typed.model_dump_json(exclude_none=True)
    return written.encode()


def _role(recorder: Recorder) -> dict[str, Any]:
    role: dict[str, Any] = {
        "resourceType": "PractitionerRole",
        "id": _RECORDER,
        "identifier": [
            {"system": codes.HPR, "value": recorder.hpr},
            {"system": codes.ORGNR, "value": recorder.orgnr},
        ],
        "practitioner": {"identifier": {"system": codes.HPR, "value": recorder.hpr}},
        "organization": {"identifier": {"system": codes.ORGNR, "value": recorder.orgnr}},
    }
    if recorder.name:
        role["practitioner"]["display"] = recorder.name
    if recorder.organization:
        role["organization"]["display"] = recorder.organization
    return role
