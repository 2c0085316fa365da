"""Contradictions of the card as DetectedIssue: what is computed is told, and one that a clinician stored settles it.

https://hl7.org/fhir/R4/detectedissue.html. A stored DetectedIssue settles the contradiction whose key it has as identifier
where it says how (``mitigation``); her own word does not, nor one that is preliminary or in error.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.fhir import codes as c
from app.mapping.document_parts import security, urn
from app.mapping.elements import Element, children, labels, self_reported, text
from app.mapping.record_facts import Surroundings, source
from app.pregnancy.answers import ANSWERS, OUTCOMES
from app.pregnancy.background import Allergy, Condition, ContradictionSettled, Fetus
from app.pregnancy.card import View
from app.pregnancy.contradictions import Contradiction
from app.pregnancy.facts import (
    ALWAYS,
    BirthOutcome,
    DueDateStatement,
    Fact,
    FetusCount,
    LastMenstrualPeriod,
    OocyteRetrieval,
    RhesusD,
)
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Amount, Answer

KEY = f"{c.CANONICAL}/contradiction-key"
TITLE = "Opplysninger som ikke stemmer overens"
SAID = frozenset({"final", "amended", "corrected"})
MEANWHILE = {
    "latest": "Til det er avklart, regner kortet med det som ble registrert sist.",
    "rhd-negative": "Til det er avklart, gjelder RhD-negativ.",
    "rhd-positive": "Til det er avklart, regnes fosteret som RhD-positivt.",
    "term": "Til det er avklart, gjelder terminen som står på kortet.",
    "fetuses": "Til det er avklart, regner kortet med det siste antallet, og aldri færre enn de som er navngitt.",
}
Json = dict[str, Any]
Rows = list[tuple[str, tuple[str, ...]]]


def settled(resource: Element, _: Surroundings) -> Iterator[Fact]:
    """That a clinician has said how the records came to differ."""
    if (
        text(resource, "status") not in SAID
        or not children(resource, "mitigation")
        or self_reported(resource)
    ):
        return
    for row in children(resource, "identifier"):
        if text(row, "system") == KEY and text(row, "value"):
            yield ContradictionSettled(
                source=source(resource), labels=labels(resource), key=text(row, "value")
            )


def lines(view: View) -> Rows:
    """Each contradiction in one line, with the records that it rests on."""
    return [(line(row), row.inputs) for row in view.contradictions]


def issues(view: View, subject: Json, device: str, urls: Mapping[str, str]) -> dict[str, Json]:
    """All of them by their addresses in the document, each with the labels of what it rests on."""
    return {
        urn(f"contradiction/{row.key}"): {
            "resourceType": "DetectedIssue",
            **security(row.labels),
            **issue(row, subject, device, urls),
        }
        for row in view.contradictions
    }


def issue(row: Contradiction, subject: Json, device: str, urls: Mapping[str, str]) -> Json:
    """One as a resource of the document. Whoever settles it stores it with a ``mitigation``."""
    implicated = [{"reference": urls[name]} for name in row.inputs if name in urls]
    return {
        "identifier": [{"system": KEY, "value": row.key}],
        "status": "preliminary",
        "code": {
            "coding": [{"system": c.CS_CARD, "code": f"contradiction-{row.row.id}"}],
            "text": row.row.title,
        },
        "severity": "moderate",
        **({"patient": subject} if "reference" in subject else {}),
        "author": {"reference": device},
        "implicated": implicated,
        "detail": line(row),
    }


def line(row: Contradiction) -> str:
    """The contradiction in one line: each side, and what counts meanwhile."""
    sides = "; ".join(map(_side, row.sides))
    return f"{row.row.title}: {sides}. {MEANWHILE[row.row.meanwhile]}"


def _side(fact: Fact) -> str:
    fetus = f" (foster {fact.fetus})" if fact.fetus else ""
    when = f"{fact.day:%d.%m.%Y}" if fact.when > ALWAYS else ""
    whose = "" if fact.confirmed else "egen opplysning"
    noted = ", ".join(filter(None, (when, whose)))
    return f"{_said(fact)}{fetus}" + (f" ({noted})" if noted else "")


def _said(fact: Fact) -> str:  # noqa: PLR0911 (one line for each kind of fact)
    match fact:
        case RhesusD():
            return "RhD-positiv" if fact.positive else "RhD-negativ"
        case FetusCount():
            return f"{fact.count} foster" if fact.count == 1 else f"{fact.count} fostre"
        case LastMenstrualPeriod():
            return f"siste menstruasjon {fact.first_day:%d.%m.%Y}"
        case OocyteRetrieval():
            return f"egguthenting {fact.retrieved:%d.%m.%Y}"
        case DueDateStatement():
            return f"termin {fact.due:%d.%m.%Y}"
        case BirthOutcome():
            return OUTCOMES.get(fact.outcome, "avsluttet").lower()
        case Amount():
            return f"{ITEMS[fact.item].name}: {fact.value:g}".replace(".", ",")
        case Answer():
            return f"{ITEMS[fact.item].name}: {ANSWERS.get(fact.value, fact.value)}"
        case Allergy() | Condition() | Fetus():
            return f"foster {fact.name}" if isinstance(fact, Fetus) else fact.name
    return ""
