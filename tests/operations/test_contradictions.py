"""Two records that cannot both be right, over HTTP: shown on every form of the card, settled by a clinician and by nobody else."""

from app.fhir import codes
from app.mapping.contradictions import KEY
from tests.access.leak_doors import readable
from tests.fixtures.resources import Json, Woman, an_observation, concept, register
from tests.fixtures.server import Person, Server

RHD = {"positive": codes.RHD_POSITIVE, "negative": codes.RHD_NEGATIVE}
LABORATORY = [concept(codes.OBSERVATION_CATEGORY, "laboratory")]


def typed(woman: Woman, answer: str, day: str) -> Json:
    value = {"valueCodeableConcept": concept(codes.SNOMED, RHD[answer]), "effectiveDateTime": day}
    return an_observation(woman.reference, "10331-7", category=LABORATORY, **value)


def issues(person: Person, woman: Woman) -> list[Json]:
    bundle = person.get(f"/EpisodeOfCare/{woman.episode}/$card").json()
    resources = [row["resource"] for row in bundle["entry"]]
    found = [row for row in resources if row["resourceType"] == "DetectedIssue" and "id" not in row]
    named = {ref["reference"] for row in found for ref in row["implicated"]}
    assert named <= {row["fullUrl"] for row in bundle["entry"]}
    return found


def test_two_blood_types_are_both_shown_until_a_clinician_says_why(server: Server) -> None:
    midwife, gp = server.person("midwife"), server.person("gp")
    woman = register(midwife)
    her = server.person("citizen", person=woman.number)
    first = midwife.post("/Observation", typed(woman, "positive", "2026-08-01T09:00:00+02:00")).json()
    assert issues(midwife, woman) == []
    second = midwife.post("/Observation", typed(woman, "negative", "2026-10-01T09:00:00+02:00")).json()
    (found,) = issues(midwife, woman)
    assert found["code"]["text"] == "RhD-type"
    assert "RhD-positiv (01.08.2026); RhD-negativ (01.10.2026)" in found["detail"]
    assert "gjelder RhD-negativ" in found["detail"]
    assert {ref["reference"].rpartition("/")[2] for ref in found["implicated"]} == {first["id"], second["id"]}
    card = f"/EpisodeOfCare/{woman.episode}/$card"
    for person, title in (
        (midwife, "Opplysninger som ikke stemmer overens"),
        (her, "Opplysninger på kortet ditt som ikke stemmer overens"),
    ):
        assert title in person.get(card, Accept="text/html").text
        assert "RhD-type" in readable(person.get(card, Accept="application/pdf")).text
    assert (
        "Records that contradict each other" in midwife.get(f"{card}?_language=en", Accept="text/html").text
    )

    settled = {
        "resourceType": "DetectedIssue", "status": "final", "patient": {"reference": woman.reference},
        "identifier": [{"system": KEY, "value": found["identifier"][0]["value"]}], "implicated": [
            {"reference": f"Observation/{first['id']}"}, {"reference": f"Observation/{second['id']}"}],
        "mitigation": [{"action": {"text": "Ny prøve er tatt: RhD-negativ. Den første var feil merket"}}],
    }  # fmt: skip
    assert her.post("/DetectedIssue", settled).status_code in {403, 404}
    assert gp.post("/DetectedIssue", settled).status_code in {403, 404}, "who has no relation settles nothing"
    unsaid = {key: value for key, value in settled.items() if key != "mitigation"}
    assert midwife.post("/DetectedIssue", unsaid).status_code == 201
    assert len(issues(midwife, woman)) == 1
    assert midwife.post("/DetectedIssue", settled).status_code == 201
    assert issues(midwife, woman) == []
    assert (
        midwife.post("/Observation", typed(woman, "positive", "2026-11-20T09:00:00+01:00")).status_code == 201
    )
    assert len(issues(midwife, woman)) == 1, "another record is another contradiction"


def test_a_corrected_record_ends_it(server: Server) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)
    midwife.post("/Observation", typed(woman, "positive", "2026-08-01T09:00:00+02:00"))
    wrong = midwife.post("/Observation", typed(woman, "negative", "2026-10-01T09:00:00+02:00")).json()
    assert len(issues(midwife, woman)) == 1
    assert (
        midwife.put(f"/Observation/{wrong['id']}", wrong | {"status": "entered-in-error"}).status_code == 200
    )
    assert issues(midwife, woman) == []
