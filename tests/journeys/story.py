"""One pregnancy told over HTTP: who takes part, each consultation as one transaction, the card as each reads it.

Day 0 is 1 October 2025, so that term (day 283) is 11 July 2026; ``asOf`` moves the clinical day, never the clock.
What a story expects is written by hand from the guideline, never computed by the code that it tests.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any

from helsekort_sandbox import reading
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS
from helsekort_sandbox.records import Card, Consultation, Resource, concept, quantity, to

from app.access.sealing import Seal, read_key
from app.clock import OSLO
from app.fhir import codes
from app.interactions.context import House
from app.store.database import Database
from app.worker import alarms
from tests.access.leak_doors import readable
from tests.fixtures.resources import Woman, an_episode, choose, register
from tests.fixtures.server import Person, Server

FIRST_DAY = date(2025, 10, 1)
KINDS = {"first-visit", "antenatal-visit", "ultrasound", "home-visit", "postpartum-visit"}  # of the programme
_LINE = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_VISIT = re.compile(r"(.+): (.+?) \(\d\d\.\d\d\.\d{4} til \d\d\.\d\d\.\d{4}\)")


def day(week: int, days: int = 0) -> date:
    """The date of a day of gestation."""
    return FIRST_DAY + timedelta(days=7 * week + days)


@dataclass
class Visit(Consultation):
    """A consultation with the card's own items too."""

    def amount(self, item: str, value: float, unit: str, fetus: str = "", category: str = "exam") -> None:
        self.observe(category, concept(codes.CS_CARD, item), fetus, valueQuantity=quantity(value, unit))

    def answer(self, item: str, value: str, fetus: str = "", category: str = "survey") -> Resource:
        said = concept(codes.CS_CARD, value)
        return self.observe(category, concept(codes.CS_CARD, item), fetus, valueCodeableConcept=said)

    def say(self, item: str, text: str) -> Resource:
        return self.observe("survey", concept(codes.CS_CARD, item), valueString=text)

    def basics(self, systolic: int, diastolic: int, weight: float, protein: str = "negativ") -> None:
        """What is measured at each visit."""
        self.blood_pressure(systolic, diastolic)
        self.measure("weight", weight)
        self.urine_protein(protein)

    def growth(self, height: int, rate: int, lie: str = "") -> None:
        """What is measured at each visit from week 24."""
        self.measure("fundal-height", height)
        self.measure("fetal-heart-rate", rate)
        if lie:
            self.presentation(lie)

    def outcome(self, what: str, fetus: str = "") -> None:
        code = concept(codes.CS_CARD, "birth-outcome")
        self.observe("exam", code, fetus, valueCodeableConcept=concept(codes.CS_CARD, what))

    def put(self, resource: Resource, full_url: str = "") -> None:
        """Another resource of the same consultation."""
        self._put(resource, full_url)


@dataclass(frozen=True)
class Seen:
    """What one reader finds on the card on one clinical day."""

    age: str
    term: str
    findings: dict[str, str]
    programme: dict[str, str]
    sections: dict[str, list[str]]
    text: str

    def rules(self, kind: str) -> set[str]:
        return {rule for rule, of in self.findings.items() if of == kind}

    def visits(self, state: str) -> set[str]:
        return {title for title, at in self.programme.items() if at == state}


