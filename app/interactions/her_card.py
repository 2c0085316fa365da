"""Which of her cards a draft belongs to, where it says so or there is only one: https://hl7.org/fhir/R4/episodeofcare.html"""

from typing import Any

from app.fhir import codes, newborn
from app.fhir.registry import BY_NAME
from app.interactions.belonging import Draft, Preparation, literal_key, patient_of, referenced
from app.store.tables import OPEN_EPISODE

Json = dict[str, Any]


def episode_of(preparation: Preparation, draft: Draft, patient: str | None) -> str | None:
    """Her card: through the encounter, the extension, or the only open card; none otherwise (design §3)."""
    row, fetus = BY_NAME[draft.type], newborn.is_fetus(draft.resource)
    if draft.resource is None or patient is None or not (row.episode or fetus):
        return None
    if draft.type == "EpisodeOfCare":
        return draft.id
    for key in (key for path in row.episode for key in referenced(preparation, draft.resource, path)):
        if key[0] == "EpisodeOfCare":
            return key[1]
        if key in preparation.by_key:
            return episode_of(preparation, preparation.by_key[key], patient)
        target = preparation.targets.found.get(key)
        if target is not None and target.episode:
            return target.episode
    named = _named_card(draft.resource, preparation.context.house.fhir_base)
    # A fetus is of its own pregnancy and of no later one, also where it is corrected later
    before = preparation.targets.found.get(draft.key) if fetus else None
    return named or (before.episode if before else None) or _open_card(preparation, patient)


def _named_card(resource: Json, base: str) -> str | None:
    """The card that an extension names."""
    for extension in resource.get("extension", ()):
        if extension.get("url") in {codes.EXT_EPISODE, codes.EXT_CORE_EPISODE}:
            key = literal_key(extension.get("valueReference", {}).get("reference", ""), base)
            return key[1] if key else None
    return None


def _open_card(preparation: Preparation, patient: str) -> str | None:
    for draft in preparation.drafts:
        resource = draft.resource if draft.type == "EpisodeOfCare" else None
        if resource and resource.get("status") in OPEN_EPISODE and patient_of(preparation, draft) == patient:
            return draft.id
    return preparation.targets.open_episode.get(patient)
