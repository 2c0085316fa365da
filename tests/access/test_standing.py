"""What a woman is decides: a confidential address, her death, her age, where she lives; over HTTP, in every door."""

from collections.abc import Callable
from typing import Any

import pytest
from helsekort_sandbox.people import DOULA, MUNICIPALITIES, REPRESENTATIVE

from app.access.standing import LOCATING
from app.fhir import codes
from tests.access.leak_doors import readable
from tests.access.leak_items import let_in
from tests.access.test_existence import said, told
from tests.access.world import World, made, outcome_text, stored
from tests.fixtures.exports import exported
from tests.fixtures.hooks import a_call
from tests.fixtures.resources import (
    Json,
    Woman,
    a_patient,
    a_weight,
    an_episode,
    concept,
    new_number,
    register,
)
from tests.fixtures.server import Person, Server
from tests.identity.conftest import starting
from tests.national.client import Client

Start = Callable[..., Server]
__all__ = ["starting"]
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CODES = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
STREET, PHONE = "Gjemmestedet 7", "99887766"
LABEL = {"system": codes.ACT_CODE, "code": "LOCIS"}


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def living(municipality: str, line: str = STREET) -> Json:
    coding = {"system": CODES, "code": municipality}
    district = {"extension": [{"url": codes.EXT_MUNICIPALITY, "valueCoding": coding}]}
    return {"use": "home", "line": [line], "city": "Elveos", "_district": district}


def change(person: Person, woman: Woman, **more: Any) -> Any:
    """The Patient as it is, with ``more``."""
    answer = person.put(f"/{woman.reference}", person.get(f"/{woman.reference}").json() | more)
    assert answer.status_code == 200, answer.text
    return answer


def labels(person: Person, woman: Woman, way: str) -> None:
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "meta", "valueMeta": {"security": [LABEL]}}],
    }
    answer = person.post(f"/{woman.reference}/$meta-{way}", body)
    assert answer.status_code == 200, answer.text


def a_visit(woman: Woman) -> Json:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "subject": {"reference": woman.reference},
        "period": {"start": "2026-11-02T09:00:00+01:00"},
        "location": [{"location": {"display": STREET}}],
        "serviceProvider": {"display": STREET},
    }


# A confidential address


def test_a_confidential_address_is_shown_to_none_but_who_treats_her(world: World) -> None:
    midwife, telecom = world.midwife, [{"system": "phone", "value": PHONE}]
    woman = register(midwife, address=[living(MUNICIPALITIES[0])], telecom=telecom)
    her = world.person("citizen", person=woman.number)
    let_in(her, woman, ROLE_CODE, "HPOWATT", REPRESENTATIVE[1])
    let_in(her, woman, codes.CS_CARD, "doula", DOULA[1])
    visit, weight = stored(midwife, a_visit(woman)), stored(midwife, a_weight(woman.reference))
    lay = (world.person("representative", represented=woman.number), world.person("doula"))
    kept_out = (*lay, world.person("secretary"), world.person("student"))
    assert [who.get(f"/{woman.reference}").status_code for who in kept_out] == [200] * 4
    assert STREET in lay[0].get(f"/{woman.reference}").text
    assert told(world.stranger, woman.number) == said(there=True)

    labels(midwife, woman, "add")
    for person in kept_out:
        for path in (f"/{woman.reference}", f"/Encounter/{visit}", f"/Observation/{weight}"):
            assert person.get(path).status_code == 404, path
        for path in (
            f"/Patient?_id={woman.id}",
            f"/Encounter?patient={woman.id}",
            f"/Patient/{woman.id}/$everything",
        ):
            answer = person.get(path)
            assert STREET not in answer.text
            assert woman.id not in answer.text.replace(path.partition("?")[2], "").replace(
                woman.reference, ""
            )
        assert person.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 404
    assert told(world.stranger, woman.number) == said(there=False)
    for person in (midwife, world.nurse, her):
        assert STREET in person.get(f"/{woman.reference}").text, "who treats her, and she herself"

    # a system that does not know the label does not uncover her
    change(midwife, woman, meta={"tag": [{"system": "urn:x", "code": "y"}]})
    assert lay[0].get(f"/{woman.reference}").status_code == 404
    labels(midwife, woman, "delete")
    assert lay[0].get(f"/{woman.reference}").status_code == 200


