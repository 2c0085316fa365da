"""What happens to women while everything goes wrong: their carers write, the national registers change, they decide.

Several writers at a time, each with women of its own. A write is sent with an idempotency key until an answer comes, so
that what is counted happened once, whatever was killed meanwhile.
"""

import http.client
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from helsekort_sandbox import pvk
from helsekort_sandbox.client import Actor, Answer
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.tokens import NoToken, Wish

from app.fhir import codes
from tests.access.world import a_choice
from tests.fixtures.resources import (
    VERIFICATION,
    a_patient,
    a_transaction,
    a_weight,
    an_allergy,
    an_episode,
    concept,
    entry,
    new_number,
    urn,
)

Json = dict[str, Any]
WRITERS = 4
AWAY = (OSError, http.client.HTTPException, httpx.HTTPError, NoToken)
BUSY = {401, 409, 429, 503}  # 401: of a service that was started anew; 409: the same is under way
TAKING_PART = concept(codes.CS_CARD, "taking-part")
STREETS, PLACES = ("Storgata", "Elvegata", "Granveien"), ("3301", "3303", "3305", "3312")


@dataclass
class Woman:
    """A woman, what stands on her card, and what was last said of her elsewhere."""

    number: str
    id: str = ""
    allergies: list[Json] = field(default_factory=list)
    person: Json = field(default_factory=dict)
    declines: bool = False
    consent: Json | None = None

    @property
    def reference(self) -> str:
        return f"Patient/{self.id}"


