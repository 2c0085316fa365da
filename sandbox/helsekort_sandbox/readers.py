"""The main job, second half: GP, hospital and the woman read the card, each with an own token and an own view.

Whom she blocks is refused, she reads who looked, and the national services have got what they should, no more.
"""

import html
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from helsekort_sandbox import pilot
from helsekort_sandbox.helsenorge import APPROVED_TEXTS
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS, WOMEN
from helsekort_sandbox.steps import Step, short
from helsekort_sandbox.story import ALARM, Story

PATIENCE = 60.0  # seconds for the worker
HER_WORDS, THEIR_WORDS = "Ring fødeavdelingen", "Skal vurderes på sykehus"


def read(story: Story, *, is_new: bool = True) -> Iterator[Step]:
    """The steps; ``is_new``: the consultation was registered just now."""
    yield _clinician(story, "gp", "The GP reads the card")
    yield _clinician(story, "hospital", "The hospital reads the card")
    yield _her_view(story)
    yield _blocked(story)
    yield _who_looked(story)
    yield _kjernejournal(story, is_new=is_new)
    yield _helsenorge(story, is_new=is_new)


def _clinician(story: Story, role: str, title: str) -> Step:
    who = CLINICIANS[story.carers[role]]
    step = Step(role, f"{title}: {who.name}, {ORGANIZATIONS[who.organization].name}")
    card = story.card(step, role)
    if card:
        step.came.append(f"{card.age}; {short(card.findings.get(ALARM, 'no alarm'), 200)}")
        step.expect(card.alarms == [ALARM], f"sees the alarm: {card.alarms}")
        step.expect(card.allergies == ("Penicillin",), "sees the allergy")
        step.expect(story.woman.interpreter or bool(card.plan), "sees her birth plan")
    return step


def _her_view(story: Story) -> Step:
    step = Step("woman", f"{story.woman.name} reads her own card, in words meant for her")
    card = story.card(step, "citizen")
    page = story.actor("citizen").get(f"/fhir/{story.episode}/$card", Accept="text/html")
    clinical = story.actor("midwife").get(f"/fhir/{story.episode}/$card", Accept="text/html")
    if card:
        step.came.append(f"{card.age}, due {card.due}")
        step.came.append("Her page: «" + _sentence(page.text, HER_WORDS) + "»")
        step.expect(HER_WORDS in card.findings.get(ALARM, ""), "her document says whom to call")
        step.expect(THEIR_WORDS not in card.findings.get(ALARM, ""), "in words meant for her")
        step.expect(page.status == 200 and HER_WORDS in page.text, "her page says whom to call")
        step.expect(THEIR_WORDS not in page.text, "clinicians' words are not on her page")
        step.expect(THEIR_WORDS in clinical.text, "clinicians' words are on theirs")
    return step


def _blocked(story: Story) -> Step:
    patient, carers = pilot.of(story.roster, pilot.BLOCKED)
    doctor = CLINICIANS[carers["gp"]]
    step = Step("blocked_gp", f"{WOMEN[pilot.BLOCKED].name} has blocked her GP {doctor.name}: he is refused")
    path = f"/fhir/{carers['episode']}/$card"
    refused = story.cast("gp", doctor.key).get(path)
    story.note(step, "gp", "GET", path, refused)
    step.came.append(f"{refused.status}: {refused.outcome()}")
    allowed = story.cast("midwife", carers["midwife"]).get(path)
    step.came.append(f"{allowed.status} to her midwife for the same request")
    step.facts |= {"patient": patient, "control": allowed.status}
    step.expect(refused.status == 403, f"the blocked GP is refused, not {refused.status}")
    step.expect(carers["episode"].encode() not in refused.body, "the refusal tells nothing")
    step.expect(allowed.status == 200, "the positive control: her midwife reads the same card")
    return step


def _who_looked(story: Story) -> Step:
    step = Step("access_log", f"{story.woman.name} reads who has looked at her card")
    path = f"/fhir/Patient/{story.patient}/$access-log"
    answer = story.actor("citizen").get(path)
    story.note(step, "citizen", "GET", path, answer)
    if answer.status != 200:
        step.expect(False, f"the log is given, not {answer.status}: {answer.outcome()}")
        return step
    found = [entry["resource"] for entry in answer.json.get("entry", [])]
    events = [resource for resource in found if resource["resourceType"] == "AuditEvent"]
    sentences = [_plain(event["text"]["div"]) for event in events]
    step.came += sentences[:4]
    looked = {role: story.requests[role] for role in ("gp", "hospital") if role in story.requests}
    named = {event["id"]: event["agent"][0]["who"].get("display", "") for event in events}
    step.facts |= {"events": len(events), "read": looked}
    for role, id_ in looked.items():
        name = CLINICIANS[story.carers[role]].name
        step.expect(named.get(id_) == name, f"{name} stands there for the request {id_}")
    step.expect(story.woman.number not in answer.text, "no person number in the log")
    return step


def _kjernejournal(story: Story, *, is_new: bool) -> Step:
    step = Step("kjernejournal", "Kjernejournal has got the allergy, in the midwife's name")
    entry = _await(lambda: story.logs.critical(story.woman.number))
    step.sent.append(
        "worker → POST /critical-information/v1/AllergyIntolerance  (a token exchanged at HelseID)"
    )
    effects = story.logs.critical(story.woman.number)
    step.facts["effects"] = len(effects)
    step.expect(len(effects) == 1, f"one effect, not {len(effects)}")
    if entry:
        last = entry[-1]
        step.came.append(
            f"{last['status']}: {last['answer']['code']['text']}, registered by HPR {last['actor']['hpr']}"
        )
        step.expect(last["actor"]["hpr"] == story.midwife.hpr, "in the midwife's name")
        step.expect(last["actor"]["client"] == "helsekort", "by this server")
        step.expect(last["answer"]["code"]["text"] == "Penicillin", "the allergy")
    if is_new:
        step.facts["machine"] = len(
            [row for row in story.logs.entries("kjernejournal") if row["status"] == 403]
        )
        step.expect(step.facts["machine"] == 0, "nothing was tried with a machine token")
    return step


def _helsenorge(story: Story, *, is_new: bool) -> Step:
    step = Step("helsenorge", "Helsenorge has got a notice without health information")
    since = story.before.get("helsenorge", 0) if is_new else 0
    _await(lambda: story.logs.notices(story.woman.number, since))
    notices = story.logs.notices(story.woman.number, since)
    step.sent.append("worker → POST /notices/v1  (the server's own token)")
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
