"""Loads the synthetic pilot through the server's own doors: each actor with her own token, nothing behind its back.

The operator enrols organisations, personnel and GPs of record; a midwife opens each card; the woman chooses her birth
place, writes her plan and, if she wants, blocks somebody; each carer registers the visits that she held.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.clock import OSLO, now
from app.pregnancy.gestation import weeks
from helsekort_sandbox import courses, histories, keys, orders
from helsekort_sandbox import registrations as r
from helsekort_sandbox.client import Actor
from helsekort_sandbox.courses import COURSES, Course, Facts
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS, WOMEN, Woman
from helsekort_sandbox.records import Card, Consultation, to
from helsekort_sandbox.state import HALF_LOADED, Sandbox
from helsekort_sandbox.tokens import Wish

BLOCKED = "blocked-gp"
APPLIED, APPLIED_ON = frozenset({"main", "twins", "preeclampsia"}), weeks(20)


@dataclass(slots=True)
class Directory:
    """References of the organisations and the personnel, by key."""

    organizations: dict[str, str] = field(default_factory=dict)
    practitioners: dict[str, str] = field(default_factory=dict)

    def card(self, patient: str, episode: str, clinician: str) -> Card:
        """The woman's card as ``clinician`` writes on it."""
        person = CLINICIANS[clinician]
        place = ORGANIZATIONS[person.organization]
        practitioner = to(self.practitioners[clinician], person.name)
        return Card(patient, episode, practitioner, to(self.organizations[place.key], place.name))


