"""TABLE: doors of the leak matrix that go by another resource: chains, reversed chains, includes, composites.

Each goes by something that its caller sees, so that what comes of it depends on the hidden item alone.
"""

from urllib.parse import quote

import httpx

from tests.access.leak_doors import Asked, Door, _body, _of_woman, _only
from tests.access.world import resources, stored
from tests.fixtures.resources import a_weight
from tests.fixtures.server import Person

_MADE: dict[tuple[str, str, str, str], str] = {}


def _about(asked: Asked) -> str:
    """A woman of whom the attacker sees something; where there is none, one who is not in the matrix."""
    about = next((item.woman for item in asked.reason.visible.values() if item.woman), None)
    if about is not None:
        return about.reference
    harness = asked.leaks.harness
    key = (harness.server.base, "nobody's", "", "")
    if key not in _MADE:
        _MADE[key] = stored(harness, {"resourceType": "Patient", "name": [{"family": "Utenfor"}]})
    return f"Patient/{_MADE[key]}"


def _source(asked: Asked, target: str) -> str:
    """An Observation that the attacker may see, and that refers to ``target``; made once."""
    about, harness = _about(asked), asked.leaks.harness
    key = (harness.server.base, about, target, "")
    if key not in _MADE:
        _MADE[key] = stored(harness, a_weight(about, focus=[{"reference": target}]))
    return _MADE[key]


def _sees(asked: Asked, person: Person, id_: str) -> None:
    """Without the hidden item in its way the question is answered to who may see what it goes by."""
    seen = (person.server.base, _about(asked), "seen by", str(person.wish))
    if (
        asked.reason.visible
        and not asked.reason.along
        and person is asked.reason.attacker
        and seen not in _MADE
    ):
        assert id_ in person.get(f"/Observation?_id={id_}").text, "the attacker does not see what it goes by"
        _MADE[seen] = id_


def _chain(asked: Asked, person: Person) -> httpx.Response:
    id_ = _source(asked, asked.path[1:])
    _sees(asked, person, id_)
    return person.get(f"/Observation?_id={id_}&focus:{asked.item.type}._id={asked.item.id}")


def _reversed(asked: Asked, person: Person) -> httpx.Response:
    woman = asked.item.woman.id if asked.item.woman else ""
    return person.get(f"/Patient?_id={woman}&_has:{asked.item.type}:patient:_id={asked.item.id}")


def _somebody(_asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 200 and bool(resources(answer.json()))


def _back(asked: Asked, person: Person) -> httpx.Response:
    woman = asked.item.woman.id if asked.item.woman else ""
    return person.get(f"/Patient?_id={woman}&_revinclude={asked.item.type}:patient")


def _onwards(asked: Asked, person: Person) -> httpx.Response:
    between = _source(asked, asked.path[1:])
    id_ = _source(asked, f"Observation/{between}")
    _sees(asked, person, id_)
    onwards = "_include=Observation:focus&_include:iterate=Observation:focus"
    return person.get(f"/Observation?_id={id_}&{onwards}")


def _composite(asked: Asked, person: Person) -> httpx.Response:
    """A copy of the item with a value: hidden as it is."""
    body = {name: value for name, value in asked.item.body.items() if name != "dataAbsentReason"}
    id_ = stored(asked.leaks.harness, body | {"valueQuantity": {"value": 47.25}})
    if asked.reason.along:  # a label that only the server gives
        label = "UPDATE resource SET labels = array_append(labels, 'UNTOLD') WHERE type = 'Observation'"
        asked.leaks.server.database.rows(f"{label} AND id = '{id_}' RETURNING id")
    coding = body["code"]["coding"][0]
    pair = f"{coding['system']}|{coding['code']}$47.25"
    return person.get(f"/Observation?code-value-quantity={quote(pair)}&_id={id_}")


SEARCHES: tuple[Door, ...] = (
    Door("chain", _chain, _somebody, by_harness=True, others=True, empty=True),
    Door("reversed chain", _reversed, _somebody, by_harness=True, empty=True, applies=_of_woman),
    Door("reversed include", _back, _body, by_harness=True, others=True, applies=_of_woman),
    Door("include onwards", _onwards, _body, by_harness=True, others=True),
    Door("composite", _composite, _body, applies=_only("Observation")),
)
