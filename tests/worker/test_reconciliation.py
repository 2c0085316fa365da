"""What another system has lost, or has too much of, is found and repaired; what it only does not show yet happens once."""

from datetime import timedelta

import httpx
import pytest

from app import cli, clock
from app.store import comparison
from app.worker import reconciliation, schedule
from app.worker.compared import Compared
from app.worker.schedule import Duties
from tests.fixtures.resources import Woman, a_weight, an_allergy, register
from tests.worker.crew import Crew
from tests.worker.test_deliveries import post, put


@pytest.fixture
def woman(crew: Crew) -> Woman:
    made = register(crew.person("midwife"))
    crew.work()
    return made


def lose(crew: Crew, service: str, last: int = 1) -> None:
    """As if the service had been restored from a backup."""
    answer = httpx.post(f"{getattr(crew.services.running, service)}/_lose", json={"last": last})
    assert len(answer.json()["lost"]) == last


def reconcile(crew: Crew) -> Compared:
    """Of Helsenorge's notices, as young as they are."""

    async def story(duties: Duties) -> Compared:
        found = await reconciliation.reconcile(duties.house, duties.channels, settled=timedelta(0))
        return next(row for row in found if row.system == "helsenorge")

    found = crew.duty(story)
    crew.duty(schedule.resume_held)
    crew.work()
    return found


def check(crew: Crew, woman: Woman) -> None:
    """Ask for a comparison, and have a clinician come by."""

    async def ask(duties: Duties) -> None:
        now = clock.now()
        await comparison.ask_for_checks(duties.house.database, now, now)

    crew.duty(ask)
    assert crew.deliveries(woman, "registration-comparison")[-1].startswith("waiting|0|f")
    post(crew.person("midwife"), a_weight(woman.reference))
    crew.work()
    assert crew.deliveries(woman, "registration-comparison")[-1] == "sent|1|f|"
    crew.duty(schedule.resume_held)
    crew.work()


def registered(crew: Crew, woman: Woman) -> list[str]:
    """The criticality of what kjernejournal holds of hers now, by the lines of its log."""
    rows = crew.services.requests("kjernejournal")
    lost = {number for row in rows for number in row.get("lost", ())}
    hers = [
        row for row in rows if row["effect"] and row["patient"] == woman.number and row["number"] not in lost
    ]
    gone = {row["retracts"] for row in hers if "retracts" in row}
    return [
        row["answer"].get("criticality", "-") for row in hers if "answer" in row and row["event"] not in gone
    ]


def test_a_notice_that_was_lost_there_is_sent_again_once(crew: Crew, woman: Woman) -> None:
    post(crew.person("midwife"), a_weight(woman.reference))
    crew.work()
    everything = crew.rows("SELECT count(*) FROM delivery WHERE kind = 'notice' AND state = 'sent'")
    assert reconcile(crew) == Compared("helsenorge", int(everything[0]), 0)
    (last,) = crew.rows("SELECT id FROM delivery WHERE kind = 'notice' ORDER BY updated DESC LIMIT 1")
    lose(crew, "helsenorge")
    assert reconcile(crew).repaired == 1
    keys = [row["key"] for row in crew.services.effects("helsenorge")]
    assert keys.count(last) == 2, "lost, and sent again"
    assert reconcile(crew).repaired == 0
    logged = crew.rows(
        "SELECT request::jsonb->>'operation' FROM audit WHERE request LIKE '%Avstemming: varsel%'"
        f" AND request::jsonb->>'correlation' = '{last}'"
    )
    assert logged == ["$reconcile"]


def test_what_is_only_not_shown_yet_reaches_her_once(crew: Crew, woman: Woman) -> None:
    crew.services.fail("helsenorge", staleMs=600_000)
    before = len(crew.services.effects("helsenorge"))
    assert reconcile(crew).repaired > 0
    assert len(crew.services.effects("helsenorge")) == before
    crew.services.fail("helsenorge")
    assert reconcile(crew).repaired == 0


def test_a_registration_that_was_lost_there_comes_again_with_the_next_clinician(
    crew: Crew, woman: Woman
) -> None:
    post(crew.person("midwife"), an_allergy(woman.reference, criticality="high"))
    crew.work()
    check(crew, woman)
    assert registered(crew, woman) == ["high"]
    lose(crew, "kjernejournal")
    assert registered(crew, woman) == []
    check(crew, woman)
    assert registered(crew, woman) == ["high"]
    assert crew.deliveries(woman) == ["sent|2|f|"]


def test_an_old_version_that_came_back_is_recalled(crew: Crew, woman: Woman) -> None:
    midwife = crew.person("midwife")
    allergy = post(midwife, an_allergy(woman.reference, criticality="low"))
    crew.work()
    put(midwife, allergy | {"criticality": "high"})
    crew.work()
    assert registered(crew, woman) == ["high"]
    lose(crew, "kjernejournal")  # the recall of the first version
    assert registered(crew, woman) == ["low", "high"]
    check(crew, woman)
    assert registered(crew, woman) == ["high"]


def test_an_operator_can_ask_for_it(
    crew: Crew, woman: Woman, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("kjernejournal_url", "helsenorge_url", "client_key_file", "helseid_issuer", "database_url"):
        monkeypatch.setenv(f"HELSEKORT_{name.upper()}", getattr(crew.settings, name))
    monkeypatch.setenv("HELSEKORT_MODE", "sandbox")
    with pytest.raises(SystemExit) as ended:
        cli.main(["deliveries", "reconcile"])
    said = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0, said
    assert said[0].startswith("helsenorge: ")
    assert "0 sent again" in said[0]
    assert said[1].startswith("kjernejournal: ")
    crew.services.fail("helsenorge", reads=True, status=503)
    crew.rows("UPDATE delivery SET updated = updated - interval '1 hour' WHERE state = 'sent'")
    with pytest.raises(SystemExit) as ended:
        cli.main(["deliveries", "reconcile"])
    assert (ended.value.code, capsys.readouterr().out) == (1, "Not done: Helsenorge answered 503\n")
