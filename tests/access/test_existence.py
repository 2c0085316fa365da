"""``$status`` tells an attested clinician that there is a card, and nothing else to anybody; who tries numbers waits."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.access.test_declarations import asked
from tests.access.world import (
    NOBODY,
    World,
    a_block,
    a_choice,
    a_restriction,
    an_actor,
    as_told,
    made,
    orgnr,
    stored,
)
from tests.fixtures.pilot import TAKING_PART, register_only
from tests.fixtures.resources import (
    Woman,
    a_patient,
    a_transaction,
    an_episode,
    entry,
    new_number,
    register,
)
from tests.fixtures.server import Person, Server
from tests.identity.conftest import starting
from tests.national.client import Client

Start = Callable[..., Server]
__all__ = ["starting"]


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def told(person: Person, number: str) -> tuple[int, Any]:
    """The status of the answer, and all that it says."""
    answer = person.post("/Patient/$status", asked(identifier=number))
    return answer.status_code, answer.json().get("parameter")


def said(there: bool) -> tuple[int, Any]:
    return 200, [{"name": "exists", "valueBoolean": there}]


def test_it_tells_that_there_is_a_card_and_is_in_her_log(world: World) -> None:
    woman, stranger = register(world.midwife), world.stranger
    her = world.person("citizen", person=woman.number)
    answer = stranger.post("/Patient/$status", asked(identifier=woman.number))
    assert answer.json()["parameter"] == said(there=True)[1]
    assert woman.id not in answer.text, "no id: nothing to go on with"
    log = world.server.audit(answer.headers["x-request-id"])
    assert log["result"]["shown"] == [["Patient", woman.id, 0, "allow.carer.status", woman.id, False]]
    assert woman.number not in str(log)
    page = her.get(f"/Patient/{woman.id}/$access-log", Accept="text/html").text
    assert "spurte om du har et helsekort" in page
    assert stranger.get(f"/{woman.reference}").status_code == 404, "knowing that is no relation"


def test_who_is_not_here_and_who_does_not_want_are_answered_alike(world: World) -> None:
    stranger = world.stranger
    blocking, closed = register(world.midwife), register(world.midwife)
    her = world.person("citizen", person=blocking.number)
    stored(her, a_block(blocking.reference, an_actor(orgnr("midwives-b"))["reference"]))
    path = f"/EpisodeOfCare/{closed.episode}"
    assert world.midwife.put(path, world.midwife.get(path).json() | {"status": "finished"}).status_code == 200
    cardless = new_number()
    stored(world.midwife, a_patient(cardless))
    alike = [told(stranger, number) for number in (new_number(), blocking.number, closed.number, cardless)]
    assert alike == [said(there=False)] * 4
    assert told(world.gp, blocking.number) == said(there=True), "she shut out one place"
    restricted = register(world.midwife)
    her = world.person("citizen", person=restricted.number)
    stored(her, a_restriction(restricted.reference))
    assert told(stranger, restricted.number) == said(there=True), "closed, and there"


def test_the_national_record_tells_of_existence_alike(world: World) -> None:
    """Its status tells an attested stranger that there is a card, logged; whom she shut out, what nobody is told."""
    woman, blocking, restricted = (register(world.midwife) for _ in range(3))
    her = world.person("citizen", person=blocking.number)
    stored(her, a_block(blocking.reference, an_actor(orgnr("midwives-b"))["reference"]))
    stored(world.person("citizen", person=restricted.number), a_restriction(restricted.reference))
    there = {"hasGivenConsent": True, "hasActiveMaternityRecord": True, "deceased": False}
    nobody = Woman(NOBODY, NOBODY, new_number())
    for one, told_of in ((woman, there), (restricted, there), (blocking, dict.fromkeys(there, False)), (nobody, dict.fromkeys(there, False))):  # fmt: skip
        assert Client(world.stranger, one.number).ok("GET", "/status") == told_of
    for path in ("/history", "/history/{card}", "/record/{card}", "/record/{card}/mother"):
        method = "POST" if path.endswith("mother") else "GET"
        shut, none = (
            Client(world.stranger, one.number).call(method, path.format(card=blocking.episode), {})
            for one in (blocking, nobody)
        )
        assert (shut.status_code, as_told(shut)) == (404, as_told(none)), path
    emergency = world.person("midwife", key="midwife-b", purpose="BTG")
    assert Client(emergency, restricted.number).call("GET", "/status").status_code == 404, "attests no care"
    page = (
        world.person("citizen", person=woman.number)
        .get(f"/Patient/{woman.id}/$access-log", Accept="text/html")
        .text
    )
    assert "spurte om du har et helsekort" in page


def test_whoever_reads_a_list_of_records_declares_and_is_in_her_log(world: World) -> None:
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    status = Client(world.midwife, woman.number).ok("GET", "/status")
    assert (status["latestRecordId"], status["hasGivenConsent"]) == (woman.episode, True)
    listed = Client(world.stranger, woman.number).ok("GET", "/history")["history"]
    assert [row["recordId"] for row in listed] == [woman.episode]
    page = her.get(f"/Patient/{woman.id}/$access-log", Accept="text/html").text
    assert "erklærte selv at den gir deg helsehjelp" in page
    assert "spurte om du har et helsekort" in page


def test_who_registers_a_number_that_is_here_is_in_her_log_and_waits(starting: Start) -> None:
    """That it is taken tells that she is here: as ``$status`` does, it is told her and counts as a guess, in a batch too."""
    server = starting(failed_requests=20)
    woman = register(server.person("midwife"))
    stranger = server.person("midwife", key="midwife-b")
    taken = stranger.post("/Patient", a_patient(woman.number))
    assert (taken.status_code, woman.id in taken.text) == (409, False)
    page = (
        server.person("citizen", person=woman.number)
        .get(f"/Patient/{woman.id}/$access-log", Accept="text/html")
        .text
    )
    assert "Åsen jordmortjeneste" in page
    assert "prøvde å få tilgang til personopplysninger, og ble avvist" in page
    tried = stranger.post(
        "", a_transaction(*(entry(a_patient(woman.number)) for _ in range(5)), kind="batch")
    )
    assert [row["response"]["status"][:3] for row in tried.json()["entry"]] == ["409"] * 5
    assert stranger.post("/Patient", a_patient(woman.number)).status_code == 429
    assert server.person("midwife").post("/Patient", a_patient(new_number())).status_code == 201


def test_it_takes_an_attest_and_a_clinician(world: World) -> None:
    number = world.woman.number
    for person in (
        world.person("midwife", key="midwife-b", purpose="BTG"),
        world.person("citizen", person=number),
        world.person("secretary"),
        world.person("student"),
        world.person("operator"),
        world.person("auditor"),
    ):
        answer = person.post("/Patient/$status", asked(identifier=number))
        assert answer.status_code == 403, answer.text
    assert world.stranger.get(f"/Patient/$status?identifier={number}").status_code in {400, 404, 405}
    assert told(world.nurse, number) == said(there=True)


def test_without_consent_there_is_nothing_to_tell(starting: Start) -> None:
    server = starting(participation="consent")
    midwife, stranger = server.person("midwife"), server.person("midwife", key="midwife-b")
    patient, number = register_only(midwife)
    assert told(stranger, number) == said(there=False)
    her = server.person("citizen", person=number)
    consent = a_choice(f"Patient/{patient}", "permit", TAKING_PART)
    id_ = stored(her, consent)
    stored(midwife, an_episode(f"Patient/{patient}"))
    assert told(stranger, number) == said(there=True)
    assert her.put(f"/Consent/{id_}", consent | {"id": id_, "status": "inactive"}).status_code == 200
    assert told(stranger, number) == said(there=False)


def test_who_tries_numbers_waits(starting: Start) -> None:
    server = starting(failed_requests=20)
    stranger, other = (server.person("midwife", key=key) for key in ("midwife-b", "midwife-a"))
    tried = [told(stranger, new_number())[0] for _ in range(8)]
    assert tried[:5] == [200] * 5
    assert tried[-1] == 429
    assert told(other, new_number())[0] == 200
