"""Decision support over HTTP: cards for who cares for her, of the right shape and language, and nothing of who is hidden."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import jsonschema
import pytest

from app import clock
from app.fhir import codes
from app.fhir.validation import check
from app.mapping.order_codes import SUGGESTED, suggested
from app.pregnancy.rule_table import BY_ID
from tests.fixtures.hooks import a_call, an_order
from tests.fixtures.resources import (
    Json,
    Woman,
    a_blood_pressure,
    an_observation,
    concept,
    labelled,
    quantity,
    register,
)
from tests.fixtures.server import Person, Server
from tests.interactions import hook_shapes

PANEL = an_order(codes.LOINC, "81324-6")
NIPT = an_order(codes.CS_CARD, "nipt")


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


def dated(midwife: Person, days: int, **patient: Any) -> Woman:
    """A woman who is ``days`` of gestation today."""
    woman = register(midwife, **patient)
    due = clock.now().astimezone(clock.OSLO).date() + timedelta(days=283 - days)
    record(midwife, woman, codes.EDD_ULTRASOUND, valueDateTime=due.isoformat())
    return woman


def record(midwife: Person, woman: Woman, code: str, system: str = codes.LOINC, **more: Any) -> None:
    body = an_observation(woman.reference, code, **more)
    body["code"] = concept(system, code)
    del body["category"]
    answer = midwife.post("/Observation", body)
    assert answer.status_code == 201, answer.text


def answered(midwife: Person, woman: Woman, item: str, answer: str) -> None:
    record(midwife, woman, item, codes.CS_CARD, valueCodeableConcept=concept(codes.CS_CARD, answer))


def ask(
    person: Person, hook: str, patient: str, context: Json | None = None, **headers: str
) -> httpx.Response:
    url = f"{person.server.base}/cds-services/{hook}"
    return person.post(url, a_call(hook, patient, **(context or {})), **headers)


def cards(person: Person, hook: str, woman: Woman, context: Json | None = None, **headers: str) -> list[Json]:
    answer = ask(person, hook, woman.id, context, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    jsonschema.validate(answer.json(), hook_shapes.ANSWER)
    found: list[Json] = answer.json()["cards"]
    return found


def summaries(
    person: Person, hook: str, woman: Woman, context: Json | None = None, **headers: str
) -> list[str]:
    return [card["summary"] for card in cards(person, hook, woman, context, **headers)]


def test_discovery_needs_no_token_and_names_the_three_services(server: Server) -> None:
    answer = server.client.get(f"{server.base}/cds-services", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    jsonschema.validate(answer.json(), hook_shapes.SERVICES)
    assert [row["hook"] for row in answer.json()["services"]] == [
        "patient-view",
        "encounter-start",
        "order-select",
    ]
    assert "CDS" not in server.client.get(f"{server.base}/cds-services").json()["services"][0]["title"]


def test_an_alarm_is_a_critical_card_in_her_carers_language(midwife: Person) -> None:
    woman = dated(midwife, 210)
    assert midwife.post("/Observation", a_blood_pressure(woman.reference, 172, 114)).status_code == 201
    found = next(card for card in cards(midwife, "patient-view", woman) if card["indicator"] == "critical")
    assert found["summary"] == "Svært høyt blodtrykk"
    assert "172/114" in found["detail"]
    assert found["source"]["url"].startswith("https://")
    assert {row["code"] for row in found["overrideReasons"]} == {"MEDPREC", "PATOBJ"}
    assert "Very high blood pressure" in summaries(
        midwife, "patient-view", woman, Accept_Language="en-GB,nb;q=0.5"
    )
    assert "Svært høgt blodtrykk" in summaries(midwife, "patient-view", woman, Accept_Language="nn")
    again = next(card for card in cards(midwife, "patient-view", woman) if card["indicator"] == "critical")
    assert again["uuid"] == found["uuid"]


def test_a_look_is_logged_with_what_was_shown(server: Server, midwife: Person) -> None:
    woman = dated(midwife, 210)
    answer = ask(midwife, "patient-view", woman.id)
    row = server.audit(answer.headers["x-request-id"])
    assert row["request"]["operation"] == "cds-hooks/patient-view"
    assert row["request"]["target"] == woman.id
    assert row["result"]["patients"] == [woman.id]
    assert {"Patient", "EpisodeOfCare", "Observation"} <= {shown[0] for shown in row["result"]["shown"]}


def test_a_suggested_order_is_valid_and_is_stored_as_it_stands(midwife: Person) -> None:
    woman = dated(midwife, 24 * 7 + 3)
    answered(midwife, woman, "previous-gestational-diabetes", "yes")
    card = next(
        row for row in cards(midwife, "patient-view", woman) if row["summary"].startswith("Glukosebelastning")
    )
    (suggestion,) = card["suggestions"]
    (action,) = suggestion["actions"]
    check(action["resource"])
    stored = midwife.post("/ServiceRequest", action["resource"])
    assert stored.status_code == 201, stored.text
    assert stored.json()["code"]["coding"] == [{"system": codes.LOINC, "code": "81324-6"}]
    for rule in SUGGESTED:  # whatever a card suggests, this server's own $validate has nothing to say of
        answer = midwife.post("/ServiceRequest/$validate", suggested(rule, woman.id, BY_ID[rule].title))
        assert [row["severity"] for row in answer.json()["issue"]] == ["information"], (rule, answer.text)


def test_a_consultation_begins_with_what_the_programme_holds(midwife: Person) -> None:
    woman = dated(midwife, 24 * 7)
    found = cards(midwife, "encounter-start", woman)
    visit = next(
        card for card in found if card["summary"].startswith("Nå i basisprogrammet: Konsultasjon i uke 24")
    )
    assert "* Blodtrykk" in visit["detail"]
    assert not any(row.startswith("Nå i") for row in summaries(midwife, "patient-view", woman))


def test_a_visit_that_is_left_out_is_no_longer_asked_for_and_says_why(midwife: Person) -> None:
    woman = dated(midwife, 24 * 7)
    body = {
        "resourceType": "Task",
        "status": "cancelled",
        "intent": "plan",
        "code": concept(codes.CS_CARD, "antenatal-visit"),
        "for": {"reference": woman.reference},
        "executionPeriod": {"start": clock.now().astimezone(clock.OSLO).date().isoformat()},
        "statusReason": {"text": "Følges på sykehuset"},
    }
    assert any("Konsultasjon i uke 24" in row for row in summaries(midwife, "encounter-start", woman))
    stored = midwife.post("/Task", body)
    assert stored.status_code == 201, stored.text
    assert not any("Konsultasjon i uke 24" in row for row in summaries(midwife, "encounter-start", woman))
    page = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html")
    assert "Utelatt: Følges på sykehuset" in page.text


def test_a_tolerance_test_is_advised_on(midwife: Person) -> None:
    woman = dated(midwife, 25 * 7)
    assert summaries(midwife, "order-select", woman, PANEL) == [
        "Glukosebelastning: ingen risiko er registrert"
    ]
    answered(midwife, woman, "family-diabetes", "yes")
    assert summaries(midwife, "order-select", woman, PANEL) == ["Glukosebelastning: risiko er registrert"]
    early = dated(midwife, 12 * 7)
    answered(midwife, early, "family-diabetes", "yes")
    assert "hun er i uke 12+" in summaries(midwife, "order-select", early, PANEL)[1]
    record(midwife, woman, codes.GLUCOSE_2H, valueQuantity=quantity(6.1, "mmol/L"))
    assert "er alt tatt" in summaries(midwife, "order-select", woman, PANEL)[0]
    answered(midwife, early, "diabetes", "yes")
    assert "diabetes er alt registrert" in summaries(midwife, "order-select", early, PANEL)[0]


def test_nipt_is_advised_on_and_an_order_of_something_else_is_not(midwife: Person) -> None:
    year = clock.now().year
    woman = dated(midwife, 11 * 7, birthDate=f"{year - 38}-01-01")
    assert summaries(midwife, "order-select", woman, NIPT) == [
        "NIPT: hun har rett til tilbud", "NIPT: skriftlig samtykke er ikke registrert",
    ]  # fmt: skip
    answered(midwife, woman, "nipt-consent", "yes")
    assert summaries(midwife, "order-select", woman, NIPT) == ["NIPT: hun har rett til tilbud"]
    answered(midwife, woman, "nipt-ordered", "yes")
    assert summaries(midwife, "order-select", woman, NIPT)[0].startswith("NIPT er alt bestilt")
    young = dated(midwife, 23 * 7, birthDate=f"{year - 25}-01-01")
    told = summaries(midwife, "order-select", young, NIPT)
    assert told[0] == "NIPT: ingen indikasjon er registrert"
    assert told[1].startswith("NIPT: hun er i uke 23+")
    answered(midwife, young, "nipt-consent", "no")
    assert summaries(midwife, "order-select", young, NIPT)[0].startswith("NIPT: hun har takket nei")
    assert cards(midwife, "order-select", woman, an_order(codes.LOINC, "718-7")) == []


def test_what_is_hidden_from_the_reader_is_neither_said_nor_denied(server: Server, midwife: Person) -> None:
    woman, nurse = dated(midwife, 25 * 7), server.person("nurse")
    severe = labelled(a_blood_pressure(woman.reference, 172, 114), "SDV")
    assert midwife.post("/Observation", severe).status_code == 201
    risk = an_observation(woman.reference, "x")
    risk["code"] = concept(codes.CS_CARD, "family-diabetes")
    risk["valueCodeableConcept"] = concept(codes.CS_CARD, "yes")
    assert midwife.post("/Observation", labelled(risk, "SDV")).status_code == 201
    assert "Svært høyt blodtrykk" in summaries(midwife, "patient-view", woman)
    assert "Svært høyt blodtrykk" not in summaries(nurse, "patient-view", woman)
    assert summaries(nurse, "order-select", woman, PANEL) == [
        "Bestillingen kan ikke vurderes med din tilgang"
    ]


@pytest.mark.parametrize("hook", ["patient-view", "encounter-start", "order-select"])
def test_who_is_hidden_and_who_is_not_there_are_answered_alike(
    server: Server, midwife: Person, hook: str
) -> None:
    woman, stranger = dated(midwife, 25 * 7), server.person("midwife", key="midwife-b")
    context = PANEL if hook == "order-select" else {}
    hidden, nobody = (ask(stranger, hook, id_, context) for id_ in (woman.id, str(uuid.uuid4())))
    assert (hidden.status_code, hidden.json()) == (nobody.status_code, nobody.json()) == (200, {"cards": []})
    assert server.audit(hidden.headers["x-request-id"])["result"]["shown"] == []
    assert cards(midwife, hook, woman, context)


@pytest.mark.parametrize(("change", "place"), [
    ({"hook": "patient-view"}, "hook"), ({"hook": None}, "hook"), ({"hookInstance": "1"}, "hookInstance"),
    ({"context": "x"}, "context"), ({"context": {"userId": "Practitioner/a"}}, "context.patientId"),
    ({"context": {"userId": "Practitioner/a", "patientId": 7}}, "context.patientId"),
    ({"context": {"userId": "Practitioner/a", "patientId": "Patient/1"}}, "context.patientId"),
    ({"context": {"patientId": "1"}}, "context.userId"),
    ({"context": {"userId": "a", "patientId": "1", "selections": "x"}}, "context.selections"),
    ({"context": {"userId": "a", "patientId": "1", "selections": ["ServiceRequest/1"]}}, "context.draftOrders"),
    ({"context": {"userId": "a", "patientId": "1", **PANEL, "selections": ["ServiceRequest/1"]}}, "context.selections"),
])  # fmt: skip
def test_a_wrong_call_is_told_where(midwife: Person, change: Json, place: str) -> None:
    body = {**a_call("order-select", "1", **PANEL), **change}
    answer = midwife.post(f"{midwife.server.base}/cds-services/order-select", body)
    assert answer.status_code == 400, answer.text
    assert place in [where for issue in answer.json()["issue"] for where in issue["expression"]]


def test_a_number_is_no_id_and_stands_in_no_error(midwife: Person) -> None:
    woman = register(midwife)
    answer = ask(midwife, "patient-view", woman.number)
    assert answer.status_code == 400
    assert woman.number not in answer.text
    assert woman.number not in str(midwife.server.audit(answer.headers["x-request-id"]))


def test_what_is_no_service_no_json_no_token_or_no_carer_is_refused(server: Server, midwife: Person) -> None:
    woman, url = register(midwife), f"{server.base}/cds-services/patient-view"
    assert ask(midwife, "appointment-book", woman.id).status_code == 404
    assert midwife.post(url, "{").status_code == 400
    assert midwife.post(url, "[]").status_code == 400
    assert midwife.post(url, "{}", Content_Type="text/plain").status_code == 415
    assert midwife.get(url).status_code == 405
    assert server.client.post(url, json=a_call("patient-view", woman.id)).status_code == 401
    her = server.person("citizen", person=woman.number)
    assert ask(her, "patient-view", woman.id).status_code == 403


def test_feedback_is_logged_without_free_text(server: Server, midwife: Person) -> None:
    url, card = f"{server.base}/cds-services/patient-view/feedback", str(uuid.uuid4())
    reason = {"reason": {"code": "PATOBJ", "system": "x"}, "userComment": "Hun heter Ågot"}
    row = {
        "card": card,
        "outcome": "overridden",
        "overrideReason": reason,
        "outcomeTimestamp": "2026-12-01T10:00:00Z",
    }
    answer = midwife.post(url, {"feedback": [row]})
    assert answer.status_code == 200, answer.text
    logged = server.audit(answer.headers["x-request-id"])["request"]
    assert logged["feedback"] == [{"card": card, "outcome": "overridden", "reason": "PATOBJ"}]
    assert "Ågot" not in str(logged)
    wrong = [
        {},
        {"feedback": []},
        {"feedback": [{**row, "outcome": "seen"}]},
        {"feedback": [{**row, "card": "x"}]},
    ]
    assert [midwife.post(url, body).status_code for body in wrong] == [400] * 4
