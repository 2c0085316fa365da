"""The shapes of CDS Hooks 2.0 as JSON Schema, written from the specification's tables and from nothing of ours.

https://cds-hooks.hl7.org/2.0/#response and https://cds-hooks.hl7.org/2.0/#card-attributes: what is not named there is refused.
"""

from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string", "minLength": 1}
URL: Json = {"type": "string", "pattern": "^https://"}
UUID: Json = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}


def closed(required: str, **properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


CODING = closed("code", code=TEXT, system=TEXT, display=TEXT)
SOURCE = closed("label", label=TEXT, url=URL, icon=URL, topic=CODING)
RESOURCE: Json = {"type": "object", "required": ["resourceType"]}
ACTION: Json = {
    "oneOf": [
        closed("type description resource", type={"enum": ["create", "update"]}, description=TEXT, resource=RESOURCE),
        closed("type description resourceId", type={"const": "delete"}, description=TEXT, resourceId=TEXT),
    ]
}  # fmt: skip
SUGGESTION = closed(
    "label",
    label=TEXT,
    uuid=UUID,
    isRecommended={"type": "boolean"},
    actions={"type": "array", "items": ACTION},
)
LINK = closed("label url type", label=TEXT, url=URL, type={"enum": ["absolute", "smart"]}, appContext=TEXT)
CARD: Json = closed(
    "summary indicator source",
    uuid=UUID,
    summary=TEXT | {"maxLength": 139},
    detail=TEXT,
    indicator={"enum": ["info", "warning", "critical"]},
    source=SOURCE,
    suggestions={"type": "array", "items": SUGGESTION, "minItems": 1},
    selectionBehavior={"enum": ["at-most-one", "any"]},
    overrideReasons={"type": "array", "items": CODING | {"required": ["code", "system", "display"]}},
    links={"type": "array", "items": LINK},
) | {"dependentRequired": {"suggestions": ["selectionBehavior"]}}
ANSWER = closed("cards", cards={"type": "array", "items": CARD})
SERVICES = closed(
    "services",
    services={
        "type": "array",
        "minItems": 1,
        "items": closed(
            "hook description id", hook=TEXT, title=TEXT, description=TEXT, id=TEXT, usageRequirements=TEXT,
            prefetch={"type": "object", "additionalProperties": TEXT},
        ),
    },
)  # fmt: skip
