"""What the worker does by the clock: seal the log, find what got lost, forget what is over."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import clock
from app.fhir import codes
from app.store import deliveries, housekeeping
from app.store.verify import verify
from app.worker import schedule
from app.worker.jobs import dispatch
from tests.fixtures.resources import Woman, a_weight, an_allergy, an_observation, concept, register
from tests.worker.crew import Crew


@pytest.fixture
def woman(crew: Crew) -> Woman:
    made = register(crew.person("midwife"))
    crew.work()
    return made


def test_the_log_is_sealed_and_anchored(crew: Crew, woman: Woman) -> None:
    crew.duty(schedule.seal)
    report = verify(crew.settings)
    assert report.problems == []
    assert report.heads > 0
    assert not any("not sealed" in note for note in report.notes)
    lines = Path(crew.settings.audit_anchor_file).read_text().splitlines()
    assert len(lines) == report.heads


def test_a_log_that_has_not_grown_gets_no_new_head(crew: Crew, woman: Woman) -> None:
    crew.duty(schedule.seal)
    before = verify(crew.settings).heads
    crew.duty(schedule.seal)
    assert verify(crew.settings).heads == before
    assert crew.person("midwife").get(f"/Patient/{woman.id}").status_code == 200
    crew.duty(schedule.seal)
    assert verify(crew.settings).heads == before + 1


def test_a_head_that_was_not_anchored_is_anchored_later(crew: Crew, woman: Woman) -> None:
    """The worker was killed between the database and the file."""
    crew.duty(schedule.seal)
    file = Path(crew.settings.audit_anchor_file)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]) + lines[-1][:10])
    crew.duty(schedule.seal)
    assert file.read_bytes().splitlines(keepends=True)[: len(lines)] == lines
    assert verify(crew.settings).holds


def test_the_signing_key_is_private_and_outside_the_database(crew: Crew) -> None:
    crew.duty(schedule.seal)
    key = Path(crew.settings.audit_key_file)
    assert key.stat().st_mode & 0o777 == 0o600


def test_without_files_it_says_that_the_log_is_not_sealed(
    crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    bare = replace(crew, settings=replace(crew.settings, audit_key_file="", audit_anchor_file=""))
    with caplog.at_level(logging.WARNING, "helsekort.worker"):
        bare.duty(schedule.seal)
    assert "the log is not sealed" in caplog.text


def test_a_message_without_a_job_is_found(crew: Crew, woman: Woman) -> None:
    assert crew.person("midwife").post("/AllergyIntolerance", an_allergy(woman.reference)).status_code == 201
    crew.duty(schedule.follow)
    crew.rows("DELETE FROM procrastinate_jobs")
    crew.duty(schedule.sweep)
    crew.work()
    assert crew.deliveries(woman)[0].startswith("pending|0"), "it is not stranded yet"
    crew.rows("UPDATE delivery SET updated = updated - interval '1 minute'")
    crew.duty(schedule.sweep)
    crew.duty(schedule.sweep)
    assert crew.rows("SELECT count(*) FROM procrastinate_jobs") == ["2"], "one for each message"
    crew.work()
    assert crew.deliveries(woman) == ["sent|1|f|"]


def test_many_changes_of_one_woman_are_one_job_and_one_notice(crew: Crew, woman: Woman) -> None:
    for _ in range(3):
        assert crew.person("midwife").post("/Observation", a_weight(woman.reference)).status_code == 201
    assert crew.rows("SELECT count(*) FROM changed") == ["3"]
    crew.duty(schedule.follow)
    assert crew.person("midwife").post("/Observation", a_weight(woman.reference)).status_code == 201
    crew.duty(schedule.follow)
    assert crew.rows("SELECT count(*) FROM changed") == ["0"]
    assert crew.rows(f"SELECT count(*) FROM procrastinate_jobs WHERE lock = '{woman.id}'") == ["1"]
    assert [row.partition("|")[0] for row in crew.deliveries(woman, "notice")].count("pending") == 1
    crew.work()


def test_a_message_that_a_job_looks_at_is_not_stranded(crew: Crew, woman: Woman) -> None:
    assert crew.person("midwife").post("/Observation", a_weight(woman.reference)).status_code == 201
    crew.duty(schedule.follow)
    crew.rows("UPDATE delivery SET updated = updated - interval '1 minute'")
    (id_,) = crew.rows(f"SELECT id FROM delivery WHERE patient = '{woman.id}' AND state = 'pending'")
    crew.duty(lambda duties: dispatch(duties.app, [deliveries.Due(id_, "lock")]))

    async def stranded(duties: schedule.Duties) -> list[deliveries.Due]:
        return await deliveries.stranded(duties.house.database, clock.now())

    for status in ("todo", "doing"):
        crew.rows(f"UPDATE procrastinate_jobs SET status = '{status}' WHERE queueing_lock = '{id_}'")
        assert id_ not in {row.id for row in crew.duty(stranded)}
    crew.rows("UPDATE procrastinate_jobs SET status = 'todo'")
    crew.work()


def test_spent_proofs_are_forgotten(crew: Crew) -> None:
    crew.rows("DELETE FROM dpop_jti")
    crew.rows(
        "INSERT INTO dpop_jti VALUES ('over', now() - interval '1 s'), ('valid', now() + interval '1 min')"
    )
    crew.duty(schedule.forget_proofs)
    assert crew.rows("SELECT encode(jti, 'escape') FROM dpop_jti") == ["valid"]


def test_idempotency_keys_are_forgotten(crew: Crew) -> None:
    crew.rows(
        "INSERT INTO idempotency VALUES ('over', '', '[]', now() - interval '1 s'),"
        " ('valid', '', '[]', now() + interval '1 min')"
    )
    crew.duty(schedule.forget_keys)
    assert crew.rows("SELECT encode(key, 'escape') FROM idempotency") == ["valid"]


@pytest.mark.parametrize(("day", "month"), [((2031, 11, 30), "2031_12"), ((2031, 12, 1), "2032_01")])
def test_a_month_that_the_log_lacks(crew: Crew, day: tuple[int, int, int], month: str) -> None:
    async def missing(duties: schedule.Duties) -> str | None:
        return await housekeeping.missing_month(duties.house.database, datetime(*day, tzinfo=UTC))

    assert crew.duty(missing) == month
    year, number = (int(part) for part in month.split("_"))
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    crew.rows(
        f"CREATE TABLE audit_{month} PARTITION OF audit FOR VALUES FROM ('{year}-{number:02d}-01') TO"
        f" ('{following:%Y-%m-%d}')"
    )
    assert crew.duty(missing) is None


def test_next_month_is_looked_for(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "helsekort.worker"):
        crew.duty(schedule.look_ahead)
        assert "no partition" not in caplog.text
        following = f"{(clock.now().replace(day=1) + timedelta(days=32)):%Y_%m}"
        crew.rows(f"ALTER TABLE audit_{following} RENAME TO hidden")
        crew.duty(schedule.look_ahead)
        crew.rows(f"ALTER TABLE hidden RENAME TO audit_{following}")
    assert f"the log has no partition for {following}" in caplog.text


def test_what_nobody_discussed_with_her_is_opened_when_its_days_are_over(
    crew: Crew, woman: Woman, monkeypatch: pytest.MonkeyPatch
) -> None:
    her, midwife = crew.person("citizen", person=woman.number), crew.person("midwife")
    heart = an_observation(woman.reference, "", valueBoolean=False) | {
        "code": concept(codes.CS_CARD, "fetal-heart-activity")
    }
    path = f"/Observation/{midwife.post('/Observation', heart).json()['id']}"
    for days, status in ((6, 404), (8, 200)):
        later = datetime.now(UTC) + timedelta(days=days)
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda at=later: at)
            crew.duty(schedule.open_what_waited)
        assert her.get(path).status_code == status
    tags = {row["code"] for row in her.get(path).json()["meta"]["tag"]}
    assert "time-passed" in tags
    assert crew.rows(
        f"SELECT result FROM audit WHERE request LIKE '%$release%' AND request LIKE '%{path[-36:]}%'"
    )
