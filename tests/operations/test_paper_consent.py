"""Her consent to NIPT on paper: the midwife records it with the paper as its source, she reads that, and takes it back."""

from app.fhir import codes
from tests.fixtures.resources import Json, a_transaction, an_observation, concept, entry, register, urn
from tests.fixtures.server import Server
from tests.operations.test_course_checks import ago, day, period


def test_consent_on_paper_is_recorded_by_the_midwife_and_hers(server: Server) -> None:
    midwife, stranger = server.person("midwife"), server.person("midwife", key="midwife-b")
    woman = register(midwife, birthDate="1985-02-03")
    her = server.person("citizen", person=woman.number)
    midwife.post("/Observation", period(woman.reference, 80))
    card = f"/EpisodeOfCare/{woman.episode}/$card"
    assert "nipt-eligible" in midwife.get(card).text
    consent: Json = {
        "resourceType": "Consent", "status": "active", "patient": {"reference": woman.reference}, "dateTime": day(0),
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "treatment"),
        "category": [concept(codes.CS_CARD, "nipt")], "policyRule": {"text": "bioteknologiloven"},
        "performer": [{"reference": woman.reference}],
    }  # fmt: skip
    paper = {"sourceAttachment": {"title": "Signert skjema i permen på helsestasjonen", "creation": day(0)}}
    for wrong, where in (
        (consent, "Consent.source[x]"),
        (consent | paper | {"performer": []}, "Consent.performer"),
    ):
        sent = {name: value for name, value in wrong.items() if value != []}
        answer = midwife.post("/Consent", sent)
        assert answer.status_code == 422, answer.text
        assert answer.json()["issue"][0]["expression"] == [where]
    assert stranger.post("/Consent", consent | paper).status_code in {403, 404}

    agreed, ordered = urn(), urn()
    wish = an_observation(woman.reference, "x", valueBoolean=True) | {
        "code": concept(codes.CS_CARD, "nipt-consent")
    }
    order: Json = {
        "resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": concept(codes.CS_CARD, "nipt"),
        "subject": {"reference": woman.reference}, "supportingInfo": [{"reference": agreed}], "authoredOn": ago(0),
    }  # fmt: skip
    answer = midwife.post(
        "", a_transaction(entry(consent | paper, agreed), entry(wish), entry(order, ordered))
    )
    assert answer.status_code == 200, answer.text
    kept = answer.json()["entry"][0]["resource"]

    read = her.get(f"/Consent/{kept['id']}").json()
    assert read["sourceAttachment"]["title"].startswith("Signert skjema")
    assert "Skriftlig samtykke" in her.get(card, Accept="text/html").text
    assert "nipt-eligible" not in midwife.get(card).text
    log = her.get(f"/Patient/{woman.id}/$access-log").json()["entry"]
    written = [row["resource"] for row in log if answer.headers["X-Request-Id"] == row["resource"]["id"]]
    assert written, "who recorded it stands in her log"
    assert "Silje Aasgard" in str(written[0])

    assert midwife.put(f"/Consent/{kept['id']}", kept | {"status": "inactive"}).status_code in {403, 404}
    assert her.put(f"/Consent/{kept['id']}", read | {"status": "inactive"}).status_code == 200
    late = midwife.post(
        "/ServiceRequest", order | {"supportingInfo": [{"reference": f"Consent/{kept['id']}"}]}
    )
    assert late.status_code == 422, "an order that comes after she took it back"
    assert late.json()["issue"][0]["expression"] == ["ServiceRequest.supportingInfo"]
