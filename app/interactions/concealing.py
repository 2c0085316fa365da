"""Which drafts tell of an induced abortion, or refer to what does: a label that only the store knows (``TOP``).

Shown to herself, to who wrote it, to the hospital that cares for her and in an emergency, and to nobody else
(``app/access/rules.py``). What she writes herself is hers to tell.
"""

from app.access.caller import LAY
from app.fhir import codes
from app.interactions.belonging import Draft, Preparation, literal_key
from app.mapping.elements import tags
from app.mapping.terminations import tells
from app.store.targets import Key

# Hers whatever is found in them: who she is, her card and her choices
NEVER = frozenset({"Patient", "RelatedPerson", "EpisodeOfCare", "CareTeam", "Consent"})


def look_up(preparation: Preparation) -> frozenset[Key]:
    """The drafts that are concealed."""
    if preparation.context.caller.role in LAY:
        return frozenset()
    hers = [draft for draft in preparation.drafts if draft.resource and draft.type not in NEVER]
    found = {draft.key for draft in hers if tells(draft.body) and not _by_herself(preparation, draft)}
    before = -1
    while before != len(found):
        before = len(found)
        found |= {draft.key for draft in hers if _refers(preparation, draft, found)}
    return frozenset(found)


def _by_herself(preparation: Preparation, draft: Draft) -> bool:
    """Whether she wrote it, and a clinician takes it into the card as it is."""
    before = preparation.targets.found.get(draft.key)
    return bool(before and codes.TOP not in before.labels and "self-reported" in tags(draft.resource or {}))


def _refers(preparation: Preparation, draft: Draft, found: set[Key]) -> bool:
    base = preparation.context.house.fhir_base
    for _, row in draft.outward:
        key = literal_key(row["reference"], base)
        target = preparation.targets.found.get(key) if key else None
        if key in found or (target and codes.TOP in target.labels and target.type not in NEVER):
            return True
    return False
