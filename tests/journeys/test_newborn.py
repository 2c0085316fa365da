"""A birth: the hospital registers the child as a Patient of its own, and what it measures has the child as subject.

Who cares for the mother cares for the child; the mother has access for it; nobody else learns that there is one.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

import pytest

from app.fhir import codes
from tests.fixtures.resources import a_patient, a_transaction, an_episode, entry, new_number, register, urn
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = day(39, 5)
CHILD, FETUS = (
    "urn:uuid:5f9d2c1e-6a51-4a51-9c3f-2f6d0a3f0001",
    "urn:uuid:5f9d2c1e-6a51-4a51-9c3f-2f6d0a3f0002",
)


def _fetus(woman: str) -> dict[str, object]:
    return {
        "resourceType": "RelatedPerson", "patient": {"reference": woman}, "active": True, "name": [{"text": "A"}],
        "relationship": [{"coding": [{"system": codes.CS_CARD, "code": "fetus"}]}],
    }  # fmt: skip


def _child(fetus: str) -> dict[str, object]:
    return {
        "resourceType": "Patient", "birthDate": BORN.isoformat(), "gender": "female", "active": True,
        "name": [{"use": "official", "family": "Berg", "given": ["Ella"]}],
        "link": [{"type": "seealso", "other": {"reference": fetus}}],
    }  # fmt: skip


def _measured(code: tuple[str, str], value: float, unit: str) -> dict[str, object]:
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": CHILD},
        "code": {"coding": [{"system": code[0], "code": code[1]}]},
        "effectiveDateTime": f"{BORN}T09:20:00+02:00",
        "valueQuantity": {"value": value, "unit": unit, "system": codes.UCUM, "code": unit},
    }  # fmt: skip


@pytest.fixture(scope="module")
def story(server: Server) -> Story:
    story = begin(server, "Nora Berg", date(1994, 10, 30))
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.basics(114, 70, 67.0)
        visit.last_period(date(2025, 10, 1))
    return story


@pytest.fixture(scope="module")
def born(story: Story) -> str:
    """The child, registered by the hospital in the transaction of the birth."""
    with story.visit("hospital", "birth", BORN, time(9, 12)) as birth:
        birth.outcome("live-birth")
        birth.put(_fetus(story.woman.reference), FETUS)
        birth.put(_child(FETUS), CHILD)
        birth.put(_measured((codes.LOINC, codes.BIRTH_WEIGHT), 3540, "g"))
        birth.put(_measured((codes.LOINC, "89269-5"), 50, "cm"))
        birth.put(_measured((codes.LOINC, "8290-9"), 35, "cm"))
        birth.put(_measured((codes.LOINC, "9274-2"), 9, "{score}"))
        birth.put(_measured((codes.LOINC, codes.WEIGHT), 3.54, "kg"))  # by the code of any weight
    hers = story.people["hospital"].get(f"/Patient/{story.woman.id}/$everything?_type=Patient").json()
    [child] = {row["resource"]["id"] for row in hers["entry"]} - {story.woman.id}
    return str(child)


def test_the_card_shows_the_child(story: Story, born: str) -> None:
    seen = story.read("midwife", BORN)
    [line] = seen.sections["outcome"]
    assert line.startswith("Ella Berg: Levendefødt 06.07.2026 kl. 09.12")
    for told in (
        "Fødselsvekt: 3540 g",
        "Lengde ved fødsel: 50 cm",
        "Hodeomkrets ved fødsel: 35 cm",
        "Apgar 5 minutter: 9",
    ):
        assert told in line
    assert not any("3,54" in row for row in seen.sections["measurements"])  # her weight is hers
    assert "Barn Ella Berg: Levendefødt" in story.page("her", BORN)
    document = story.document("gp", BORN)
    assert document["entry"][0]["resource"]["subject"]["reference"].endswith(f"/{story.woman.reference}")


@pytest.mark.parametrize("role", ["hospital", "midwife", "gp", "nurse", "her"])
def test_who_cares_for_the_mother_and_she_herself_read_the_child(story: Story, born: str, role: str) -> None:
    person = story.people[role]
    assert person.get(f"/Patient/{born}").status_code == 200
    of_child = person.get(f"/Observation?patient={born}&status=final").json()["entry"]
    assert len(of_child) == 5
    assert {row["resource"]["subject"]["reference"] for row in of_child} == {f"Patient/{born}"}
    hers = person.get(f"/Observation?patient={story.woman.id}").json()["entry"]
    assert {row["resource"]["subject"]["reference"] for row in hers} == {story.woman.reference}
    everything = person.get(f"/Patient/{born}/$everything").json()["entry"]
    assert {row["resource"]["resourceType"] for row in everything} == {"Patient", "Observation"}
    assert person.get(f"/Observation/$lastn?patient=Patient/{born}").json()["entry"]
    assert person.get(f"/Patient/{born}/Observation").json()["entry"]


def test_an_office_without_relation_learns_nothing(story: Story, born: str) -> None:
    stranger = story.server.person("midwife", key="midwife-b")
    observation = (
        story.people["hospital"].get(f"/Observation?patient={born}").json()["entry"][0]["resource"]["id"]
    )
    fetus = story.people["hospital"].get(f"/Patient/{born}").json()["link"][0]["other"]["reference"]
    for path in (f"/Patient/{born}", f"/Observation/{observation}", f"/Patient/{born}/$everything"):
        assert stranger.get(path).status_code == story.people["hospital"].get(path).status_code + 204, path
    for path in (
        f"/Observation?patient={born}",
        f"/Patient?link={fetus}",
        f"/Observation/$lastn?patient={born}",
    ):
        assert not stranger.get(path).json().get("entry"), path
    refused = [
        stranger.post("/Patient", _child(where)).status_code
        for where in (fetus, "RelatedPerson/00000000-0000-0000-0000-000000000000")
    ]
    assert refused[0] == refused[1] == 403


def test_a_child_is_registered_once_and_stays_its_mothers(story: Story, born: str) -> None:
    hospital = story.people["hospital"]
    child = hospital.get(f"/Patient/{born}").json()
    again = hospital.post("/Patient", {name: child[name] for name in ("resourceType", "link", "birthDate")})
    assert again.status_code == 422
    assert "registered already" in again.text
    alone = {name: value for name, value in child.items() if name != "link"}
    assert hospital.put(f"/Patient/{born}", alone).status_code in {403, 404, 422}
    named = child | {"multipleBirthBoolean": False}
    assert hospital.put(f"/Patient/{born}", named).status_code == 200
    team = {"resourceType": "CareTeam", "status": "active", "subject": {"reference": f"Patient/{born}"}}
    refused = story.people["her"].post("/CareTeam", team)
    assert refused.status_code == 422
    assert "the mother's" in refused.text


def test_two_registrations_at_once_make_one_child(server: Server) -> None:
    """Ten terminals register the same fetus; whichever comes first does, and the others are told of it."""
    story = begin(server, "Ida Berg", date(1993, 4, 2))
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.last_period(date(2025, 10, 1))
    hospital = story.people["hospital"]
    fetus = hospital.post("/RelatedPerson", _fetus(story.woman.reference) | {"name": [{"text": "B"}]}).json()[
        "id"
    ]
    child = _child(f"RelatedPerson/{fetus}")
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": CHILD, "resource": child, "request": {"method": "POST", "url": "Patient"}}]}  # fmt: skip
    with ThreadPoolExecutor(10) as threads:
        asked = [threads.submit(hospital.post, *way) for way in [("/Patient", child), ("", bundle)] * 5]
        answers = [one.result().status_code for one in asked]
    assert sorted(answers)[1:] == [422] * 9
    assert min(answers) in {200, 201}
    found = hospital.get(f"/Patient?link=RelatedPerson/{fetus}").json()["entry"]
    assert len(found) == 1


def test_a_woman_whose_link_leads_to_another_woman_is_no_child(server: Server) -> None:
    """By its urn in the same transaction as by its address: she is told that it is another woman's record, not of a child."""
    midwife = server.person("midwife")
    first = urn()
    there = midwife.post(
        "", a_transaction(entry(a_patient(new_number()), first), entry(an_episode(first)))
    ).json()
    address = f"Patient/{there['entry'][0]['resource']['id']}"

    def linked(reference: str, *more: dict[str, object]) -> str:
        woman = a_patient(new_number(), link=[{"type": "seealso", "other": {"reference": reference}}])
        answer = midwife.post("", a_transaction(entry(woman), *more))
        assert answer.status_code == 422, answer.text
        (issue,) = answer.json()["issue"]
        assert issue["expression"] == ["Patient.link[0].other.reference"]
        return str(issue["diagnostics"])

    for told in (linked(address), linked(first, entry(a_patient(new_number()), first))):
        assert "it is not of this woman" in told


