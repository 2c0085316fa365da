"""The main job, played through the real doors: a consultation is registered, and everybody reads the card.

What runs is what issue and README promise: the midwife registers once; GP, hospital and the woman read the same card,
each with an own token and an own view; whom she blocked is refused; she reads who looked.
"""

import html
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from app.clock import OSLO
from helsekort_sandbox import courses, keys, pilot, reading
from helsekort_sandbox.client import Actor, Answer
from helsekort_sandbox.helsenorge import APPROVED_TEXTS
from helsekort_sandbox.national import NationalLogs
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS, WOMEN, Clinician
from helsekort_sandbox.pilot import Actors, Directory
from helsekort_sandbox.records import Consultation
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.steps import Step, short

ALARM = "preeclampsia-suspected"
PRESSURE = (148, 96)
PATIENCE = 60.0  # seconds for the worker
HER_WORDS = "Ring fødeavdelingen"


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
        """The first half: the midwife's system registers a consultation, and the alarm stands on the card."""
        yield self._token()
        yield self._card_before()
        yield self._consultation()
        yield self._card_after()

    def read(self, *, is_new: bool = True) -> Iterator[Step]:
        """The second half: everybody else. ``is_new``: the consultation was registered just now."""
        yield self._clinician("gp", "Fastlegen leser kortet")
        yield self._clinician("hospital", "Sykehuset leser kortet")
        yield self._her_view()
        yield self._blocked()
        yield self._who_looked()
        yield self._kjernejournal(is_new=is_new)
        yield self._helsenorge(is_new=is_new)

    def _actor(self, role: str) -> Actor:
        return self.cast(role, self.carers[role])

    def _card(self, step: Step, role: str) -> reading.Card | None:
        """The card as ``role`` is given it; asked for, shown and remembered."""
        path = f"/fhir/{self.episode}/$card"
        answer = self._actor(role).get(path)
        self._note(step, role, "GET", path, answer)
        step.expect(answer.status == 200, f"the card is given, not {answer.status}: {short(answer.text)}")
        if answer.status != 200:
            return None
        card = reading.read(answer.json)
        step.expect(card.document == self.requests[step.name], "the document names its row in the log")
        step.facts |= {"age": card.age, "alarms": card.alarms, "resources": card.resources}
        return card

    def _note(self, step: Step, role: str, method: str, path: str, answer: Answer) -> None:
        self.requests[step.name] = answer.headers.get("x-request-id", "")
        step.facts |= {"status": answer.status, "audit": self.requests[step.name]}
        step.sent.append(f"{method} {path}  (token: {role})")

    def _token(self) -> Step:
        step = Step(
            "token", "Jordmorens journalsystem henter token hos HelseID, bundet til sin egen nøkkel (DPoP)"
        )
        midwife = self._actor("midwife")
        claims = keys.claims_of(midwife.token)
        attest = claims["nhn:tillitsrammeverk:parameters"]
        step.sent.append(f"POST {self.sandbox.helseid}/v2/create-test-token-with-key  audience nhn:helsekort")
        place = attest["practitioner"]["point_of_care"]["name"]
        purpose = attest["care_relationship"]["purpose_of_use"]["code"]
        step.came.append(f"{claims['name']}, {place}, formål {purpose}, nøkkel {claims['cnf']['jkt'][:12]}…")
        step.facts |= {"audience": claims["aud"], "bound": claims["cnf"]["jkt"], "purpose": purpose}
        step.expect(claims["aud"] == "nhn:helsekort", "the token is for this server")
        step.expect(claims["helseid://claims/hpr/hpr_number"] == self._midwife.hpr, "it is the midwife's")
        return step

    @property
    def _midwife(self) -> Clinician:
        return CLINICIANS[self.carers["midwife"]]

    def _card_before(self) -> Step:
        step = Step("card_before", f"Kortet til {self.woman.name} før konsultasjonen")
        card = self._card(step, "midwife")
        if card:
            step.came.append(
                f"{card.age}, termin {card.due} ({card.why}), funn: {', '.join(card.findings) or 'ingen'}"
            )
            step.expect(card.age == "uke 30+4", f"she is in uke 30+4, not {card.age}")
            step.expect(card.alarms == [], f"no alarm yet, not {card.alarms}")
            step.expect(card.allergies == (), "no allergy yet")
        return step

    def _consultation(self) -> Step:
        step = Step("consultation", "Jordmoren registrerer konsultasjonen: én transaksjon")
        self.before = self.logs.counts()
        bundle = consultation(self.roster, self.carers, self.patient, self.episode)
        answer = self._actor("midwife").send("POST", "/fhir", bundle)
        self._note(step, "midwife", "POST", "/fhir", answer)
        kinds = [_described(entry["resource"]) for entry in bundle["entry"]]
        step.sent.append("transaction: " + ", ".join(kinds))
        entries = answer.json.get("entry", [])
        statuses = [entry["response"]["status"] for entry in entries]
        places = [entry["response"].get("location", "").split("/fhir/")[-1] for entry in entries]
        step.came.append(f"{answer.status}: {len(entries)} ressurser lagret, {', '.join(places[:2])} …")
        step.facts["entries"] = len(entries)
        step.expect(answer.status == 200, f"stored, not {answer.status}: {answer.outcome()}")
        step.expect(len(entries) == 8, "eight resources")
        step.expect(all(status.startswith("201") for status in statuses), "each of them created")
        return step

    def _card_after(self) -> Step:
        step = Step("card_after", "Kortet etterpå: alarmen står på det")
        card = self._card(step, "midwife")
        if card:
            reading_ = f"{PRESSURE[0]}/{PRESSURE[1]}"
            step.came.append(
                f"{card.age}, blodtrykk {card.pressures[-1]}, allergi {', '.join(card.allergies)}"
            )
            step.came.append(short(card.findings.get(ALARM, "ingen alarm"), 300))
            step.facts["pressure"] = card.pressures[-1]
            step.expect(card.alarms == [ALARM], f"the alarm {ALARM} and no other: {card.alarms}")
            step.expect(reading_ in card.findings.get(ALARM, ""), "the alarm names the reading")
            step.expect(card.pressures[-1] == reading_, "the newest blood pressure is the one registered")
            step.expect(card.allergies == ("Penicillin",), f"the allergy stands there: {card.allergies}")
        return step

    def _clinician(self, role: str, title: str) -> Step:
        who = CLINICIANS[self.carers[role]]
        step = Step(role, f"{title}: {who.name}, {ORGANIZATIONS[who.organization].name}")
        card = self._card(step, role)
        if card:
            step.came.append(f"{card.age}; {short(card.findings.get(ALARM, 'ingen alarm'), 200)}")
            step.expect(card.alarms == [ALARM], f"sees the alarm: {card.alarms}")
            step.expect(card.allergies == ("Penicillin",), "sees the allergy")
            step.expect(self.woman.interpreter or bool(card.plan), "sees her birth plan")
        return step

    def _her_view(self) -> Step:
        step = Step("woman", f"{self.woman.name} leser sitt eget kort, med ord som er ment for henne")
        card = self._card(step, "citizen")
        page = self._actor("citizen").get(f"/fhir/{self.episode}/$card", Accept="text/html")
        clinical = self._actor("midwife").get(f"/fhir/{self.episode}/$card", Accept="text/html")
        if card:
            step.came.append(f"{card.age}, termin {card.due}")
            step.came.append("Siden hennes: «" + _sentence(page.text, HER_WORDS) + "»")
            step.expect(HER_WORDS in card.findings.get(ALARM, ""), "her document says whom to call")
            step.expect("Skal vurderes på sykehus" not in card.findings.get(ALARM, ""), "in words meant for her")
            step.expect(page.status == 200 and HER_WORDS in page.text, "her page says whom to call")
            step.expect("Skal vurderes på sykehus" not in page.text, "clinicians' words are not on her page")
            step.expect("Skal vurderes på sykehus" in clinical.text, "clinicians' words are on theirs")
        return step

    def _blocked(self) -> Step:
        patient, carers = pilot.of(self.roster, pilot.BLOCKED)
        doctor = CLINICIANS[carers["gp"]]
        step = Step(
            "blocked_gp", f"{WOMEN[pilot.BLOCKED].name} har sperret fastlegen {doctor.name}: han avvises"
        )
        path = f"/fhir/{carers['episode']}/$card"
        refused = self.cast("gp", doctor.key).get(path)
        self._note(step, "gp", "GET", path, refused)
        step.came.append(f"{refused.status}: {refused.outcome()}")
        allowed = self.cast("midwife", carers["midwife"]).get(path)
        step.came.append(f"{allowed.status} til jordmoren hennes for den samme forespørselen")
        step.facts |= {"patient": patient, "control": allowed.status}
        step.expect(refused.status == 403, f"the blocked GP is refused, not {refused.status}")
        step.expect(carers["episode"].encode() not in refused.body, "the refusal tells nothing")
        step.expect(allowed.status == 200, "the positive control: her midwife reads the same card")
        return step

    def _who_looked(self) -> Step:
        step = Step("access_log", f"{self.woman.name} leser hvem som har sett på kortet hennes")
        path = f"/fhir/Patient/{self.patient}/$access-log"
        answer = self._actor("citizen").get(path)
        self._note(step, "citizen", "GET", path, answer)
        if answer.status != 200:
            step.expect(False, f"the log is given, not {answer.status}: {answer.outcome()}")
            return step
        events = [entry["resource"] for entry in answer.json.get("entry", [])]
        sentences = [_plain(event["text"]["div"]) for event in events]
        step.came += sentences[:4]
        looked = {role: self.requests[role] for role in ("gp", "hospital") if role in self.requests}
        named = {event["id"]: event["agent"][0]["who"].get("display", "") for event in events}
        step.facts |= {"events": len(events), "read": looked}
        for role, id_ in looked.items():
            name = CLINICIANS[self.carers[role]].name
            step.expect(named.get(id_) == name, f"{name} stands there for the request {id_}")
        step.expect(self.woman.number not in answer.text, "no person number in the log")
        return step

    def _kjernejournal(self, *, is_new: bool) -> Step:
        step = Step("kjernejournal", "Kjernejournal har fått allergien, i jordmorens navn")
        entry = _await(lambda: self.logs.critical(self.woman.number))
        step.sent.append(
            "worker → POST /critical-information/v1/AllergyIntolerance  (token vekslet hos HelseID)"
        )
        effects = self.logs.critical(self.woman.number)
        step.facts["effects"] = len(effects)
        step.expect(len(effects) == 1, f"one effect, not {len(effects)}")
        if entry:
            last = entry[-1]
            step.came.append(
                f"{last['status']}: {last['answer']['code']['text']}, registrert av HPR {last['actor']['hpr']}"
            )
            step.expect(last["actor"]["hpr"] == self._midwife.hpr, "in the midwife's name")
            step.expect(last["actor"]["client"] == "helsekort", "by this server")
            step.expect(last["answer"]["code"]["text"] == "Penicillin", "the allergy")
        if is_new:
            step.facts["machine"] = len(
                [row for row in self.logs.entries("kjernejournal") if row["status"] == 403]
            )
            step.expect(step.facts["machine"] == 0, "nothing was tried with a machine token")
        return step

    def _helsenorge(self, *, is_new: bool) -> Step:
        step = Step("helsenorge", "Helsenorge har fått et varsel uten helseopplysninger")
        since = self.before.get("helsenorge", 0) if is_new else 0
        _await(lambda: self.logs.notices(self.woman.number, since))
        notices = self.logs.notices(self.woman.number, since)
        step.sent.append("worker → POST /notices/v1  (serverens eget token)")
        step.facts["effects"] = len(notices)
        if is_new:
            step.expect(len(notices) == 1, f"one notice for one consultation, not {len(notices)}")
        step.expect(bool(notices), "she was told that something is new")
        for row in notices:
            step.expect(row["notice"]["text"] in APPROVED_TEXTS, "an approved text")
            step.expect(
                set(row["notice"]) == {"recipient", "messageType", "idempotencyKey", "text"},
                "no more than that",
            )
        if notices:
            step.came.append(f"{notices[-1]['status']}: «{notices[-1]['notice']['text']}»")
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


def _await(found: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What ``found`` gives once the worker has done its part, or nothing when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not (rows := found()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return rows


def _plain(div: str) -> str:
    """The text of a narrative."""
    return " ".join(re.sub(r"<[^>]+>", " ", div).split())


def _sentence(page: str, words: str) -> str:
    """The line of ``page`` that holds ``words``."""
    lines = (
        html.unescape(re.sub(r"<[^>]+>", "", line)).strip()
        for line in re.split(r"</(?:p|li|div|h\d|td)>", page)
    )
    return next((" ".join(line.split()) for line in lines if words in line), "")
