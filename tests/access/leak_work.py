"""TABLE: the doors to the work with many women at once: how each is asked, and how one sees that it gave the item."""

import httpx

from tests.access.leak_doors import Asked, Door
from tests.fixtures.server import Person


def _carer(asked: Asked, person: Person) -> Person:
    """She has no work list: the positive control is that of whoever cares for her."""
    hers = person is asked.reason.entitled and person.wish.role == "citizen"
    return asked.leaks.server.person("midwife", bearer=True) if hers else person


def _worklist(asked: Asked, person: Person) -> httpx.Response:
    return _carer(asked, person).get("/EpisodeOfCare/$worklist?since=2020-01-01&_count=500")


def _named(asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 200 and asked.path[1:] in answer.text


WORKING: tuple[Door, ...] = (
    Door("worklist", _worklist, _named, others=True, applies=lambda name: name == "DiagnosticReport"),
)
