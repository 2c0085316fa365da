"""Guardians of one under 16: who registers them, and that she takes part is agreed by them when she has been heard.

Pasient- og brukerrettighetsloven (pbrl) §§ 3-4, 4-3, 4-4. No register is asked who has parental responsibility: her carer
registers the guardian by name and number, with the ground (a Consent that permits, the actor's role ``GUARD``), or she does.
That she was heard is Consent's own word: ``verification`` with herself (https://hl7.org/fhir/R4/consent.html).
"""

from collections.abc import Iterator
from typing import Any

from app.fhir.outcome import Issue

Json = dict[str, Any]


def _is_heard(consent: Json) -> bool:
    woman = consent.get("patient", {}).get("reference")
    return woman is not None and any(
        row.get("verified") is True and row.get("verifiedWith", {}).get("reference") == woman
        for row in consent.get("verification", ())
    )


def registered(consent: Json, place: str) -> Iterator[Issue]:
    """What a registration of a guardian by a carer lacks."""
    if not _is_heard(consent):
        text = f"{place}Before a guardian is registered she is heard: verification with her as verifiedWith, verified"
        yield Issue("business-rule", text, ("Consent.verification",))


def agreed(consent: Json, place: str, *, is_part: bool) -> Iterator[Issue]:
    """What is wrong with a guardian's own Consent; ``is_part``: it says that she takes part, and nothing else."""
    if not is_part:
        text = f"{place}A guardian agrees that she takes part (permit, of category taking-part), and chooses nothing else"
        yield Issue("business-rule", text, ("Consent.provision",))
    if consent.get("patient", {}).get("reference") in {
        row.get("reference") for row in consent.get("performer", ())
    }:
        yield Issue(
            "business-rule", f"{place}It is the guardian's: she is not its performer", ("Consent.performer",)
        )
    yield from registered(consent, place)


def of_age(place: str) -> Issue:
    """The refusal of a guardian of one who has none."""
    text = f"{place}From 16 she decides herself: no guardian is registered"
    return Issue("business-rule", text, ("Consent.provision.actor",))
