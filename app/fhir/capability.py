"""The CapabilityStatement, from the tables that route and search: https://hl7.org/fhir/R4/capabilitystatement.html"""

from functools import cache
from typing import Any

from app.fhir.compartments import TABLE as COMPARTMENTS
from app.fhir.operation import EVERY_TYPE, Operation
from app.fhir.operations import OPERATIONS
from app.fhir.profiles import profiles
from app.fhir.query_conditions import ALL_KEPT
from app.fhir.registry import RESOURCE_TYPES, ResourceType
from app.fhir.search_params import Kind, of_type
from app.fhir.subscription import IG, PROFILE
from app.fhir.topics import TOPICS
from app.settings import Settings

_ORDER = (
    "read",
    "vread",
    "create",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "search-type",
)


def _resource(row: ResourceType, settings: Settings) -> dict[str, Any]:
    params = sorted(of_type(row.name), key=lambda param: param.code)
    described: dict[str, Any] = {
        "type": row.name,
        "supportedProfile": sorted(url for url, profile in profiles().items() if profile.type == row.name),
        "interaction": [{"code": code} for code in _ORDER if code in row.interactions],
        "versioning": "versioned-update",
        "readHistory": "vread" in row.interactions,
        "updateCreate": settings.update_as_create == "all" and "update" in row.interactions,
        "conditionalCreate": "create" in row.interactions,
        "conditionalRead": "full-support" if "vread" in row.interactions else "not-supported",
        "conditionalUpdate": "update" in row.interactions,
        "conditionalDelete": settings.conditional_delete if "delete" in row.interactions else "not-supported",
        "referencePolicy": ["literal", "logical", "enforced", "local"],
        "searchInclude": _includes(row.name),
        "searchRevInclude": _reverse_includes(row.name),
        "searchParam": [{"name": param.code, "type": param.kind.value} for param in params],
    }
    operations = [
        _operation(op)
        for op in OPERATIONS
        if op.type in {row.name, EVERY_TYPE} and (not op.needs or op.needs in row.interactions)
    ]
    topics = _topics() if row.name == "Subscription" and settings.notification_key_file else {}
    whole = described | topics | {"operation": operations}
    return {name: value for name, value in whole.items() if value != []}


def _topics() -> dict[str, Any]:
    """What a Subscription may be about, where this server notifies."""
    url = f"{IG}/capabilitystatement-subscriptiontopic-canonical"
    rows = [{"url": url, "valueCanonical": topic.canonical} for topic in TOPICS]
    return {"extension": rows, "supportedProfile": [PROFILE]}


@cache
def _includes(type_name: str) -> list[str]:
    """What can be included with a match: R4 has ``*`` for all of it."""
    if type_name not in ALL_KEPT:
        return []
    found = (f"{type_name}:{p.code}" for p in of_type(type_name) if p.kind is Kind.REFERENCE)
    return ["*", *sorted(found)]


@cache
def _reverse_includes(type_name: str) -> list[str]:
    """What refers to a match and can be included with it."""
    if type_name not in ALL_KEPT:
        return []
    params = (p for name in ALL_KEPT for p in of_type(name) if p.kind is Kind.REFERENCE)
    return sorted(f"{p.type}:{p.code}" for p in params if not p.targets or type_name in p.targets)


def _for_every_type() -> list[dict[str, str]]:
    """The parameters by which resources of several types are searched together."""
    shared = set.intersection(*({p.code for p in of_type(name)} for name in ALL_KEPT))
    kinds = {p.code: p.kind.value for p in of_type(ALL_KEPT[0]) if p.code in shared}
    kinds |= {"_list": "string", "_has": "string", "_type": "token"}
    return [{"name": name, "type": kind} for name, kind in sorted(kinds.items())]


def _operation(row: Operation) -> dict[str, str]:
    return {"name": row.name, "definition": row.definition}


_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SERVICES = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def _security(settings: Settings) -> dict[str, Any]:
    """Whose tokens are taken; where this server serves apps also how they get theirs (SMART's extension)."""
    codes = ["OAuth", *(["SMART-on-FHIR"] if settings.app_key_file else [])]
    found: dict[str, Any] = {
        "cors": bool(settings.cors_origins),
        "description": "HelseID access tokens bound by DPoP (RFC 9449); citizens by Helsenorge's issuer",
        "service": [{"coding": [{"system": _SERVICES, "code": code}]} for code in codes],
    }
    if settings.app_key_file:
        names = {"authorize": "authorize", "token": "token", "introspect": "introspect", "revoke": "revoke"}
        parts = [
            {"url": name, "valueUri": f"{settings.base_url}/auth/{path}"} for name, path in names.items()
        ]
        found = {"extension": [{"url": _OAUTH_URIS, "extension": parts}], **found}
    return found


def _rest(settings: Settings) -> dict[str, Any]:
    everywhere = [_operation(row) for row in OPERATIONS if "system" in row.levels]
    codes = ("transaction", "batch", "search-system", "history-system")
    rest = {
        "mode": "server",
        "security": _security(settings),
        "resource": [_resource(row, settings) for row in RESOURCE_TYPES],
        "interaction": [{"code": code} for code in codes],
        "searchParam": _for_every_type(),
        "compartment": [
            f"http://hl7.org/fhir/CompartmentDefinition/{name.lower()}" for name in sorted(COMPARTMENTS)
        ],
    }
    return rest | ({"operation": everywhere} if everywhere else {})


def statement(settings: Settings, date: str, version: str) -> dict[str, Any]:
    """What this server does, true in every row."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "instantiates": [
            "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data",
            "http://hl7.org/fhir/uv/subscriptions-backport/CapabilityStatement/backport-subscription-server-r4",
        ],
        "software": {"name": "Helsekort", "version": version},
        "implementation": {
            "description": "Digitalt helsekort for gravide",
            "url": f"{settings.base_url}/fhir",
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "patchFormat": ["application/json-patch+json", "application/fhir+json"],
        "rest": [_rest(settings)],
    }
