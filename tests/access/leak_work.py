"""TABLE: the doors to the work with several women: how each is asked, and how one sees that it gave the item."""

import httpx

from app.fhir.operations_on_hers import HELD, HERS
from tests.access.leak_doors import Asked, Door, on_paper, readable
from tests.fixtures.server import Person


def _carer(asked: Asked, person: Person) -> Person:
    """She has no work list: the positive control is that of whoever cares for her."""
    hers = person is asked.reason.entitled and person.wish.role == "citizen"
    return asked.leaks.server.person("midwife", bearer=True) if hers else person


def _worklist(asked: Asked, person: Person) -> httpx.Response:
    return _carer(asked, person).get("/EpisodeOfCare/$worklist?since=2020-01-01&_count=500")


def _named(asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 200 and asked.path[1:] in answer.text


def _clinic_day(asked: Asked, person: Person) -> httpx.Response:
    path = f"/EpisodeOfCare/$clinic-day?episode={asked.item.card}"
    return readable(_carer(asked, person).get(path, Accept="application/pdf"))


def _move(asked: Asked, person: Person) -> httpx.Response:
    """To the card of another woman than the item's."""
    women = [item.woman for reason in asked.leaks.reasons.values() for item in reason.hidden.values()]
    other = next(woman for woman in women if woman and woman != asked.item.woman)
    card = {"name": "episode", "valueReference": {"reference": f"EpisodeOfCare/{other.episode}"}}
    given = {
        "resourceType": "Parameters",
        "parameter": [card, {"name": "reason", "valueString": "feil kvinne"}],
    }
    return person.post(f"{asked.path}/$move", given)


def _confirm(asked: Asked, person: Person) -> httpx.Response:
    return person.post(f"{asked.path}/$confirm", {"resourceType": "Parameters"})


def _decline(asked: Asked, person: Person) -> httpx.Response:
    said = [{"name": "reason", "valueString": "målt feil"}]
    return person.post(f"{asked.path}/$decline", {"resourceType": "Parameters", "parameter": said})


def _discussed(asked: Asked, person: Person) -> httpx.Response:
    return person.post(f"{asked.path}/$discussed", {"resourceType": "Parameters"})


def _judged(_asked: Asked, answer: httpx.Response) -> bool:
    """Whoever may is told that it was not registered by herself."""
    return answer.status_code == 422


WORKING: tuple[Door, ...] = (
    Door("worklist", _worklist, _named, others=True, applies=lambda name: name == "DiagnosticReport"),
    Door(
        "clinic's day", _clinic_day, on_paper, others=True, applies=lambda name: name == "AllergyIntolerance"
    ),
    Door(
        "move",
        _move,
        lambda _asked, answer: answer.status_code == 200,
        secret=True,
        by_harness=True,
        applies=lambda name: name == "Encounter",
    ),
    Door("confirm", _confirm, _judged, secret=True, by_harness=True, applies=lambda name: name in HERS),
    Door(
        "discussed",
        _discussed,
        lambda _asked, answer: answer.status_code == 409,  # whoever may is told that nothing waits
        secret=True,
        by_harness=True,
        applies=lambda name: name in HELD,
    ),
    Door("decline", _decline, _judged, secret=True, by_harness=True, applies=lambda name: name in HERS),
)
DESTRUCTIVE = frozenset({"move"})