def test_the_other_parent_has_no_access(server: Server, story: Story, born: str) -> None:
    """Whoever is named as the other parent, and by whatever number, reads neither her nor the child: no row gives it."""
    number = new_number()
    parent = {
        "resourceType": "RelatedPerson", "patient": {"reference": story.woman.reference}, "name": [{"text": "Ola Berg"}],
        "identifier": [{"system": codes.FNR, "value": number}],
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "FTH"}]}],
    }  # fmt: skip
    assert story.people["midwife"].post("/RelatedPerson", parent).status_code == 201
    other = server.person("citizen", person=number)
    for path in (f"/Patient/{born}", f"/Patient/{story.woman.id}", f"/Patient/{born}/$everything"):
        assert other.get(path).status_code == 404, path
        assert story.people["her"].get(path).status_code == 200, path
    assert not other.get(f"/Observation?patient={born}").json().get("entry")
    assert other.get(f"/EpisodeOfCare/{story.woman.episode}/$card").status_code == 404


def test_who_looked_at_the_child_stands_in_its_log_and_in_hers(story: Story, born: str) -> None:
    her = story.people["her"]
    look = story.people["gp"].get(f"/Patient/{born}")
    id_ = look.headers["X-Request-Id"]
    for log in (f"/Patient/{born}/$access-log", f"/Patient/{story.woman.id}/$access-log"):
        assert id_ in {row["resource"]["id"] for row in her.get(log).json()["entry"]}, log
    before = story.people["gp"].get(f"/Patient/{story.woman.id}").headers["X-Request-Id"]
    assert before not in {
        row["resource"]["id"] for row in her.get(f"/Patient/{born}/$access-log").json()["entry"]
    }