@dataclass
class Writers:
    """``cared`` have cards that are written on; ``there`` decide on Helsenorge, ``here`` in this product."""

    sandbox: Sandbox
    women: int
    gate: int = 0  # so many events may be written
    until: int = 0
    written: Counter[str] = field(default_factory=Counter)
    again: int = 0
    cared: list[list[Woman]] = field(default_factory=lambda: [[] for _ in range(WRITERS)])
    there: list[Woman] = field(default_factory=list)
    here: list[Woman] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    wrong: list[BaseException] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.written.total()

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(WRITERS)]
        for thread in threads:
            thread.start()
        return threads

    def _run(self, n: int) -> None:
        writer = _Writer(self, n)
        try:
            writer.enrol(self.women // WRITERS)
            while self.total < self.until:
                if self.total >= self.gate:
                    time.sleep(0.02)
                else:
                    writer.step()
        except BaseException as error:
            self.wrong.append(error)
            raise
        finally:
            writer.close()

    def count(self, **events: int) -> None:
        with self.lock:
            self.written.update(events)


class _Writer:
    """One midwife's system, the registers and the women of the writer ``n``."""

    def __init__(self, all_: Writers, n: int) -> None:
        self.all, self.n, self.mine = all_, n, all_.cared[n]
        self.chance = random.Random(n)  # noqa: S311 (a repeatable mix)
        self.actors: dict[Wish, Actor] = {}
        self.midwife = Wish("midwife")
        self.deciding: list[Woman] = []

    def enrol(self, cared: int) -> None:
        """Her women; the register knows them first. One decides on Helsenorge, one here."""
        for number in range(cared + 2):
            woman = Woman(new_number())
            self._move(woman, is_counted=False)
            first = urn()
            made = self.send(
                self.midwife, "POST", "/fhir",
                a_transaction(entry(a_patient(woman.number), first), entry(an_episode(first))),
            )  # fmt: skip
            woman.id = made.json["entry"][0]["resource"]["id"]
            (self.mine if number < cared else self.deciding).append(woman)
        self.all.there.append(self.deciding[0])
        self.all.here.append(self.deciding[1])

    def send(self, wish: Wish, method: str, path: str, body: Json) -> Answer:
        """The answer, asked for under one key until there is one."""
        key = str(uuid.uuid4())
        while True:
            try:
                answer = self._actor(wish).send(method, path, body, Idempotency_Key=key)
            except AWAY:
                answer = None
            if answer is not None and answer.status not in BUSY:
                assert answer.status in {200, 201}, (answer.status, answer.text)
                return answer
            self.all.again += 1
            self.actors.pop(wish).close()
            time.sleep(0.2)

    def _actor(self, wish: Wish) -> Actor:
        if wish not in self.actors:
            self.actors[wish] = Actor(self.all.sandbox, wish)
        return self.actors[wish]

    def close(self) -> None:
        for actor in self.actors.values():
            actor.close()

    def step(self) -> None:
        steps: list[Callable[[], None]] = [self._visit, self._moves, self._decides_there, self._decides_here]
        self.chance.choices(steps, (12, 5, 1, 1))[0]()

    def _visit(self) -> None:
        """A transaction of several things that are told further."""
        woman, chance = self.chance.choice(self.mine), self.chance
        entries, kinds, turned = [], Counter[str](), []
        for _ in range(chance.randint(3, 8)):
            kind = chance.choices(["registered", "corrected", "refuted", "weighed"], (3, 2, 1, 8))[0]
            free = [row for row in woman.allergies if row not in turned]
            if kind == "weighed":
                entries.append(entry(a_weight(woman.reference)))
            elif kind == "registered" or not free:
                kind = "registered"
                said = {"code": {"text": f"Stoff {chance.randrange(10**6)}"}, "criticality": "low"}
                entries.append(entry(an_allergy(woman.reference, **said)))
            else:
                turned.append(chance.choice(free))
                entries.append(_turned(turned[-1], kind))
            kinds[kind] += 1
        told = self.send(self.midwife, "POST", "/fhir", a_transaction(*entries)).json["entry"]
        rows = [row["resource"] for row in told if row["resource"]["resourceType"] == "AllergyIntolerance"]
        woman.allergies = [row for row in woman.allergies if row not in turned]
        woman.allergies += [
            row for row in rows if row["verificationStatus"]["coding"][0]["code"] == "confirmed"
        ]
        self.all.count(**kinds)

    def _moves(self) -> None:
        """Several women move or change their names, all in the registers; some get a confidential address."""
        for woman in self.chance.sample(self.mine, min(3, len(self.mine))):
            self._move(woman)

    def _move(self, woman: Woman, *, is_counted: bool = True) -> None:
        chance = self.chance
        street = {
            "municipalityNumber": chance.choice(PLACES), "addressName": chance.choice(STREETS),
            "addressNumber": {"houseNumber": str(chance.randrange(1, 200))}, "city": {"cityName": "ELVEN", "postalCode": "3015"},
        }  # fmt: skip
        level = "Confidential" if is_counted and chance.random() < 0.1 else "Unclassified"
        woman.person = {
            "name": [{"isValid": True, "givenName": "Ågot", "familyName": f"Prøve{chance.randrange(10**4)}"}],
            "residentialAddress": [{"isValid": True, "streetAddress": street}],
            "addressProtection": [{"isValid": True, "protectionLevel": level}],
        }
        change = {"nin": woman.number, "eventType": "ChangeInPerson", "person": woman.person}
        self._tell("persontjenesten", "/_changes", change)
        if is_counted:
            self.all.count(moved=1)

    def _decides_there(self) -> None:
        """She reserves herself on Helsenorge, or no longer."""
        woman = self.deciding[0]
        said = {"innbyggerFnr": woman.number, "definisjonGuid": pvk.DEFINITION, "partKode": pvk.PART}
        self._tell("helsenorge", "/_personvern", said | {"aktiv": not woman.declines})
        woman.declines = not woman.declines
        self.all.count(decided_there=1)

    def _decides_here(self) -> None:
        """She reserves herself in this product, or no longer."""
        woman = self.deciding[1]
        her = Wish("citizen", person=woman.number)
        if woman.consent is None:
            said = a_choice(woman.reference, "deny", TAKING_PART) | {
                "performer": [{"reference": woman.reference}]
            }
            woman.consent = self.send(her, "POST", "/fhir/Consent", said).json
        else:
            self.send(
                her, "PUT", f"/fhir/Consent/{woman.consent['id']}", woman.consent | {"status": "inactive"}
            )
            woman.consent = None
        woman.declines = woman.consent is not None
        self.all.count(decided_here=1)

    def _tell(self, service: str, path: str, body: Json) -> None:
        """What happens at another system happens there, until it has answered."""
        while True:
            try:
                httpx.post(f"{getattr(self.all.sandbox, service)}{path}", json=body).raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.2)
            else:
                return


def _turned(allergy: Json, kind: str) -> Json:
    """The entry that corrects an allergy, or refutes it."""
    changed = {"criticality": "low" if allergy["criticality"] == "high" else "high"}
    verified = "confirmed" if kind == "corrected" else "refuted"
    body = allergy | (changed if kind == "corrected" else {})
    body |= {"verificationStatus": concept(VERIFICATION, verified)}
    return entry(body, method="PUT", url=f"AllergyIntolerance/{allergy['id']}")
