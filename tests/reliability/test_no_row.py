"""No answer without its row: counted over good, refused and impossible requests at once, and with a disk that is full.

The full disk is PostgreSQL's own condition (53100, disk_full), raised where the log is written.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.fhir import codes
from tests.access.world import World, made
from tests.fixtures.resources import a_weight, new_number
from tests.fixtures.server import Server

pytestmark = pytest.mark.slow
FULL = """
CREATE OR REPLACE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER disk_is_full BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION disk_is_full();
SELECT 1
"""
AGAIN = "DROP TRIGGER disk_is_full ON audit; SELECT 1"


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


@pytest.fixture
def full(world: World) -> Iterator[None]:
    world.server.database.rows(FULL)
    yield
    world.server.database.rows(AGAIN)


def _requests(world: World) -> list[Callable[[], httpx.Response]]:
    midwife, stranger, her, gp = world.midwife, world.stranger, world.her, world.gp
    woman = world.woman
    weight = midwife.post("/Observation", a_weight(woman.reference)).json()["id"]
    return [
        lambda: midwife.get(f"/Observation/{weight}"),
        lambda: midwife.get(f"/Observation/{weight}/_history"),
        lambda: midwife.get(f"/Observation?patient={woman.id}&_include=Observation:subject"),
        lambda: midwife.search("Patient", identifier=f"{codes.FNR}|{woman.number}"),
        lambda: midwife.post("/Observation", a_weight(woman.reference)),
        lambda: midwife.post("/Observation", {"resourceType": "Observation"}),
        lambda: midwife.get(f"/EpisodeOfCare/{woman.episode}/$card"),
        lambda: gp.get(f"/Patient/{woman.id}/$everything"),
        lambda: her.get(f"/Patient/{woman.id}/$access-log?_format=html"),
        lambda: stranger.get(f"/Observation/{weight}"),
        lambda: stranger.get("/Observation/nothing"),
        lambda: midwife.get(f"/Patient/{new_number()}"),
        lambda: midwife.get("/Nothing/at/all"),
        lambda: midwife.get("/Observation", Authorization="DPoP nothing"),
        lambda: midwife.delete(f"/Observation/{weight}"),
    ]


def test_each_answer_has_one_row_and_each_row_one_answer(world: World) -> None:
    asked = _requests(world) * 3
    before = int(world.server.database.rows("SELECT count(*) FROM audit")[0])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda ask: ask(), asked))
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len({answer.status_code for answer in answers}) > 4, "the mixture would prove little"
    found = Counter(
        world.server.database.rows(
            "SELECT id FROM audit WHERE id IN (" + ",".join(f"'{id_}'" for id_ in ids) + ")"
        )
    )
    assert found == Counter(ids)
    assert len(set(ids)) == len(asked)
    after = int(world.server.database.rows("SELECT count(*) FROM audit")[0])
    assert after - before >= len(asked)


def test_a_full_disk_answers_nothing_and_stores_nothing(world: World, full: None) -> None:
    asked = _requests_when_full(world)
    stored = "SELECT count(*) FROM resource_version"
    before = world.server.database.rows(stored)
    for ask in asked:
        answer = ask()
        assert answer.status_code == 503, answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert world.woman.id not in answer.text
    assert world.server.database.rows(stored) == before


def _requests_when_full(world: World) -> list[Callable[[], httpx.Response]]:
    midwife, woman = world.midwife, world.woman
    return [
        lambda: midwife.get(f"/Patient/{woman.id}"),
        lambda: midwife.get(f"/Observation?patient={woman.id}"),
        lambda: midwife.get(f"/EpisodeOfCare/{woman.episode}/$card"),
        lambda: midwife.post("/Observation", a_weight(woman.reference)),
        lambda: world.stranger.get("/Observation/nothing"),
        lambda: world.her.get(f"/Patient/{woman.id}/$access-log"),
    ]


def test_it_goes_on_when_there_is_room_again(world: World) -> None:
    world.server.database.rows(FULL)
    try:
        assert world.midwife.get(f"/Patient/{world.woman.id}").status_code == 503
    finally:
        world.server.database.rows(AGAIN)
    answer = world.midwife.get(f"/Patient/{world.woman.id}")
    assert answer.status_code == 200
    assert world.server.audit(answer.headers["x-request-id"])["result"]["verdict"].startswith("allow.")
