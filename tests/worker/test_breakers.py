"""A system that does not answer is left in peace, by all workers; what was refused is seen, tried again or given up."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app import cli, clock
from app.store import breakers
from app.store.database import Database
from app.worker import schedule
from tests.fixtures.resources import Woman, a_weight, an_allergy, register
from tests.worker.crew import Crew
from tests.worker.test_deliveries import hurry, post


@pytest.fixture(scope="module")
def registered(crew: Crew) -> list[Woman]:
    return [register(crew.person("midwife")) for _ in range(14)]


@pytest.fixture
def women(crew: Crew, registered: list[Woman]) -> list[Woman]:
    """Women of whom nothing waits; the first eight are written on by every test."""
    crew.rows("DELETE FROM breaker")
    hurry(crew)
    return registered[:8]


@pytest.fixture
def woman(crew: Crew, women: list[Woman], registered: list[Woman]) -> Woman:
    """A woman of this test's own."""
    return registered.pop()


def row_of(crew: Crew, columns: str) -> list[str]:
    return crew.rows(f"SELECT {columns} FROM breaker WHERE system = 'helsenorge'")


def health(crew: Crew, name: str, *wanted: str) -> list[Any]:
    answer = httpx.get(f"{crew.server.base}/health/adapters")
    assert answer.status_code == 200
    assert answer.json()["status"] in {"up", "degraded"}
    found = next(row for row in answer.json()["adapters"] if row["name"] == name)
    return [found[one] for one in wanted]


def requests(crew: Crew) -> int:
    return len(crew.services.requests("helsenorge"))


def test_an_outage_costs_a_few_requests_and_ends_with_one_probe(crew: Crew, women: list[Woman]) -> None:
    crew.services.fail("helsenorge", status=503)
    midwife = crew.person("midwife")
    for woman in women:
        post(midwife, a_weight(woman.reference))
    before = requests(crew)
    told = [len(crew.told("helsenorge", woman)) for woman in women]
    crew.work()
    assert breakers.FAILURES <= requests(crew) - before < len(women) + 1
    assert row_of(crew, "state, until > failed") == ["open|t"]
    crew.rows("UPDATE breaker SET until = now() + interval '1 minute'")
    assert health(crew, "helsenorge", "breaker", "pending", "dead", "error") == [
        "open", len(women), 0, "Helsenorge answered 503",
    ]  # fmt: skip
    asked = requests(crew)
    hurry(crew)  # those that had failed come due, and find the breaker open
    crew.duty(schedule.resume_held)
    crew.duty(schedule.sweep)
    crew.work()
    assert requests(crew) == asked
    assert crew.rows("SELECT count(*) FROM delivery WHERE state = 'pending' AND held IS NOT NULL") == [
        str(len(women))
    ]
    crew.rows("UPDATE breaker SET until = now()")
    crew.duty(schedule.resume_held)
    crew.work()
    assert requests(crew) == asked + 1, "one probe"
    assert row_of(crew, "state, openings") == ["open|2"]
    crew.services.fail("helsenorge")
    crew.rows("UPDATE breaker SET until = now()")
    crew.duty(schedule.resume_held)
    crew.work()
    assert requests(crew) == asked + 2
    assert row_of(crew, "state, failures, openings") == ["closed|0|0"]
    crew.duty(schedule.resume_held)
    hurry(crew)
    assert [len(crew.told("helsenorge", woman)) for woman in women] == [n + 1 for n in told]
    assert health(crew, "helsenorge", "breaker", "pending", "oldestSeconds") == ["closed", 0, None]
    succeeded, failed = health(crew, "helsenorge", "lastSuccess", "lastFailure")
    assert succeeded > failed


def test_what_a_system_asks_for_is_kept_for_all(crew: Crew, women: list[Woman]) -> None:
    crew.services.fail("helsenorge", status=429, retryAfter=300, count=1)
    for woman in women[:3]:
        post(crew.person("midwife"), a_weight(woman.reference))
    before = requests(crew)
    crew.work()
    assert requests(crew) - before <= 3, "those on their way, and no more"
    assert row_of(crew, "state, until > now() + interval '290 seconds'") == ["open|t"]
    crew.rows("UPDATE delivery SET state = 'withdrawn' WHERE state = 'pending'")


def test_a_refused_call_says_nothing_of_the_system(crew: Crew, women: list[Woman]) -> None:
    crew.services.fail("helsenorge", status=403)
    for woman in women:
        post(crew.person("midwife"), a_weight(woman.reference))
    crew.work()
    assert row_of(crew, "state, failures") == ["closed|0"]
    crew.rows("UPDATE delivery SET state = 'withdrawn' WHERE state = 'pending'")


def test_of_many_workers_one_is_the_probe(crew: Crew) -> None:
    """And where it never comes back, another is, after its time."""

    async def story() -> tuple[int, bool, bool]:
        database = Database(crew.settings.database_url, connections=8)
        await database.start()
        try:
            at = clock.now()
            for _ in range(breakers.FAILURES):
                assert await breakers.admit(database, "other", at)
                await breakers.went_wrong(database, "other", at, "it is away")
            assert not await breakers.admit(database, "other", at)
            later = at + timedelta(seconds=2)
            asked = await asyncio.gather(*(breakers.admit(database, "other", later) for _ in range(8)))
            meanwhile = await breakers.admit(database, "other", later + breakers.PROBE / 2)
            return sum(asked), meanwhile, await breakers.admit(database, "other", later + breakers.PROBE)
        finally:
            await database.stop()

    assert asyncio.run(story()) == (1, False, True)


