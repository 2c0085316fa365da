"""``helsekort demo --check``: the main job once, on fresh data and free ports, with its contents asserted.

One JSON object on one line of stdout, a field for each step; everything else goes to stderr. Exit status 0 only if
every step held.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helsekort_sandbox import courses, demo, leftovers, mocks, people, pilot, readers, reading, services
from helsekort_sandbox.launcher import Cluster
from helsekort_sandbox.pilot import Actors
from helsekort_sandbox.services import Services
from helsekort_sandbox.steps import Step
from helsekort_sandbox.story import Story

FINDINGS = {  # the alarms and tasks of the pilot's cards, besides the main woman's: rule ids by woman
    "preeclampsia": ["hypertension", "preeclampsia-suspected"],
    "post-term": ["post-term"],
    "postpartum": [],
    "first-visit": [],
}


def run() -> int:
    """Play once and report; the exit status."""
    began, steps = time.monotonic(), [Step("start", "Everything starts on fresh data")]
    data = Path(tempfile.mkdtemp(prefix="helsekort-check-"))
    try:
        with demo.stopping():
            _play(data, steps)
    except demo.Stopped:
        steps[-1].expect(False, "interrupted")
    except Exception as error:  # noqa: BLE001 (whatever it was, it is a result)
        steps[-1].expect(False, f"{type(error).__name__}: {error}")
    finally:
        _remove(data)
    held = all(step.held for step in steps)
    seconds = round(time.monotonic() - began, 1)
    result = {"held": held, "seconds": seconds, **{step.name: step.result() for step in steps}}
    print(json.dumps(result))
    return 0 if held else 1


def _play(data: Path, steps: list[Step]) -> None:
    port = free_port()
    started, sandbox = services.start(data, port, demo.tell)
    try:
        steps.append(Step("pilot", "The pilot is loaded"))
        roster = pilot.load(sandbox, demo.tell)
        demo.settle(started)
        with pilot.actors(sandbox) as cast:
            story = Story(sandbox, roster, cast)
            for step in _all(story, started, steps[-1]):
                if step is not steps[-1]:
                    steps.append(step)
                print(step.shown(len(steps)), file=sys.stderr, flush=True)
        steps.append(Step("restart", "A second start finds the data again"))
    finally:
        children = [*started.children, started.cluster.child]
        started.stop()
    _restart(data, port, roster, steps[-1])
    steps.append(Step("stopped", "Nothing is left afterwards"))
    steps[-1].expect(all(child.has_ended() for child in children), "every process has ended")
    steps[-1].expect(leftovers.of(started.cluster.folder) == [], "PostgreSQL has ended")


def _all(story: Story, started: Services, first: Step) -> Iterator[Step]:
    _pilot(first, story)
    yield first
    yield from story.register()
    yield from readers.read(story, is_new=True)
    yield _not_for_patient(story)
    yield _audit(story)
    yield _verified(started)


def _pilot(step: Step, story: Story) -> None:
    """Every woman's midwife reads her card: the right week, the findings that her story promises."""
    cards = {}
    for carers in story.roster["patients"].values():
        key = carers["citizen"]
        answer = story.cast("midwife", carers["midwife"]).get(f"/fhir/{carers['episode']}/$card")
        step.expect(answer.status == 200, f"{key}: {answer.status}")
        if answer.status == 200:
            cards[key] = reading.read(answer.json)
    step.facts["women"] = len(cards)
    step.expect(len(cards) == len(people.WOMEN), "all twelve cards are read")
    for key, card in cards.items():
        age = courses.COURSES[key].today
        if key not in {"first-visit", "postpartum"}:  # dated by her memory alone; and no longer pregnant
            week = f"uke {age // 7}+{age % 7}"
            step.expect(card.age == week, f"{key}: {week}, not {card.age}")
        if key in FINDINGS:
            to_do = sorted(rule for rule, kind in card.classes.items() if kind != "information")
            step.expect(to_do == FINDINGS[key], f"{key}: {to_do}")
    step.facts["findings"] = {key: sorted(card.findings) for key, card in cards.items() if card.findings}


