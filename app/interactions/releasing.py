"""Which results of a write wait until they are told her, and what stands beside them: labels that only the server gives.

Once a result waits, it waits through all corrections, until a clinician says that it was discussed (``$discussed``) or
its days are over (``app/mapping/release.py``, ``app/worker/releases.py``).
https://hl7.org/fhir/R4/security-labels.html
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from app import clock
from app.access.caller import LAY, Role
from app.fhir import codes
from app.fhir import json as fhir_json
from app.interactions.belonging import Draft, Preparation, literal_key, patient_of
from app.interactions.context import Context
from app.interactions.release import ONLY_OURS, Release
from app.mapping.elements import child, children, reference, tags, text
from app.mapping.release import BY_ID, of_nipt, waiting
from app.store import untold
from app.store.targets import Key, Target

Json = dict[str, Any]
ACT = "discuss"
HOLDING = frozenset({"Bundle", "DiagnosticReport", "Observation", "QuestionnaireResponse", "RiskAssessment"})
_MADE_OF = (("DiagnosticReport", "result"), ("Observation", "hasMember"))


def grounds(drafts: Iterable[Draft]) -> list[str]:
    """The resources whose stored copy says whether they were told her already (``Type/id``)."""
    return [
        f"{draft.type}/{draft.id}" for draft in drafts if draft.method != "create" and draft.type in HOLDING
    ]


async def look_up(preparation: Preparation) -> Release:
    """What of the set waits, and what stands beside it."""
    found = Release()
    for draft in preparation.drafts:
        if draft.resource is not None:
            _own(preparation, draft, found)
    nipt = [draft for draft in preparation.drafts if draft.resource and of_nipt(draft.resource)]
    women = {woman for draft in nipt if (woman := patient_of(preparation, draft))}
    waits = {patient_of(preparation, draft) for draft in nipt if draft.key in found.until}
    if women - waits:
        waits |= await untold.waits(preparation.context.session, women)
    found.beside |= {draft.key for draft in nipt if patient_of(preparation, draft) in waits}
    _spread(preparation, found)
    changed = (preparation.targets.found.get(draft.key) for draft in preparation.drafts)
    found.unsettled = bool(
        found.until or found.beside or any(target and target.labels & ONLY_OURS for target in changed)
    )
    return found


def _own(preparation: Preparation, draft: Draft, found: Release) -> None:
    """Whether ``draft`` itself waits, or was released before."""
    context, resource = preparation.context, draft.resource or {}
    before = preparation.targets.found.get(draft.key)
    stored: Json = fhir_json.read(before.body) if before and before.body else {}
    rows = waiting(resource)
    if before and codes.UNTOLD in before.labels:
        if context.act == ACT:
            found.over[draft.key] = "time-passed" if context.caller.role is Role.SYSTEM else "discussed"
        else:
            found.until[draft.key] = waits_until(stored) or _days(context, rows or BY_ID)
        return
    known = bool(rows) and rows <= waiting(stored)
    over = next((row for row in sorted(codes.OF_RELEASE & tags(stored))), None)
    if known and over:
        found.over[draft.key] = over
    elif rows and context.caller.role not in LAY and not (known and _hers(stored, before)):
        found.until[draft.key] = _days(context, rows)


def _hers(stored: Json, before: Target | None) -> bool:
    """Whether she reported it herself: it is no news to her."""
    return before is not None and "self-reported" in tags(stored)


def _days(context: Context, rows: Iterable[str]) -> str:
    return clock.instant(context.entry.at + timedelta(days=max(BY_ID[name].days for name in rows)))


def waits_until(resource: Mapping[str, Any]) -> str:
    """Until when a result waits, as its label says; empty where it does not wait."""
    for label in children(child(resource, "meta"), "security"):
        if text(label, "code") == codes.UNTOLD:
            return next((text(row, "valueDateTime") for row in children(label, "extension")), "")
    return ""


def _spread(preparation: Preparation, found: Release) -> None:
    """What refers to what waits, and what a closed report is made of, until nothing more is found."""
    base = preparation.context.house.fhir_base
    links = {
        draft.key: {key for _, row in draft.outward if (key := literal_key(row["reference"], base))}
        for draft in preparation.drafts
        if draft.resource and draft.type not in untold.NEVER
    }
    before = -1
    while before != len(found.beside):
        before = len(found.beside)
        closed = found.until.keys() | found.beside
        for draft in preparation.drafts:
            if draft.key in links and any(_closed(preparation, found, key) for key in links[draft.key]):
                found.beside.add(draft.key)
            if draft.key in closed:
                found.beside |= {key for key in _parts(draft, base) if key in links and key not in found.over}
    found.beside -= found.until.keys() | found.over.keys()


def _closed(preparation: Preparation, found: Release, key: Key) -> bool:
    if key in preparation.by_key:
        return key in found.until or key in found.beside
    target = preparation.targets.found.get(key)
    return target is not None and not target.labels.isdisjoint(ONLY_OURS)


def _parts(draft: Draft, base: str) -> set[Key]:
    """What a report or a panel is made of."""
    rows = (
        row for kind, name in _MADE_OF if kind == draft.type for row in children(draft.resource or {}, name)
    )
    return {key for row in rows if (key := literal_key(reference({"one": row}, "one"), base))}
