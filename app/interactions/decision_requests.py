"""What a client of CDS Hooks sends, read and checked: a call of a hook, and feedback on cards.

https://cds-hooks.hl7.org/2.0/#http-request-1 and https://cds-hooks.hl7.org/2.0/#feedback. Everything that is wrong is told
at once, each with its place.
"""

import re
import uuid
from dataclasses import dataclass
from typing import Any, Final

from app.fhir import json as fhir_json
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import BadRequest, Issue

Json = dict[str, Any]
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_OUTCOMES: Final = ("accepted", "overridden")
_MOST_FEEDBACK: Final = 100
_CODE = re.compile(r"[!-~]{1,64}")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the id of the woman, and the drafted orders that are selected."""

    patient: str
    selected: tuple[Json, ...] = ()


class _Problems(list[Issue]):
    def add(self, where: str, text: str, code: str = "value") -> None:
        self.append(Issue(code, text, (where,)))

    def text(self, holder: Json, name: str, where: str) -> str:
        """A text that must be there; empty where it is not."""
        found = holder.get(name)
        if isinstance(found, str) and found:
            return found
        self.add(where, f"{where} must be a text" if name in holder else f"{where} is missing",
                 "value" if name in holder else "required")  # fmt: skip
        return ""

    def uuid(self, holder: Json, name: str, where: str) -> str:
        found = self.text(holder, name, where)
        if found:
            try:
                return str(uuid.UUID(found))
            except ValueError:
                self.add(where, f"{where} must be a UUID")
        return ""

    def end(self) -> None:
        if self:
            raise BadRequest(self)


def _object(body: bytes) -> Json:
    whole = fhir_json.parse(body)
    if not isinstance(whole, dict):
        raise BadRequest("The body must be a JSON object", code="structure")
    return whole


def read_call(body: bytes, hook: str) -> Call:
    """A call of ``hook``. Raises BadRequest."""
    whole, problems = _object(body), _Problems()
    named = problems.text(whole, "hook", "hook")
    if named and named != hook:
        problems.add("hook", f"hook must be {hook}, the hook of this service")
    problems.uuid(whole, "hookInstance", "hookInstance")
    given = whole.get("context")
    if not isinstance(given, dict):
        problems.add("context", "context must be a JSON object", "required")
        problems.end()
    context: Json = given if isinstance(given, dict) else {}
    problems.text(context, "userId", "context.userId")
    patient = problems.text(context, "patientId", "context.patientId")
    if patient and (not _ID.fullmatch(patient) or looks_like_person_number(patient)):
        problems.add(
            "context.patientId", "context.patientId must be the id of the Patient here, as Patient.id"
        )
    if hook == "encounter-start":
        problems.text(context, "encounterId", "context.encounterId")
    selected = _selected(context, problems) if hook == "order-select" else ()
    problems.end()
    return Call(patient, selected)


def _selected(context: Json, problems: _Problems) -> tuple[Json, ...]:
    """The drafted orders that ``selections`` names."""
    names, drafts = context.get("selections"), _drafts(context.get("draftOrders"), problems)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        text = "context.selections must name drafted orders, as ServiceRequest/id"
        problems.add("context.selections", text, "required")
        return ()
    if not set(names) <= set(drafts):
        text = "context.selections names an order that context.draftOrders does not hold"
        problems.add("context.selections", text)
    return tuple(drafts[name] for name in dict.fromkeys(names) if name in drafts)


def _drafts(bundle: Any, problems: _Problems) -> dict[str, Json]:
    """The drafted orders by type and id."""
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    if not isinstance(entries, list) or bundle.get("resourceType") != "Bundle":
        text = "context.draftOrders must be a Bundle with the drafted orders"
        problems.add("context.draftOrders", text, "required")
        return {}
    found: dict[str, Json] = {}
    for number, entry in enumerate(entries):
        order = entry.get("resource") if isinstance(entry, dict) else None
        kind, id_ = (order.get("resourceType"), order.get("id")) if isinstance(order, dict) else (None, None)
        if isinstance(order, dict) and isinstance(kind, str) and isinstance(id_, str):
            found[f"{kind}/{id_}"] = order
        else:
            where = f"context.draftOrders.entry[{number}].resource"
            problems.add(where, "A drafted order is a resource with an id", "structure")
    return found


def read_feedback(body: bytes) -> list[Json]:
    """What became of each card, as it is logged: codes and ids, no free text. Raises BadRequest."""
    whole, problems = _object(body), _Problems()
    rows = whole.get("feedback")
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_FEEDBACK:
        raise BadRequest(f"feedback must be a list of 1 to {_MOST_FEEDBACK}", "feedback")
    told = [_outcome(row, f"feedback[{number}]", problems) for number, row in enumerate(rows)]
    problems.end()
    return told


def _outcome(row: Any, where: str, problems: _Problems) -> Json:
    if not isinstance(row, dict):
        problems.add(where, f"{where} must be a JSON object", "structure")
        return {}
    told: Json = {"card": problems.uuid(row, "card", f"{where}.card")}
    outcome = problems.text(row, "outcome", f"{where}.outcome")
    if outcome and outcome not in _OUTCOMES:
        problems.add(f"{where}.outcome", f"{where}.outcome is one of {', '.join(_OUTCOMES)}")
    told["outcome"] = outcome
    problems.text(row, "outcomeTimestamp", f"{where}.outcomeTimestamp")
    if outcome == "accepted":
        told["suggestions"] = _accepted(row.get("acceptedSuggestions"), where, problems)
    reason = row.get("overrideReason")
    coded = reason.get("reason") if isinstance(reason, dict) else None
    if isinstance(coded, dict):
        code = problems.text(coded, "code", f"{where}.overrideReason.reason.code")
        if code and (not _CODE.fullmatch(code) or looks_like_person_number(code)):
            problems.add(f"{where}.overrideReason.reason.code", "The reason must be one that the card gave")
        told["reason"] = code
    return told


def _accepted(rows: Any, where: str, problems: _Problems) -> list[str]:
    if not isinstance(rows, list) or not rows or len(rows) > _MOST_FEEDBACK:
        problems.add(
            f"{where}.acceptedSuggestions", f"{where}.acceptedSuggestions must name suggestions", "required"
        )
        return []
    return [
        problems.uuid(row if isinstance(row, dict) else {}, "id", f"{where}.acceptedSuggestions[{number}].id")
        for number, row in enumerate(rows)
    ]
