"""Her choices over HTTP: in force on the next request, everywhere, and ended as they began."""

import json

import pytest

from app.fhir import codes
from tests.access.world import (
    World,
    a_block,
    a_choice,
    a_restriction,
    a_team,
    an_actor,
    hpr,
    made,
    organization,
    orgnr,
    outcome_text,
    resources,
    stored,
)
from tests.fixtures.resources import a_blood_pressure, a_weight, concept, labelled
from tests.fixtures.server import Person, Server

RESTRICTED = "She has chosen that you are not given access to this without her consent, but in an emergency"
TAKING_PART = concept(codes.CS_CARD, "taking-part")
TYPES = "http://hl7.org/fhir/resource-types"


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def _seen(person: Person, woman: str) -> set[str]:
    """The Observations of hers that a search gives."""
    answer = person.get(f"/Observation?patient={woman}&_count=100")
    assert answer.status_code == 200, answer.text
    return {row["id"] for row in resources(answer.json())}


def _end(her: Person, id_: str) -> None:
    consent = her.get(f"/Consent/{id_}").json()
    answer = her.put(f"/Consent/{id_}", consent | {"status": "inactive"})
    assert answer.status_code == 200, answer.text


def test_what_she_restricts_is_closed_and_opened_by_her(world: World) -> None:
    woman, her, midwife, gp = world.woman, world.her, world.midwife, world.gp
    weight = stored(midwife, a_weight(woman.reference))
    assert weight in _seen(gp, woman.id)
    closed = stored(her, a_restriction(woman.reference))
    for person in (midwife, gp, world.nurse):
        answer = person.get(f"/Observation/{weight}")
        assert (answer.status_code, outcome_text(answer)) == (403, RESTRICTED)
        assert _seen(person, woman.id) == set()
        row = world.server.audit(answer.headers["x-request-id"])
        assert (row["result"]["verdict"], row["result"]["shown"]) == ("block.her-restriction", [])
    card = gp.get(f"/EpisodeOfCare/{woman.episode}/$card")
    assert (card.status_code, outcome_text(card)) == (403, RESTRICTED)
    assert world.stranger.get(f"/Observation/{weight}").status_code == 404
    refused = midwife.post("/Observation", a_blood_pressure(woman.reference))
    assert (refused.status_code, RESTRICTED in outcome_text(refused)) == (403, True)
    assert weight in _seen(her, woman.id)
    opening = stored(her, a_choice(woman.reference, "permit", actor=[an_actor(orgnr("gp-a"))]))
    assert weight in _seen(gp, woman.id)
    assert gp.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200
    assert _seen(midwife, woman.id) == set()
    _end(her, opening)
    assert _seen(gp, woman.id) == set()
    _end(her, closed)
    assert weight in _seen(gp, woman.id)
    assert weight in _seen(midwife, woman.id)


def test_parts_are_restricted_by_type_and_by_label(world: World) -> None:
    woman, her, gp = world.woman, world.her, world.gp
    plain = stored(world.midwife, a_weight(woman.reference))
    secret = stored(world.midwife, labelled(a_blood_pressure(woman.reference), "PSY"))
    label = {"system": codes.ACT_CODE, "code": "PSY"}
    one = stored(her, a_restriction(woman.reference, securityLabel=[label]))
    assert {plain, secret} & _seen(gp, woman.id) == {plain}
    assert gp.get(f"/Observation/{secret}").status_code == 403
    other = stored(
        her, a_restriction(woman.reference, **{"class": [{"system": TYPES, "code": "Observation"}]})
    )
    assert _seen(gp, woman.id) == set()
    assert gp.get(f"/{woman.reference}").status_code == 200
    _end(her, other)
    _end(her, one)
    assert {plain, secret} <= _seen(gp, woman.id)


