"""The card as a document in kjernejournal: shared when it changes, once for a burst, taken back when she no longer shares it."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app import clock
from app.fhir import codes
from app.store import shared_with
from app.worker import reconciliation, schedule
from app.worker.documents import RESERVED
from app.worker.erasures import SEALED_FOR
from app.worker.jobs import look_at_every_card
from app.worker.schedule import Duties
from tests.access.world import a_block
from tests.fixtures.resources import Woman, a_transaction, a_weight, an_allergy, entry, labelled, register
from tests.worker.crew import Crew
from tests.worker.test_deliveries import hurry, post


@pytest.fixture(scope="module")
def sharing(crew: Crew) -> Crew:
    """A worker that shares the card, a minute after it changed."""
    return replace(crew, settings=replace(crew.settings, documents_url=crew.services.documents_url))


@pytest.fixture(autouse=True)
def undisturbed(sharing: Crew) -> None:
    sharing.services.fail("documents")
    sharing.rows("DELETE FROM delivery WHERE kind = 'card-document'")
    sharing.rows("DELETE FROM procrastinate_jobs WHERE task_name = 'deliver' AND status = 'todo'")


@pytest.fixture
def woman(sharing: Crew) -> Woman:
    """Her card is shared."""
    made = register(sharing.person("midwife"))
    sharing.work()
    hurry(sharing)
    assert states(sharing, made) == ["sent"]
    return made


def states(crew: Crew, woman: Woman) -> list[str]:
    return [row.partition("|")[0] for row in crew.deliveries(woman, "card-document")]


def shared(crew: Crew, woman: Woman) -> list[dict[str, Any]]:
    """The effects there about her, oldest first."""
    return [row for row in crew.services.effects("documents") if row["patient"] == woman.number]


def there(crew: Crew, woman: Woman) -> list[str]:
    """What stands there, by the raw effect log."""
    found: list[str] = []
    for row in shared(crew, woman):
        gone = [*row.get("replaces", ()), *row.get("retracts", ())]
        found = [one for one in found if one not in gone] + ([row["document"]] if "document" in row else [])
    return found


def choose(crew: Crew, woman: Woman, **choices: Any) -> None:
    url = f"{crew.services.running.kjernejournal}/_choices"
    httpx.post(url, json={"nin": woman.number, **choices}).raise_for_status()


def turn(crew: Crew) -> None:
    """The worker looks who shares no longer, or again."""
    crew.duty(schedule.share_or_not)
    crew.work()


def block(crew: Crew, woman: Woman) -> dict[str, Any]:
    """She blocks an organisation."""
    place = {"identifier": {"system": codes.ORGNR, "value": "310002013"}}
    return post(crew.person("citizen", person=woman.number), a_block(woman.reference, place))


def test_a_burst_of_changes_is_one_document_that_replaces_the_former(sharing: Crew, woman: Woman) -> None:
    (first,) = there(sharing, woman)
    midwife = sharing.person("midwife")
    for kilograms in (70.5, 71.0, 71.5):
        post(midwife, a_weight(woman.reference, kilograms))
        sharing.work()
    assert len(shared(sharing, woman)) == 1, "they are gathered"
    hurry(sharing)
    *_, last = shared(sharing, woman)
    assert (len(shared(sharing, woman)), last["replaces"], there(sharing, woman)) == (
        2,
        [first],
        [last["document"]],
    )
    reference = last["reference"]
    assert (reference["type"]["coding"][0]["code"], reference["status"]) == ("F04-2", "current")
    assert reference["relatesTo"][0]["code"] == "replaces"
    assert last["actor"]["pid"] is None, "as this server, in nobody's name"
    assert states(sharing, woman) == ["sent", "sent"]


def test_what_not_every_reader_may_see_is_left_out(
    sharing: Crew, woman: Woman, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    provide = "app.gateways.documents.Documents.provide"

    async def watched(self: Any, token: Any, provided: Any) -> bool:
        seen.append(provided.body)
        return True

    monkeypatch.setattr(provide, watched)
    midwife = sharing.person("midwife")
    hidden = [
        post(midwife, labelled(a_weight(woman.reference, 88.0 + n), label))["id"]
        for n, label in enumerate(("NOPAT", "SDV"))
    ]
    open_one = post(midwife, a_weight(woman.reference, 61.5))["id"]
    sharing.work()
    hurry(sharing)
    parts = {row["resource"]["resourceType"]: row["resource"] for row in json.loads(seen[-1])["entry"]}
    document = base64.b64decode(parts["Binary"]["data"]).decode()
    assert open_one in document
    assert not any(one in document for one in hidden)
    assert not any(text in document for text in ("88.0", "89.0", "88,0", "89,0"))


def test_an_allergy_is_no_pregnancys_and_stands_in_her_document(sharing: Crew, woman: Woman) -> None:
    put_last = a_transaction(entry(a_weight(woman.reference)), entry(an_allergy(woman.reference)))
    for body, path in ((put_last, ""), (an_allergy(woman.reference), "/AllergyIntolerance")):
        before = there(sharing, woman)
        assert sharing.person("midwife").post(path, body).status_code in {200, 201}
        sharing.work()
        hurry(sharing)
        (now,) = there(sharing, woman)
        assert [now] != before
        held = shared(sharing, woman)[-1]["holds"]
        found = sharing.rows(
            f"SELECT id FROM resource WHERE type = 'AllergyIntolerance' AND patient = '{woman.id}'"
        )
        assert {f"AllergyIntolerance/{id_}/1" for id_ in found} <= set(held)


def test_a_change_is_shared_though_the_nights_look_at_her_card_waits(sharing: Crew, woman: Woman) -> None:
    async def at_midnight(duties: Duties) -> None:
        await look_at_every_card(duties.app, duties.house)

    before = there(sharing, woman)
    sharing.duty(at_midnight)
    post(sharing.person("midwife"), a_weight(woman.reference))
    sharing.work()
    hurry(sharing)
    assert len(there(sharing, woman)) == 1
    assert there(sharing, woman) != before


def test_an_older_document_that_failed_is_not_sent_after_a_newer_one(sharing: Crew, woman: Woman) -> None:
    """It waits for its next attempt while another is asked for and sent: both would stand there."""
    sharing.services.fail("documents", status=500, count=1)
    midwife = sharing.person("midwife")
    post(midwife, a_weight(woman.reference, 70.0))
    sharing.work()
    hurry(sharing)
    assert states(sharing, woman) == ["sent", "pending"]
    late, card = sharing.rows(
        f"SELECT id, resource FROM delivery WHERE patient = '{woman.id}' AND state = 'pending'"
    )[0].split("|")
    sharing.rows(f"DELETE FROM procrastinate_jobs WHERE queueing_lock = '{late}'")
    sharing.rows(
        "INSERT INTO delivery (id, kind, patient, type, resource, state, attempts, created, updated) VALUES (uuidv7()::text,"
        f" 'card-document', '{woman.id}', 'EpisodeOfCare', '{card}', 'pending', 0, now(), now() - interval '1 minute')"
    )
    sharing.duty(schedule.sweep)
    sharing.work()
    assert states(sharing, woman) == ["sent", "pending", "sent"]
    sharing.rows(f"UPDATE delivery SET updated = updated - interval '1 minute' WHERE id = '{late}'")
    sharing.duty(schedule.sweep)
    sharing.work()
    assert states(sharing, woman) == ["sent", "withdrawn", "sent"]
    assert len(there(sharing, woman)) == 1


def test_a_lost_answer_makes_no_second_document(sharing: Crew, woman: Woman) -> None:
    sharing.services.fail("documents", dropAfterEffect=True, count=1)
    post(sharing.person("midwife"), a_weight(woman.reference))
    sharing.work()
    hurry(sharing)
    assert (len(shared(sharing, woman)), states(sharing, woman)) == (2, ["sent", "pending"])
    hurry(sharing)
    assert (len(shared(sharing, woman)), len(there(sharing, woman)), states(sharing, woman)) == (
        2,
        1,
        ["sent", "sent"],
    )


def test_what_changed_since_an_answer_was_lost_goes_as_another_document(sharing: Crew, woman: Woman) -> None:
    sharing.services.fail("documents", dropAfterEffect=True, count=1)
    midwife = sharing.person("midwife")
    post(midwife, a_weight(woman.reference, 70.0))
    sharing.work()
    hurry(sharing)
    lost = there(sharing, woman)
    post(midwife, a_weight(woman.reference, 72.0))
    sharing.work()
    hurry(sharing)
    sharing.rows("UPDATE delivery SET updated = updated - interval '1 minute' WHERE state = 'pending'")
    sharing.duty(schedule.sweep)
    hurry(sharing)
    now = there(sharing, woman)
    assert len(now) == 1
    assert now != lost
    assert states(sharing, woman) == ["sent", "sent", "sent"]


def test_a_block_takes_it_back_and_its_end_shares_it_again(sharing: Crew, woman: Woman) -> None:
    consent = block(sharing, woman)
    turn(sharing)
    assert (there(sharing, woman), states(sharing, woman)[-1]) == ([], "withdrawn")
    turn(sharing)
    assert len(states(sharing, woman)) == 2, "nothing turned since"
    post(sharing.person("midwife"), a_weight(woman.reference))
    sharing.work()
    hurry(sharing)
    assert there(sharing, woman) == []
    her = sharing.person("citizen", person=woman.number)
    answer = her.put(f"/Consent/{consent['id']}", consent | {"status": "inactive"})
    assert answer.status_code == 200, answer.text
    turn(sharing)
    assert len(there(sharing, woman)) == 1


def test_her_reservation_there_takes_it_back_and_a_restriction_is_told(sharing: Crew, woman: Woman) -> None:
    choose(sharing, woman, restricted=True)
    midwife = sharing.person("midwife")
    post(midwife, a_weight(woman.reference))
    sharing.work()
    hurry(sharing)
    labels = [row["reference"]["securityLabel"][0]["coding"][0]["code"] for row in shared(sharing, woman)]
    assert labels == ["N", "R"]
    choose(sharing, woman, reservation=True)
    post(midwife, a_weight(woman.reference))
    sharing.work()
    hurry(sharing)
    assert there(sharing, woman) == []
    assert sharing.deliveries(woman, "card-document")[-1] == f"withdrawn|1|f|{RESERVED}"


def test_what_was_lost_there_is_shared_again(sharing: Crew, woman: Woman) -> None:
    async def story(duties: Duties) -> Any:
        found = await reconciliation.reconcile(duties.house, duties.channels, settled=timedelta(0))
        return next(row for row in found if row.system == "documents")

    assert sharing.duty(story).repaired == 0
    httpx.post(f"{sharing.services.running.documents}/_lose", json={"last": 1})
    lost = sharing.services.requests("documents")[-1]["lost"]
    assert sharing.duty(story).repaired == 1
    sharing.duty(schedule.resume_held)
    sharing.work()
    effects = [row["number"] for row in shared(sharing, woman)]
    assert [number for number in effects if number not in lost] == effects[1:]
    assert sharing.duty(story).repaired == 0


def test_when_she_withdraws_it_is_taken_back_before_her_number_is_forgotten(
    sharing: Crew, woman: Woman
) -> None:
    async def take_back(duties: Duties) -> list[Any]:
        sealed = duties.house.seal.close(woman.number.encode(), SEALED_FOR)
        async with duties.house.database.connection() as held:
            await shared_with.take_back(held, woman.id, clock.now(), sealed)
            return await shared_with.recipients(held, woman.id)

    told = sharing.duty(take_back)
    assert [(row["name"], row["via"], row["times"]) for row in told if row["via"] == "document-sharing"] == [
        ("Kjernejournal", "document-sharing", 1)
    ]
    sharing.rows("UPDATE delivery SET updated = updated - interval '1 minute' WHERE state = 'pending'")
    sharing.duty(schedule.sweep)
    sharing.work()
    assert there(sharing, woman) == []
    assert sharing.deliveries(woman, "document-retraction") == ["sent|1|f|"]
