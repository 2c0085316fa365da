"""THE LEAK MATRIX by time: the same request by the same person gives the item, then she decides, and it gives nothing.

Each cell is its own positive control. "withdrawn": she takes no part any more; "blocked": she blocks the place;
"emergency over": a grant has ended; "sixteen": her guardian's right has. One type at every run, the others of the card
are slow.
"""

from collections.abc import Iterator

import pytest

from app.fhir import codes
from tests.access.leak_doors import Asked, Door
from tests.access.leak_feeds import feeds
from tests.access.leak_items import Item, Leaks, Reason, all_items
from tests.access.test_leaks import DESTRUCTIVE, DOORS, _learned
from tests.access.test_minors import a_guardian, born
from tests.access.world import a_block, a_choice, a_team, organization, orgnr, stored
from tests.fixtures.resources import concept, register
from tests.fixtures.server import Person, Server

TAKING_PART = concept(codes.CS_CARD, "taking-part")
TYPES = ("Observation", "AllergyIntolerance", "DiagnosticReport", "Encounter", "Patient", "EpisodeOfCare")
# An export is made once for each caller of a server
GP, PLACE = {"withdrawn": "gp-c", "blocked": "gp-a"}, {"withdrawn": "gp-b", "blocked": "gp-a"}
QUICK = frozenset({"Observation"})
READS_ALONE = frozenset({"emergency over", "sixteen"})  # who has neither work lists nor exports nor feeds
UNDER_A_GRANT = frozenset({  # what an emergency opens, or a guardian sees: reading
    "read", "vread", "history", "head", "meta", "search by id", "search by patient", "transaction GET", "batch GET",
    "batch search", "card", "card page", "everything", "lastn",
})  # fmt: skip


class Before:
    """A woman, one who can see all of hers, and the doors that are open to that one."""

    def __init__(self, server: Server, situation: str) -> None:
        self.server, self.situation = server, situation
        self.harness, midwife = self.person("harness"), self.person("midwife")
        alone = situation in READS_ALONE
        self.woman = register(midwife, **({"birthDate": born(15)} if situation == "sixteen" else {}))
        self.her = self.person("citizen", person=self.woman.number)
        self.reader = self._reader()
        if situation == "emergency over":
            self._grant()
        elif situation == "sixteen":
            stored(midwife, a_guardian(self.woman.reference))
        else:
            place = organization(self.person("operator"), orgnr(PLACE[situation]))
            stored(self.her, a_team(self.woman.reference, place))
        happening = feeds([] if alone else [self.reader], [self.woman])
        items = all_items(self.harness, midwife, self.woman)
        visible: dict[str, Item] = (
            {} if alone else all_items(self.harness, self.reader, register(self.reader))
        )
        self.reason = Reason(
            situation, self.reader, self.reader, items, visible, blocked=not alone
        )  # fmt: skip
        self.leaks = Leaks(server, self.harness, {situation: self.reason}, happening)

    def person(self, role: str, key: str = "", **wish: str) -> Person:
        return self.server.person(role, key=key, bearer=True, **wish)

    def _reader(self) -> Person:
        if self.situation == "sixteen":
            number = self.woman.number
            return self.server.person("representative", bearer=True, represented=number, guardian=True)
        if self.situation == "emergency over":
            return self.person("hospital", key="hospital-b", purpose="BTG")
        return self.person("gp", key=GP[self.situation])

    def _grant(self) -> None:
        number = {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": self.woman.number}}
        said = {"name": "reason", "valueString": "Innlagt med kramper, ukjent for oss"}
        body = {"resourceType": "Parameters", "parameter": [number, said]}
        assert self.reader.post("/Patient/$break-glass", body).status_code == 200

    def change(self) -> None:
        """She decides, or the grant ends."""
        reference, id_ = self.woman.reference, self.woman.id
        if self.situation == "withdrawn":
            stored(self.her, a_choice(reference, "deny", TAKING_PART))
        elif self.situation == "blocked":
            actor = {"identifier": {"system": codes.ORGNR, "value": orgnr(PLACE[self.situation])}}
            stored(self.her, a_block(reference, actor))
        elif self.situation == "sixteen":
            self.server.database.rows(
                f"UPDATE choice SET ends = now() WHERE patient = '{id_}' AND kind = 'minor' RETURNING rid"
            )
        else:
            self.server.database.rows(
                f"UPDATE relation SET ends = begins WHERE patient = '{id_}' AND kind = 'emergency' RETURNING rid"
            )

    def doors(self, type_name: str) -> list[Door]:
        """Those of reading; what a grant does not open is left out for it."""
        return [
            door
            for door in DOORS
            if door.applies(type_name)
            and door.name not in DESTRUCTIVE
            and (self.situation not in READS_ALONE or door.name in UNDER_A_GRANT)
        ]


@pytest.fixture(scope="module", params=["withdrawn", "blocked", "emergency over", "sixteen"])
def before(request: pytest.FixtureRequest, server: Server) -> tuple[Before, dict[str, list[str]]]:
    """What was open before she decided, for each type; then she decides."""
    world = Before(server, request.param)
    asked = [item for item in request.session.items if item.path == request.path]
    types = sorted({item.callspec.params["type_name"] for item in asked if isinstance(item, pytest.Function)})
    closed = {name: list(_closed(world, name)) for name in types}
    world.change()
    return world, closed


def _closed(world: Before, type_name: str) -> Iterator[str]:
    asked = Asked(world.leaks, world.reason, world.reason.hidden[type_name])
    for door in world.doors(type_name):
        answer = None if door.by_harness else door.ask(asked, world.reader)
        if answer is not None and not door.gives(asked, answer):
            yield f"{door.name}: before, it gave {answer.status_code}: {answer.text[:200]}"


@pytest.mark.parametrize(
    "type_name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in TYPES]
)
def test_what_was_open_is_closed_on_the_next_request(
    before: tuple[Before, dict[str, list[str]]], type_name: str
) -> None:
    world, closed = before
    assert closed[type_name] == []
    asked = Asked(world.leaks, world.reason, world.reason.hidden[type_name])
    doors = world.doors(type_name)
    assert len(doors) > 8
    problems = [
        f"{door.name}: {it}" for door in doors for it in _learned(asked, door, door.ask(asked, world.reader))
    ]
    problems += [
        f"{door.name}: not even the harness gets it"
        for door in doors
        if door.by_harness and not door.gives(asked, door.ask(asked, world.harness))
    ]
    assert problems == []
