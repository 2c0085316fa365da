"""Withdrawal in the pilot regime, and what else she decides of taking part: ended consent, regret, notices turned off."""

from dataclasses import replace

import psycopg
import pytest
from helsekort_sandbox.people import ORGANIZATIONS

from app.worker import erasures
from app.worker.schedule import Duties
from tests.access.world import a_choice, stored
from tests.fixtures.pilot import NOTICES, TAKING_PART, Pilot, enrol, pilot, register_only
from tests.fixtures.resources import Woman, a_weight, an_episode, choose
from tests.fixtures.services import services
from tests.worker.crew import wait_for

__all__ = ["pilot", "services"]
EMPTY = {"resourceType": "Parameters"}


def _kept(pilot: Pilot, woman: Woman) -> int:
    return int(pilot.rows(f"SELECT count(*) FROM resource WHERE patient = '{woman.id}'")[0])


def test_nothing_is_kept_before_she_consents(pilot: Pilot) -> None:
    midwife = pilot.person("midwife")
    patient, _ = register_only(midwife)
    refused = midwife.post("/EpisodeOfCare", an_episode(f"Patient/{patient}"))
    assert (refused.status_code, "not consented" in refused.text) == (403, True)


@pytest.mark.parametrize("how", ["inactive", "deleted"])
def test_a_consent_that_she_ends_is_a_withdrawal(pilot: Pilot, how: str) -> None:
    woman, her = enrol(pilot)
    midwife = pilot.person("midwife")
    weight = stored(midwife, a_weight(woman.reference))
    card = f"/EpisodeOfCare/{woman.episode}"
    document = midwife.get(f"{card}/$card").json()
    assert midwife.post(f"{card}/$import-card", document).status_code == 200
    consent = her.get(f"/Consent?patient={woman.id}").json()["entry"][0]["resource"]
    path = f"/Consent/{consent['id']}"
    answer = her.delete(path) if how == "deleted" else her.put(path, consent | {"status": "inactive"})
    assert answer.status_code in {200, 204}, answer.text
    assert midwife.get(f"/Observation/{weight}").status_code == 403
    assert midwife.get(f"{card}/$card").status_code == 403
    assert midwife.post(f"{card}/$import-card", document).status_code == 403
    pilot.work()
    assert (pilot.withdrawals(woman), _kept(pilot, woman)) == (["erased"], 0)


def test_one_consent_in_place_of_another_is_none(pilot: Pilot) -> None:
    woman, her = enrol(pilot)
    before = her.get(f"/Consent?patient={woman.id}").json()["entry"][0]["resource"]
    stored(her, a_choice(woman.reference, "permit", TAKING_PART))
    assert her.put(f"/Consent/{before['id']}", before | {"status": "inactive"}).status_code == 200
    pilot.work()
    assert pilot.withdrawals(woman) == ["overtaken"]
    assert pilot.person("midwife").get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200


def test_it_is_done_once_and_nobody_else_does_it(pilot: Pilot) -> None:
    woman, her = enrol(pilot)
    denied = a_choice(woman.reference, "deny", TAKING_PART) | {
        "performer": [{"reference": woman.reference}],
        "sourceAttachment": {"title": "Sagt ved konsultasjonen, gjentatt og bekreftet"},
    }
    stored(pilot.person("midwife"), denied)  # closes, and erases nothing
    assert pilot.withdrawals(woman) == []
    assert pilot.person("midwife").post("/Patient/$withdraw", EMPTY).status_code == 403
    assert pilot.person("operator").get("/Patient/$erasure").status_code == 403
    assert her.post("/Patient/$withdraw", EMPTY).json()["parameter"][2]["valueBoolean"] is True
    pilot.work()
    (id_,) = pilot.rows(f"SELECT id FROM withdrawal WHERE patient = '{woman.id}'")
    receipt = pilot.rows(f"SELECT receipt FROM withdrawal WHERE id = '{id_}'")

    async def again(duties: Duties) -> bool:
        return await erasures.carry_out(duties.house, id_, woman.id)

    assert pilot.crew.duty(again)
    assert pilot.rows(f"SELECT receipt FROM withdrawal WHERE id = '{id_}'") == receipt
    assert her.post("/Patient/$withdraw", EMPTY).status_code == 404


def test_without_the_erase_role_it_waits(pilot: Pilot) -> None:
    woman, her = enrol(pilot)
    assert her.post("/Patient/$withdraw", EMPTY).status_code == 200
    poor = replace(pilot.crew, settings=replace(pilot.crew.settings, erase_database_url=""))
    (id_,) = pilot.rows(f"SELECT id FROM withdrawal WHERE patient = '{woman.id}'")

    async def tried(duties: Duties) -> bool:
        return await erasures.carry_out(duties.house, id_, woman.id)

    assert not poor.duty(tried)
    assert pilot.withdrawals(woman) == ["asked"]


def test_she_turns_notices_off_and_on(pilot: Pilot) -> None:
    woman, her = enrol(pilot)
    pilot.work()
    before = len(pilot.crew.told("helsenorge", woman))
    off = stored(her, a_choice(woman.reference, "deny", NOTICES))
    midwife = pilot.person("midwife")
    weight = stored(midwife, a_weight(woman.reference))
    assert midwife.get(f"/Observation/{weight}").status_code == 200  # it restricts nothing
    pilot.work()
    assert len(pilot.crew.told("helsenorge", woman)) == before
    assert "She has chosen to get no notices" in pilot.crew.deliveries(woman, "notice")[-1]
    assert her.delete(f"/Consent/{off}").status_code == 204
    stored(midwife, a_weight(woman.reference))
    pilot.work()
    assert len(pilot.crew.told("helsenorge", woman)) == before + 1


@pytest.mark.slow
def test_killed_in_the_middle_it_erases_all_or_nothing(pilot: Pilot) -> None:
    woman, her = enrol(pilot)
    choose(woman, her, pilot.person("operator"), ORGANIZATIONS["gp-a"].orgnr)
    stored(pilot.person("midwife"), a_weight(woman.reference))
    before = _kept(pilot, woman)
    assert before > 3
    owner = pilot.server.database.url("helsekort_owner")
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'helsekort_erase'"
    )
    with psycopg.connect(owner) as holding:
        holding.execute("LOCK TABLE emergency IN ACCESS EXCLUSIVE MODE")  # what is touched last
        assert her.post("/Patient/$withdraw", EMPTY).status_code == 200
        killed = pilot.crew.start()
        wait_for(lambda: pilot.rows(f"{waiting} AND wait_event_type = 'Lock'"), 60)
        killed.process.kill()
        killed.process.wait()
        holding.rollback()
    wait_for(lambda: not pilot.rows(waiting), 60)
    assert (_kept(pilot, woman), pilot.withdrawals(woman)) == (before + 1, ["asked"])
    pilot.crew.start()
    wait_for(lambda: pilot.withdrawals(woman) == ["erased"], 60)
    assert _kept(pilot, woman) == 0
    pilot.crew.children[-1].stop()