def _not_for_patient(story: Story) -> Step:
    """What is withheld from her stands in no view of hers, and is there for her midwife."""
    step = Step("not_for_patient", "An item withheld from her: on her midwife's card, in no view of her own")
    _, carers = pilot.of(story.roster, "not-for-patient")
    path = f"/fhir/{carers['episode']}/$card"
    hers, theirs = (story.cast(role, carers[role]).get(path) for role in ("citizen", "midwife"))
    page = story.cast("citizen", carers["citizen"]).get(path, Accept="text/html")
    step.facts |= {"hers": hers.status, "theirs": theirs.status}
    step.expect(hers.status == theirs.status == page.status == 200, "all three are given")
    step.expect("720407008" in theirs.text, "the positive control: her midwife reads it")
    for answer in (hers, page):
        step.expect(
            "720407008" not in answer.text and "vold" not in answer.text.lower(), "she is not shown it"
        )
        step.expect("NOPAT" not in answer.text, "nor that there is something")
    return step


def _audit(story: Story) -> Step:
    """Each request of the story has its row in the log, by id, with who asked."""
    step = Step("audit", "Every request has its row in the log")
    auditor = story.cast("auditor")
    names = {role: people.CLINICIANS[story.carers[role]].name for role in ("midwife", "gp", "hospital")}
    midwife, her = names["midwife"], story.woman.name
    asked = {
        "card_before": midwife,
        "consultation": midwife,
        "card_after": midwife,
        "gp": names["gp"],
        "hospital": names["hospital"],
        "woman": her,
        "access_log": her,
        "blocked_gp": people.CLINICIANS[people.WOMEN[pilot.BLOCKED].gp].name,
    }
    for name, who in asked.items():
        answer = auditor.get(f"/fhir/AuditEvent/{story.requests.get(name)}")
        step.expect(answer.status == 200, f"{name}: {answer.status}")
        if answer.status == 200:
            event = answer.json
            step.expect(event["agent"][0]["who"].get("display") == who, f"{name}: {who} asked")
            outcome = "4" if name == "blocked_gp" else "0"
            step.expect(event["outcome"] == outcome, f"{name}: outcome {event['outcome']}")
            step.expect(story.woman.number not in answer.text, f"{name}: no person number")
    step.facts["rows"] = len(asked)
    return step


def _verified(started: Services) -> Step:
    step = Step("verified", "The log's chains hold: helsekort audit verify")
    command = [sys.executable, "-m", "app.cli", "audit", "verify"]
    done = subprocess.run(command, env=started.as_owner(), capture_output=True, text=True, check=False)
    step.came.append(done.stdout.strip() or done.stderr.strip())
    step.facts["exit"] = done.returncode
    step.expect(done.returncode == 0, "the log is whole")
    return step


def _restart(data: Path, port: int, roster: dict[str, Any], step: Step) -> None:
    """A second start finds the card as it was."""
    started, sandbox = services.start(data, port, demo.tell)
    try:
        step.expect(demo.found(started, sandbox) is not None, "the roster is found")
        with pilot.actors(sandbox) as cast:
            card = _main_card(roster, cast)
        step.facts |= {"pressure": card.pressures[-1], "allergies": list(card.allergies)}
        step.expect(card.pressures[-1] == "148/96", "the consultation is still there")
        step.expect(card.allergies == ("Penicillin",), "and the allergy, once")
    finally:
        started.stop()


def _main_card(roster: dict[str, Any], cast: Actors) -> reading.Card:
    episode = roster["patients"][roster["main"]]["episode"]
    return reading.read(cast("midwife", "midwife-a").need("GET", f"/fhir/{episode}/$card").json)


def free_port() -> int:
    with mocks.listen() as listener:
        return int(listener.getsockname()[1])


def _remove(data: Path) -> None:
    """Nothing of a check stays behind, also not the cluster that root keeps elsewhere."""
    Cluster(data).remove()
    shutil.rmtree(data, ignore_errors=True)