def test_no_export_tells_where_she_is(world: World) -> None:
    midwife = world.midwife
    hidden, plain = (
        register(
            midwife, address=[living(MUNICIPALITIES[0], line)], telecom=[{"system": "phone", "value": PHONE}]
        )
        for line in (STREET, "Storgata 1")
    )
    stored(midwife, a_visit(hidden))
    labels(midwife, hidden, "add")
    found = exported(midwife, "/Patient/$export?_type=Patient,Encounter").resources()
    lines = {
        name: [str(row) for row in found if woman.id in str(row)]
        for name, woman in (("hidden", hidden), ("plain", plain))
    }
    assert len(lines["hidden"]) == 2
    assert not [text for text in lines["hidden"] if STREET in text or PHONE in text]
    assert [("Storgata 1" in text, PHONE in text) for text in lines["plain"]] == [(True, True)]
    assert STREET in midwife.get(f"/Encounter?patient={hidden.id}").text
    assert {"Patient", "RelatedPerson", "Encounter", "CareTeam"} <= LOCATING.keys()


def test_no_paper_document_list_or_log_tells_where_she_is(world: World) -> None:
    """Whatever is printed, sent on or shown beside others, whoever asks: only her own resources, read by who treats her, do."""
    midwife = world.midwife
    hidden, plain = (
        register(
            midwife,
            address=[living(MUNICIPALITIES[0], f"{line} 7")],
            telecom=[{"system": "phone", "value": phone}],
        )
        for line, phone in (("Gjemmestedet", PHONE), ("Storgata", "99887755"))
    )
    stored(midwife, a_visit(hidden))
    labels(midwife, hidden, "add")

    def told_of(woman: Woman) -> dict[str, str]:
        her, card = world.person("citizen", person=woman.number), f"/EpisodeOfCare/{woman.episode}/$card"
        found = {
            f"card {kind} {language}": readable(person.get(card, Accept=kind, Accept_Language=language)).text
            for person in (midwife, her)
            for kind, language in (
                ("application/fhir+json", "nb"),
                ("application/pdf", "nn"),
                ("text/html", "nb"),
                ("text/html", "en"),
            )
        }
        found["emergency page"] = readable(
            midwife.get(f"{card}?view=emergency", Accept="application/pdf")
        ).text
        found["emergency page on screen"] = midwife.get(f"{card}?view=emergency", Accept="text/html").text
        found["clinic's day"] = readable(
            midwife.get(f"/EpisodeOfCare/$clinic-day?episode={woman.episode}", Accept="application/pdf")
        ).text
        found["worklist"] = midwife.get("/EpisodeOfCare/$worklist?since=2020-01-01&_count=500").text
        found["log"] = her.get(f"/Patient/{woman.id}/$access-log", Accept="text/html").text
        found["log as table"] = her.get(f"/Patient/{woman.id}/$access-log", Accept="text/csv").text
        composed = {
            "resourceType": "Composition", "status": "final", "type": concept("urn:oid:2.16.578.1.12.4.1.1.9602", "F04-2"), "date": "2026-07-14",
            "subject": {"reference": woman.reference}, "author": [{"display": "noen"}], "title": "Helsekort",
        }  # fmt: skip
        found["document"] = midwife.get(f"/Composition/{stored(midwife, composed)}/$document").text
        found["national record"] = Client(midwife, woman.number).call("GET", f"/record/{woman.episode}").text
        found["hook"] = midwife.post(
            f"{world.server.base}/cds-services/patient-view", a_call("patient-view", woman.id)
        ).text
        return found

    sent_on = {
        "card application/fhir+json nb",
        "document",
        "worklist",
        "national record",
        "log",
        "log as table",
        "hook",
    }
    for name, text in told_of(hidden).items():
        assert "Gjemmestedet" not in text, name
        assert PHONE not in text or name not in sent_on, (
            name
        )  # whoever has the paper must be able to reach her
    assert "Storgata" in told_of(plain)["national record"], "the control"


# Her death