class Actors:
    """The people and systems of the pilot, each connected once."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._known: dict[tuple[str, str], Actor] = {}

    def __call__(self, role: str, key: str = "") -> Actor:
        if (role, key) not in self._known:
            self._known[role, key] = Actor(self._sandbox, Wish(role, key))
        return self._known[role, key]

    def close(self) -> None:
        for actor in self._known.values():
            actor.close()


@contextmanager
def actors(sandbox: Sandbox) -> Iterator[Actors]:
    """Actors whose connections are closed afterwards."""
    with ExitStack() as stack:
        known = Actors(sandbox)
        stack.callback(known.close)
        yield known


def nurse_of(woman: Woman) -> str:
    """The public health nurse at the place where her midwife works."""
    place = CLINICIANS[woman.midwife].organization
    return next(
        row.key for row in CLINICIANS.values() if row.organization == place and row.profession == "SP"
    )


def carers(woman: Woman) -> dict[str, str]:
    """Who has which role for her."""
    return {
        "citizen": woman.key,
        "midwife": woman.midwife,
        "gp": woman.gp,
        "hospital": woman.hospital,
        "nurse": nurse_of(woman),
    }


def of(roster: dict[str, Any], woman: str) -> tuple[str, dict[str, str]]:
    """The patient id of the woman with the key ``woman``, and her carers."""
    return next((id_, row) for id_, row in roster["patients"].items() if row["citizen"] == woman)


def load(sandbox: Sandbox, tell: Callable[[str], None]) -> dict[str, Any]:
    """Load everything and keep the roster: who is who, by patient id."""
    mark = sandbox.state / HALF_LOADED
    mark.touch()
    with actors(sandbox) as cast:
        directory = enrol(cast)
        tell(f"{len(directory.organizations)} organisations and {len(directory.practitioners)} clinicians")
        roster: dict[str, Any] = {
            "patients": {},
            "organizations": directory.organizations,
            "practitioners": directory.practitioners,
        }
        for number, woman in enumerate(WOMEN.values(), 1):
            patient, episode, count = register(cast, directory, woman)
            logical = patient.removeprefix("Patient/")
            roster["patients"][logical] = carers(woman) | {"episode": episode}
            if woman.key == "main":
                roster["main"] = logical
            tell(f"{number:2d}/{len(WOMEN)} {woman.name}: {woman.story} ({count} visits)")
    keys.write_private(sandbox.roster, json.dumps(roster, indent=1).encode())
    mark.unlink()
    return roster


def enrol(cast: Actors) -> Directory:
    """Organisations and personnel, by the operator."""
    operator, directory = cast("operator"), Directory()
    places = [(r.urn(), r.organization(row)) for row in ORGANIZATIONS.values()]
    people = [(r.urn(), r.practitioner(row)) for row in CLINICIANS.values()]
    organizations = dict(zip(ORGANIZATIONS, (url for url, _ in places), strict=True))
    practitioners = dict(zip(CLINICIANS, (url for url, _ in people), strict=True))
    posts = [
        (r.urn(), r.practitioner_role(row, practitioners[row.key], organizations[row.organization]))
        for row in CLINICIANS.values()
    ]
    made = operator.transact(r.transaction(*places, *people, *posts))
    directory.organizations = dict(zip(ORGANIZATIONS, made, strict=False))
    directory.practitioners = dict(zip(CLINICIANS, made[len(places) :], strict=False))
    return directory


def register(cast: Actors, directory: Directory, woman: Woman) -> tuple[str, str, int]:
    """One woman with her card, her team, her choices and her visits; references and the number of visits."""
    course, today = COURSES[woman.key], now().astimezone(OSLO).date()
    opened = courses.moment(course.due(today), courses.USUAL[0].day, woman.key).date()
    patient, episode, *fetuses = _open_card(cast, directory, woman, course, opened)
    _gather_team(cast, directory, woman, patient, opened)
    facts = [Facts(woman.key, visit.day, course.due(today), tuple(fetuses)) for visit in course.visits()]
    for visit, fact in zip(course.visits(), facts, strict=True):
        clinician = carers(woman)[visit.by]
        when = courses.moment(fact.due, visit.day, woman.key)
        consultation = Consultation(directory.card(patient, episode, clinician), visit.kind, when)
        visit.fill(consultation, fact)
        if visit.kind == "first-visit":
            histories.told(consultation)
        cast(visit.by, clinician).transact(consultation.bundle())
    if woman.key in APPLIED:
        _apply(
            cast, directory, woman, patient, courses.moment(course.due(today), APPLIED_ON, woman.key).date()
        )
    _choose(cast, directory, woman, course, patient)
    return patient, episode, len(facts)


def _open_card(cast: Actors, directory: Directory, woman: Woman, course: Course, opened: date) -> list[str]:
    """Patient, card and, of several fetuses, each: registered by the midwife, whose attest declares the relation."""
    place = directory.organizations[CLINICIANS[woman.midwife].organization]
    patient = r.urn()
    names = "AB"[: course.fetuses] if course.fetuses > 1 else ""
    fetuses = [(r.urn(), r.fetus(patient, name)) for name in names]
    rows = [(patient, r.patient(woman)), (r.urn(), r.episode(patient, place, opened)), *fetuses]
    return cast("midwife", woman.midwife).transact(r.transaction(*rows))


def _gather_team(cast: Actors, directory: Directory, woman: Woman, patient: str, opened: date) -> None:
    """Her GP, as the national register has it; her birth place and midwife, as she chooses."""
    gp, midwife, hospital = (CLINICIANS[key] for key in (woman.gp, woman.midwife, woman.hospital))
    people, places = directory.practitioners, directory.organizations
    doctor = r.member(gp, people[gp.key], places[gp.organization], "Fastlege")
    cast("operator").create(r.care_team(patient, "Fastlege", [doctor], opened))
    chosen = [
        r.member(midwife, people[midwife.key], places[midwife.organization], "Jordmor"),
        r.place(ORGANIZATIONS[hospital.organization], places[hospital.organization], "Fødested"),
    ]
    cast("citizen", woman.key).create(r.care_team(patient, "Valgt av meg", chosen, opened))


def _apply(cast: Actors, directory: Directory, woman: Woman, patient: str, on: date) -> None:
    """Her midwife applies for a birth place, and the hospital answers a week later."""
    place, midwife = CLINICIANS[woman.hospital].organization, CLINICIANS[woman.midwife]
    hospital = to(directory.organizations[place], ORGANIZATIONS[place].name)
    asks = to(directory.practitioners[midwife.key], midwife.name)
    made = cast("midwife", midwife.key).transact(
        r.transaction(*orders.birth_place(patient, hospital, asks, on))
    )
    ward = cast("hospital", woman.hospital)
    task = ward.need("GET", f"/fhir/{made[1]}").json
    said = {"status": "accepted", "lastModified": (on + timedelta(days=7)).isoformat()}
    ward.need("PUT", f"/fhir/{made[1]}", {**task, **said})


def _choose(cast: Actors, directory: Directory, woman: Woman, course: Course, patient: str) -> None:
    """What she writes herself."""
    yesterday = (datetime.now(OSLO) - timedelta(days=1)).date()
    if course.plan:
        cast("citizen", woman.key).create(r.birth_plan(patient, course.plan, yesterday))
    if woman.key == BLOCKED:
        blocked = directory.practitioners[woman.gp]
        cast("citizen", woman.key).create(r.block(patient, blocked, yesterday))