def test_a_restriction_ends_with_its_period_and_a_past_one_restricts_nothing(world: World) -> None:
    woman, her, gp = world.woman, world.her, world.gp
    weight = stored(world.midwife, a_weight(woman.reference))
    over = stored(her, a_restriction(woman.reference, period={"start": "2026-01-01", "end": "2026-01-31"}))
    assert weight in _seen(gp, woman.id)
    lasting = stored(her, a_restriction(woman.reference, period={"end": "2999-01-01"}))
    assert _seen(gp, woman.id) == set()
    opened = {"type": "permit", "actor": [an_actor(hpr=hpr("gp-a"))], "period": {"end": "2026-01-31"}}
    late = stored(her, a_restriction(woman.reference, provision=[opened]))
    assert _seen(gp, woman.id) == set()
    for id_ in (over, lasting, late):
        assert her.delete(f"/Consent/{id_}").status_code == 204
    assert weight in _seen(gp, woman.id)


@pytest.mark.parametrize(
    ("provision", "place"),
    [
        ({"data": [{"meaning": "instance", "reference": {"display": "noe"}}]}, "Consent.provision.data"),
        ({"code": [concept(codes.LOINC, "85354-9")]}, "Consent.provision.code"),
        ({"class": [{"system": TYPES, "code": "Account"}]}, "Consent.provision.class[0]"),
        ({"provision": [{"type": "permit", "actor": [{"role": concept(TYPES, "x"), "reference": {"display": "en"}}]}]},
         "Consent.provision.provision[0].actor[0].reference"),
        ({"provision": [{"type": "permit", "provision": [{"type": "deny"}]}]},
         "Consent.provision.provision[0].provision"),
    ],
)  # fmt: skip
def test_what_could_not_be_kept_is_refused(world: World, provision: dict[str, object], place: str) -> None:
    """She must not believe that something is closed, or opened, that is not."""
    answer = world.her.post("/Consent", a_choice(world.woman.reference, "deny", **provision))
    assert answer.status_code == 422, answer.text
    assert place in json.dumps(answer.json()["issue"])
    assert world.gp.get(f"/{world.woman.reference}").status_code == 200


def test_a_carer_records_her_choice_with_its_source_and_never_an_opening(world: World) -> None:
    woman, midwife = world.other, world.midwife
    block = a_block(woman.reference, {"identifier": {"system": codes.HPR, "value": hpr("gp-b")}})
    answer = midwife.post("/Consent", block)
    assert (answer.status_code, {row["expression"][0] for row in answer.json()["issue"]}) == (
        422, {"Consent.source[x]", "Consent.performer"},
    )  # fmt: skip
    said = {
        "performer": [{"reference": woman.reference}],
        "sourceAttachment": {"title": "Sagt ved konsultasjonen 12. juli, gjentatt og bekreftet"},
    }
    opening = a_choice(woman.reference, "permit", actor=[an_actor(orgnr("midwives-a"))]) | said
    answer = midwife.post("/Consent", opening)
    assert (answer.status_code, "Only she herself opens" in outcome_text(answer)) == (422, True)
    recorded = stored(midwife, block | said)
    her = world.other_her
    stored(her, a_team(woman.reference, organization(world.operator, orgnr("gp-b"))))
    gp = world.person("gp", key="gp-b")
    assert gp.get(f"/{woman.reference}").status_code == 403
    assert (
        midwife.put(f"/Consent/{recorded}", block | said | {"id": recorded, "status": "inactive"}).status_code
        == 403
    )
    _end(her, recorded)
    assert gp.get(f"/{woman.reference}").status_code == 200


def test_who_takes_no_part_is_closed_to_all_but_herself(world: World) -> None:
    woman, her = world.other, world.other_her
    weight = stored(world.midwife, a_weight(woman.reference))
    reserved = stored(her, a_choice(woman.reference, "deny", TAKING_PART))
    for person in (world.midwife, world.nurse):
        assert person.get(f"/Observation/{weight}").status_code == 403
        assert _seen(person, woman.id) == set()
    declared = {"resourceType": "Parameters", "parameter": [
        {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": woman.number}},
    ]}  # fmt: skip
    assert world.stranger.post("/Patient/$declare-relation", declared).status_code == 404
    assert weight in _seen(her, woman.id)
    _end(her, reserved)
    assert weight in _seen(world.midwife, woman.id)
