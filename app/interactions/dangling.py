"""References that lead nowhere: https://hl7.org/fhir/R4/references.html. What is not told to a reader is told like what is
not there."""

from app.access.rules import CATALOGUE
from app.fhir.identifiers import looks_like_person_number
from app.fhir.registry import BY_NAME, CONCERNING
from app.interactions.belonging import RELATED, SEE_ALL, Draft, Preparation, literal_key, patient_of, there
from app.store.targets import Key


def nowhere(preparation: Preparation, draft: Draft, reference: str) -> str | None:
    """Why a reference leads nowhere; a resource of another woman is told like one that is not there.

    What is about no woman (a Group, a Subscription) is written by those who need no relation to any: whether what it
    names about women is there is not looked at, and so not told.
    """
    key = literal_key(reference, preparation.context.house.fhir_base)
    if key is None or key[0] not in BY_NAME or looks_like_person_number(reference):
        return _no_reference(reference, key)
    hers = patient_of(preparation, draft)
    if key in preparation.by_key:
        other = preparation.by_key[key]
        about = patient_of(preparation, other)
        stays = other.method != "delete" and (about in {None, hers} or hers is None)
        return None if stays else _elsewhere(key)
    role = preparation.context.caller.role
    if hers is None and key[0] in CONCERNING and role not in SEE_ALL:
        return (
            f"A {draft.type} is known to all and refers to no {key[0]}" if draft.type in CATALOGUE else None
        )
    if key not in preparation.targets.found and key == ("Patient", hers) and role in RELATED:
        return None  # decided like a woman without relation: the answer must not tell whether she is here
    return None if there(preparation, key, hers) else _elsewhere(key)


def _no_reference(reference: str, key: Key | None) -> str | None:
    """Why ``reference`` cannot be one to a resource of this server; None for one that leads elsewhere."""
    if looks_like_person_number(reference):
        return "A national identity number must not stand in a reference"
    if key is not None:
        return f"This server does not keep {key[0][:40]}"
    if reference.startswith("urn:"):
        return f"{reference[:80]} is not an entry of this bundle"
    return (
        None
        if reference.startswith("#") or "://" in reference
        else "This is no reference of the form Type/id"
    )


def _elsewhere(key: Key) -> str:
    return f"There is no {key[0]} with the id {key[1][:64]}, or it is not of this woman"
