"""A born child is a Patient of its own, whose ``link`` (seealso) leads to the fetus that it was, a RelatedPerson of the
mother: https://hl7.org/fhir/R4/patient-definitions.html#Patient.link.

Its record is kept within the mother's: who may do what with hers may do it with the child's. So that a search knows
without asking whose record is meant, the server names each child by an id of its own kind (docs/adr/0008).
"""

from collections.abc import Container
from hashlib import sha256
from typing import Any, Final

from app.fhir.codes import CS_CARD

PREFIX: Final = "child-"
LABEL: Final = "NEWBORN"  # in the store only: a Patient that is a child, and what has a child as subject
OF_THE_MOTHER: Final = frozenset(
    {"EpisodeOfCare", "CareTeam", "Consent", "Flag"}
)  # hers, and so for the child too


def is_child(id_: str) -> bool:
    """Whether a Patient's id is that of a born child."""
    return id_.startswith(PREFIX)


def is_fetus(resource: dict[str, Any] | None) -> bool:
    """Whether a RelatedPerson is a fetus of the woman."""
    if resource is None or resource["resourceType"] != "RelatedPerson":
        return False
    named = (row for concept in resource.get("relationship", ()) for row in concept.get("coding", ()))
    return any((row.get("system"), row.get("code")) == (CS_CARD, "fetus") for row in named)


def fetus_links(resource: dict[str, Any]) -> list[str]:
    """What a Patient says that it is also: references that are, or may become, one to a RelatedPerson."""
    links = (row for row in resource.get("link", ()) if row.get("type") == "seealso")
    named = (row.get("other", {}).get("reference", "") for row in links)
    return [text for text in named if text.startswith(("RelatedPerson/", "RelatedPerson?", "urn:"))]


def named(resource: dict[str, Any], id_: str, women: Container[str] = ()) -> str:
    """The id that a new resource gets of the fresh ``id_``; ``women`` are the names that its Bundle gives other Patients."""
    links = fetus_links(resource) if resource.get("resourceType") == "Patient" else []
    return f"{PREFIX}{id_}" if any(link not in women for link in links) else id_


def number(fetus: str) -> int:
    """The number of the lock that whoever registers the child of a fetus holds."""
    return int.from_bytes(sha256(f"child of {fetus}".encode()).digest()[:8], signed=True)
