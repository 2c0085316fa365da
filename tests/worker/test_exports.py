"""A bulk export survives whatever happens to its worker: nothing is doubled, nothing is lost, all of it is logged."""

import time
from collections.abc import Iterator

import pytest
from helsekort_sandbox import processes

from app.store import export_progress, export_steps
from app.store.verify import verify
from app.worker import exports, schedule
from app.worker.jobs import take_up
from tests.access.world import orgnr
from tests.fixtures.crowd import a_crowd
from tests.fixtures.exports import begun, carry_on, exported, fetched, with_house
from tests.fixtures.resources import a_weight, register
from tests.fixtures.server import Person
from tests.worker.crew import Crew, wait_for

PATH = "/Patient/$export"


@pytest.fixture(scope="module")
def crowd(crew: Crew) -> int:
    """Women enough for an export that takes a while."""
    return a_crowd(crew.server.database, "restart", orgnr("midwives-a"), women=900, observations=8)


@pytest.fixture
def midwife(crew: Crew, crowd: int) -> Person:
    return crew.person("midwife")


@pytest.fixture
def worker(crew: Crew) -> Iterator[processes.Child]:
    child = crew.start()
    yield child
    crew.children[-1].stop()
    child.stop()


def progress(crew: Crew, id_: str) -> tuple[str, int]:
    (row,) = crew.rows(f"SELECT state, resources FROM export WHERE id = '{id_}'")
    state, resources = row.split("|")
    return state, int(resources)


def shown(crew: Crew, id_: str) -> list[tuple[str, str, int]]:
    """What the log says that the export showed."""
    rows = crew.rows(
        "SELECT s->>0 || ' ' || (s->>1) || ' ' || (s->>2) FROM audit, jsonb_array_elements(result::jsonb->'shown') s"
        f" WHERE request::jsonb->>'operation' = '$export' AND request::jsonb->>'correlation' = '{id_}'"
    )
    return [(kind, name, int(version)) for kind, name, version in (row.split(" ") for row in rows)]


@pytest.mark.slow
def test_killed_again_and_again_it_holds_the_same_lines(
    crew: Crew, midwife: Person, worker: processes.Child, crowd: int
) -> None:
    undisturbed = exported(midwife, PATH)
    status = begun(midwife, PATH)
    id_ = status.rpartition("/")[2]
    kills, seen = 0, -1

    def further() -> bool:
        state, resources = progress(crew, id_)
        return state != "running" or resources > seen

    while kills < 3:
        wait_for(further, 30)
        state, seen = progress(crew, id_)
        assert state == "running", f"it was done before it could be killed {kills + 1} times"
        crew.children[-1].process.kill()
        crew.children[-1].process.wait()
        kills += 1
        crew.start()
    wait_for(lambda: progress(crew, id_)[0] == "complete", 60)
    again = fetched(midwife, status)
    assert len(again.ids()) >= crowd
    assert again.lines == undisturbed.lines
    assert {row["url"].rpartition("/")[2]: row["count"] for row in again.manifest["output"]} == {
        name: len(lines) for name, lines in again.lines.items()
    }
    logged = shown(crew, id_)
    assert len(logged) == len(set(logged)) == sum(map(len, again.lines.values()))
    assert "(export) is taken up again" in "".join(child.log.read_text() for child in crew.children)
    assert verify(crew.settings).problems == []


def test_two_workers_that_meet_double_nothing(crew: Crew, midwife: Person, crowd: int) -> None:
    """One was taken for dead and is not: each step holds only where the other has not been."""
    import asyncio

    undisturbed = exported(midwife, PATH)
    status = begun(midwife, PATH)
    id_ = status.rpartition("/")[2]

    async def alone(house: object) -> None:
        while (await export_progress.running(house.database, id_)) is not None:
            await exports.carry_on(house, id_)

    async def story(house: object) -> None:
        await asyncio.gather(*(alone(house) for _ in range(2)))

    with_house(crew.settings, story)
    assert fetched(midwife, status).lines == undisturbed.lines
    logged = shown(crew, id_)
    assert len(logged) == len(set(logged))


def test_cancelled_while_it_runs_it_ends_and_leaves_nothing(crew: Crew, midwife: Person, crowd: int) -> None:
    status = begun(midwife, PATH)
    id_ = status.rpartition("/")[2]

    async def some(house: object) -> None:
        assert await exports.carry_on(house, id_)
        assert await exports.carry_on(house, id_)

    with_house(crew.settings, some)
    running = midwife.get(status)
    assert running.status_code == 202
    assert running.headers["x-progress"].endswith(" resources")
    assert int(running.headers["retry-after"]) > 0
    assert crew.rows(f"SELECT count(*) FROM export_chunk WHERE export = '{id_}'") != ["0"]
    assert midwife.delete(status).status_code == 202
    for answer in (midwife.get(status), midwife.delete(status)):
        assert answer.status_code == 404
    assert crew.rows(f"SELECT count(*) FROM export_chunk WHERE export = '{id_}'") == ["0"]
    carry_on(crew.server, id_)
    assert progress(crew, id_)[0] == "cancelled"


