"""TABLE: the rules of R4's resource types in the registry, and of Bundle and Parameters.

https://hl7.org/fhir/R4/resourcelist.html.
"""

from collections.abc import Callable
from typing import Any, Final

from app.fhir.invariant import Invariant, Json, codes, either, has, has_choice, not_both
from app.fhir.references import target_type

_HL7: Final = "http://terminology.hl7.org/CodeSystem/"
_ALLERGY: Final = f"{_HL7}allergyintolerance-verification"
_CONDITION: Final = f"{_HL7}condition-ver-status"
_CLINICAL: Final = f"{_HL7}condition-clinical"
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


def _parameter(value: Json) -> bool:
    held = [has(value, "part"), has_choice(value, "value"), has(value, "resource")]
    return sum(held) == 1


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


# Bundle


def _entries(value: Json) -> list[Json]:
    found: list[Json] = value.get("entry", [])
    return found


def _only_in(name: str, *types: str) -> Callable[[Json], bool]:
    return lambda value: not has(value, name) or value.get("type") in types


def _each_entry_has(name: str, *types: str) -> Callable[[Json], bool]:
    return lambda value: all((name in entry) == (value.get("type") in types) for entry in _entries(value))


def _first_is(bundle_type: str, resource_type: str) -> Callable[[Json], bool]:
    def holds(value: Json) -> bool:
        if value.get("type") != bundle_type:
            return True
        entries = _entries(value)
        return bool(entries) and entries[0].get("resource", {}).get("resourceType") == resource_type

    return holds


def _full_urls_differ(value: Json) -> bool:
    if value.get("type") == "history":
        return True
    keys = [
        (entry["fullUrl"], entry.get("resource", {}).get("meta", {}).get("versionId"))
        for entry in _entries(value)
        if "fullUrl" in entry
    ]
    return len(set(keys)) == len(keys)


def _document_identifier(value: Json) -> bool:
    identifier = value.get("identifier", {})
    return value.get("type") != "document" or (has(identifier, "system") and has(identifier, "value"))


_BUNDLE: Final = (
    Invariant(
        "bdl-1", _only_in("total", "searchset", "history"), "must have a total only as searchset or history"
    ),
    Invariant(
        "bdl-2",
        lambda value: (
            value.get("type") == "searchset" or not any("search" in entry for entry in _entries(value))
        ),
        "must have entry.search only as searchset",
    ),
    Invariant(
        "bdl-3",
        _each_entry_has("request", "batch", "transaction", "history"),
        "must have entry.request in a batch, transaction or history, and only there",
    ),
    Invariant(
        "bdl-4",
        _each_entry_has("response", "batch-response", "transaction-response", "history"),
        "must have entry.response in an answer or history, and only there",
    ),
    Invariant("bdl-7", _full_urls_differ, "must not repeat a fullUrl"),
    Invariant("bdl-9", _document_identifier, "must have an identifier with system and value as a document"),
    Invariant(
        "bdl-10",
        lambda value: value.get("type") != "document" or has(value, "timestamp"),
        "must have a timestamp as a document",
    ),
    Invariant("bdl-11", _first_is("document", "Composition"), "must begin with a Composition as a document"),
    Invariant(
        "bdl-12", _first_is("message", "MessageHeader"), "must begin with a MessageHeader as a message"
    ),
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
    "AuditEvent.entity": (
        Invariant("sev-1", not_both("name", "query"), "must not have both name and query"),
    ),
    "Bundle": _BUNDLE,
    "Bundle.entry": (
        Invariant(
            "bdl-5",
            either("resource", "request", "response"),
            "must have a resource, a request or a response",
        ),
        Invariant(
            "bdl-8",
            lambda value: "/_history/" not in value.get("fullUrl", ""),
            "must not have a version in fullUrl",
        ),
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
    "Parameters.parameter": (
        Invariant("inv-1", _parameter, "must have either a value, a resource or parts"),
    ),
    "Patient.contact": (
        Invariant(
            "pat-1",
            either("name", "telecom", "address", "organization"),
            "must have a name, telecom, address or organization",
        ),
    ),
    "QuestionnaireResponse.item": (
        Invariant(
            "qrs-1",
            not_both("answer", "item"),
            "must not have both an answer and items: nest them in the answer",
        ),
    ),
}
