"""The main job, played through the real doors: a consultation is registered, and everybody reads the card.

What runs is what issue and README promise: the midwife registers once; GP, hospital and the woman read the same card,
each with an own token and an own view; whom she blocked is refused; she reads who looked.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.clock import OSLO
from helsekort_sandbox import courses, keys, reading
from helsekort_sandbox.client import Actor, Answer
from helsekort_sandbox.national import NationalLogs
from helsekort_sandbox.people import CLINICIANS, WOMEN, Clinician
from helsekort_sandbox.pilot import Actors, Directory
from helsekort_sandbox.records import Consultation
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.steps import Step, short

ALARM = "preeclampsia-suspected"
PRESSURE = (148, 96)


class Story:
    """One playing of the main job on the pilot's main woman."""

    def __init__(self, sandbox: Sandbox, roster: dict[str, Any], cast: Actors) -> None:
        self.sandbox, self.roster, self.cast = sandbox, roster, cast
        self.patient: str = roster["main"]
        self.carers: dict[str, str] = roster["patients"][self.patient]
        self.episode: str = self.carers["episode"]
        self.woman = WOMEN["main"]
        self.logs = NationalLogs(sandbox)
        self.requests: dict[str, str] = {}  # step → id of its row in the log
        self.before: dict[str, int] = {}

    def register(self) -> Iterator[Step]:
        """The steps, one after the other."""
        yield self._token()
        yield self._card_before()
        yield self._consultation()
        yield self._card_after()

    def actor(self, role: str) -> Actor:
        return self.cast(role, self.carers[role])

    def card(self, step: Step, role: str) -> reading.Card | None:
        """The card as ``role`` is given it; asked for, shown and remembered."""
        path = f"/fhir/{self.episode}/$card"
        answer = self.actor(role).get(path)
        self.note(step, role, "GET", path, answer)
        step.expect(answer.status == 200, f"the card is given, not {answer.status}: {short(answer.text)}")
        if answer.status != 200:
            return None
        card = reading.read(answer.json)
        step.expect(card.document == self.requests[step.name], "the document names its row in the log")
        step.facts |= {"age": card.age, "alarms": card.alarms, "resources": card.resources}
        return card

    def note(self, step: Step, role: str, method: str, path: str, answer: Answer) -> None:
        self.requests[step.name] = answer.headers.get("x-request-id", "")
        step.facts |= {"status": answer.status, "audit": self.requests[step.name]}
        step.sent.append(f"{method} {path}  (token: {role})")

    def _token(self) -> Step:
        step = Step("token", "The midwife's system gets a token from HelseID, bound to its own key (DPoP)")
        midwife = self.actor("midwife")
        claims = keys.claims_of(midwife.token)
        attest = claims["nhn:tillitsrammeverk:parameters"]
        step.sent.append(f"POST {self.sandbox.helseid}/v2/create-test-token-with-key  audience nhn:helsekort")
        place = attest["practitioner"]["point_of_care"]["name"]
        purpose = attest["care_relationship"]["purpose_of_use"]["code"]
        step.came.append(f"{claims['name']}, {place}, purpose {purpose}, key {claims['cnf']['jkt'][:12]}…")
        step.facts |= {"audience": claims["aud"], "bound": claims["cnf"]["jkt"], "purpose": purpose}
        step.expect(claims["aud"] == "nhn:helsekort", "the token is for this server")
        step.expect(claims["helseid://claims/hpr/hpr_number"] == self.midwife.hpr, "it is the midwife's")
        return step

    @property
    def midwife(self) -> Clinician:
        return CLINICIANS[self.carers["midwife"]]

    def _card_before(self) -> Step:
        step = Step("card_before", f"The card of {self.woman.name} before the consultation")
        card = self.card(step, "midwife")
        if card:
            step.came.append(
                f"{card.age}, due {card.due} ({card.why}), findings: {', '.join(card.findings) or 'none'}"
            )
            step.expect(card.age == "uke 30+4", f"she is in uke 30+4, not {card.age}")
            step.expect(card.alarms == [], f"no alarm yet, not {card.alarms}")
            step.expect(card.allergies == (), "no allergy yet")
        return step

    def _consultation(self) -> Step:
        step = Step("consultation", "The midwife registers the consultation: one transaction")
        self.before = self.logs.counts()
        bundle = consultation(self.roster, self.carers, self.patient, self.episode)
        answer = self.actor("midwife").send("POST", "/fhir", bundle)
        self.note(step, "midwife", "POST", "/fhir", answer)
        kinds = [_described(entry["resource"]) for entry in bundle["entry"]]
        step.sent.append("transaction: " + ", ".join(kinds))
        entries = answer.json.get("entry", [])
        statuses = [entry["response"]["status"] for entry in entries]
        places = [entry["response"].get("location", "").split("/fhir/")[-1] for entry in entries]
        step.came.append(f"{answer.status}: {len(entries)} resources stored, {', '.join(places[:2])} …")
        step.facts["entries"] = len(entries)
        step.expect(answer.status == 200, f"stored, not {answer.status}: {answer.outcome()}")
        step.expect(len(entries) == 8, "eight resources")
        step.expect(all(status.startswith("201") for status in statuses), "each of them created")
        return step

    def _card_after(self) -> Step:
        step = Step("card_after", "The card afterwards: the alarm stands on it")
        card = self.card(step, "midwife")
        if card:
            reading_ = f"{PRESSURE[0]}/{PRESSURE[1]}"
            step.came.append(
                f"{card.age}, blood pressure {card.pressures[-1]}, allergy {', '.join(card.allergies)}"
            )
            step.came.append(short(card.findings.get(ALARM, "no alarm"), 300))
            step.facts["pressure"] = card.pressures[-1]
            step.expect(card.alarms == [ALARM], f"the alarm {ALARM} and no other: {card.alarms}")
            step.expect(reading_ in card.findings.get(ALARM, ""), "the alarm names the reading")
            step.expect(card.pressures[-1] == reading_, "the newest blood pressure is the one registered")
            step.expect(card.allergies == ("Penicillin",), f"the allergy stands there: {card.allergies}")
        return step


def consultation(
    roster: dict[str, Any], carers: dict[str, str], patient: str, episode: str
) -> dict[str, Any]:
    """The consultation of the main job as a transaction Bundle."""
    directory = Directory(roster["organizations"], roster["practitioners"])
    now = datetime.now(OSLO)
    due = courses.COURSES["main"].due(now.date())
    card = directory.card(f"Patient/{patient}", episode, carers["midwife"])
    visit = Consultation(card, "antenatal-visit", now)
    visit.blood_pressure(*PRESSURE)
    visit.measure("weight", courses.weight(courses.Facts("main", courses.COURSES["main"].today, due, ())))
    visit.urine_protein("1+")
    visit.measure("fundal-height", 29)
    visit.measure("fetal-heart-rate", 142)
    visit.presentation("hodeleie")
    visit.penicillin_allergy()
    return visit.bundle()


def _described(resource: dict[str, Any]) -> str:
    """A resource in a few words."""
    name = resource.get("code", {}).get("text") or resource["resourceType"]
    value = resource.get("valueQuantity", {})
    if value:
        return f"{name} {value['value']} {value['unit']}"
    if resource.get("component"):
        return f"{name} {PRESSURE[0]}/{PRESSURE[1]}"
    text = resource.get("valueCodeableConcept", {}).get("text", "")
    return (
        f"{resource['resourceType']} {name}"
        if resource["resourceType"] == "AllergyIntolerance"
        else f"{name} {text}".strip()
    )
