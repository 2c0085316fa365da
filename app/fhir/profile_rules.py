"""TABLE: the rules of our profiles that cardinality and codes cannot say, each by its key in fhir_profiles/.

https://hl7.org/fhir/R4/conformance-rules.html#constraints. The sources say each rule in FHIRPath; a test compares the
keys, and the official validator judges by the expressions. Rules get a resource that is valid as R4.
"""

from collections.abc import Iterable
from typing import Final

from app.fhir.codes import CS_CARD, VOLVEN_PROFESSION, VOLVEN_TEXT_RESULT
from app.fhir.invariant import Json, Rule, codes, either, has_choice
from app.fhir.newborn import fetus_links, is_fetus
from app.fhir.terminology import CodeSystem
from app.fhir.terminology_shipped import shipped

_NOT_YET: Final = frozenset({"registered", "cancelled", "entered-in-error"})
_NOT_BEGUN: Final = frozenset({"planned", "cancelled", "entered-in-error", "unknown"})
_NO_UNITS: Final = frozenset({"1", "{#}", "{score}", "[pH]"})
_DAY: Final = 10  # YYYY-MM-DD


def _open(value: Json) -> bool:
    return value.get("status") in _NOT_YET


def _has_value(value: Json) -> bool:
    names = ("dataAbsentReason", "component", "hasMember")
    return has_choice(value, "value") or any(name in value for name in names) or _open(value)


def _has_side(value: Json) -> bool:
    rows = value.get("component", ())
    told = any(has_choice(row, "value") or "dataAbsentReason" in row for row in rows)
    return told or "dataAbsentReason" in value or _open(value)


def _plain(value: Json) -> bool:
    return value.get("valueQuantity", {}).get("code", "1") in _NO_UNITS


def _whole_day(value: Json) -> bool:
    when = value.get("valueDateTime")
    return when is None or len(when) >= _DAY


def _reasoned(value: Json) -> bool:
    decided = "decided" in codes(value.get("method"), CS_CARD)
    return not decided or any("text" in note for note in value.get("note", ()))


def _begun(value: Json) -> bool:
    period = value.get("period", {})
    return value.get("status") in _NOT_BEGUN or "start" in period or "end" in period


def _said(value: Json) -> bool:
    rows = value.get("verificationStatus", {}).get("coding", ())
    return "code" in value or any(row.get("code") == "entered-in-error" for row in rows)


def _listed(concepts: Iterable[Json], system: str) -> bool:
    """Whether every code of ``system`` in ``concepts`` is one that this server holds."""
    held = shipped(("CodeSystem", system))
    known = held.concepts if isinstance(held, CodeSystem) else {}
    return all(code in known for concept in concepts for code in codes(concept, system))


def _chooses(value: Json) -> bool:
    root = value.get("provision", {})
    return value.get("status") != "active" or any("type" in one for one in (root, *root.get("provision", ())))


def _tells(value: Json) -> bool:
    names = ("condition", "note", "dataAbsentReason", "reasonCode")
    told = any(name in value for name in names) or has_choice(value, "deceased")
    return value.get("status") not in {"completed", "partial"} or told


RULES: Final[dict[str, Rule]] = {
    "hk-value": _has_value,
    "hk-side": _has_side,
    "hk-plain": _plain,
    "hk-day": _whole_day,
    "hk-decided": _reasoned,
    "hk-started": _begun,
    "hk-named": _said,
    "hk-fetus": is_fetus,
    "hk-fetus-name": lambda value: "name" in value,
    "hk-signed": lambda value: value.get("status") != "active" or either("author", "contributor")(value),
    "hk-nipt-ground": lambda value: "basedOn" in value or _open(value),
    "hk-nipt-consent": lambda value: (
        value.get("status") not in {"active", "completed"} or "supportingInfo" in value
    ),
    "hk-form": lambda value: value.get("status") not in {"completed", "amended"} or "questionnaire" in value,
    "hk-member": lambda value: all("member" in row for row in value.get("participant", ())),
    "hk-newborn": lambda value: bool(fetus_links(value)),
    "hk-profession": lambda value: _listed(
        (row["code"] for row in value.get("qualification", ())), VOLVEN_PROFESSION
    ),
    "hk-work": lambda value: _listed(value.get("code", ()), VOLVEN_PROFESSION),
    "hk-strip": lambda value: _listed([value.get("valueCodeableConcept", {})], VOLVEN_TEXT_RESULT),
    "hk-relative": either("relationship", "name", "identifier"),
    "hk-done": lambda value: "code" in value or value.get("status") == "entered-in-error",
    "hk-place": either("name", "description", "identifier", "address"),
    "hk-service": either("name", "type", "category", "specialty"),
    "hk-booked": lambda value: (
        value.get("status") != "booked" or any("actor" in row for row in value["participant"])
    ),
    "hk-family": _tells,
    "hk-choice": _chooses,
}
