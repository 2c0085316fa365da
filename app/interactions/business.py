"""The pilot's rules on a resource beyond base FHIR: identifiers, home municipality, the card's profiles.

Identifiers: no-basis and Skatteetaten's rules (docs/content.md). In the sandbox only synthetic people, in production
none. The harness is held to base R4, but real people's numbers are refused from it too.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.access.caller import Caller, Role
from app.fhir import plausibility, profiles, questionnaire_answers
from app.fhir.codes import CANONICAL, FNR, HPR, ORGNR, PERSON_NUMBERS
from app.fhir.identifiers import problem
from app.fhir.outcome import Issue
from app.fhir.terminology_shipped import shipped
from app.interactions import choices, corrections, guardianship, standing
from app.mapping import item_checks
from app.settings import Settings

Json = dict[str, Any]
_IDENTIFIED = frozenset({"Patient", "RelatedPerson", "Practitioner", "Organization"})
_SIGNING = ("Practitioner", "PractitionerRole")
_ONE_NUMBER = {  # whom a number names must not be ambiguous: access and blocks go by it
    "Patient": (FNR, "A woman has one national identity number"),
    "Practitioner": (HPR, "A person has one HPR number"),
    "Organization": (ORGNR, "An organisation has one organisation number"),
}


def problems(
    resource: dict[str, Any], settings: Settings, caller: Caller, method: str, place: str = ""
) -> Iterator[Issue]:
    """What a resource breaks; ``place`` stands before each text."""
    name = resource["resourceType"]
    if name in _IDENTIFIED:
        yield from _identifiers(resource, settings, caller, place)
    if name == "Consent":
        yield from _let_in(resource, settings, place)
    if name in _ONE_NUMBER:
        yield from _several_numbers(resource, place)
    if caller.role is Role.HARNESS:
        return
    if name == "Patient" and method == "create":
        yield from _outside(resource, settings, place)
    yield from _of_profiles(resource, caller, place)


def _of_profiles(resource: Json, caller: Caller, place: str) -> Iterator[Issue]:
    """What the card's profiles ask, what cannot be at all, and answers that their questionnaire does not take."""
    found = [*profiles.problems(resource), *plausibility.errors(resource)]
    found += item_checks.issues(resource) if not found else ()
    if resource["resourceType"] == "CarePlan":
        found += _unsigned(resource, by_her=caller.role is Role.CITIZEN)
    if resource["resourceType"] == "Task" and caller.role is Role.CITIZEN:
        found += corrections.problems(resource)
    if resource["resourceType"] == "QuestionnaireResponse":
        asked = shipped(("Questionnaire", resource.get("questionnaire", "")))
        found += (
            questionnaire_answers.problems(resource, asked) if isinstance(asked, dict) else _unasked(resource)
        )
    for issue in found:
        yield Issue(issue.code, f"{place}{issue.diagnostics}", issue.expression, issue.severity)


def _unasked(response: Json) -> Iterator[Issue]:
    """A form that is not shipped: one under our own address cannot be, another is not looked at."""
    form = response.get("questionnaire", "")
    if form.startswith(f"{CANONICAL}/"):
        text = f"QuestionnaireResponse.questionnaire: there is no form {form[:120]} here"
        yield Issue("business-rule", text, ("QuestionnaireResponse.questionnaire",))
    elif form:
        text = "QuestionnaireResponse.questionnaire: the answers are stored, but not held to a form that is not known here"
        yield Issue("business-rule", text, ("QuestionnaireResponse.questionnaire",), "warning")


def _unsigned(plan: Json, *, by_her: bool) -> Iterator[Issue]:
    """An active birth plan that no clinician put her name to: she writes it, the midwife discusses and signs it."""
    if plan.get("status") != "active" or "birth-plan" not in {one.id for one in profiles.chosen(plan)}:
        return
    named = [plan.get("author", {}), *plan.get("contributor", ())]
    if not any(map(_signs, named)):
        text = (
            "CarePlan.author: nobody has signed this birth plan: the Practitioner or PractitionerRole who discussed it"
            " with her is its author or a contributor"
        )
        severity = "warning" if by_her else "error"
        stored = ". It is stored as her own words" if by_her else ""
        yield Issue("business-rule", f"{text}{stored}", ("CarePlan.author",), severity)