def test_an_export_whose_job_is_lost_is_found(crew: Crew, midwife: Person) -> None:
    status = begun(midwife, "/Patient/$export?_type=Patient")
    id_ = status.rpartition("/")[2]
    crew.rows("DELETE FROM procrastinate_jobs WHERE task_name = 'export'")
    crew.duty(schedule.sweep_exports)
    assert crew.rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'export'") == ["0"]
    crew.rows(f"UPDATE export SET touched = touched - interval '1 minute' WHERE id = '{id_}'")
    crew.duty(schedule.sweep_exports)
    crew.duty(schedule.sweep_exports)
    assert crew.rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'export'") == ["1"]
    crew.work()
    assert midwife.get(status).status_code == 200


def test_a_job_is_queued_once(crew: Crew, midwife: Person) -> None:
    id_ = begun(midwife, "/Patient/$export?_type=Patient").rpartition("/")[2]
    crew.duty(lambda duties: take_up(duties.app, id_))
    assert crew.rows(f"SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock = '{id_}'") == ["1"]
    crew.work()


def test_files_are_there_for_their_time_and_then_gone(crew: Crew, midwife: Person) -> None:
    found = exported(midwife, "/Patient/$export?_type=Patient")
    row = found.manifest["output"][0]["url"]
    crew.duty(schedule.sweep_exports)
    assert midwife.get(row).status_code == 200
    crew.rows(f"UPDATE export SET expires = now() - interval '1 second' WHERE id = '{found.id}'")
    for answer in (midwife.get(row), midwife.get(found.status), midwife.delete(found.status)):
        assert answer.status_code == 404
    crew.duty(schedule.sweep_exports)
    for table, column in (("export", "id"), ("export_chunk", "export")):
        assert crew.rows(f"SELECT count(*) FROM {table} WHERE {column} = '{found.id}'") == ["0"]


def test_what_cannot_be_finished_is_given_up_and_told(
    crew: Crew, midwife: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = begun(midwife, PATH)
    id_ = status.rpartition("/")[2]

    async def broken(*_: object) -> None:
        raise RuntimeError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(export_steps, "take", broken)

        async def tries(house: object) -> None:
            await exports.carry_on(house, id_)
            for _ in range(exports.MOST_ATTEMPTS - 1):
                with pytest.raises(RuntimeError, match="no room"):
                    await exports.carry_on(house, id_)
            assert not await exports.carry_on(house, id_)

        with_house(crew.settings, tries)
    answer = midwife.get(status)
    assert answer.status_code == 500
    assert answer.json()["issue"][0]["severity"] == "error"
    assert midwife.delete(status).status_code == 202


def test_a_role_that_is_gone_ends_the_export(crew: Crew, midwife: Person) -> None:
    """The pilot's list of organisations changes while it runs."""
    from dataclasses import replace

    status = begun(midwife, PATH)
    pilot = replace(crew.settings.pilot, organizations=())

    async def story(house: object) -> None:
        assert not await exports.carry_on(house, status.rpartition("/")[2])

    with_house(replace(crew.settings, pilot=pilot), story)
    assert midwife.get(status).status_code == 500


def test_large_files_are_parted(crew: Crew, midwife: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = exported(midwife, PATH)
    monkeypatch.setattr(exports, "LARGEST_FILE", 1000)
    monkeypatch.setattr(export_steps, "MOST_ROWS", 5)
    parted = exported(midwife, PATH)
    names = [name for name in parted.lines if name.startswith("Observation-")]
    assert len(names) > 5
    assert all(len(parted.lines[name]) >= 1000 for name in sorted(names, key=lambda n: int(n[12:-7]))[:-1])
    lines = [line for n in range(len(names)) for line in parted.lines[f"Observation-{n + 1}.ndjson"]]
    assert lines == whole.lines["Observation-1.ndjson"]


def test_urgent_jobs_do_not_wait_for_exports(crew: Crew, midwife: Person, worker: processes.Child) -> None:
    woman = register(midwife)
    running = [begun(midwife, PATH) for _ in range(crew.settings.max_exports)]
    began = time.monotonic()
    body = a_weight(woman.reference)
    assert midwife.post("/Observation", body).status_code == 201
    wait_for(lambda: crew.told("helsenorge", woman), 20)
    assert time.monotonic() - began < 8
    for status in running:
        assert midwife.delete(status).status_code == 202


def test_a_slice_is_short(crew: Crew, midwife: Person) -> None:
    id_ = begun(midwife, PATH).rpartition("/")[2]

    async def story(house: object) -> list[float]:
        times = []
        more = True
        while more:
            began = time.monotonic()
            more = await exports.carry_on(house, id_)
            times.append(time.monotonic() - began)
        return times

    assert max(with_house(crew.settings, story)) < 4 * exports.SLICE
