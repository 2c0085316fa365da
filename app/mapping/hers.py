"""What she registers herself: how each is called, and what became of it.

https://hl7.org/fhir/R4/resource.html#Meta (tag). What a clinician said of it stands in the extension ``confirmation``.
"""

from collections.abc import Iterator
from datetime import datetime

from app.fhir import codes as c
from app.fhir.operations_on_hers import HERS
from app.fhir.terminology_shipped import shipped
from app.mapping.elements import Element, child, children, codings, label, labels, moment, tags, text
from app.mapping.item_facts import item_of
from app.mapping.private_items import tells
from app.pregnancy import background as b
from app.pregnancy import facts as f

WITHDRAWN = frozenset({"entered-in-error", "cancelled"})  # by herself
NAMES = {
    c.BP_PANEL: "Blodtrykk", c.WEIGHT: "Vekt", c.FUNDAL_HEIGHT: "SF-mål", c.FETAL_HEART_RATE: "Fosterets hjertefrekvens",
    c.FETAL_MOVEMENT: "Liv", c.URINE_PROTEIN: "Protein i urin", c.HAEMOGLOBIN: "Hb",
}  # fmt: skip
FORMS = f"{c.CANONICAL}/Questionnaire/"


def title(resource: Element) -> str:
    """How a resource is called in a list; its type where nothing names it."""
    named = (
        text(resource, "title"),
        text(resource, "description") if text(resource, "resourceType") == "Task" else "",
        text(child(resource, "code"), "text") or _called(child(resource, "code")),
        label(child(resource, "code")),
        label(child(resource, "medicationCodeableConcept")),
        _form(text(resource, "questionnaire")),
    )
    return next(filter(None, named), text(resource, "resourceType"))


def _called(concept: Element) -> str:
    """The card's own name of what a code says, so that nobody reads a number in a list."""
    keys = tuple(codings(concept))
    row = item_of(keys)
    return row.name if row else next((NAMES[code] for _, code in keys if code in NAMES), "")


def _form(canonical: str) -> str:
    """The title of a form that is shipped, in bokmål whichever language she answered it in."""
    url = canonical.partition("|")[0]
    if not url.startswith(FORMS):
        return ""
    plain = url.removesuffix("-nn").removesuffix("-en")
    found = (shipped(("Questionnaire", one)) for one in (f"{plain}-nb", plain, url))
    return next((text(one, "title") for one in found if isinstance(one, dict)), "")


def registered(resource: Element, source: str) -> Iterator[f.Fact]:
    """That she registered it, and what became of it: it waits, or was confirmed or declined, by whom and when."""
    kind, found = text(resource, "resourceType"), tags(resource)
    if kind not in HERS or "self-reported" not in found:
        return
    state = next((one for one in ("declined", "confirmed") if one in found), "waiting")
    if state == "waiting" and text(resource, "status") in WITHDRAWN:
        return
    said = next(
        (row for row in children(resource, "extension") if text(row, "url") == c.EXT_CONFIRMATION), {}
    )
    parts = {text(row, "url"): row for row in children(said, "extension")} if state != "waiting" else {}
    names = (text(child(parts.get(name, {}), "valueReference"), "display") for name in ("by", "organization"))
    yield b.Registered(
        source=source,
        when=_when(resource),
        labels=labels(resource)
        | ({c.NOPAT} if tells(resource) and kind != "QuestionnaireResponse" else frozenset()),
        title=title(resource),
        proposes=kind == "Task",
        state=state,
        by=", ".join(filter(None, names)),
        at=moment(text(parts.get("at", {}), "valueInstant")),
        reason=text(parts.get("reason", {}), "valueString"),
    )


def _when(resource: Element) -> datetime:
    given = (
        text(resource, name)
        for name in ("effectiveDateTime", "authored", "authoredOn", "created", "dateAsserted")
    )
    stored = text(child(resource, "meta"), "lastUpdated")
    return next(filter(None, map(moment, (*given, stored))), f.ALWAYS)
