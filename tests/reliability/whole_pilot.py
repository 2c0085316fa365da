"""A whole pilot under faults: ``python -m tests.reliability.whole_pilot --women 100`` (in ``.ci/long``).

Generated pregnancies are replayed at full speed through the public API while every service fails one call in five. When
all is delivered each card is compared on its sides: as FHIR, as national JSON here and at the national service, as the
document shared in kjernejournal, with her critical information there. What others have is read from their raw effect logs.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from helsekort_sandbox import generate, launcher
from helsekort_sandbox.bearers import Bearers, of_sandbox
from helsekort_sandbox.playing import Pace
from helsekort_sandbox.recording import Recording, read
from helsekort_sandbox.recording_lines import Actor, CardRead
from helsekort_sandbox.replay import play
from helsekort_sandbox.sending import NATIONAL, PROFESSIONS
from helsekort_sandbox.state import Sandbox

from app.access.rows import SENSITIVE
from app.fhir import codes
from app.mapping.record_facts import VISITS
from tests.national import both_records
from tests.reliability import both_sides
from tests.reliability.test_kill9 import House

Json = dict[str, Any]
SEED, ACTORS, QUIET = 1, 6, 10
FAULTS = [
    {"errorRate": 0.06, "status": 503},
    {"errorRate": 0.04, "status": 500},
    {"errorRate": 0.01, "status": 429, "retryAfter": 1},
    {"errorRate": 0.06, "dropAfterEffect": True},
    {"duplicateRate": 0.05, "jitterMs": 20},
]
UNSENT = """SELECT kind || ':' || state || ':' || coalesce(replace(left(error, 60), ' ', '_'), '') FROM delivery WHERE state IN ('pending', 'waiting')
    UNION ALL SELECT 'changed' FROM changed
    UNION ALL SELECT task_name FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name <> 'deliver'"""
SOONER = """UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at > now() AND task_name = 'deliver';
    UPDATE breaker SET until = now() WHERE state = 'open'"""
CARDS = """SELECT e.id || '|' || p.number FROM resource e JOIN person p ON p.patient = e.patient
    WHERE e.type = 'EpisodeOfCare' AND NOT e.deleted"""
SHARED = ("Observation", "AllergyIntolerance")


@dataclass(frozen=True)
class Card:
    """One card, and somebody who reads it."""

    episode: str
    number: str
    reader: Actor


@dataclass
class Reader:
    """Reads cards as their carers do."""

    sandbox: Sandbox
    bearers: Bearers
    client: httpx.Client

    def get(self, path: str, reader: Actor, **headers: str) -> Json:
        url = f"{self.sandbox.base_url}{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.get(url, headers=sent | self.bearers.headers(reader, "GET", url), timeout=60)
        assert answer.status_code == 200, (
            f"{path.rpartition('/')[2]}: {answer.status_code} {answer.text[:300]}"
        )
        found: Json = answer.json()
        return found

    def fhir(self, card: Card) -> list[Json]:
        """What stands on the card."""
        bundle = self.get(f"/fhir/EpisodeOfCare/{card.episode}/$card", card.reader)
        return [entry["resource"] for entry in bundle["entry"]]

    def national(self, card: Card) -> Json:
        """The same as national JSON."""
        role = json.dumps({"system": PROFESSIONS, "code": card.reader.profession})
        headers = {
            "nhn_user_role": quote(role),
            "nhn_source_system": "whole pilot",
            "nhn_patient_nin": card.number,
        }
        return self.get(f"{NATIONAL}/record/{card.episode}", card.reader, **headers)


@contextmanager
def hurried(house: House) -> Iterator[None]:
    """No attempt waits for its time."""
    ends = threading.Event()

    def hurry() -> None:
        while not ends.wait(0.5):
            house.rows(SOONER)

    thread = threading.Thread(target=hurry)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def settle(house: House, patience: float) -> None:
    """All is delivered, although calls go on failing."""
    deadline, quiet = time.monotonic() + patience, 0
    while quiet < QUIET:  # between two looks a job may have become a message
        left = house.rows(UNSENT)
        quiet = 0 if left else quiet + 1
        assert time.monotonic() < deadline, Counter(left).most_common(12)
        time.sleep(0.5)


def cards(house: House, recording: Recording, made: dict[str, str]) -> list[Card]:
    """Every card that a carer of hers read, with the last who did."""
    numbers = dict(row.split("|") for row in house.rows(CARDS))
    readers: dict[str, Actor] = {}
    for item in recording.items:
        if isinstance(item, CardRead) and item.card in made:
            actor = recording.actors[item.actor]
            if actor.hpr:
                readers[made[item.card].partition("/")[2]] = actor
    return [
        Card(episode, numbers[episode], actor) for episode, actor in readers.items() if episode in numbers
    ]


def document_differs(card: list[Json], shared: list[Json]) -> list[str]:
    """What the shared document holds and the card does not, or the other way; what is labelled is not shared."""
    hidden = SENSITIVE | codes.KEPT_FROM_HER
    ours = {
        f"{row['resourceType']}/{row['id']}/{row['meta']['versionId']}"
        for row in card
        if row["resourceType"] in SHARED
        and "versionId" in row.get("meta", {})
        and not hidden & {label.get("code") for label in row["meta"].get("security", ())}
    }
    theirs = {one for row in shared for one in row["holds"] if one.startswith(SHARED)}
    return sorted(ours ^ theirs)


def measured(card: list[Json]) -> Counter[tuple[str, float]]:
    """What FHIR's side says was measured at each antenatal visit: the last blood pressure and the last weight in kg."""
    found: dict[str, dict[str, Any]] = {
        row["id"]: {}
        for row in card
        if row["resourceType"] == "Encounter"
        and set(VISITS) & {one.get("code") for one in _codings(row["type"])}
    }
    rows = [
        row
        for row in card
        if row.get("encounter", {}).get("reference", "").rpartition("/")[2] in found
        and row["resourceType"] == "Observation"
    ]
    for row in sorted(rows, key=lambda row: str(row["effectiveDateTime"])):
        visit = found[row["encounter"]["reference"].rpartition("/")[2]]
        kinds = {one.get("code") for one in _codings([row["code"]])}
        if codes.BP_PANEL in kinds:
            sides = {_code(one): one["valueQuantity"]["value"] for one in row["component"]}
            visit["bloodPressure"] = f"{sides[codes.BP_SYSTOLIC]:.0f}/{sides[codes.BP_DIASTOLIC]:.0f}"
        elif codes.WEIGHT in kinds:
            visit["motherWeight"] = row["valueQuantity"]["value"]
    return Counter(_measures(list(found.values())))


