"""``helsekort worker`` as a process: quick, graceful when told to stop, and nothing is lost when it is killed."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from helsekort_sandbox import processes

from app.store.verify import verify
from tests.fixtures.resources import Woman, a_blood_pressure, a_weight, an_allergy, register
from tests.worker.crew import Crew, wait_for

UNDER_WAY = "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND lock = 'notice {}'"


@pytest.fixture
def woman(crew: Crew) -> Woman:
    return register(crew.person("midwife"))


@pytest.fixture
def worker(crew: Crew) -> Iterator[processes.Child]:
    (last,) = crew.rows(
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM procrastinate_workers_id_seq"
    )
    child = crew.start()
    wait_for(lambda: crew.rows(f"SELECT 1 FROM procrastinate_workers WHERE id > {last}"), 20)
    yield child
    child.stop()


def sent(crew: Crew, woman: Woman, kind: str = "critical-information") -> bool:
    states = [row.split("|")[0] for row in crew.deliveries(woman, kind)]
    return bool(states) and set(states) == {"sent"}


def sending(crew: Crew, after: int) -> list[int]:
    """The worker, younger than ``after``, that is in the middle of a registration."""
    rows = crew.rows(
        "SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'deliver'"
        f" AND worker_id > {after} AND lock LIKE 'critical%' LIMIT 1"
    )
    return [int(row) for row in rows]


def test_alarm_registration_and_notice_follow_by_themselves(
    crew: Crew, woman: Woman, worker: processes.Child
) -> None:
    midwife = crew.person("midwife")
    wait_for(lambda: crew.told("helsenorge", woman))
    assert midwife.post("/Observation", a_blood_pressure(woman.reference, 172, 112)).status_code == 201
    assert midwife.post("/AllergyIntolerance", an_allergy(woman.reference)).status_code == 201
    wait_for(lambda: crew.flags(woman))
    wait_for(lambda: sent(crew, woman))
    assert len(crew.told("kjernejournal", woman)) == 1
    wait_for(lambda: len(crew.told("helsenorge", woman)) >= 2)


def test_what_changes_while_a_notice_is_sent_gets_a_notice_of_its_own(
    crew: Crew, woman: Woman, worker: processes.Child
) -> None:
    """The one under way may have been read before the change was there to be seen."""
    midwife = crew.person("midwife")
    wait_for(lambda: sent(crew, woman, "notice"))
    before = len(crew.told("helsenorge", woman))
    crew.services.fail("helsenorge", latencyMs=1500)
    assert midwife.post("/Observation", a_weight(woman.reference, 71.0)).status_code == 201
    wait_for(lambda: crew.rows(UNDER_WAY.format(woman.id)))
    assert midwife.post("/Observation", a_weight(woman.reference, 71.5)).status_code == 201
    wait_for(lambda: len(crew.deliveries(woman, "notice")) == before + 2)
    crew.services.fail("helsenorge")
    wait_for(lambda: len(crew.told("helsenorge", woman)) == before + 2)


def test_told_to_stop_it_stops_in_order(crew: Crew, woman: Woman, worker: processes.Child) -> None:
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(15) == 0, processes.tail(worker.log)
    assert crew.rows("SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'") == []
    assert "Traceback" not in worker.log.read_text()


@pytest.mark.slow
def test_killed_in_the_middle_it_loses_nothing_and_repeats_nothing(
    crew: Crew, woman: Woman, worker: processes.Child
) -> None:
    """Twice, each while a registration is under way and its effect may have happened."""
    crew.services.fail("kjernejournal", latencyMs=700)
    midwife = crew.person("midwife")
    codes = ("Penicillin", "Latex")
    killed = 0
    for code in codes:
        allergy = an_allergy(woman.reference, code={"text": code})
        assert midwife.post("/AllergyIntolerance", allergy).status_code == 201
        assert midwife.post("/Observation", a_blood_pressure(woman.reference, 172, 112)).status_code == 201
        (killed,) = wait_for(lambda after=killed: sending(crew, after), 20)
        crew.children[-1].process.kill()
        crew.children[-1].process.wait()
        crew.start()
    crew.services.fail("kjernejournal")
    wait_for(lambda: sent(crew, woman) and len(crew.flags(woman)) == len(codes), 40)
    effects = crew.told("kjernejournal", woman)
    assert sorted(row["answer"]["code"]["text"] for row in effects) == sorted(codes)
    taken_up = "".join(child.log.read_text() for child in crew.children).count("(deliver) is taken up again")
    assert taken_up >= len(codes)
    crew.children[-1].stop()


def test_a_database_that_goes_away_is_waited_for(crew: Crew, woman: Woman, worker: processes.Child) -> None:
    crew.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'helsekort_serving'"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    midwife = crew.person("midwife")

    def written() -> bool:
        with contextlib.suppress(OSError):
            return (
                midwife.post("/Observation", a_blood_pressure(woman.reference, 172, 112)).status_code == 201
            )
        return False

    wait_for(written, 20)
    wait_for(lambda: crew.flags(woman), 20)
    assert not worker.has_ended(), worker.report()


def test_it_seals_the_log(crew: Crew, woman: Woman, worker: processes.Child) -> None:
    wait_for(lambda: Path(crew.settings.audit_anchor_file).exists())
    assert crew.person("midwife").post("/Observation", a_weight(woman.reference)).status_code == 201
    report = verify(crew.settings)
    assert report.problems == []
    assert report.heads > 0


def test_its_own_log_names_nobody(crew: Crew, woman: Woman, worker: processes.Child) -> None:
    crew.services.fail("helsenorge", status=500, count=1)
    assert crew.person("midwife").post("/AllergyIntolerance", an_allergy(woman.reference)).status_code == 201
    wait_for(lambda: sent(crew, woman))
    for child in crew.children:
        assert woman.number not in child.log.read_text()
