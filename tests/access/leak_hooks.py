"""TABLE: the door of decision support: cards about a woman who is hidden."""

import httpx

from tests.access.leak_doors import Asked, Door
from tests.fixtures.hooks import a_call
from tests.fixtures.server import Person


def _hook(asked: Asked, person: Person) -> httpx.Response:
    """Decision support on opening her record."""
    return person.post(
        f"{person.server.base}/cds-services/patient-view", a_call("patient-view", asked.item.id)
    )


def _cards(_asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 200 and bool(answer.json()["cards"])


HOOKS: tuple[Door, ...] = (
    Door(
        "decision support",
        _hook,
        _cards,
        secret=True,
        silent=True,
        by_harness=True,
        applies=lambda name: name == "Patient",
    ),
)
