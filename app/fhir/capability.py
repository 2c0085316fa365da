"""The CapabilityStatement, from the tables that route and search: https://hl7.org/fhir/R4/capabilitystatement.html"""

from typing import Any

from app.fhir.operations import EVERY_TYPE, OPERATIONS, Operation
from app.fhir.registry import RESOURCE_TYPES, ResourceType
from app.fhir.search_params import Kind, of_type
from app.settings import Settings

_ORDER = ("read", "vread", "create", "update", "delete", "history-instance", "history-type", "search-type")


def _resource(row: ResourceType, settings: Settings) -> dict[str, Any]:
    params = [
        {"name": param.code, "type": param.kind.value}
        for param in of_type(row.name)
        if param.kind is not Kind.SPECIAL
    ]
    described: dict[str, Any] = {
        "type": row.name,
        "interaction": [{"code": code} for code in _ORDER if code in row.interactions],
        "versioning": "versioned-update",
        "readHistory": "vread" in row.interactions,
        "updateCreate": settings.update_as_create == "all" and "update" in row.interactions,
        "conditionalCreate": "create" in row.interactions,
        "conditionalRead": "full-support" if "vread" in row.interactions else "not-supported",
        "conditionalUpdate": "update" in row.interactions,
        "conditionalDelete": settings.conditional_delete if "delete" in row.interactions else "not-supported",
        "referencePolicy": ["literal", "logical", "enforced", "local"],
        "searchInclude": sorted(
            f"{row.name}:{p.code}" for p in of_type(row.name) if p.kind is Kind.REFERENCE
        ),
        "searchParam": sorted(params, key=lambda param: param["name"]),
    }
    operations = [
        _operation(op) for op in OPERATIONS if op.type in {row.name, EVERY_TYPE} and op.levels != ("system",)
    ]
    return described | ({"operation": operations} if operations else {})


def _operation(row: Operation) -> dict[str, str]:
    return {"name": row.name, "definition": row.definition}


def statement(settings: Settings, date: str, version: str) -> dict[str, Any]:
    """What this server does, true in every row."""
    everywhere = [_operation(row) for row in OPERATIONS if "system" in row.levels]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "instantiates": ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],
        "software": {"name": "Helsekort", "version": version},
        "implementation": {
            "description": "Digitalt helsekort for gravide",
            "url": f"{settings.base_url}/fhir",
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": bool(settings.cors_origins),
                    "description": "HelseID access tokens bound by DPoP (RFC 9449); citizens by Helsenorge's issuer",
                    "service": [
                        {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                                    "code": "OAuth",
                                }
                            ]
                        }
                    ],
                },
                "resource": [_resource(row, settings) for row in RESOURCE_TYPES],
                "interaction": [{"code": "transaction"}, {"code": "batch"}, {"code": "history-system"}],
                **({"operation": everywhere} if everywhere else {}),
            }
        ],
    }