def _signs(named: Json) -> bool:
    """Whether a reference is to a person among the personnel."""
    to = named.get("reference", "")
    return (
        named.get("type") in _SIGNING
        or named.get("identifier", {}).get("system") == HPR
        or any(f"{kind}/" in to for kind in _SIGNING)
    )


def _identifiers(resource: Json, settings: Settings, caller: Caller, place: str) -> Iterator[Issue]:
    """Numbers that cannot exist, are of the wrong world, or that everybody would read."""
    name = resource["resourceType"]
    for n, identifier in enumerate(resource.get("identifier", ())):
        system = identifier.get("system", "")
        if caller.role is Role.HARNESS and system not in PERSON_NUMBERS:
            continue
        if name == "Practitioner" and system in PERSON_NUMBERS:
            text = f"{place}Personnel are named by HPR number; everyone here may read this register"
            yield Issue("business-rule", text, (f"{name}.identifier[{n}].system",))
            continue
        reason = problem(system, identifier.get("value", ""), synthetic=settings.sandbox)
        if reason:
            yield Issue("business-rule", f"{place}{reason}", (f"{name}.identifier[{n}].value",))


def _let_in(consent: Json, settings: Settings, place: str) -> Iterator[Issue]:
    """Whom she lets in by a number that nobody can have, or of the wrong world."""
    root = consent.get("provision") or {}
    for provision in (root, *root.get("provision", ())):
        for n, actor in enumerate(provision.get("actor", ())):
            identifier = actor.get("reference", {}).get("identifier", {})
            if identifier.get("system") in PERSON_NUMBERS:
                reason = problem(
                    identifier["system"], identifier.get("value", ""), synthetic=settings.sandbox
                )
                if reason:
                    yield Issue(
                        "business-rule", f"{place}{reason}", (f"Consent.provision.actor[{n}].reference",)
                    )


def _several_numbers(resource: Json, place: str) -> Iterator[Issue]:
    """More than one number where one decides who this is."""
    system, text = _ONE_NUMBER[resource["resourceType"]]
    current = [row for row in resource.get("identifier", ()) if row.get("use") != "old"]
    if sum(row.get("system") == system for row in current) > 1:
        yield Issue("business-rule", f"{place}{text}", (f"{resource['resourceType']}.identifier",))


def _outside(patient: dict[str, Any], settings: Settings, place: str) -> Iterator[Issue]:
    """A woman whose home municipality is named and takes no part in the pilot."""
    code = standing.home(patient)
    if code is not None and settings.area is not None and code not in settings.area:
        text = f"{place}The municipality {code[:8]} takes no part in the pilot"
        homes = [n for n, row in enumerate(patient["address"]) if standing.home({"address": [row]}) == code]
        yield Issue("business-rule", text, tuple(f"Patient.address[{n}].district" for n in homes[:1]))


def of_her_age(
    consent: dict[str, Any], patient: dict[str, Any], at: datetime, role: Role, place: str
) -> Iterator[Issue]:
    """To take part is agreed for one under 16 by who has parental responsibility (pbrl § 4-4); from 16 nobody is guardian."""
    sixteen = standing.of_age(patient)
    is_young = sixteen is not None and sixteen > at
    if choices.names_guardian(consent) and not is_young:
        yield guardianship.of_age(place)
    if role is Role.CITIZEN and is_young and choices.agrees(consent):
        text = (
            f"{place}Under 16, to take part is agreed together with who has parental responsibility:"
            " a registered guardian consents, or her midwife or GP records it with its source"
        )
        yield Issue("business-rule", text, ("Consent.provision.type",))


def numbers_of(patient: dict[str, Any]) -> set[tuple[str, str]]:
    """The person numbers of a Patient, each with its system."""
    found = {(row.get("system", ""), row.get("value", "")) for row in patient.get("identifier", ())}
    return {pair for pair in found if pair[0] in PERSON_NUMBERS}


def changed_numbers(new: dict[str, Any], old: dict[str, Any], place: str) -> Iterator[Issue]:
    """A Patient's numbers decide whose card it is: they may be added where there was none, and then stay."""
    before = numbers_of(old)
    if before and numbers_of(new) != before:
        text = f"{place}Her identity number cannot be changed by an update"
        yield Issue("business-rule", text, ("Patient.identifier",))