def _codings(concepts: list[Json]) -> Iterator[Json]:
    return (coding for concept in concepts for coding in concept.get("coding", ()))


def _code(component: Json) -> str:
    return str(component["code"]["coding"][0]["code"])


def _measures(visits: list[Json]) -> Iterator[tuple[str, float]]:
    for visit in visits:
        said = visit.get("bloodPressure") or "", visit.get("motherWeight") or 0.0
        if any(said):
            yield said


def compare(house: House, sandbox: Sandbox, bearers: Bearers, found: list[Card]) -> dict[str, Any]:
    """Every card on its sides; how many are equal, and what differs."""
    logs = both_sides.logs(sandbox)
    national = httpx.get(f"{sandbox.maternity_record}/_log").json()["entries"]
    changes = [row for row in national if row["effect"]]
    shared: dict[str, list[Json]] = {}
    for row in both_sides.standing_documents(logs["documents"]).values():
        shared.setdefault(row["patient"], []).append(row)
    differing: dict[str, list[str]] = {}
    visits = 0
    with httpx.Client(trust_env=False) as client:
        reader = Reader(sandbox, bearers, client)
        for card in found:
            fhir, told = reader.fhir(card), reader.national(card)
            said, told_of = measured(fhir), Counter(_measures(told.get("antenatalAppointments", [])))
            visits += said.total()
            wrong = [
                f"visit in one of FHIR and JSON only: {one}" for one in (said - told_of) + (told_of - said)
            ]
            wrong += [f"document: {one}" for one in document_differs(fhir, shared.get(card.number, []))]
            wrong += [
                f"record: {one}"
                for one in both_records.differing(told, both_records.there(changes, card.number))
            ]
            if wrong:
                differing[card.episode] = wrong
    registered, recalled = both_sides.registrations(house, logs["kjernejournal"])
    requests = {name: len(rows) for name, rows in logs.items()} | {"maternity_record": len(national)}
    states = house.rows("SELECT kind || ':' || state || ':' || count(*) FROM delivery GROUP BY kind, state")
    return {
        "deliveries": sorted(states),
        "cards": len(found), "equal": len(found) - len(differing), "differing": differing, "visits": visits,
        "critical_information": registered, "recalled": recalled,
        "notices": both_sides.notices(house, logs["helsenorge"]), "requests": requests,
        "refused_on_demand": sum("on demand" in row.get("refused", "") for rows in [*logs.values(), national] for row in rows),
        "came_twice": sum(bool(row.get("replayed")) for rows in [*logs.values(), national] for row in rows),
    }  # fmt: skip


def run(women: int, data: Path) -> dict[str, Any]:
    """Replay so many women under faults, deliver, compare. Raises AssertionError where something is lost."""
    recording = read(line + b"\n" for line in generate.generate(women, SEED, generate.START))
    house = House(data, "ANSWER_SECONDS=2", "DOCUMENT_SECONDS=2")
    try:
        sandbox = house.start()
        bearers = of_sandbox(sandbox)
        for base in (*both_sides.bases(sandbox).values(), sandbox.maternity_record):
            httpx.post(f"{base}/_faults", json=FAULTS).raise_for_status()
        with hurried(house):
            report = play(recording, sandbox.base_url, bearers, Pace(actors=ACTORS, stop=False))
            told = report.as_json()
            assert not report.surprises, told["surprises"][:3]
            settle(house, 120 + 10 * women)
        made = {name: value for row in report.played.outcomes.values() for name, value in row.made.items()}
        result = compare(house, sandbox, bearers, cards(house, recording, made))
        return result | {"events": told["events"], "reads": told["cards"], "events_per_s": told["rate"]}
    finally:
        if house.process is not None and house.process.poll() is None:
            house.kill()
        launcher.Cluster(house.data).remove()


def main() -> None:
    """Run, print; 1 where a card differs."""
    parser = argparse.ArgumentParser(prog="tests.reliability.whole_pilot", description=__doc__)
    parser.add_argument("--women", type=int, default=100)
    with tempfile.TemporaryDirectory(prefix="helsekort-pilot-") as folder:
        found = run(parser.parse_args().women, Path(folder) / "data")
    print(json.dumps(found, indent=1, ensure_ascii=False))
    sys.exit(bool(found["differing"]))


if __name__ == "__main__":
    main()
