"""The database is restarted in the middle of everything: no answer without its row, nothing acknowledged is lost.

Sixteen callers at once on the real server; what reached them is counted against the rows.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from tests.access.world import World, made
from tests.fixtures.resources import a_transaction, a_weight, entry
from tests.fixtures.server import Server

pytestmark = pytest.mark.slow
CALLERS, RESTARTS, SECONDS = 16, 2, 1.5


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


@dataclass
class Crowd:
    """Callers who ask until they are told to stop, and every answer that reached them."""

    world: World
    answers: list[httpx.Response] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, n: int) -> None:
        asked = self._requests()
        while not self.stopping.is_set():
            answer = asked[(n + len(self.answers)) % len(asked)]()
            self.answers.append(answer)
            if answer.status_code == 503:
                time.sleep(0.02)

    def _requests(self) -> list[Callable[[], httpx.Response]]:
        midwife, woman = self.world.midwife, self.world.woman
        pair = a_transaction(*(entry(a_weight(woman.reference)) for _ in range(2)))
        return [
            lambda: midwife.post("/Observation", a_weight(woman.reference)),
            lambda: midwife.get(f"/{woman.reference}"),
            lambda: midwife.get(f"/Observation?patient={woman.id}&_count=2"),
            lambda: midwife.post("", pair),
            lambda: self.world.stranger.get(f"/{woman.reference}"),
            lambda: self.world.her.get(f"/Patient/{woman.id}/$access-log?_count=2"),
        ]


def test_no_answer_is_without_its_row_when_the_database_restarts(world: World) -> None:
    crowd = Crowd(world)
    threads = [threading.Thread(target=crowd.run, args=(n,), daemon=True) for n in range(CALLERS)]
    for thread in threads:
        thread.start()
    for _ in range(RESTARTS):
        time.sleep(SECONDS)
        world.server.database.cluster.start()
    time.sleep(SECONDS)
    crowd.stopping.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    _reconcile(world, crowd.answers)
    assert world.midwife.get(f"/{world.woman.reference}").status_code == 200


def _reconcile(world: World, answers: list[httpx.Response]) -> None:
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses.keys() <= {200, 201, 404, 503}, statuses
    assert statuses[200] > 20, f"they did next to nothing: {statuses}"
    assert statuses[201] > 5, statuses
    assert statuses[503] > 0, f"nobody noticed the restarts: {statuses}"
    answered = [answer for answer in answers if answer.status_code != 503]
    logged = set(world.server.database.rows("SELECT id FROM audit"))
    missing = [answer for answer in answered if answer.headers["x-request-id"] not in logged]
    assert not missing, f"{len(missing)} of {len(answered)} answers have no row"
    for answer in answers:
        assert answer.status_code != 503 or world.woman.id not in answer.text
    stored = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    there = set(world.server.database.rows("SELECT id FROM resource WHERE type = 'Observation'"))
    assert stored <= there
    shown = (
        "SELECT v.rid FROM resource_version v JOIN resource r USING (rid) WHERE NOT EXISTS (SELECT 1 FROM audit a,"
        " jsonb_array_elements(a.result::jsonb -> 'shown') s WHERE s->>0 = r.type AND s->>1 = r.id AND (s->>2)::int = v.version)"
    )
    assert not world.server.database.rows(shown), "nothing is stored without its row either"
    print(f"{len(answers)} answers: {dict(statuses)}")
