"""The events of one generated life in their order: who opens the card, who cares for her, each visit, the birth, home.

What is recorded at each visit: ``findings``. A card is read now and then, with what it must say by the guideline:
term is the first scan's, before it the last period's (283 days).
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from app.clock import OSLO
from app.fhir import codes as c
from app.pregnancy.gestation import weeks
from helsekort_sandbox import area, findings, national_events, orders
from helsekort_sandbox import registrations as r
from helsekort_sandbox.lives import NAMESPACE, Life
from helsekort_sandbox.people import Woman
from helsekort_sandbox.rates import RATES
from helsekort_sandbox.recording import URN
from helsekort_sandbox.records import Card, concept, to
from helsekort_sandbox.slips import Visit, is_weight

Dated = tuple[datetime, dict[str, Any]]
Fill = Callable[[Visit, Life, int, Random], None]
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)


def url(*names: object) -> str:
    """The full URL of what ``names`` name: the same at every run."""
    return f"urn:uuid:{uuid.uuid5(_ROOT, '/'.join(map(str, names)))}"


def key(life: Life) -> str:
    return f"woman-{life.number:04d}"


@dataclass(frozen=True, slots=True)
class Planned:
    """One visit: on which day of gestation, or after birth; of what kind, by whom, and what is found."""

    day: int
    kind: str
    by: str
    fill: Fill
    hour: int = 9


def events(seed: int, life: Life) -> Iterator[Dated]:
    """Her events in the order of their times."""
    return iter(sorted(_Course(seed, life).all(), key=lambda pair: pair[0]))


class _Course:
    def __init__(self, seed: int, life: Life) -> None:
        self.life, self.rng = life, Random(f"{NAMESPACE}:{seed}:{life.number}:course")  # noqa: S311
        self.seed, self.count = seed, 0
        self.patient, self.episode = url(seed, life.number, "patient"), url(seed, life.number, "episode")
        self.consent, self.order = (url(seed, life.number, name) for name in ("consent", "order"))
        names = "AB" if life.twins else ""
        self.fetuses = {name: url(seed, life.number, "fetus", name) for name in names}

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(self.life.on(day), time(hour, minute), OSLO)

    def all(self) -> Iterator[Dated]:
        yield from self._opening()
        for planned in findings.plan(self.life, self.rng):
            yield from self._visit(Planned(*planned))
        if self.life.nipt and (self.life.lost or 999) > weeks(14):
            yield from self._nipt()
        if national_events.is_national(self.life):
            yield from self._national()
        yield from self._cards()
        if self.life.born:
            yield self._closing()

    def _event(self, when: datetime, by: str, does: str, body: dict[str, Any], **more: Any) -> Dated:
        self.count += 1
        name = f"{key(self.life)}-{self.count:03d}"
        told = {"line": "event", "id": name, "time": when.isoformat(), "actor": by, "woman": key(self.life)}
        return when, told | {"does": does, "fhir": self._named(name, body)} | more

    def _named(self, event: str, body: dict[str, Any]) -> dict[str, Any]:
        """The bundle with full URLs that are the same at every run."""
        text = json.dumps(body, ensure_ascii=False)
        known = {self.patient, self.episode, self.consent, self.order, *self.fetuses.values()}
        for number, entry in enumerate(body["entry"]):
            if entry["fullUrl"] not in known and "keep" not in entry:
                text = text.replace(entry["fullUrl"], url(self.seed, event, number))
        if not URN.search(text.encode()):
            raise AssertionError("a bundle names something")
        named: dict[str, Any] = json.loads(text)
        return named

    def _opening(self) -> Iterator[Dated]:
        """Patient and card by the midwife, her GP by the register, her midwife and ward by her own choice."""
        life, day = self.life, self.life.contact
        woman = Woman(
            key(life), life.given, life.family, life.birth, life.pid, life.municipality, life.language,
            life.midwife, life.gp, life.ward, life.interpreter,
        )  # fmt: skip
        station = url(area.CLINICIANS[life.midwife].organization)
        rows = [
            (self.patient, r.patient(woman)),
            (self.episode, r.episode(self.patient, station, life.on(day))),
        ]
        rows += [(where, r.fetus(self.patient, name)) for name, where in self.fetuses.items()]
        yield self._event(self.at(day, 8), life.midwife, "opens the card", r.transaction(*rows))
        gp = self._team("Fastlege", [self._member(life.gp, "Fastlege")])
        yield self._event(self.at(day, 8, 10), "operator", "enters the GP of record", gp)
        ward = {
            "role": [{"text": "Fødested"}],
            "member": to(url(life.ward), area.ORGANIZATIONS[life.ward].name),
        }
        chosen = self._team("Valgt av meg", [self._member(life.midwife, "Jordmor"), ward])
        yield self._event(
            self.at(day, 8, 20), key(life), "chooses her midwife and where to give birth", chosen
        )

    def _team(self, name: str, members: list[dict[str, Any]]) -> dict[str, Any]:
        team = r.care_team(self.patient, name, members, self.life.on(self.life.contact))
        return r.transaction((r.urn(), team))

    def _member(self, clinician: str, role: str) -> dict[str, Any]:
        row = area.CLINICIANS[clinician]
        place = to(url(row.organization), area.ORGANIZATIONS[row.organization].name)
        code = [concept(c.VOLVEN_PROFESSION, row.profession, role)]
        return {"role": code, "member": to(url(clinician), row.name), "onBehalfOf": place}

    def _nipt(self) -> Iterator[Dated]:
        """She consents in writing, her ward orders, and the answer comes after nine days."""
        day, by = weeks(12, 3), f"{self.life.ward}-le"
        consent = orders.consent(self.patient, self.life.on(day))
        yield self._event(
            self.at(day, 8), key(self.life), "consents to NIPT", r.transaction((self.consent, consent))
        )
        order = orders.order(self.patient, self.consent, area.CLINICIANS[by].name)
        yield self._event(self.at(day, 9), by, "orders NIPT", r.transaction((self.order, order)))
        visit = self._consultation(by, "result", self.at(day + 9, 13))
        findings.screened(visit, self.order)
        yield self._event(visit.when, by, "registers: result", visit.bundle())

    def _consultation(self, by: str, kind: str, when: datetime) -> Visit:
        row = area.CLINICIANS[by]
        place = to(url(row.organization), area.ORGANIZATIONS[row.organization].name)
        visit = Visit(Card(self.patient, self.episode, to(url(by), row.name), place), kind, when)
        visit.fetal = tuple(self.fetuses.values())
        return visit

    def _visit(self, planned: Planned) -> Iterator[Dated]:
        """A visit; a slip of the pen is refused or found later, and corrected by whoever made it."""
        life, rng = self.life, self.rng
        when = self.at(planned.day, planned.hour, rng.randrange(0, 40, 5))
        visit = self._consultation(planned.by, planned.kind, when)
        planned.fill(visit, life, planned.day, rng)
        visit.forget(rng, RATES["value-missing"])
        slip = rng.random()
        if slip < RATES["entry-refused"] / 10 and visit.heart():
            yield self._refused(visit, when, planned.by)
            when += timedelta(minutes=2)
        wrong = slip > 1 - RATES["entry-corrected"] / 10 and visit.weight()
        right = visit.weighs(round(visit.weight() / 10, 2)) if wrong else 0.0
        sent = self._event(when, planned.by, f"registers: {planned.kind}", visit.bundle())
        yield sent
        if wrong:
            yield self._corrected(sent, right)

    def _refused(self, visit: Visit, when: datetime, by: str) -> Dated:
        """A heart rate with a digit too many cannot be: it is refused, and sent again as it should be."""
        right = visit.beats(visit.heart() * 10)
        told = self._event(
            when, by, "registers an impossible heart rate", visit.bundle(), expect={"status": 422}
        )
        visit.beats(right)
        return told

    def _corrected(self, sent: Dated, right: float) -> Dated:
        """The weight that lacked a digit is marked as entered in error, and the right one is registered."""
        when, line = sent
        entry = next(row for row in line["fhir"]["entry"] if is_weight(row["resource"]))
        where = entry["fullUrl"]
        old = entry["resource"] | {"id": f"{where}/id", "status": "entered-in-error"}
        old["encounter"] = {"reference": line["fhir"]["entry"][0]["fullUrl"]}
        new = json.loads(json.dumps(entry["resource"]))
        new["valueQuantity"]["value"] = right
        request = {"method": "PUT", "url": where, "ifMatch": 'W/"1"'}
        entries = [
            {"fullUrl": f"{where}", "resource": old, "request": request, "keep": True},
            {"fullUrl": r.urn(), "resource": new, "request": {"method": "POST", "url": "Observation"}},
        ]
        body = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        told = self._event(when + timedelta(minutes=12), line["actor"], "corrects a weight", body)
        for row in told[1]["fhir"]["entry"]:
            row.pop("keep", None)
        told[1]["fhir"]["entry"][0].pop("fullUrl")
        return told

    def _national(self) -> Iterator[Dated]:
        """What her midwife's system writes by the national JSON."""
        for call in national_events.calls(
            self.life, self.episode, url(self.seed, self.life.number, "height")
        ):
            self.count += 1
            when = self.at(call.day, 10, 30 + call.minute)
            yield when, call.line(self.life, when, f"{key(self.life)}-{self.count:03d}", key(self.life))

    def _closing(self) -> Dated:
        """Seven weeks after birth the midwife closes the card."""
        life, born = self.life, self.life.born or 0
        station = url(area.CLINICIANS[life.midwife].organization)
        closed = r.episode(self.patient, station, life.on(life.contact))
        closed |= {"id": f"{self.episode}/id", "status": "finished"}
        closed["period"]["end"] = life.on(born + weeks(7)).isoformat()
        request = {"method": "PUT", "url": self.episode, "ifMatch": 'W/"1"'}
        body = {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [{"fullUrl": self.episode, "resource": closed, "request": request}],
        }
        told = self._event(self.at(born + weeks(7), 9), life.midwife, "closes the card", body)
        told[1]["fhir"]["entry"][0].pop("fullUrl")
        return told

    def _cards(self) -> Iterator[Dated]:
        """Who reads the card, on which clinical day, and what must stand on it."""
        life = self.life
        readers = [
            (life.contact + 1, life.midwife),
            (weeks(19, 6), life.gp),
            (weeks(33), life.midwife),
            (weeks(37), key(life)),
        ]
        if life.born:
            readers.append((life.born + weeks(6), life.midwife))
        for number, (day, by) in enumerate(readers, 1):
            pregnant = day < min(life.lost or 999, life.born or 999)
            if life.lost and not pregnant:
                continue
            expect = {"age": f"uke {day // 7}+{day % 7}", "due": life.due.isoformat()} if pregnant else {}
            when = self.at(day, 18)
            told = {"line": "card", "id": f"{key(life)}-card-{number}", "time": when.isoformat(), "actor": by}
            told |= {"woman": key(life), "card": self.episode, "asOf": life.on(day).isoformat()}
            yield when, told | ({"expect": expect} if expect else {})
