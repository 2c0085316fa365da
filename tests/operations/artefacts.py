"""Terminology for the tests: a small code system of ours in two languages, a value set on it, a map from it."""

from typing import Any

from tests.fixtures.resources import Json
from tests.fixtures.server import Person

SYSTEM = "https://example.org/CodeSystem/visits"
VALUE_SET = "https://example.org/ValueSet/visits"
MAP = "https://example.org/ConceptMap/visits"


def a_code_system(url: str = SYSTEM, **more: Any) -> Json:
    english = {"language": "en", "value": "Antenatal visit"}
    return {
        "resourceType": "CodeSystem",
        "url": url,
        "version": "1.0.0",
        "name": "Visits",
        "status": "active",
        "content": "complete",
        "language": "nb",
        "property": [{"code": "weeks", "type": "integer"}],
        "concept": [
            {
                "code": "visit",
                "display": "Besøk",
                "property": [{"code": "notSelectable", "valueBoolean": True}],
                "concept": [
                    {
                        "code": "control",
                        "display": "Svangerskapskontroll",
                        "definition": "Kontroll hos jordmor eller lege",
                        "designation": [english],
                        "property": [{"code": "weeks", "valueInteger": 24}],
                        "concept": [{"code": "first", "display": "Første kontroll"}],
                    },
                    {"code": "ultrasound", "display": "Ultralyd"},
                ],
            },
            {"code": "old", "display": "Utgått", "property": [{"code": "inactive", "valueBoolean": True}]},
        ],
        **more,
    }


def a_value_set(*include: Json, url: str = VALUE_SET, **more: Any) -> Json:
    return {
        "resourceType": "ValueSet",
        "url": url,
        "version": "1.0.0",
        "name": "Visits",
        "title": "Besøk",
        "status": "active",
        "compose": {"include": list(include) or [{"system": SYSTEM}]},
        **more,
    }


def a_map(url: str = MAP, **more: Any) -> Json:
    target = {"code": "390906007", "display": "Follow-up encounter", "equivalence": "wider"}
    elements = [
        {"code": "control", "target": [target]},
        {"code": "old", "target": [{"equivalence": "unmatched"}]},
    ]
    group = {"source": SYSTEM, "target": "http://snomed.info/sct", "element": elements}
    return {
        "resourceType": "ConceptMap",
        "url": url,
        "version": "1.0.0",
        "name": "Visits",
        "status": "active",
        "group": [group],
        **more,
    }


def parameters(**values: Any) -> Json:
    """Parameters: each keyword is ``name__Type=value``; a list repeats the parameter; resources stand by ``name``."""
    rows: list[Json] = []
    for key, given in values.items():
        name, _, kind = key.partition("__")
        member = f"value{kind}" if kind else "resource"
        rows += [{"name": name, member: value} for value in (given if isinstance(given, list) else [given])]
    return {"resourceType": "Parameters", "parameter": rows}


def kept(person: Person, resource: Json) -> str:
    """Store ``resource``; its id."""
    answer = person.post(f"/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def values(answer: Json, name: str) -> list[Any]:
    """The values of the output parameter ``name``; a list of parts as (name, value) pairs."""
    return [_value(row) for row in answer["parameter"] if row["name"] == name]


def _value(row: Json) -> Any:
    if "part" in row:
        return {part["name"]: _value(part) for part in row["part"]}
    if "resource" in row:
        return row["resource"]
    return next(value for key, value in row.items() if key.startswith("value"))
