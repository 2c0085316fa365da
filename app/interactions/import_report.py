"""What became of each entry of a document that was taken into a card, as Parameters: same, new, differs with both values, left.

https://hl7.org/fhir/R4/parameters.html
"""

from dataclasses import dataclass
from typing import Any

from app.interactions.context import Answer, in_parameters
from app.mapping.arrivals import Arrival, Arrived, unknown_systems

Json = dict[str, Any]
SAME, NEW, DIFFERS, LEFT = "same", "new", "differs", "left"
_PERSON = ("name", "birthDate", "gender", "telecom", "address", "communication")


@dataclass(slots=True)
class Compared:
    """One entry: what became of it, its name here, ours that says otherwise."""

    row: Arrival
    outcome: str
    local: str = ""
    ours: str = ""
    says: str = ""
    ours_says: str = ""


def report(came: Arrived, compared: list[Compared], conflicts: list[str], woman: Json) -> Answer:
    """What became of each entry, what differs of the woman herself, and what is to be settled."""
    rows: list[Json] = [{"name": "document", "valueIdentifier": came.identifier}]
    counts = [(name, sum(row.outcome == name for row in compared)) for name in (SAME, NEW, DIFFERS)]
    rows += [{"name": name, "valueInteger": count} for name, count in (*counts, (LEFT, len(came.left)))]
    rows += [
        _person(name, came, woman)
        for name in _PERSON
        if came.woman.resource.get(name, woman.get(name)) != woman.get(name)
    ]
    rows += [_entry(row) for row in compared]
    rows += [_part(row, LEFT, [("reason", "String", why)]) for row, why in came.left]
    rows += [{"name": "contradiction", "valueString": line} for line in conflicts]
    strange = dict.fromkeys(one for row in compared for one in unknown_systems(row.row.resource))
    rows += [{"name": "unknownSystem", "valueUri": one} for one in strange]
    return in_parameters(*rows)


def _entry(row: Compared) -> Json:
    parts = [("resource", "Reference", {"reference": row.local}), ("says", "String", row.says)]
    if row.outcome == DIFFERS:
        parts += [("ours", "Reference", {"reference": row.ours}), ("oursSays", "String", row.ours_says)]
    return _part(row.row, row.outcome, parts)


def _person(name: str, came: Arrived, woman: Json) -> Json:
    """That the woman is written of otherwise here; ours stays."""
    parts = [
        ("element", "String", f"Patient.{name}"),
        ("ours", "Reference", {"reference": f"Patient/{woman.get('id', '')}"}),
    ]
    return _part(came.woman, DIFFERS, parts)


def _part(row: Arrival, outcome: str, parts: list[tuple[str, str, Any]]) -> Json:
    told_ = [{"name": "fullUrl", "valueUri": row.url or row.place}, {"name": "outcome", "valueCode": outcome}]
    told_ += [{"name": name, f"value{kind}": value} for name, kind, value in parts if value]
    return {"name": "entry", "part": told_}
