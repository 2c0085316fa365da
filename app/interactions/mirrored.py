"""Whether a write would change what the national service is master of: it is refused here, and says who is (409).

The one look that it takes is folded into the statement that looks up what a write refers to, and only where the national
record is set up at all.
"""

from collections.abc import Iterator, Sequence

from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir.outcome import Issue
from app.interactions.belonging import Draft, Preparation, literal_key, patient_of
from app.interactions.context import Context
from app.mapping.dhg_chart import Json
from app.mapping.dhg_mirror import TYPES, moved, stated

CODE = "conflict"
WHO = "the national maternity record (digitalt helsekort for gravide) is master of her record"


def asked(context: Context) -> bool:
    """Whether any woman's record can be mirrored here, and the caller does not mirror it."""
    return bool(context.house.settings.national_record_url) and context.caller.role is not Role.SYSTEM


def grounds(context: Context, drafts: Sequence[Draft], base: str) -> Iterator[str]:
    """The resources whose stored copy decides too: what is changed, and the consultation that a finding is of."""
    if not asked(context):
        return
    for draft in drafts:
        if draft.type in TYPES and draft.method != "create":
            yield f"{draft.type}/{draft.id}"
        key = _encounter(draft, base)
        if key:
            yield "/".join(key)


def _encounter(draft: Draft, base: str) -> tuple[str, str] | None:
    held = draft.resource.get("encounter") if draft.resource and draft.type == "Observation" else None
    text = held.get("reference") if isinstance(held, dict) else None
    return literal_key(text, base) if isinstance(text, str) else None


def problems(preparation: Preparation, draft: Draft) -> Iterator[Issue]:
    """What of ``draft`` is not to be changed here."""
    if draft.type not in TYPES or not asked(preparation.context):
        return
    found = preparation.targets.found
    woman = found.get(("Patient", patient_of(preparation, draft) or "")) or found.get(draft.key)
    if woman is None or not woman.mirrored:
        return
    target = found.get(draft.key)
    before: Json | None = fhir_json.read(target.body) if target and target.body else None
    encounter = _held(preparation, draft)
    path = moved(stated(before, encounter), stated(draft.resource, encounter))
    if path:
        yield Issue(CODE, f"{draft.place}{path} is not changed here: {WHO}; change it there", (draft.type,))


def _held(preparation: Preparation, draft: Draft) -> Json | None:
    """The consultation that a finding is of."""
    base = preparation.context.house.fhir_base
    key = _encounter(draft, base)
    if key is None:
        return None
    if key in preparation.by_key:
        return preparation.by_key[key].resource
    target = preparation.targets.found.get(key)
    return fhir_json.read(target.body) if target and target.body else None


__all__ = ["CODE", "asked", "grounds", "problems"]
