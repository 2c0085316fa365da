"""transactionTime is a cut through everything: what was stored up to it is in, as it was then; nothing later is.

So an export since the transactionTime of the last one misses nothing, whoever writes meanwhile.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app import clock
from app.access.caller import Caller, Role
from app.interactions import writing
from app.interactions.context import Context, House, Preference
from app.store.log import Entry
from app.store.session import Session
from app.worker import exports
from tests.access.world import World, a_block, a_team, hpr, organization, orgnr, practitioner, stored
from tests.fixtures.exports import begun, carry_on, exported, fetched, with_house
from tests.fixtures.resources import Woman, a_weight, labelled, register
from tests.fixtures.server import Person


@pytest.fixture
def woman(world: World) -> Woman:
    return register(world.midwife)


def weigh(person: Person, woman: Woman, kilograms: float = 70.5) -> str:
    return "Observation/" + stored(person, a_weight(woman.reference, kilograms))


def since(found: Any) -> str:
    return f"_since={found.manifest['transactionTime']}"


def change(person: Person, name: str, woman: Woman, kilograms: float) -> None:
    body = {**a_weight(woman.reference, kilograms), "id": name.partition("/")[2]}
    assert person.put(f"/{name}", body).status_code == 200


def weights(found: Any) -> dict[str, tuple[str, float]]:
    return {
        f"Observation/{row['id']}": (row["meta"]["versionId"], row["valueQuantity"]["value"])
        for row in found.resources()
        if row["resourceType"] == "Observation" and "valueQuantity" in row
    }


def test_what_is_new_since(world: World, woman: Woman) -> None:
    old, changed = weigh(world.midwife, woman), weigh(world.midwife, woman)
    first = exported(world.midwife, "/Patient/$export")
    new = weigh(world.midwife, woman)
    change(world.midwife, changed, woman, 71.5)
    second = exported(world.midwife, f"/Patient/$export?{since(first)}")
    assert {old, changed} <= first.ids()
    assert second.ids() == {new, changed}
    assert second.manifest["deleted"] == []
    assert exported(world.midwife, f"/Patient/$export?{since(second)}").lines == {}


def test_it_is_as_it_was_at_the_moment(world: World, woman: Woman) -> None:
    """Between the request and the work: one is changed, one deleted, one comes, one comes and goes."""
    changed, deleted, kept = (weigh(world.midwife, woman) for _ in range(3))
    status = begun(world.midwife, "/Patient/$export?_type=Observation")
    change(world.midwife, changed, woman, 99.5)
    change(world.midwife, changed, woman, 99.75)
    assert world.midwife.delete(f"/{deleted}").status_code == 204
    new, brief = weigh(world.midwife, woman), weigh(world.midwife, woman)
    assert world.midwife.delete(f"/{brief}").status_code == 204
    carry_on(world.server, status.rpartition("/")[2])
    first = fetched(world.midwife, status)
    assert {name: weights(first)[name] for name in (changed, deleted, kept)} == dict.fromkeys(
        (changed, deleted, kept), ("1", 70.5)
    )
    assert not {new, brief} & first.ids()
    assert all(row["meta"]["lastUpdated"] <= first.manifest["transactionTime"] for row in first.resources())
    second = exported(world.midwife, f"/Patient/$export?_type=Observation&{since(first)}")
    assert weights(second) == {changed: ("3", 99.75), new: ("1", 70.5)}
    assert second.deleted() == {deleted, brief}


def test_what_is_deleted_is_told_to_those_who_could_see_it(world: World, woman: Woman) -> None:
    plain = weigh(world.midwife, woman)
    secret = "Observation/" + stored(world.midwife, labelled(a_weight(woman.reference), "SDV"))
    first = exported(world.midwife, "/Patient/$export?_type=Patient")
    for name in (plain, secret):
        assert world.midwife.delete(f"/{name}").status_code == 204
    path = f"/Patient/$export?_type=Observation&{since(first)}"
    found = exported(world.midwife, path)
    assert found.deleted() == {plain, secret}
    assert [row["type"] for row in found.manifest["deleted"]] == ["Bundle"]
    (line,) = found.lines["deleted-1.ndjson"]
    bundle = json.loads(line)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
    assert {entry["request"]["method"] for entry in bundle["entry"]} == {"DELETE"}
    assert exported(world.nurse, path).deleted() == {plain}
    assert exported(world.stranger, path).deleted() == set()
    assert exported(world.midwife, f"/Patient/$export?_type=Encounter&{since(first)}").deleted() == set()
    assert exported(world.midwife, "/Patient/$export?_type=Observation").deleted() == set()


def test_a_woman_who_is_new_to_the_caller_comes_whole(world: World, woman: Woman) -> None:
    """What is old was never seen by a GP whom she has chosen only now."""
    gp, old = world.person("gp", key="gp-b"), weigh(world.midwife, woman)
    first = exported(gp, "/Patient/$export")
    assert not {woman.reference, old} & first.ids()
    place = organization(world.operator, orgnr("gp-b"))
    her = world.person("citizen", person=woman.number)
    stored(her, a_team(woman.reference, place, period={"start": "2026-01-01"}))
    second = exported(gp, f"/Patient/$export?{since(first)}")
    assert {woman.reference, old, f"EpisodeOfCare/{woman.episode}"} <= second.ids()
    third = exported(gp, f"/Patient/$export?{since(second)}")
    assert not {woman.reference, old} & third.ids()


def test_a_block_that_is_withdrawn_opens_all_of_it_again(world: World, woman: Woman) -> None:
    old = weigh(world.midwife, woman)
    her = world.person("citizen", person=woman.number)
    doctor = practitioner(world.operator, hpr("midwife-a"))
    consent = stored(her, a_block(woman.reference, {"reference": f"Practitioner/{doctor}"}))
    first = exported(world.midwife, "/Patient/$export")
    assert old not in first.ids()
    assert her.delete(f"/Consent/{consent}").status_code == 204
    assert {woman.reference, old} <= exported(world.midwife, f"/Patient/$export?{since(first)}").ids()


# Writers that are under way


def a_writer(house: House) -> Context:
    """A write that began now and will go on when the test says so."""
    caller = Caller(role=Role.HARNESS, subject="client:t", client="t", organizations=("310099999",))
    entry = Entry(clock.new_id(), clock.now(), {"interaction": "create", "role": "harness", "subject": "t"})
    return Context(house, Session(house.database, caller, entry))


async def write(context: Context, woman: Woman) -> str:
    body = json.dumps(a_weight(woman.reference)).encode()
    answer = await writing.create(context, "Observation", body, Preference())
    return "Observation/" + json.loads(answer.body or b"{}")["id"]


def told(world: World, story: Callable[[House], Awaitable[Any]]) -> Any:
    return with_house(world.server.settings, story)


def test_an_export_waits_for_a_write_that_is_under_way(world: World, woman: Woman) -> None:
    harness = world.person("harness")

    async def story(house: House) -> tuple[str, str]:
        context = a_writer(house)
        async with context.session.transaction():
            name = await write(context, woman)
            status = await asyncio.to_thread(begun, harness, "/Patient/$export?_type=Observation")
            work = asyncio.create_task(exports.carry_on(house, status.rpartition("/")[2]))
            await asyncio.wait({work}, timeout=0.5)
            assert not work.done(), "it did not wait"
        assert await work
        return name, status

    name, status = told(world, story)
    carry_on(world.server, status.rpartition("/")[2])
    assert name in fetched(harness, status).ids()


def test_a_writer_that_never_ends_does_not_hold_the_worker(
    world: World, woman: Woman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_PATIENCE", 0.2)
    harness = world.person("harness")

    async def story(house: House) -> str:
        context = a_writer(house)
        async with context.session.transaction():
            await write(context, woman)
            status = await asyncio.to_thread(begun, harness, "/Patient/$export?_type=Observation")
            for _ in range(exports.MOST_ATTEMPTS):
                assert await exports.carry_on(house, status.rpartition("/")[2])
            assert not await exports.carry_on(house, status.rpartition("/")[2])
        return status

    assert harness.get(told(world, story)).status_code == 500


def test_a_write_that_is_late_comes_after_the_moment(world: World, woman: Woman) -> None:
    """Its request came before the export's, its statement after: it must not slip in behind what was read."""
    harness = world.person("harness")
    early = {}

    async def story(house: House) -> tuple[str, str]:
        context = a_writer(house)
        early["at"] = context.entry.at
        status = await asyncio.to_thread(begun, harness, "/Patient/$export?_type=Observation")
        name = await write(context, woman)
        return name, status

    name, status = told(world, story)
    carry_on(world.server, status.rpartition("/")[2])
    first = fetched(harness, status)
    assert name not in first.ids()
    assert clock.instant(early["at"]) <= first.manifest["transactionTime"]
    read = harness.get(f"/{name}").json()
    assert read["meta"]["lastUpdated"] >= first.manifest["transactionTime"]
    assert name in exported(harness, f"/Patient/$export?_type=Observation&{since(first)}").ids()


def test_a_chain_of_exports_misses_nothing_while_others_write(world: World, woman: Woman) -> None:
    written: list[str] = []
    stop = threading.Event()

    def writer() -> None:
        while not stop.is_set():
            written.append(weigh(world.person("midwife", bearer=True), woman))

    threads = [threading.Thread(target=writer) for _ in range(3)]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    moment = "2020-01-01T00:00:00Z"
    try:
        for n in range(8):
            if n == 7:
                stop.set()
                for thread in threads:
                    thread.join(20)
            found = exported(world.midwife, f"/Patient/$export?_type=Observation&_since={moment}")
            moment = found.manifest["transactionTime"]
            seen += [name for name in found.ids() if name in set(written)]
    finally:
        stop.set()
    assert len(written) > 30
    assert set(seen) == set(written)
    assert len(seen) == len(set(seen)), "what has not changed comes once"
