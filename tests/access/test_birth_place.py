"""A hospital joins those who care for her when it accepts what another organisation asked it, and by nothing else."""

import httpx
import pytest

from app.fhir import codes, profiles
from app.fhir.validation import validate
from tests.access.world import Json, World, made, organization, orgnr, stored
from tests.fixtures.resources import concept
from tests.fixtures.server import Person, Server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def an_application(world: World, **more: Json | str) -> Json:
    """A midwife's application to hospital-a, with the order that it rests on and the card."""
    order = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": concept(codes.CS_CARD, "birth-place"),
        "requester": {"display": "Elvebredden helsestasjon"},
        "subject": {"reference": world.other.reference},
        "supportingInfo": [{"reference": f"EpisodeOfCare/{world.other.episode}"}],
    }
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": concept(codes.CS_CARD, "birth-place"),
        "focus": {"reference": f"ServiceRequest/{stored(world.midwife, order)}"},
        "for": {"reference": world.other.reference},
        "owner": owner(world, "hospital-a"),
        **more,
    }


def owner(world: World, key: str) -> Json:
    return {
        "reference": f"Organization/{organization(world.operator, orgnr(key))}",
        "display": "Elvebredden sykehus",
    }


def answered(person: Person, id_: str, **more: Json | str) -> httpx.Response:
    """The Task as it is, changed in ``more``."""
    task = person.get(f"/Task/{id_}").json()
    return person.put(f"/Task/{id_}", {**task, **more})


def relations(world: World) -> list[str]:
    """Whom her application relates, how, and for how long."""
    return world.server.database.rows(
        "SELECT kind, organization, extract(day FROM ends - begins) FROM relation"
        f" WHERE patient = '{world.other.id}' AND kind IN ('asked', 'accepted')"
    )


def joined(world: World) -> list[Json]:
    """The participants of the CareTeam that the card's document makes of an accepted application, one that is valid."""
    document = world.midwife.get(f"/EpisodeOfCare/{world.other.episode}/$card").json()
    made = {row["fullUrl"]: row["resource"] for row in document["entry"] if row["fullUrl"].startswith("urn:")}
    teams = {url: one for url, one in made.items() if one["resourceType"] == "CareTeam"}
    sections = {row["code"]["coding"][0]["code"]: row for row in document["entry"][0]["resource"]["section"]}
    assert set(teams) <= {row["reference"] for row in sections["care-team"].get("entry", ())}
    assert [[*validate(one), *profiles.problems(one)] for one in teams.values()] == [[]] * len(teams)
    return [row for one in teams.values() for row in one["participant"]]


def card(person: Person, world: World) -> int:
    return person.get(f"/EpisodeOfCare/{world.other.episode}/$card").status_code


def test_it_reads_to_answer_and_stays_when_it_has_accepted(world: World) -> None:
    ward, other_ward = world.person("hospital"), world.person("hospital", key="hospital-b")
    assert card(ward, world) == 404
    before = joined(world)
    id_ = stored(world.midwife, an_application(world))
    assert card(ward, world) == 200
    assert card(other_ward, world) == 404
    assert relations(world) == [f"asked|{orgnr('hospital-a')}|30"]
    for status in ("on-hold", "accepted"):
        more = concept(codes.CS_CARD, "more-information")
        assert answered(ward, id_, status=status, businessStatus=more).status_code == 200
        assert relations(world) == [f"asked|{orgnr('hospital-a')}|30"]
    yes = concept(codes.CS_CARD, "accepted")
    assert answered(ward, id_, status="accepted", businessStatus=yes).status_code == 200
    assert relations(world) == [f"accepted|{orgnr('hospital-a')}|"]
    assert card(ward, world) == 200
    assert answered(world.midwife, id_, description="Hun vet det").status_code == 200
    assert relations(world) == [f"accepted|{orgnr('hospital-a')}|"]
    shown = world.midwife.get(f"/EpisodeOfCare/{world.other.episode}/$card").text
    assert f'"{id_}"' in shown
    new = [row["member"]["display"] for row in joined(world)]
    assert new == [*(row["member"]["display"] for row in before), "Elvebredden sykehus"]
    page = world.midwife.get(f"/EpisodeOfCare/{world.other.episode}/$card", Accept="text/html").text
    assert "Søknad om fødeplass" in page
    assert "Plassen er gitt" in page
    assert answered(world.midwife, id_, status="cancelled").status_code == 200
    assert relations(world) == []
    assert card(ward, world) == 404


@pytest.mark.parametrize("status", ["rejected", "accepted", "entered-in-error"])
def test_what_it_declines_is_closed_to_it_at_once(world: World, status: str) -> None:
    ward = world.person("hospital")
    id_ = stored(world.midwife, an_application(world))
    proposed = concept(codes.CS_CARD, "other-place")
    assert answered(ward, id_, status=status, businessStatus=proposed).status_code == 200
    assert relations(world) == []
    assert card(ward, world) == 404
    assert ward.get(f"/Task/{id_}").status_code == 404


def test_nobody_lets_itself_in(world: World) -> None:
    """Not by a Task of its own, nor by making itself the owner of what others were asked, nor is it let in by saying
    for it that it accepts."""
    ward, other_ward = world.person("hospital"), world.person("hospital", key="hospital-b")
    assert other_ward.post("/Task", an_application(world)).status_code == 403
    id_ = stored(world.midwife, an_application(world))
    own = stored(ward, an_application(world, status="accepted"))
    assert relations(world) == [f"asked|{orgnr('hospital-a')}|30"]
    assert answered(ward, own, status="requested").status_code == 200
    assert answered(ward, own, status="accepted").status_code == 200
    assert relations(world) == [f"asked|{orgnr('hospital-a')}|30"]
    stored(ward, an_application(world, owner=owner(world, "hospital-b")))
    assert relations(world) == [f"asked|{orgnr('hospital-a')}|30"]
    assert answered(world.midwife, id_, status="accepted").status_code == 200
    assert relations(world) == []
    other = stored(world.midwife, an_application(world, owner=owner(world, "hospital-b")))
    assert card(ward, world) == 404
    assert answered(other_ward, other, owner=owner(world, "hospital-a"), status="accepted").status_code == 200
    assert relations(world) == []
    assert card(other_ward, world) == card(ward, world) == 404


def test_no_other_task_and_no_other_organisation_is_related(world: World) -> None:
    stored(world.midwife, an_application(world, code={"text": "Søknad"}))
    stored(world.midwife, an_application(world, owner=owner(world, "gp-b")))
    stored(world.midwife, an_application(world, status="draft"))
    assert relations(world) == []
    assert world.other_her.post("/Task", an_application(world)).status_code == 422  # a Task of hers corrects