def test_waits_double_up_to_a_minute_and_a_success_ends_them(crew: Crew) -> None:
    async def story() -> list[float]:
        database = Database(crew.settings.database_url, connections=1)
        await database.start()
        try:
            at, waits = clock.now(), []
            for n in range(40):
                await breakers.went_wrong(database, "slow", at, "it is away")
                row = next(row for row in await breakers.every(database) if row.system == "slow")
                if row.until is not None and row.state == "open":
                    waits.append((row.until - at).total_seconds())
                    at = row.until
                    assert await breakers.admit(database, "slow", at) == (n >= 0)
            await breakers.went_well(database, "slow", at)
            row = next(row for row in await breakers.every(database) if row.system == "slow")
            assert (row.state, row.failures, row.openings, row.until) == ("closed", 0, 0, None)
            return waits
        finally:
            await database.stop()

    waits = asyncio.run(story())
    assert 0.5 <= waits[0] <= 1.0
    assert 2.0 <= waits[2] <= 4.0
    assert all(30.0 <= wait <= 60.0 for wait in waits[8:])
    assert len(set(waits)) == len(waits), "each with its own jitter"


# What an operator does


Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(crew: Crew, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``helsekort deliveries``: its exit status and what it prints."""
    monkeypatch.setenv("HELSEKORT_MODE", "sandbox")
    monkeypatch.setenv("HELSEKORT_DATABASE_URL", crew.settings.database_url)

    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["deliveries", *words])
        return int(str(ended.value.code)), capsys.readouterr().out

    return run


def test_an_operator_sees_retries_and_discards_and_says_why(
    crew: Crew, women: list[Woman], command: Command
) -> None:
    crew.services.fail("helsenorge", status=422, count=2)
    midwife, (first, second, *_) = crew.person("midwife"), women
    for woman in (first, second):
        post(midwife, a_weight(woman.reference))
    crew.work()
    dead = crew.rows("SELECT id FROM delivery WHERE state = 'dead' ORDER BY created, id")
    about = crew.rows("SELECT patient FROM delivery WHERE state = 'dead' ORDER BY created, id")
    assert sorted(about) == sorted([first.id, second.id])
    _, listed = command("list", "--state", "dead")
    assert [line.split()[1:4] for line in listed.splitlines()[:-1]] == [
        [id_, "notice", "dead"] for id_ in dead
    ]
    assert "Helsenorge refused with 422" in listed
    assert first.number not in listed
    assert command("retry", dead[0])[0] == 2, "no reason"
    assert command("retry", dead[0], "--reason", "their text list is mended")[0] == 0
    _, given_up = command("discard", "--dead", "--reason", "too old")
    assert given_up.splitlines() == [f"{dead[1]} notice: discard"]
    crew.duty(schedule.resume_held)
    crew.work()
    assert crew.rows(f"SELECT state FROM delivery WHERE id = '{dead[0]}'") == ["sent"]
    assert crew.rows(f"SELECT state FROM delivery WHERE id = '{dead[1]}'") == ["discarded"]
    log = crew.rows(
        "SELECT request::jsonb->>'operation', request::jsonb->>'reason', patients[1] FROM audit"
        f" WHERE request::jsonb->>'correlation' IN ('{dead[0]}', '{dead[1]}') AND request LIKE '%-delivery%' ORDER BY at"
    )
    assert log == [
        f"$retry-delivery|their text list is mended|{about[0]}",
        f"$discard-delivery|too old|{about[1]}",
    ]
    code, settled = command("retry", dead[0], "no-such", "--reason", "x")
    assert code == 1
    assert "no-such: there is no such message" in settled
    assert "it is sent" in settled


def test_critical_information_that_is_retried_waits_for_a_clinician(
    crew: Crew, woman: Woman, command: Command
) -> None:
    crew.services.fail("kjernejournal", status=422, count=1)
    midwife = crew.person("midwife")
    post(midwife, an_allergy(woman.reference))
    crew.work()
    (id_,) = crew.rows("SELECT id FROM delivery WHERE state = 'dead' AND kind = 'critical-information'")
    assert command("retry", id_, "--reason", "the profile is mended")[0] == 0
    assert crew.deliveries(woman) == ["waiting|0|f|"]
    post(midwife, a_weight(woman.reference))
    crew.work()
    assert crew.deliveries(woman) == ["sent|1|f|"]
    assert len(crew.told("kjernejournal", woman)) == 1


def test_who_is_not_on_helsenorge_gets_a_letter(crew: Crew, woman: Woman, command: Command) -> None:
    url = f"{crew.services.running.helsenorge}/_active"
    assert httpx.post(url, json={"fnr": woman.number, "erAktiv": False}).status_code == 200
    before = len(crew.told("helsenorge", woman))
    post(crew.person("midwife"), a_weight(woman.reference))
    crew.work()
    assert crew.deliveries(woman, "notice")[-1] == "letter|1|f|She is not active on Helsenorge"
    assert len(crew.told("helsenorge", woman)) == before
    (id_,) = crew.rows(f"SELECT id FROM delivery WHERE patient = '{woman.id}' AND state = 'letter'")
    assert [line.split()[1:4] for line in command("list", "--state", "letter")[1].splitlines()[:-1]] == [
        [id_, "notice", "letter"]
    ]
    assert command("discard", id_, "--reason", "posted today")[0] == 0
    crew.services.fail("helsenorge", reads=True, status=503, count=1)
    httpx.post(url, json={"fnr": woman.number, "erAktiv": True}).raise_for_status()
    post(crew.person("midwife"), a_weight(woman.reference))
    crew.work()
    assert crew.deliveries(woman, "notice")[-1].startswith("pending|1|f|Helsenorge answered 503")
    hurry(crew)
    assert len(crew.told("helsenorge", woman)) == before + 1