def test_nobody_logs_in_as_the_dead_and_no_card_is_opened(world: World) -> None:
    woman, midwife = register(world.midwife), world.midwife
    her = world.person("citizen", person=woman.number)
    weight = stored(midwife, a_weight(woman.reference))
    path = f"/EpisodeOfCare/{woman.episode}"
    change(midwife, woman, deceasedDateTime="2026-11-20T04:30:00+01:00")
    assert [her.get(one).status_code for one in (f"/{woman.reference}", f"/Observation/{weight}")] == [
        404,
        404,
    ]
    assert midwife.get(f"/Observation/{weight}").status_code == 200
    assert midwife.put(path, midwife.get(path).json() | {"status": "finished"}).status_code == 200
    again = midwife.post("/EpisodeOfCare", an_episode(woman.reference))
    assert (again.status_code, "dead" in outcome_text(again)) == (403, True)
    assert world.stranger.post("/EpisodeOfCare", an_episode(woman.reference)).status_code in {403, 422}
    assert "dead" not in world.stranger.post("/EpisodeOfCare", an_episode(woman.reference)).text
    muted = "SELECT kind FROM choice WHERE patient = '{}' AND kind IN ('mute', 'deceased') ORDER BY 1"
    assert world.server.database.rows(muted.format(woman.id)) == ["deceased", "mute"], "nobody is written to"
    alive = {k: v for k, v in midwife.get(f"/{woman.reference}").json().items() if k != "deceasedDateTime"}
    assert midwife.put(f"/{woman.reference}", alive).status_code == 200, "registered on the wrong woman"
    assert her.get(f"/Observation/{weight}").status_code == 200


# The pilot area


def test_who_moves_out_is_read_and_corrected_and_nothing_new_is_registered(world: World) -> None:
    midwife, woman = world.midwife, register(world.midwife, address=[living(MUNICIPALITIES[0])])
    her = world.person("citizen", person=woman.number)
    weight, path = stored(midwife, a_weight(woman.reference)), f"/EpisodeOfCare/{woman.episode}"
    outside = a_patient(new_number(), address=[living("1103")])
    refused = midwife.post("/Patient", outside)
    assert (refused.status_code, "1103" in outcome_text(refused)) == (422, True)
    assert (
        midwife.post(
            "/Patient", a_patient(new_number(), address=[living("1103") | {"use": "temp"}])
        ).status_code
        == 201
    )
    change(midwife, woman, address=[living("1103")])
    for person in (midwife, her, world.nurse):
        assert person.get(f"/Observation/{weight}").status_code == 200
        answer = person.post("/Observation", a_weight(woman.reference))
        assert (answer.status_code, "takes no part in the pilot" in answer.text) == (403, True)
    assert midwife.get(f"{path}/$card").status_code == 200
    corrected = midwife.get(f"/Observation/{weight}").json() | {"status": "entered-in-error"}
    assert midwife.put(f"/Observation/{weight}", corrected).status_code == 200
    assert "pilot" not in world.stranger.post("/Observation", a_weight(woman.reference)).text
    assert midwife.put(path, midwife.get(path).json() | {"status": "finished"}).status_code == 200
    assert midwife.get(f"/Observation/{weight}").status_code == 200, (
        "through postpartum: as long as the relation lasts"
    )
    change(midwife, woman, address=[living(MUNICIPALITIES[0])])
    assert midwife.post("/Observation", a_weight(woman.reference)).status_code == 201


def test_where_organisations_take_part_it_does_not_matter_where_she_lives(starting: Start) -> None:
    server = starting(pilot_area="organization")
    midwife = server.person("midwife")
    woman = register(midwife, address=[living("1103")])
    assert midwife.post("/Observation", a_weight(woman.reference)).status_code == 201


def test_a_name_is_no_way_around(world: World) -> None:
    """The label counts whatever its system and case are written like."""
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    let_in(her, woman, ROLE_CODE, "HPOWATT", REPRESENTATIVE[1])
    change(world.midwife, woman, meta={"security": [{"system": "urn:x", "code": "locis"}]})
    representative = world.person("representative", represented=woman.number)
    assert representative.get(f"/{woman.reference}").status_code == 404


def test_her_pages_have_a_way_out_and_no_telling_name(world: World) -> None:
    """Leaving safely: a link that needs no script, a name that tells nothing, nothing that the browser keeps."""
    woman, her = world.woman, world.her
    card = f"/EpisodeOfCare/{woman.episode}/$card"
    for path in (card, f"/Patient/{woman.id}/$access-log"):
        for language, words in (("nb", "Min side"), ("nn", "Mi side"), ("en", "My page")):
            answer = her.get(f"{path}?_language={language}", Accept="text/html")
            assert f"<title>{words}</title>" in answer.text
            assert 'href="https://www.yr.no/"' in answer.text
            assert "<script" not in answer.text
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
    assert "yr.no" not in world.midwife.get(card, Accept="text/html").text
