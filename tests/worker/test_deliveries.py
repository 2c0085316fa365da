"""What the clinician confirmed reaches kjernejournal in her name, a notice reaches the woman; neither twice, neither lost."""

import time
from dataclasses import replace
from typing import Any

import pytest
from helsekort_sandbox.keys import claims_of

from app.fhir import codes
from app.gateways.failures import Unreachable
from app.worker.attempts import masked
from app.worker.deliveries import NOTICE_ATTEMPTS, wait_before
from tests.fixtures.resources import (
    VERIFICATION,
    Woman,
    a_patient,
    a_weight,
    an_allergy,
    an_episode,
    concept,
    labelled,
    register,
)
from tests.fixtures.server import Person
from tests.worker.crew import Crew


@pytest.fixture
def woman(crew: Crew) -> Woman:
    made = register(crew.person("midwife"))
    crew.work()
    return made


def post(person: Person, resource: dict[str, Any]) -> dict[str, Any]:
    answer = person.post(f"/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    stored: dict[str, Any] = answer.json()
    return stored


def put(person: Person, resource: dict[str, Any]) -> None:
    answer = person.put(f"/{resource['resourceType']}/{resource['id']}", resource)
    assert answer.status_code == 200, answer.text


def hurry(crew: Crew) -> None:
    """What waits for its next attempt is tried now."""
    crew.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    crew.work()


def in_a_short_session(crew: Crew, seconds: int) -> Person:
    """A midwife whose token lasts only ``seconds``."""
    midwife = crew.person("midwife", purpose="COC")  # a wish of its own: the others keep theirs
    token = crew.server.issuers.token(midwife.wish, expirationParameters={"expirationTimeInSeconds": seconds})
    crew.server.tokens[midwife.wish] = (time.monotonic(), token)
    return midwife


def test_a_confirmed_allergy_goes_out_in_the_name_of_who_confirmed_it(crew: Crew, woman: Woman) -> None:
    midwife = crew.person("midwife")
    post(midwife, an_allergy(woman.reference))
    crew.work()
    (effect,) = crew.told("kjernejournal", woman)
    claims = claims_of(midwife.token())
    assert effect["actor"]["hpr"] == claims["helseid://claims/hpr/hpr_number"]
    assert effect["actor"]["pid"] == claims["helseid://claims/identity/pid"]
    assert effect["answer"]["code"] == {"text": "Penicillin"}
    assert effect["answer"]["meta"]["versionId"] == "1"
    (identifier, _) = effect["answer"]["contained"][0]["identifier"]
    assert identifier == {"system": codes.HPR, "value": claims["helseid://claims/hpr/hpr_number"]}
    assert crew.deliveries(woman) == ["sent|1|f|"]


def test_she_gets_a_notice_without_content(crew: Crew, woman: Woman) -> None:
    before = len(crew.told("helsenorge", woman))
    post(crew.person("midwife"), a_weight(woman.reference))
    crew.work()
    notices = crew.told("helsenorge", woman)[before:]
    assert [row["notice"]["text"] for row in notices] == [
        "Det er noe nytt i helsekortet ditt. Logg inn på Helsenorge for å lese det."
    ]
    assert notices[0]["actor"] == {"client": "helsekort", "pid": None, "hpr": None}


def test_what_is_not_critical_goes_nowhere(crew: Crew, woman: Woman) -> None:
    post(
        crew.person("midwife"),
        an_allergy(woman.reference, verificationStatus=concept(VERIFICATION, "unconfirmed")),
    )
    crew.work()
    assert crew.told("kjernejournal", woman) == []


def test_every_sending_stands_in_the_log_before_it_is_done(crew: Crew, woman: Woman) -> None:
    allergy = post(crew.person("midwife"), an_allergy(woman.reference))
    crew.work()
    rows = crew.rows(
        "SELECT request::jsonb->>'name', result::jsonb->'shown'->0->>0 FROM audit"
        f" WHERE '{woman.id}' = ANY (patients) AND request::jsonb->>'operation' = '$deliver'"
        f" AND result LIKE '%{allergy['id']}%'"
    )
    assert rows == ["Melding til kjernejournal|AllergyIntolerance"]


def test_a_service_that_fails_is_tried_again(crew: Crew, woman: Woman) -> None:
    crew.services.fail("kjernejournal", status=503, count=2)
    post(crew.person("midwife"), an_allergy(woman.reference))
    crew.work()
    assert crew.deliveries(woman) == ["pending|1|t|Kjernejournal answered 503"]
    hurry(crew)
    assert crew.deliveries(woman) == ["pending|2|t|Kjernejournal answered 503"]
    hurry(crew)
    assert crew.deliveries(woman) == ["sent|3|f|"]
    assert len(crew.told("kjernejournal", woman)) == 1


def test_a_lost_answer_makes_no_second_registration(crew: Crew, woman: Woman) -> None:
    crew.services.fail("kjernejournal", dropAfterEffect=True, count=1)
    post(crew.person("midwife"), an_allergy(woman.reference))
    crew.work()
    assert crew.deliveries(woman) == ["pending|1|t|Kjernejournal does not answer (RemoteProtocolError)"]
    hurry(crew)
    assert crew.deliveries(woman) == ["sent|2|f|"]
    assert len(crew.told("kjernejournal", woman)) == 1


def test_when_her_session_is_over_it_waits_for_a_clinician(crew: Crew, woman: Woman) -> None:
    """Never by a machine token: it goes out in the next clinician's session."""
    crew.services.fail("kjernejournal", status=503)
    post(in_a_short_session(crew, 2), an_allergy(woman.reference))
    crew.work()
    assert crew.deliveries(woman)[0].startswith("pending|1|t")
    time.sleep(2.1)
    hurry(crew)
    assert crew.deliveries(woman) == ["waiting|2|f|The clinician's session is over"]
    crew.services.fail("kjernejournal")
    hurry(crew)
    assert crew.told("kjernejournal", woman) == []

    another = crew.person("midwife")
    post(another, a_weight(woman.reference))
    crew.work()
    assert crew.deliveries(woman) == ["sent|3|f|"]
    (effect,) = crew.told("kjernejournal", woman)
    assert effect["actor"]["hpr"] == claims_of(another.token())["helseid://claims/hpr/hpr_number"]


def test_the_next_attempt_is_not_later_than_the_end_of_the_session(crew: Crew, woman: Woman) -> None:
    crew.services.fail("kjernejournal", status=503)
    post(in_a_short_session(crew, 5), an_allergy(woman.reference))
    crew.work()
    crew.rows("UPDATE delivery SET attempts = 15 WHERE state = 'pending' AND kind = 'critical-information'")
    hurry(crew)
    (seconds,) = crew.rows(
        "SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs WHERE task_name = 'deliver'"
        " AND queueing_lock IN (SELECT id FROM delivery WHERE state = 'pending' AND kind = 'critical-information')"
    )
    assert float(seconds) < 6.5
    crew.rows("UPDATE delivery SET state = 'withdrawn' WHERE state = 'pending'")


def test_what_is_refused_for_good_is_dead_and_says_why(crew: Crew, woman: Woman) -> None:
    crew.services.fail("kjernejournal", status=422, count=1)
    post(crew.person("midwife"), an_allergy(woman.reference))
    crew.work()
    assert crew.deliveries(woman) == ["dead|1|f|Kjernejournal refused with 422"]


def test_one_that_fails_holds_up_no_other(crew: Crew, woman: Woman) -> None:
    """Neither another allergy nor her alarms and notices wait behind it."""
    crew.services.fail("kjernejournal", status=503, count=1)
    midwife = crew.person("midwife")
    post(midwife, an_allergy(woman.reference))
    crew.work()
    post(midwife, an_allergy(woman.reference, code={"text": "Latex"}))
    crew.work()
    assert [row.split("|")[0] for row in crew.deliveries(woman)] == ["pending", "sent"]
    hurry(crew)
    assert [row.split("|")[0] for row in crew.deliveries(woman)] == ["sent", "sent"]


def test_a_later_version_takes_the_place_of_an_earlier(crew: Crew, woman: Woman) -> None:
    midwife = crew.person("midwife")
    allergy = post(midwife, an_allergy(woman.reference))
    put(midwife, allergy | {"criticality": "high"})
    crew.work()
    assert sorted(row.split("|")[0] for row in crew.deliveries(woman)) == ["sent", "withdrawn"]
    (effect,) = crew.told("kjernejournal", woman)
    assert effect["answer"]["criticality"] == "high"


def test_a_correction_takes_the_place_of_what_was_registered(crew: Crew, woman: Woman) -> None:
    """First the new one is there, then the old one goes: she is never without."""
    midwife = crew.person("midwife")
    allergy = post(midwife, an_allergy(woman.reference))
    crew.work()
    put(midwife, allergy | {"criticality": "high"})
    crew.work()
    first, second, recall = crew.told("kjernejournal", woman)
    assert second["answer"]["criticality"] == "high"
    assert recall["retracts"] == first["event"]
    assert crew.deliveries(woman, "registration-recall") == []


@pytest.mark.parametrize("sent", [False, True], ids=["before it is sent", "after"])
@pytest.mark.parametrize("how", ["refuted", "deleted", "withheld from her"])
def test_what_is_no_longer_so_is_not_sent_or_recalled(crew: Crew, woman: Woman, how: str, sent: bool) -> None:
    midwife = crew.person("midwife")
    allergy = post(midwife, an_allergy(woman.reference))
    if sent:
        crew.work()
    if how == "deleted":
        assert midwife.delete(f"/AllergyIntolerance/{allergy['id']}").status_code == 204
    elif how == "refuted":
        put(midwife, allergy | {"verificationStatus": concept(VERIFICATION, "refuted")})
    else:
        put(midwife, labelled(allergy, codes.NOPAT))
    crew.work()
    assert {row.split("|")[0] for row in crew.deliveries(woman)} == {"sent" if sent else "withdrawn"}
    events = [row.get("retracts") or row["event"] for row in crew.told("kjernejournal", woman)]
    assert (len(events), len(set(events))) == ((2, 1) if sent else (0, 0))


def test_a_woman_without_a_number_has_nobody_to_be_told(crew: Crew) -> None:
    midwife = crew.person("midwife")
    patient = post(midwife, a_patient())
    post(midwife, an_episode(f"Patient/{patient['id']}"))
    crew.work()
    found = crew.rows(f"SELECT DISTINCT state, error FROM delivery WHERE patient = '{patient['id']}'")
    assert found == ["dead|She has no national identity number here"]


def test_notices_are_given_up_after_many_attempts(crew: Crew, woman: Woman) -> None:
    crew.services.fail("helsenorge", status=503)
    post(crew.person("midwife"), a_weight(woman.reference))
    crew.work()
    crew.rows(f"UPDATE delivery SET attempts = {NOTICE_ATTEMPTS - 1} WHERE state = 'pending'")
    hurry(crew)
    assert crew.deliveries(woman, "notice")[-1] == f"dead|{NOTICE_ATTEMPTS}|f|Helsenorge answered 503"


def test_no_number_stands_in_what_is_kept(crew: Crew, woman: Woman) -> None:
    """Neither in messages nor in jobs nor in the log; the Patient itself and its index hold it."""
    post(crew.person("midwife"), an_allergy(woman.reference))
    crew.services.fail("kjernejournal", status=500, count=1)
    crew.work()
    for table in ("delivery", "procrastinate_jobs", "audit"):
        assert crew.rows(f"SELECT 1 FROM {table} t WHERE t::text LIKE '%{woman.number}%'") == []
    crew.rows("UPDATE delivery SET state = 'withdrawn' WHERE state = 'pending'")


def test_where_nothing_is_set_up_nothing_is_sent(crew: Crew, woman: Woman) -> None:
    unconnected = replace(crew, settings=replace(crew.settings, kjernejournal_url="", helsenorge_url=""))
    post(crew.person("midwife"), an_allergy(woman.reference))
    unconnected.work()
    assert crew.deliveries(woman) == ["withdrawn|1|f|Kjernejournal is not set up"]
    assert crew.deliveries(woman, "notice")[-1] == "withdrawn|1|f|Helsenorge is not set up"


def test_a_token_that_this_server_cannot_open_waits(crew: Crew, woman: Woman) -> None:
    post(crew.person("midwife"), an_allergy(woman.reference))
    crew.rows(f"UPDATE delivery SET token = sha256(token) WHERE patient = '{woman.id}' AND token IS NOT NULL")
    crew.work()
    assert crew.deliveries(woman) == [
        "waiting|1|f|The clinician's token cannot be opened with this server's key"
    ]


def test_waits_grow_and_never_fall_short_of_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.worker.deliveries._FIRST_WAIT", 1.0)
    for attempt, longest in ((0, 1.0), (1, 2.0), (5, 32.0), (30, 900.0)):
        waits = [wait_before(attempt, None) for _ in range(200)]
        assert longest / 2 <= min(waits) < max(waits) <= longest
    assert wait_before(0, 120.0) == 120.0
    assert Unreachable("x").retry_after is None


@pytest.mark.parametrize("text", ["21890000000", "fnr:21890000000.", "x 218900 00000"])
def test_stored_errors_are_masked(text: str) -> None:
    assert "218900" not in masked(text)
    assert masked("Kjernejournal answered 503") == "Kjernejournal answered 503"