@dataclass
class Story:
    """A woman and those who care for her: midwife and nurse of her municipality, her GP, the hospital."""

    server: Server
    woman: Woman
    people: dict[str, Person]
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def card_path(self) -> str:
        return f"/EpisodeOfCare/{self.woman.episode}/$card"

    @contextmanager
    def visit(self, by: str, kind: str, on: date, at: time = time(9, 30)) -> Iterator[Visit]:
        """One consultation: what is told to it is sent as one transaction, and every entry of it is created."""
        clinician = CLINICIANS[self.keys[by]]
        place = ORGANIZATIONS[clinician.organization].name
        card = Card(
            self.woman.reference,
            f"EpisodeOfCare/{self.woman.episode}",
            {"display": clinician.name},
            {"display": place},
        )
        visit = Visit(card, kind, datetime.combine(on, at, OSLO))
        if kind not in KINDS:
            visit.entries[0]["resource"]["type"] = [{"text": kind}]
        yield visit
        self.send(by, visit.bundle())

    def send(self, by: str, bundle: Resource) -> list[Resource]:
        """The resources that a transaction made."""
        answer = self.people[by].post("", bundle)
        assert answer.status_code == 200, answer.text
        made = [part["resource"] for part in answer.json()["entry"]]
        assert len(made) == len(bundle["entry"])
        return made

    def post(self, by: str, resource: Resource) -> Resource:
        answer = self.people[by].post(f"/{resource['resourceType']}", resource)
        assert answer.status_code == 201, answer.text
        made: Resource = answer.json()
        return made

    def fetus(self, by: str, name: str) -> str:
        """A fetus with a name of its own."""
        body = {
            "resourceType": "RelatedPerson",
            "active": True,
            "patient": to(self.woman.reference),
            "relationship": [concept(codes.CS_CARD, "fetus")],
            "name": [{"text": name}],
        }
        return f"RelatedPerson/{self.post(by, body)['id']}"

    def again(self) -> "Story":
        """Her next pregnancy: the first card is closed and another one opened."""
        path = f"/EpisodeOfCare/{self.woman.episode}"
        first = self.people["midwife"].get(path).json()
        version = f'W/"{first["meta"]["versionId"]}"'
        closed = self.people["midwife"].put(path, first | {"status": "finished"}, If_Match=version)
        assert closed.status_code == 200, closed.text
        opened = self.post("midwife", an_episode(self.woman.reference))
        return replace(self, woman=replace(self.woman, episode=opened["id"]))

    def document(self, by: str, on: date) -> Resource:
        answer = self.people[by].get(f"{self.card_path}?asOf={on}")
        assert answer.status_code == 200, answer.text
        found: Resource = answer.json()
        return found

    def read(self, by: str, on: date) -> Seen:
        """The card as ``by`` reads it on the clinical day ``on``."""
        document = self.document(by, on)
        card = reading.read(document)
        parts = document["entry"][0]["resource"]["section"]
        sections = {
            part["code"]["coding"][0]["code"]: [unescape(row) for row in _LINE.findall(part["text"]["div"])]
            for part in parts
        }
        matches = map(_VISIT.fullmatch, sections["programme"])
        programme = {match[1]: match[2] for match in matches if match}
        return Seen(card.age, card.due, card.classes, programme, sections, str(document))

    def page(self, by: str, on: date, query: str = "") -> str:
        """The card as a page."""
        answer = self.people[by].get(f"{self.card_path}?asOf={on}{query}", Accept="text/html")
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def paper(self, by: str, on: date, query: str = "") -> str:
        """The words on the printed card."""
        answer = self.people[by].get(f"{self.card_path}?asOf={on}{query}", Accept="application/pdf")
        assert answer.status_code == 200, answer.text
        return readable(answer).text

    def run_the_rules(self) -> None:
        """What the worker does after a change: an alarm becomes a Flag."""

        async def run() -> None:
            settings = self.server.settings
            database = Database(settings.database_url, connections=2)
            await database.start()
            try:
                house = House(settings, database, Seal(read_key(settings.server_key_file)))
                await alarms.refresh(house, self.woman.id, self.woman.episode, "story")
            finally:
                await database.stop()

        asyncio.run(run())

    def close(self, by: str, rule: str) -> None:
        """A clinician closes an alarm."""
        self.run_the_rules()
        found = self.people[by].get(f"/Flag?patient={self.woman.id}").json().get("entry", [])
        standing = [row["resource"] for row in found if row["resource"].get("status") == "active"]
        flags = [row for row in standing if row["code"]["coding"][0]["code"] == rule]
        assert flags, f"no Flag of {rule}"
        for flag in flags:
            answer = self.people[by].put(
                f"/Flag/{flag['id']}",
                flag | {"status": "inactive"},
                If_Match=f'W/"{flag["meta"]["versionId"]}"',
            )
            assert answer.status_code == 200, answer.text


def begin(server: Server, name: str, born: date, **patient: Any) -> Story:
    """A midwife registers her and opens her card; she chooses her GP and the hospital."""
    midwife = server.person("midwife")
    given, family = name.rsplit(" ", 1)
    who = {
        "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": "female",
        "birthDate": born.isoformat(),
    }
    woman = register(midwife, **who, **patient)
    her = server.person("citizen", person=woman.number)
    places = (ORGANIZATIONS["gp-a"].orgnr, ORGANIZATIONS["hospital-a"].orgnr)
    choose(woman, her, server.person("operator"), *places)
    roles = ("gp", "midwife", "hospital", "nurse")
    people = {role: server.person(role) for role in roles} | {"her": her}
    return Story(server, woman, people, {role: f"{role}-a" for role in roles})


__all__ = ["Seen", "Story", "Visit", "begin", "day"]
