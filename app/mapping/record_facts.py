"""Every other resource type → facts: who she is, her card, visits, dangers, plan, team, closed findings.

https://hl7.org/fhir/R4/resourcelist.html; how each is recorded: docs/content.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.fhir import codes as c
from app.mapping.elements import (
    Element,
    child,
    children,
    codes,
    codings,
    day,
    has_code,
    label,
    labels,
    moment,
    reference,
    self_reported,
    text,
)
from app.pregnancy import background as b
from app.pregnancy import facts as f

INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
FINDING_KEY = f"{c.CANONICAL}/finding-key"
VISITS = ("first-visit", "antenatal-visit", "ultrasound", "home-visit", "postpartum-visit")
HELD = frozenset({"finished", "in-progress", "arrived", "triaged", "onleave"})
GONE = frozenset({"inactive", "resolved", "remission"})
REFUTED = frozenset({"refuted", "entered-in-error"})
PROFESSIONS = {  # Volven 9060
    "JO": "Jordmor", "LE": "Lege", "SP": "Sykepleier", "PS": "Psykolog", "FT": "Fysioterapeut", "HF": "Helsefagarbeider",
    "HE": "Helsesekretær",
}  # fmt: skip
NO_PLAN = frozenset({"entered-in-error", "revoked"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The other resources of the card, by ``Type/id``."""

    by_reference: Mapping[str, Element]
    children: Mapping[str, str] = field(default_factory=dict)  # born children, and the fetus that each was

    def name(self, element: Element, member: str) -> str:
        """How the referenced person or organisation is called."""
        target = self.by_reference.get(reference(element, member), {})
        return official_name(target) or text(target, "name") or text(child(element, member), "display")


Reader = Callable[[Element, Surroundings], Iterator[f.Fact]]


def official_name(resource: Element) -> str:
    """The name of a person, written as read aloud."""
    names = children(resource, "name")
    if not names:
        return ""
    chosen = next((row for row in names if text(row, "use") == "official"), names[0])
    given = chosen.get("given")
    first = [part for part in given if isinstance(part, str)] if isinstance(given, list) else []
    return text(chosen, "text") or " ".join(filter(None, [*first, text(chosen, "family")]))


def source(resource: Element) -> str:
    return f"{text(resource, 'resourceType')}/{text(resource, 'id')}"


def _since(resource: Element, *names: str) -> datetime:
    found = (moment(text(resource, name)) for name in names)
    return next(filter(None, found), f.ALWAYS)


def woman(resource: Element, _: Surroundings) -> Iterator[f.Fact]:
    numbers = [
        text(row, "value")
        for row in children(resource, "identifier")
        if text(row, "system") in c.PERSON_NUMBERS
    ]
    spoken = children(resource, "communication")
    chosen = next((row for row in spoken if row.get("preferred") is True), spoken[0] if spoken else {})
    asked = [
        row.get("valueBoolean") for row in children(resource, "extension") if text(row, "url") == INTERPRETER
    ]
    phones = (text(row, "value") for row in children(resource, "telecom") if text(row, "system") == "phone")
    yield b.Woman(
        source=source(resource),
        labels=labels(resource),
        name=official_name(resource),
        identifier=numbers[0] if numbers else "",
        birth_date=day(text(resource, "birthDate")),
        language=label(child(chosen, "language")),
        interpreter=next((value for value in asked if isinstance(value, bool)), None),
        phone=next(phones, ""),
    )


