"""What a woman does on Helsenorge, and what came of it there and here."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app import clock
from app.fhir import codes
from app.worker import log_feed, privacy, submissions
from app.worker.schedule import Duties
from tests.fixtures.pilot import Pilot
from tests.fixtures.resources import Woman, a_blood_pressure, an_observation, concept

DEFINITION, PART = "5d0f0f0e-0000-4000-8000-000000000001", "HELSEKORT"


@pytest.fixture(scope="module")
def helsenorge(pilot: Pilot) -> Pilot:
    """The pilot, with a worker that knows Helsenorge's privacy settings."""
    settings = replace(
        pilot.crew.settings,
        pvk_url=pilot.crew.services.running.helsenorge,
        pvk_definition=DEFINITION,
        pvk_part=PART,
        representation_url=pilot.crew.services.running.helsenorge,
        access_log_url=f"{pilot.crew.services.running.helsenorge}/innsynslogg/v1",
        forms_url=f"{pilot.crew.services.running.helsenorge}/skjema/v1",
        pvk_changes_url=f"{pilot.crew.services.running.helsenorge}/personvern/Personverninnstillinger/HentEndringer/v1",
    )
    return replace(pilot, crew=replace(pilot.crew, settings=settings))


@pytest.mark.parametrize("by", ["list", "feed"])
def choose(pilot: Pilot, number: str, *, active: bool) -> None:
    """She decides on Helsenorge."""
    said = {"innbyggerFnr": number, "definisjonGuid": DEFINITION, "partKode": PART, "aktiv": active}
    httpx.post(f"{pilot.crew.services.running.helsenorge}/_personvern", json=said).raise_for_status()


def compare(pilot: Pilot, by: str = "list") -> None:
    """The worker compares the list, or reads the feed on."""
    follows = privacy.follow if by == "list" else privacy.follow_changes

    async def story(duties: Duties) -> None:
        await follows(duties.house, duties.channels)

    pilot.crew.duty(story)


def follow(pilot: Pilot, by: str = "list") -> None:
    """And does what it leads to."""
    compare(pilot, by)
    pilot.work()


def there(pilot: Pilot, number: str) -> list[bool]:
    """What Helsenorge was told of her."""
    rows = pilot.crew.services.requests("helsenorge")
    return [
        row["setting"]["aktiv"]
        for row in rows
        if row.get("setting", {}).get("innbyggerFnr") == number and row["path"] != "/_personvern"
    ]


def kept(pilot: Pilot, patient: str) -> int:
    return int(pilot.rows(f"SELECT count(*) FROM resource WHERE patient = '{patient}'")[0])


def empower(pilot: Pilot, woman: Woman, holder: str, **said: Any) -> None:
    """She gives, changes or ends a power of attorney on Helsenorge."""
    body = {"fullmaktsgiverFnr": woman.number, "fullmaktshaverFnr": holder, "aktiv": True, **said}
    httpx.post(f"{pilot.crew.services.running.helsenorge}/_fullmakt", json=body).raise_for_status()


def relations(pilot: Pilot, woman: Woman) -> list[str]:
    """Of representatives: whether they are in force."""
    return pilot.rows(
        "SELECT ends IS NULL OR ends > now() FROM relation"
        f" WHERE patient = '{woman.id}' AND kind = 'fullmakt' ORDER BY organization"
    )


def submit(pilot: Pilot, number: str, resource: dict[str, Any], **more: Any) -> str:
    """She sends something in on Helsenorge; its id."""
    body = {"innbyggerFnr": number, "ressurs": resource, **more}
    answer = httpx.post(f"{pilot.crew.services.running.helsenorge}/_submit", json=body).raise_for_status()
    return str(answer.json()["id"])


def take_in(pilot: Pilot) -> None:
    async def story(duties: Duties) -> None:
        await submissions.take_in(duties.house, duties.channels)

    pilot.crew.duty(story)


def acknowledged(pilot: Pilot, id_: str) -> list[tuple[str, str]]:
    """What Helsenorge was told of it, each time that it had an effect."""
    rows = [row["acknowledged"] for row in pilot.crew.services.effects("helsenorge") if "acknowledged" in row]
    return [(row["status"], row["grunn"]) for row in rows if row["id"] == id_]


def experience(score: int) -> dict[str, Any]:
    answer = {"linkId": "overall", "answer": [{"valueInteger": score}]}
    form = f"{codes.CANONICAL}/Questionnaire/user-experience"
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": form,
        "authored": "2026-11-20T10:00:00Z",
        "item": [answer],
    }


def measured(systolic: int, at: str = "2026-11-20T08:00:00Z") -> dict[str, Any]:
    """As a device of hers has it: nothing of whom it is about, nor of who measured."""
    made = a_blood_pressure("Patient/nobody", systolic, 80, effectiveDateTime=at)
    return {name: value for name, value in made.items() if name not in {"subject", "performer"}}


def tags_of(resource: dict[str, Any]) -> set[str]:
    return {row["code"] for row in resource["meta"].get("tag", [])}


def tasks(pilot: Pilot, number: str) -> list[tuple[str, str]]:
    """The forms that she was asked to answer, each time that it had an effect; ``("", "")`` where all were taken back."""
    rows = [row.get("task") or row.get("tasksEnded") for row in pilot.crew.services.effects("helsenorge")]
    hers = [row for row in rows if row and row["mottaker"] == number]
    return [(row.get("skjema", "").rpartition("/")[2], row.get("sprak", "")) for row in hers]


def day(days: int) -> str:
    return (clock.now().astimezone(clock.OSLO).date() + timedelta(days=days)).isoformat()


def a_birth(woman: Woman, days: int, outcome: str = "live-birth") -> dict[str, Any]:
    said = {
        name: concept(codes.CS_CARD, code) for name, code in (("code", "birth-outcome"), ("value", outcome))
    }
    more = {"code": said["code"], "category": [concept(codes.OBSERVATION_CATEGORY, "exam")]}
    made = an_observation(woman.reference, "", valueCodeableConcept=said["value"]) | more
    return made | {"effectiveDateTime": f"{day(days)}T10:00:00Z"}


def tell(pilot: Pilot) -> None:
    """The worker tells Helsenorge what is new in the log, as young as it is."""

    async def story(duties: Duties) -> None:
        await log_feed.tell(duties.house, duties.channels, timedelta(0))

    pilot.crew.duty(story)


def log_there(pilot: Pilot, number: str) -> list[dict[str, Any]]:
    """The events of her log that Helsenorge has, by its raw effects."""
    rows = [row for row in pilot.crew.services.effects("helsenorge") if "events" in row]
    return [event for row in rows if row["mottaker"] == number for event in row["events"]]
