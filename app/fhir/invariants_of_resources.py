"""TABLE: the rules of R4's resource types for care, administration and the log.

https://hl7.org/fhir/R4/resourcelist.html.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from app.fhir import dates
from app.fhir.folding import lexeme_of
from app.fhir.invariant import (
    Invariant,
    Json,
    codes,
    either,
    has,
    has_choice,
    needs,
    not_both,
    only_where,
)
from app.fhir.invariants_of_types import UCUM
from app.fhir.references import target_type

_HL7: Final = "http://terminology.hl7.org/CodeSystem/"
_ALLERGY: Final = f"{_HL7}allergyintolerance-verification"
_CONDITION: Final = f"{_HL7}condition-ver-status"
_CLINICAL: Final = f"{_HL7}condition-clinical"
_WHOLE: Final = 100  # percent
_ENDED: Final = frozenset({"resolved", "remission", "inactive"})


def _in_error(value: Json, system: str) -> bool:
    return "entered-in-error" in codes(value.get("verificationStatus"), system)


def _abated(value: Json) -> bool:
    return not has_choice(value, "abatement") or not _ENDED.isdisjoint(
        codes(value.get("clinicalStatus"), _CLINICAL)
    )


def _component_codes(value: Json) -> bool:
    """A component must not repeat what the whole is about."""
    if not has_choice(value, "value"):
        return True
    own = [_key(coding) for coding in value["code"].get("coding", ())]
    return not any(
        _key(coding) in own
        for part in value.get("component", ())
        for coding in part["code"].get("coding", ())
    )


def _key(coding: Json) -> tuple[Any, ...]:
    return tuple(coding.get(name) for name in ("system", "version", "code", "display", "userSelected"))


def _not_at_home(name: str) -> Callable[[Json], bool]:
    return lambda value: all(one.get("use") != "home" for one in value.get(name, ()))


def _on_behalf(value: Json) -> bool:
    return not has(value, "onBehalfOf") or target_type(value.get("member", {})) in {None, "Practitioner"}


def _contained(value: Json) -> list[Json]:
    found: list[Json] = value.get("contained", [])
    return found


def _no_versions(value: Json) -> bool:
    return not any(
        has(one.get("meta", {}), name) for one in _contained(value) for name in ("versionId", "lastUpdated")
    )


def _ids_differ(value: Json) -> bool:
    ids = [one.get("id") for one in _contained(value)]
    return None not in ids and len(set(ids)) == len(ids)


DOMAIN_RESOURCE: Final = (
    Invariant(
        "dom-2",
        lambda value: all("contained" not in one for one in _contained(value)),
        "must not nest contained resources",
    ),
    Invariant("dom-4", _no_versions, "must not have versions or times of change of contained resources"),
    Invariant(
        "dom-5",
        lambda value: not any("security" in one.get("meta", {}) for one in _contained(value)),
        "must not have security labels of contained resources",
    ),
    Invariant("contained-id", _ids_differ, "must give each contained resource an id of its own"),
)


def _times(value: Json) -> bool:
    """Appointments without times are only proposed, waiting or cancelled."""
    timed = has(value, "start") and has(value, "end")
    return timed or value.get("status") in {"proposed", "cancelled", "waitlist"}


def _modified_after(value: Json) -> bool:
    first, last = value.get("authoredOn"), value.get("lastModified")
    return first is None or last is None or dates.interval(first)[0] < dates.interval(last)[1]


def _percent(value: Json) -> bool:
    chance = value.get("probabilityDecimal", 0)
    return Decimal(lexeme_of(chance)) <= _WHOLE


def _percentages(value: Json) -> bool:
    limits = value.get("probabilityRange", {})
    return all(
        limits[end].get("code") == "%" and limits[end].get("system") == UCUM
        for end in ("low", "high")
        if end in limits
    )


TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    "AllergyIntolerance": (
        Invariant(
            "ait-1",
            lambda value: _in_error(value, _ALLERGY) or has(value, "clinicalStatus"),
            "must have a clinicalStatus unless it was entered in error",
        ),
        Invariant(
            "ait-2",
            lambda value: not _in_error(value, _ALLERGY) or not has(value, "clinicalStatus"),
            "must not have a clinicalStatus if it was entered in error",
        ),
    ),
    "Appointment": (
        Invariant(
            "app-2",
            lambda value: has(value, "start") == has(value, "end"),
            "must have both start and end, or neither",
        ),
        Invariant("app-3", _times, "must have start and end unless proposed, on a waiting list or cancelled"),
        Invariant(
            "app-4",
            only_where("cancelationReason", "status", "noshow", "cancelled"),
            "must be cancelled or noshow to have a cancelationReason",
        ),
    ),
    "Appointment.participant": (Invariant("app-1", either("type", "actor"), "must have a type or an actor"),),
    "AppointmentResponse": (
        Invariant("apr-1", either("participantType", "actor"), "must have a participantType or an actor"),
    ),
    "AuditEvent.entity": (
        Invariant("sev-1", not_both("name", "query"), "must not have both name and query"),
    ),
    "CarePlan.activity": (
        Invariant("cpl-3", not_both("detail", "reference"), "must not have both detail and reference"),
    ),
    "CareTeam.participant": (
        Invariant("ctm-1", _on_behalf, "may act on behalf of an organization only as a Practitioner"),
    ),
    "Condition": (
        Invariant("con-4", _abated, "must have a clinicalStatus that has ended if it has abated"),
        Invariant(
            "con-5",
            lambda value: not _in_error(value, _CONDITION) or not has(value, "clinicalStatus"),
            "must not have a clinicalStatus if it was entered in error",
        ),
    ),
    "Condition.stage": (
        Invariant("con-1", either("summary", "assessment"), "must have a summary or an assessment"),
    ),
    "Condition.evidence": (Invariant("con-2", either("code", "detail"), "must have a code or a detail"),),
    "Consent": (Invariant("ppc-1", either("policy", "policyRule"), "must have a policy or a policyRule"),),
    "FamilyMemberHistory": (
        Invariant(
            "fhs-1",
            lambda value: not (has_choice(value, "age") and has_choice(value, "born")),
            "must not have both an age and a birth",
        ),
        Invariant(
            "fhs-2",
            lambda value: has_choice(value, "age") or not has(value, "estimatedAge"),
            "must have an age to say that it is estimated",
        ),
    ),
    "Goal.target": (
        Invariant(
            "gol-1",
            lambda value: has(value, "measure") or not has_choice(value, "detail"),
            "must have the measure of its detail",
        ),
    ),
    "Immunization.education": (
        Invariant("imm-1", either("documentType", "reference"), "must have a documentType or a reference"),
    ),
    "MedicationAdministration.dosage": (
        Invariant(
            "mad-1",
            lambda value: has(value, "dose") or has_choice(value, "rate"),
            "must have a dose or a rate",
        ),
    ),
    "Observation": (
        Invariant(
            "obs-6",
            lambda value: not (has(value, "dataAbsentReason") and has_choice(value, "value")),
            "must not have both a value and the reason for its absence",
        ),
        Invariant("obs-7", _component_codes, "must not have a value and a component with the same code"),
    ),
    "Observation.referenceRange": (
        Invariant("obs-3", either("low", "high", "text"), "must have a low, a high or a text"),
    ),
    "Organization": (
        Invariant("org-1", either("identifier", "name"), "must have a name or an identifier"),
        Invariant("org-2", _not_at_home("address"), "must not have a home address"),
        Invariant("org-3", _not_at_home("telecom"), "must not have a home telecom"),
    ),
    "Patient.contact": (
        Invariant(
            "pat-1",
            either("name", "telecom", "address", "organization"),
            "must have a name, telecom, address or organization",
        ),
    ),
    "RiskAssessment.prediction": (
        Invariant("ras-1", _percentages, "must have a range of probability in percent"),
        Invariant("ras-2", _percent, "must not have a probability above 100"),
    ),
    "ServiceRequest": (
        Invariant("prr-1", needs("orderDetail", "code"), "must have the code of its details"),
    ),
    "Task": (Invariant("inv-1", _modified_after, "must not be last modified before it was authored"),),
}