def episode(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    yield b.Episode(
        source=source(resource),
        labels=labels(resource),
        status=text(resource, "status"),
        organization=around.name(resource, "managingOrganization"),
    )


def fetus(resource: Element, _: Surroundings) -> Iterator[f.Fact]:
    name = official_name(resource)
    if name and has_code(children(resource, "relationship"), c.CS_CARD, "fetus"):
        yield b.Fetus(source=source(resource), labels=labels(resource), name=name)


def visit(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    start = moment(text(child(resource, "period"), "start")) or moment(text(child(resource, "period"), "end"))
    if start is None or text(resource, "status") not in HELD:
        return
    kinds = {code for row in children(resource, "type") for code in codes(row, c.CS_CARD)}
    people = (around.name(row, "individual") for row in children(resource, "participant"))
    yield f.Visit(
        source=source(resource),
        when=start,
        labels=labels(resource),
        encounter=source(resource),
        kind=next((kind for kind in VISITS if kind in kinds), "other"),
        by=", ".join(filter(None, people)),
        place=around.name(resource, "serviceProvider"),
    )


def _standing(resource: Element) -> bool:
    statuses = {code for name in ("clinicalStatus", "verificationStatus") for code in _plain(resource, name)}
    return not statuses & (GONE | REFUTED)


def _plain(resource: Element, name: str) -> set[str]:
    return {text(row, "code") for row in children(child(resource, name), "coding")}


def _by_clinician(resource: Element) -> bool:
    """Critical information is what a clinician vouches for; her own word becomes that when one confirms it."""
    vouched = "confirmed" in _plain(resource, "verificationStatus") and not self_reported(resource)
    return vouched and not any(
        reference(resource, name).startswith("Patient/") for name in ("recorder", "asserter")
    )


def allergy(resource: Element, _: Surroundings) -> Iterator[f.Fact]:
    name = label(child(resource, "code"))
    if name and _standing(resource):
        yield b.Allergy(
            source=source(resource),
            when=_since(resource, "recordedDate", "onsetDateTime"),
            labels=labels(resource),
            confirmed=not self_reported(resource),
            name=name,
            critical=_by_clinician(resource),
        )


def condition(resource: Element, _: Surroundings) -> Iterator[f.Fact]:
    name = label(child(resource, "code"))
    if name and _standing(resource):
        critical = has_code(children(resource, "category"), c.CS_CARD, "critical")
        yield b.Condition(
            source=source(resource),
            when=_since(resource, "recordedDate", "onsetDateTime"),
            labels=labels(resource),
            confirmed=not self_reported(resource),
            name=name,
            critical=critical and _by_clinician(resource),
        )


def birth_plan(resource: Element, _: Surroundings) -> Iterator[f.Fact]:
    is_plan = has_code(children(resource, "category"), c.SNOMED, c.BIRTH_PLAN)
    if not is_plan or text(resource, "status") in NO_PLAN:
        return
    wishes = (text(child(row, "detail"), "description") for row in children(resource, "activity"))
    lines = tuple(filter(None, [text(resource, "description"), *wishes]))
    title = text(resource, "title")
    yield b.BirthPlan(
        source=source(resource),
        when=_since(resource, "created"),
        labels=labels(resource),
        confirmed=not self_reported(resource),
        title=title,
        lines=lines,
    )


def care_team(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    if text(resource, "status") in {"entered-in-error", "inactive", "suspended"}:
        return
    for row in children(resource, "participant"):
        name = around.name(row, "member")
        if name:
            yield b.CareTeamMember(
                source=source(resource),
                when=_since(child(row, "period"), "start"),
                labels=labels(resource),
                name=name,
                role=", ".join(filter(None, map(_role, children(row, "role")))),
                organization=around.name(row, "onBehalfOf"),
            )


def _role(concept: Element) -> str:
    """A role as a reader would name it; a profession that is only coded, in Norwegian."""
    stated = (PROFESSIONS.get(code, "") for code in codes(concept, c.VOLVEN_PROFESSION))
    named = label(concept)
    return next(filter(None, stated), named) if named in codes(concept, c.VOLVEN_PROFESSION) else named


def closed_finding(resource: Element, _: Surroundings) -> Iterator[f.Fact]:
    """A Flag of this server that a clinician made inactive; one that the rules ended may come back."""
    tags = codings({"coding": child(resource, "meta").get("tag")})
    if text(resource, "status") != "inactive" or (c.CS_CARD, "ended-by-rule") in tags:
        return
    for row in children(resource, "identifier"):
        if text(row, "system") == FINDING_KEY and text(row, "value"):
            yield b.FindingClosed(source=source(resource), labels=labels(resource), key=text(row, "value"))


READERS: dict[str, Reader] = {
    "Patient": woman,
    "EpisodeOfCare": episode,
    "RelatedPerson": fetus,
    "Encounter": visit,
    "AllergyIntolerance": allergy,
    "Condition": condition,
    "CarePlan": birth_plan,
    "CareTeam": care_team,
    "Flag": closed_finding,
}
