"""What citizens decide on Helsenorge: consent and reservation are one with what stands here; powers of attorney let in.

A list that is wrong erases nobody; a proof that is wrong lets nobody in.
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.fhir import codes
from app.gateways.failures import Unreachable
from app.worker import powers, privacy, reconciliation
from app.worker.compared import Compared
from app.worker.deliveries import deliver
from app.worker.schedule import Duties
from tests.access.leak_items import REPRESENTATIVE, ROLE_CODE, let_in
from tests.access.test_standing import change
from tests.access.world import a_choice, resources, stored
from tests.choices.on_helsenorge import (
    a_birth,
    acknowledged,
    choose,
    compare,
    day,
    empower,
    experience,
    follow,
    helsenorge,
    kept,
    log_there,
    measured,
    relations,
    submit,
    tags_of,
    take_in,
    tasks,
    tell,
    there,
)
from tests.fixtures.pilot import NOTICES, TAKING_PART, Pilot, enrol, pilot, register_only
from tests.fixtures.resources import (
    a_weight,
    an_episode,
    an_observation,
    concept,
    labelled,
    new_number,
)
from tests.fixtures.services import services

__all__ = ["helsenorge", "pilot", "services"]


@pytest.fixture(autouse=True)
def answering(helsenorge: Pilot) -> None:
    """Whatever failed in another story is forgotten."""
    helsenorge.crew.services.fail("helsenorge")
    helsenorge.rows("DELETE FROM breaker")


@pytest.mark.parametrize("by", ["list", "feed"])
def test_consent_on_helsenorge_opens_the_card_and_its_end_erases_it(helsenorge: Pilot, by: str) -> None:
    midwife = helsenorge.person("midwife")
    patient, number = register_only(midwife)
    assert midwife.post("/EpisodeOfCare", an_episode(f"Patient/{patient}")).status_code == 403
    choose(helsenorge, number, active=True)
    follow(helsenorge, by)
    card = stored(midwife, an_episode(f"Patient/{patient}"))
    consent = helsenorge.person("citizen", person=number).get(f"/Consent/pvk-{patient}").json()
    assert consent["provision"] == {"type": "permit"}
    follow(helsenorge, by)  # nothing is new
    assert there(helsenorge, number) == []
    choose(helsenorge, number, active=False)
    follow(helsenorge, by)
    assert kept(helsenorge, patient) == 0
    assert midwife.get(f"/EpisodeOfCare/{card}/$card").status_code in {403, 404}


def test_a_feed_is_read_on_where_it_was_left_and_again_after_an_error(helsenorge: Pilot) -> None:
    services = helsenorge.crew.services
    patient, number = register_only(helsenorge.person("midwife"))
    choose(helsenorge, number, active=True)
    services.fail("helsenorge", status=500, reads=True)
    follow(helsenorge, "feed")
    services.fail("helsenorge")
    choices = f"SELECT count(*) FROM choice WHERE patient = '{patient}'"
    assert helsenorge.rows(choices) == ["0"]
    helsenorge.rows("DELETE FROM breaker")
    choose(helsenorge, number, active=False)
    choose(helsenorge, number, active=True)
    follow(helsenorge, "feed")
    assert helsenorge.rows(choices) == ["1"]
    versions = f"SELECT version FROM resource WHERE id = 'pvk-{patient}'"
    helsenorge.rows("UPDATE register_position SET sequence = 0 WHERE register = 'pvk'")
    follow(helsenorge, "feed")  # events that come again change nothing
    assert helsenorge.rows(versions) == ["1"]


def test_a_feed_ends_however_many_it_names(helsenorge: Pilot) -> None:
    """After an outage many may have ended it."""
    midwife = helsenorge.person("midwife")
    women = [register_only(midwife) for _ in range(7)]
    for active in (True, False):
        for _patient, number in women:
            choose(helsenorge, number, active=active)
        follow(helsenorge, "feed")
        assert [kept(helsenorge, patient) > 0 for patient, _ in women] == [active] * len(women)


@pytest.mark.parametrize("by", ["list", "feed"])
def test_a_reservation_closes_the_card_and_its_end_opens_it_both_ways(helsenorge: Pilot, by: str) -> None:
    """Where a reservation is the rule: nothing is erased, and whatever is the later word stands on both sides."""
    settings = replace(helsenorge.crew.settings, participation="reservation")
    later = replace(helsenorge, crew=replace(helsenorge.crew, settings=settings))
    woman, her = enrol(later)
    midwife = later.person("midwife")

    def opens() -> bool:
        return midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200

    choose(later, woman.number, active=True)
    compare(later, by)
    assert (opens(), kept(later, woman.id) > 0, there(later, woman.number)) == (False, True, [])
    choose(later, woman.number, active=False)
    compare(later, by)
    assert (opens(), there(later, woman.number)) == (True, [])
    compare(later)  # the list tells that she has no word there any more
    said = a_choice(woman.reference, "deny", TAKING_PART) | {"performer": [{"reference": woman.reference}]}
    own = stored(her, said)
    compare(later)
    assert (opens(), there(later, woman.number)) == (False, [True])
    ended = her.get(f"/Consent/{own}").json() | {"status": "inactive"}
    assert her.put(f"/Consent/{own}", ended).status_code == 200
    compare(later)
    assert (opens(), there(later, woman.number)) == (True, [True, False])


def test_a_reservation_that_ends_while_the_answer_is_lost_does_not_come_back(
    helsenorge: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(helsenorge.crew.settings, participation="reservation")
    later = replace(helsenorge, crew=replace(helsenorge.crew, settings=settings))
    woman, her = enrol(later)
    said = a_choice(woman.reference, "deny", TAKING_PART) | {"performer": [{"reference": woman.reference}]}
    own = stored(her, said)
    tell = privacy.Pvk.set

    async def lost(self: Any, *given: Any, **more: Any) -> None:
        await tell(self, *given, **more)
        raise Unreachable("The answer was lost")

    with monkeypatch.context() as losing:
        losing.setattr(privacy.Pvk, "set", lost)
        compare(later)
    later.rows("DELETE FROM breaker")
    ended = her.get(f"/Consent/{own}").json() | {"status": "inactive"}
    assert her.put(f"/Consent/{own}", ended).status_code == 200
    compare(later)
    assert there(later, woman.number) == [True, False]
    reserved = f"SELECT count(*) FROM choice WHERE patient = '{woman.id}' AND kind = 'block' AND (ends IS NULL OR ends > now())"
    assert later.rows(reserved) == ["0"]


def test_what_she_decides_here_stands_on_helsenorge(helsenorge: Pilot) -> None:
    woman, her = enrol(helsenorge)
    follow(helsenorge)
    follow(helsenorge)
    assert there(helsenorge, woman.number) == [True]
    stored(
        her, a_choice(woman.reference, "deny", TAKING_PART) | {"performer": [{"reference": woman.reference}]}
    )
    helsenorge.work()
    assert kept(helsenorge, woman.id) == 0
    helsenorge.rows("UPDATE delivery SET updated = updated - interval '1 minute' WHERE state = 'pending'")
    helsenorge.work()
    assert there(helsenorge, woman.number) == [True, False]


@pytest.mark.parametrize("wrong", ["many", "one"])
def test_a_list_that_is_wrong_erases_nobody(
    helsenorge: Pilot, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """Because she is asked for alone; and because nobody is asked for when many are missing."""
    women = [enrol(helsenorge)[0] for _ in range(6 if wrong == "many" else 1)]
    follow(helsenorge)
    asked: list[Any] = []

    async def nobody(self: Any, token: Any) -> set[str]:
        return set()

    check = privacy.Pvk.is_active

    async def watched(self: Any, token: Any, number: str) -> bool:
        asked.append(number)
        return await check(self, token, number)

    monkeypatch.setattr(privacy.Pvk, "active", nobody)
    monkeypatch.setattr(privacy.Pvk, "is_active", watched)
    if wrong == "one":
        helsenorge.rows("DELETE FROM register_entry WHERE register = 'pvk'")
        helsenorge.rows(
            "INSERT INTO register_entry (register, key, sequence, awaited, expires)"
            f" VALUES ('pvk', '{women[0].id}', 0, 0, 'infinity')"
        )
    follow(helsenorge)
    assert (women[0].number in asked) == (wrong == "one")
    assert all(kept(helsenorge, woman.id) for woman in women)


def test_a_representative_is_let_in_by_proof_and_by_her_and_out_when_either_ends(helsenorge: Pilot) -> None:
    woman, her = enrol(helsenorge)
    name, number = REPRESENTATIVE
    weight = stored(helsenorge.person("midwife"), a_weight(woman.reference))
    his = helsenorge.person("representative", represented=woman.number)

    def sees() -> int:
        return his.get(f"/Observation/{weight}").status_code

    assert sees() == 403, "no power of attorney, whatever the token says"
    assert relations(helsenorge, woman) == []
    empower(helsenorge, woman, number)
    assert sees() == 404, "a proof, and she lets nobody in"
    assert relations(helsenorge, woman) == ["t"]
    let_in(her, woman, ROLE_CODE, "HPOWATT", number)
    assert sees() == 200
    archived = helsenorge.rows(
        f"SELECT reference, octet_length(proof) > 200 FROM power_of_attorney WHERE patient = '{woman.id}'"
    )
    assert len(archived) == 1
    last = helsenorge.rows(
        "SELECT request::jsonb ->> 'decision' FROM audit ORDER BY at DESC, id DESC LIMIT 1"
    )
    assert archived[0].startswith(last[0]), "the log names the proof, not what the token says"
    for wrong in (
        {"broken": "forged"},
        {"broken": "expired"},
        {"broken": "other-person"},
        {"type": "vergemaal"},
    ):
        empower(helsenorge, woman, number, **wrong)
        assert (sees(), relations(helsenorge, woman)) == (403, ["f"]), wrong
        empower(helsenorge, woman, number)
        assert (sees(), relations(helsenorge, woman)) == (200, ["t"])
    refused = helsenorge.rows(
        "SELECT request::jsonb ->> 'proof' FROM audit WHERE request::jsonb ? 'proof'"
        f" AND patients @> ARRAY['{woman.id}'] ORDER BY at, id"
    )
    assert refused == [
        "The proof is not signed as it must be",
        "The proof has expired or has not begun",
        "The proof is about other persons",
    ]
    empower(helsenorge, woman, number, aktiv=False)
    assert (sees(), relations(helsenorge, woman)) == (403, ["f"])
    log = her.get(f"/Patient/{woman.id}/$access-log?_count=500").text
    assert number not in log
    assert name.split()[-1] in log


def test_without_an_answer_nobody_is_let_in_and_what_ended_there_ends_here(helsenorge: Pilot) -> None:
    woman, her = enrol(helsenorge)
    number = REPRESENTATIVE[1]
    his = helsenorge.person("representative", represented=woman.number)
    let_in(her, woman, ROLE_CODE, "HPOWATT", number)
    empower(helsenorge, woman, number)
    assert his.get(f"/{woman.reference}").status_code == 200
    helsenorge.crew.services.fail("helsenorge", status=500, reads=True)
    assert his.get(f"/{woman.reference}").status_code == 503
    helsenorge.crew.services.fail("helsenorge")
    empower(helsenorge, woman, number, aktiv=False)

    async def story(duties: Duties) -> Compared:
        return await powers.compare(duties.house, duties.channels)

    assert helsenorge.crew.duty(story).repaired == 1
    assert relations(helsenorge, woman) == ["f"]
    assert helsenorge.crew.duty(story).repaired == 0


def test_what_she_sends_in_on_helsenorge_is_on_her_card_once_and_in_order(helsenorge: Pilot) -> None:
    woman, her = enrol(helsenorge)
    midwife = helsenorge.person("midwife")
    first = submit(helsenorge, woman.number, experience(2))
    pressure = submit(helsenorge, woman.number, measured(166))
    submit(
        helsenorge, woman.number, measured(166), id=pressure
    )  # its acknowledgement was lost: it comes again
    second = submit(helsenorge, woman.number, experience(4), erstatter=first)
    helsenorge.crew.services.fail("helsenorge", dropAfterEffect=True, count=1)
    take_in(helsenorge)  # the first acknowledgement has its effect, and the answer never comes
    helsenorge.rows("DELETE FROM breaker")
    helsenorge.rows("UPDATE register_position SET sequence = 0 WHERE register = 'helsenorge-submissions'")
    take_in(helsenorge)
    (found,) = resources(midwife.get(f"/Observation?patient={woman.id}&code=85354-9").json())
    assert found["performer"] == [{"reference": woman.reference}]
    assert (found["subject"]["reference"], tags_of(found)) == (woman.reference, {"self-reported"})
    (answers,) = resources(midwife.get(f"/QuestionnaireResponse?patient={woman.id}").json())
    assert (answers["item"][0]["answer"][0]["valueInteger"], answers["status"]) == (4, "amended")
    assert (answers["meta"]["versionId"], answers["identifier"]["value"]) == ("2", second)
    for id_ in (first, pressure, second):
        assert acknowledged(helsenorge, id_) == [("mottatt", "")]
    card = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").text
    assert "166" in card
    waiting = midwife.post(f"/Observation/{found['id']}/$confirm", {"resourceType": "Parameters"})
    assert waiting.status_code == 200, "it waits for a clinician like what she registers here"
    helsenorge.work()
    assert any("Observation" in json.dumps(flag) for flag in helsenorge.crew.flags(woman)), (
        "an alarm fires on it"
    )
    log = her.get(f"/Patient/{woman.id}/$access-log?_count=500").text
    assert "Sendt inn" in log
    assert woman.number not in log


def test_what_cannot_be_taken_in_is_refused_and_named(helsenorge: Pilot) -> None:
    woman, _ = enrol(helsenorge)
    wrong: list[tuple[dict[str, Any], str]] = [
        (measured(900), "systolic"),
        (experience(9), "at most 5"),
        (experience(3) | {"questionnaire": "https://elsewhere.example/form"}, "questionnaire"),
        (experience(3) | {"status": "in-progress"}, "status"),
        ({"resourceType": "Condition"}, "resourceType"),
        (measured(120) | {"code": {"coding": [{"system": codes.LOINC, "code": "14995-5"}]}}, "code"),
        ({"resourceType": "Observation", "code": measured(120)["code"]}, "effectiveDateTime"),
    ]
    ids = [submit(helsenorge, woman.number, resource) for resource, _ in wrong]
    nobody = submit(helsenorge, new_number(), measured(120))
    take_in(helsenorge)
    for id_, (_, reason) in zip(ids, wrong, strict=True):
        ((status, why),) = acknowledged(helsenorge, id_)
        assert status == "avvist"
        assert reason in why
        assert woman.number not in why
    assert acknowledged(helsenorge, nobody) == [("avvist", "She has no card here")]
    types = "('Observation', 'QuestionnaireResponse', 'Condition')"
    stored_of_her = f"SELECT count(*) FROM resource WHERE patient = '{woman.id}' AND type IN {types}"
    assert helsenorge.rows(stored_of_her) == ["0"]


def test_she_is_asked_for_each_form_once_when_it_is_time_and_not_for_what_she_has_answered(
    helsenorge: Pilot,
) -> None:
    helsenorge.work()  # of the others nothing is left that could fail with hers
    woman, her = enrol(helsenorge)
    midwife = helsenorge.person("midwife")
    helsenorge.crew.services.fail("helsenorge", dropAfterEffect=True)
    change(midwife, woman, communication=[{"language": concept("urn:ietf:bcp:47", "nn"), "preferred": True}])
    helsenorge.work()
    (lost,) = helsenorge.rows(
        f"SELECT id FROM delivery WHERE patient = '{woman.id}' AND kind = 'form-task' AND state = 'pending'"
    )

    helsenorge.crew.services.fail("helsenorge")
    helsenorge.rows("DELETE FROM breaker")

    async def again(duties: Duties) -> None:
        await deliver(duties.house, duties.channels, lost)

    helsenorge.crew.duty(again)
    assert helsenorge.crew.deliveries(woman, "form-task") == ["sent|2|f|"]
    assert tasks(helsenorge, woman.number) == [("intake-nn", "nn")]
    stored(midwife, an_observation(woman.reference, codes.LMP, valueDateTime=day(-220)))
    helsenorge.work()
    helsenorge.work()
    assert tasks(helsenorge, woman.number) == [("intake-nn", "nn"), ("birth-plan-nn", "nn")]
    birth = stored(midwife, a_birth(woman, -50))
    stored(her, experience(5) | {"subject": {"reference": woman.reference}})
    helsenorge.work()
    assert tasks(helsenorge, woman.number)[2:] == [("epds-nn", "nn")], "the other she has answered"

    async def compared(duties: Duties) -> list[Compared]:
        found = await reconciliation.reconcile(duties.house, duties.channels, settled=timedelta(0))
        return [row for row in found if row.system == "helsenorge forms"]

    assert helsenorge.crew.duty(compared)[0].repaired == 0
    changed = midwife.get(f"/Observation/{birth}").json()
    changed["valueCodeableConcept"] = concept(codes.CS_CARD, "stillbirth")
    assert midwife.put(f"/Observation/{birth}", changed).status_code == 200
    helsenorge.work()
    assert tasks(helsenorge, woman.number)[3:] == [("", "")], "after a loss nobody is asked"


def test_who_is_not_on_helsenorge_is_asked_by_letter(helsenorge: Pilot) -> None:
    settings = replace(
        helsenorge.crew.settings, helsenorge_active_url=helsenorge.crew.services.helsenorge_active_url
    )
    asking = replace(helsenorge, crew=replace(helsenorge.crew, settings=settings))
    number, base = new_number(), asking.crew.services.running.helsenorge
    httpx.post(f"{base}/_active", json={"fnr": number, "erAktiv": False}).raise_for_status()
    enrolled, _ = enrol(asking, number)
    asking.work()
    assert tasks(asking, number) == []
    assert asking.crew.deliveries(enrolled, "form-task")[0].startswith("letter")


def test_her_access_log_is_on_helsenorge_as_she_reads_it_here_each_event_once(helsenorge: Pilot) -> None:
    woman, her = enrol(helsenorge)
    midwife, services = helsenorge.person("midwife"), helsenorge.crew.services
    kept = labelled(a_weight(woman.reference), "NOPAT")
    secret = stored(midwife, kept)
    assert midwife.get(f"/Observation/{secret}").status_code == 200

    def agree() -> set[str]:
        there = log_there(helsenorge, woman.number)
        assert len({row["id"] for row in there}) == len(there), "nothing is doubled"
        events = {row["id"]: row for row in there}
        told = her.get(f"/Patient/{woman.id}/$access-log?_count=1000").json()
        here = {row["id"]: row for row in resources(told) if row["resourceType"] == "AuditEvent"}
        reading = helsenorge.rows("SELECT id FROM audit WHERE request::jsonb ->> 'operation' = '$access-log'")
        assert set(here) - set(reading) <= set(events), "nothing is lost but that the log is read"
        assert {id_: here[id_] for id_ in events} == events, "the same rows, redacted alike"
        assert secret not in json.dumps(there)
        return set(events)

    tell(helsenorge)
    first = agree()
    services.fail("helsenorge", dropAfterEffect=True, count=1)
    assert midwife.get(f"/{woman.reference}").status_code == 200
    tell(helsenorge)  # the answer never comes
    tell(helsenorge)
    second = agree()
    assert len(second - first) >= 1
    effects = len(services.effects("helsenorge"))
    other, _ = enrol(helsenorge)
    helsenorge.rows(f"DELETE FROM register_entry WHERE register = 'access-log' AND key = '{woman.id}'")
    tell(helsenorge)  # as if it had been forgotten how far she was told
    agree()
    assert log_there(helsenorge, other.number)
    assert len(services.effects("helsenorge")) > effects
    stored(her, a_choice(woman.reference, "deny", NOTICES))
    before = len(log_there(helsenorge, woman.number))
    tell(helsenorge)
    assert len(log_there(helsenorge, woman.number)) == before, "she gets no notices, and nothing there"