def test_a_visit_with_findings_of_the_child_is_not_moved_to_another_woman(story: Story, born: str) -> None:
    """What is the child's is kept within its mother's record: the operation says so, and changes nothing."""
    hospital = story.people["hospital"]
    visit = hospital.get(f"/Encounter?patient={story.woman.id}&_sort=-date").json()["entry"][0]["resource"]
    encounter = f"Encounter/{visit['id']}"
    weighed = _measured((codes.LOINC, codes.WEIGHT), 3.41, "kg")
    weighed |= {"subject": {"reference": f"Patient/{born}"}, "encounter": {"reference": encounter}}
    kept = hospital.post("/Observation", weighed)
    assert kept.status_code == 201, kept.text
    found = kept.json()
    other = register(hospital)
    rows = [
        {"name": "episode", "valueReference": {"reference": f"EpisodeOfCare/{other.episode}"}},
        {"name": "reason", "valueString": "Feil kvinne"},
    ]
    answer = hospital.post(f"/{encounter}/$move", {"resourceType": "Parameters", "parameter": rows})
    assert answer.status_code == 422, answer.text
    assert "the child" in answer.text
    assert hospital.get(f"/Observation/{found['id']}").json()["status"] == "final"
    assert not hospital.get(f"/Encounter?patient={other.id}").json().get("entry")
    assert (
        hospital.put(f"/Observation/{found['id']}", found | {"status": "entered-in-error"}).status_code == 200
    )
    visit = hospital.get(f"/{encounter}").json()
    assert visit["subject"]["reference"] == story.woman.reference
