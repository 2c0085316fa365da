"""A finding is held to the pregnancy that it is recorded in: its last period, its fetuses, its outcome, order and consent."""

from datetime import datetime, timedelta

import pytest

from app.fhir import codes
from tests.fixtures.resources import (
    Json,
    Woman,
    a_blood_pressure,
    a_patient,
    a_transaction,
    an_episode,
    an_observation,
    concept,
    entry,
    new_number,
    quantity,
    register,
    urn,
)
from tests.fixtures.server import Person, Server
from tests.operations.test_validate import asked, issues

OUTCOME = "return=OperationOutcome"
CARD = codes.CS_CARD


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


def ago(days: int) -> str:
    return (datetime.now().astimezone() - timedelta(days=days)).isoformat(timespec="seconds")


def day(days: int) -> str:
    return ago(days)[:10]


def period(woman: str, days: int) -> Json:
    return an_observation(woman, "8665-2", valueDateTime=day(days))


def fundal(woman: str, days: int) -> Json:
    return an_observation(woman, "11881-0", valueQuantity=quantity(28, "cm"), effectiveDateTime=ago(days))


def heart(woman: str, rate: float = 140, **more: Json | str | list[Json]) -> Json:
    return an_observation(woman, "55283-6", valueQuantity=quantity(rate, "/min"), **more)


def outcome(woman: str, kind: str, days: int, **more: Json | list[Json]) -> Json:
    parts = {"code": concept(CARD, "birth-outcome"), "valueCodeableConcept": concept(CARD, kind)}
    return an_observation(woman, "x", effectiveDateTime=ago(days), **more) | parts


def due(woman: str, code: str, days_ahead: int) -> Json:
    return an_observation(woman, code, valueDateTime=day(-days_ahead))


def a_woman(midwife: Person, *rows: Json | None) -> Woman:
    """A woman in her 24th week; the rows are about nobody yet."""
    woman = register(midwife)
    for row in (period("", 170), *rows):
        if row is not None:
            kept(midwife, {**row, "subject": {"reference": woman.reference}})
    return woman


def kept(midwife: Person, body: Json) -> list[str]:
    """What the writer of a stored resource is warned of."""
    answer = midwife.post(f"/{body['resourceType']}", body, Prefer=OUTCOME)
    assert answer.status_code == 201, answer.text
    rows = answer.json()["issue"][1:]
    assert {row["severity"] for row in rows} <= {"warning"}
    return [row["diagnostics"] for row in rows]


def refused(midwife: Person, body: Json, where: str, allowed: str) -> None:
    """Refused alone, in a transaction and by $validate, with the element and what is allowed; nothing is stored."""
    alone = midwife.post(f"/{body['resourceType']}", body)
    together = midwife.post("", a_transaction(entry(body)))
    for answer in (alone, together):
        assert answer.status_code == 422, answer.text
        (row,) = answer.json()["issue"]
        assert row["expression"] == [where]
        assert allowed in row["diagnostics"]
    told = issues(midwife.post(f"/{body['resourceType']}/$validate", asked(body, mode="create")))
    assert [row["diagnostics"] for row in told] == [row["diagnostics"] for row in alone.json()["issue"]]


def test_a_date_before_the_last_period(midwife: Person) -> None:
    woman = a_woman(midwife)
    refused(midwife, fundal(woman.reference, 171), "Observation.effective", f"from {day(170)}")
    assert kept(midwife, fundal(woman.reference, 170)) == []
    (warned,) = kept(midwife, a_blood_pressure(woman.reference, effectiveDateTime=ago(200)))
    assert f"from {day(170)}" in warned
    assert "stored as it is" in warned
    visit = {
        "resourceType": "Encounter", "status": "finished", "subject": {"reference": woman.reference},
        "class": {"system": codes.ACT_CODE, "code": "AMB"}, "type": [concept(CARD, "antenatal-visit")],
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{woman.episode}"}], "period": {"start": ago(200)},
    }  # fmt: skip
    assert "before this pregnancy" in kept(midwife, visit)[0]
    refused(
        midwife, outcome(woman.reference, "miscarriage", 175), "Observation.effective", f"from {day(170)}"
    )


def test_last_period_and_finding_in_one_bundle(midwife: Person) -> None:
    """Neither is stored yet when the other is judged; nothing of the bundle is kept."""
    number, her = new_number(), urn()
    rows = [a_patient(number), an_episode(her), period(her, 100), fundal(her, 101)]
    answer = midwife.post("", a_transaction(entry(rows[0], her), *(entry(row) for row in rows[1:])))
    assert answer.status_code == 422, answer.text
    assert answer.json()["issue"][0]["diagnostics"].startswith("Bundle.entry[3]: Observation.effective: ")
    rows[3] = fundal(her, 99)
    answer = midwife.post("", a_transaction(entry(rows[0], her), *(entry(row) for row in rows[1:])))
    assert answer.status_code == 200, answer.text


def test_a_corrected_last_period_counts_from_the_next_write_on(midwife: Person) -> None:
    woman = register(midwife)
    wrong = midwife.post("/Observation", period(woman.reference, 100)).json()
    refused(midwife, fundal(woman.reference, 120), "Observation.effective", f"from {day(100)}")
    right = wrong | {"valueDateTime": day(130)}
    both = a_transaction(
        entry(right, method="PUT", url=f"Observation/{wrong['id']}"), entry(fundal(woman.reference, 120))
    )
    assert midwife.post("", both).status_code == 200
    assert kept(midwife, fundal(woman.reference, 121)) == []


def test_a_date_after_birth(midwife: Person) -> None:
    woman = a_woman(midwife, outcome("", "live-birth", 10))
    refused(midwife, heart(woman.reference), "Observation.effective", f"at most {day(10)}")
    assert kept(midwife, heart(woman.reference, effectiveDateTime=ago(10))) == []
    assert "after the outcome" in kept(midwife, fundal(woman.reference, 0))[0]
    assert kept(midwife, a_blood_pressure(woman.reference)) == []
    lost = a_woman(midwife, outcome("", "miscarriage", 10))
    assert "after the outcome (miscarriage)" in kept(midwife, heart(lost.reference))[0]


def test_a_finding_in_week_45(midwife: Person) -> None:
    woman = register(midwife)
    kept(midwife, period(woman.reference, 310))
    assert kept(midwife, fundal(woman.reference, 0)) == []
    late = register(midwife)
    kept(midwife, period(late.reference, 311))
    assert "311 days after the last period" in kept(midwife, fundal(late.reference, 0))[0]


def test_a_finding_of_twins_names_the_fetus(midwife: Person) -> None:
    woman = a_woman(midwife, an_observation("", "55281-0", valueInteger=2))
    refused(midwife, heart(woman.reference), "Observation.focus", "there are 2 fetuses")
    weight = an_observation(woman.reference, "11727-5", valueQuantity=quantity(800, "g"))
    refused(midwife, weight, "Observation.focus", "RelatedPerson")
    fetus = {
        "resourceType": "RelatedPerson", "patient": {"reference": woman.reference}, "name": [{"text": "A"}],
        "relationship": [concept(CARD, "fetus")],
    }  # fmt: skip
    named = [{"reference": f"RelatedPerson/{midwife.post('/RelatedPerson', fetus).json()['id']}"}]
    assert kept(midwife, heart(woman.reference, focus=named)) == []
    # What may be an emergency is stored and found, of whichever fetus it is
    assert "names none" in kept(midwife, heart(woman.reference, 90))[0]
    assert "fetal-heart-rate-abnormal" in str(midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").json())
    one = a_woman(midwife)
    assert kept(midwife, heart(one.reference)) == []


def test_twins_that_are_known_as_persons_only(midwife: Person) -> None:
    woman = a_woman(midwife)
    for letter in ("A", "B"):
        assert kept(midwife, heart(woman.reference)) == []
        fetus = {
            "resourceType": "RelatedPerson",
            "patient": {"reference": woman.reference},
            "name": [{"text": letter}],
        }
        assert (
            midwife.post("/RelatedPerson", fetus | {"relationship": [concept(CARD, "fetus")]}).status_code
            == 201
        )
    refused(midwife, heart(woman.reference), "Observation.focus", "there are 2 fetuses")


def test_a_due_date_and_the_stored_last_period(midwife: Person) -> None:
    woman = a_woman(midwife)
    refused(midwife, due(woman.reference, "11778-8", 141), "Observation.value", "1 to 310")
    refused(midwife, due(woman.reference, "11779-6", 141), "Observation.value", "1 to 310")
    refused(midwife, due(woman.reference, "11781-2", -171), "Observation.value", "1 to 310")
    assert kept(midwife, due(woman.reference, "11778-8", 140)) == []
    # a scan knows better than a last period that was irregular
    assert "at most 310" in kept(midwife, due(woman.reference, "11781-2", 141))[0]
    (warned,) = kept(midwife, period(woman.reference, 171))
    assert "1 to 310 are plausible" in warned


def test_nipt_rests_on_an_order_and_the_order_on_consent(server: Server, midwife: Person) -> None:
    woman = a_woman(midwife)
    her = server.person("citizen", person=woman.number)
    subject = {"subject": {"reference": woman.reference}}
    order = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": concept(CARD, "nipt"),
        **subject,
    }
    consent = {
        "resourceType": "Consent", "status": "active", "patient": {"reference": woman.reference}, "dateTime": day(1),
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "treatment"),
        "category": [concept(CARD, "nipt")], "policyRule": {"text": "bioteknologiloven"},
    }  # fmt: skip
    refused(midwife, order, "ServiceRequest", "consent")
    other = midwife.post("/Observation", fundal(woman.reference, 0)).json()
    order["supportingInfo"] = [{"reference": f"Observation/{other['id']}"}]
    refused(midwife, order, "ServiceRequest.supportingInfo", "her consent to NIPT")
    no = her.post("/Consent", consent | {"provision": {"type": "deny"}}).json()
    order["supportingInfo"] = [{"reference": f"Consent/{no['id']}"}]
    refused(midwife, order, "ServiceRequest.supportingInfo", "in force")
    yes, ordered = her.post("/Consent", consent).json(), urn()
    order["supportingInfo"] = [{"reference": f"Consent/{yes['id']}"}]
    result = an_observation(
        woman.reference,
        "77011-5",
        valueCodeableConcept=concept(codes.LOINC, "LA6577-6"),
        basedOn=[{"reference": ordered}],
    )
    answer = midwife.post("", a_transaction(entry(order, ordered), entry(result)))
    assert answer.status_code == 200, answer.text
    plain = {**order, "code": concept(CARD, "birth-place"), "requester": {"display": "Anne"}}
    plain.pop("supportingInfo")
    wrong = midwife.post("/ServiceRequest", plain).json()
    refused(
        midwife,
        result | {"basedOn": [{"reference": f"ServiceRequest/{wrong['id']}"}]},
        "Observation.basedOn",
        "order of NIPT",
    )
    elsewhere = {"identifier": {"system": "https://lab.example/ordre", "value": "7"}}
    assert "not known here" in kept(midwife, result | {"basedOn": [elsewhere]})[0]
    _she_takes_it_back(her, midwife, yes, answer.json(), result)


def _she_takes_it_back(her: Person, midwife: Person, yes: Json, stored: Json, result: Json) -> None:
    """What was taken before is stored with a warning; what was answered or ordered after is refused, until she says yes again."""
    order_id = stored["entry"][0]["response"]["location"].split("/_history")[0].split("/fhir/")[-1]
    arrived = result | {"basedOn": [{"reference": order_id}], "effectiveDateTime": day(2)}
    assert kept(midwife, arrived) == []
    assert her.put(f"/Consent/{yes['id']}", yes | {"status": "inactive"}).status_code == 200
    (warned,) = kept(midwife, arrived)
    assert "took her consent back" in warned
    refused(
        midwife, arrived | {"issued": f"{day(0)}T12:00:00+01:00"}, "Observation.basedOn", "must be in force"
    )
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "code": concept(CARD, "nipt"), "issued": f"{day(0)}T12:00:00+01:00",
        **{name: arrived[name] for name in ("subject", "basedOn")},
    }  # fmt: skip
    refused(midwife, report, "DiagnosticReport.basedOn", "must be in force")
    order = midwife.get(f"/{order_id}").json()
    new = {name: value for name, value in order.items() if name not in {"id", "meta"}}
    refused(midwife, new, "ServiceRequest.supportingInfo", "in force")
    plain = fundal(arrived["subject"]["reference"], 0)
    assert kept(midwife, plain) == []
    again = {name: value for name, value in yes.items() if name not in {"id", "meta"}} | {"dateTime": day(-1)}
    assert her.post("/Consent", again).status_code == 201
    assert kept(midwife, arrived) == []
    no = again | {"provision": {"type": "deny"}, "dateTime": day(-2)}
    assert her.post("/Consent", no).status_code == 201
    assert "she declined NIPT" in kept(midwife, arrived)[0]


def test_a_birth_plan_that_nobody_signed(server: Server, midwife: Person) -> None:
    woman = a_woman(midwife)
    plan = {
        "resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": woman.reference},
        "category": [concept(codes.SNOMED, codes.BIRTH_PLAN)], "author": {"reference": woman.reference},
    }  # fmt: skip
    refused(midwife, plan, "CarePlan.author", "Practitioner")
    her = server.person("citizen", person=woman.number)
    assert "nobody has signed" in kept(her, plan)[0]
    assert kept(midwife, plan | {"status": "draft"}) == []
    signed = plan | {"contributor": [{"type": "Practitioner", "display": "Anne"}]}
    assert kept(midwife, signed) == []


def test_answers_to_a_form_that_is_not_here(server: Server, midwife: Person) -> None:
    woman = a_woman(midwife)
    her = server.person("citizen", person=woman.number)
    form = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "subject": {"reference": woman.reference},
        "questionnaire": f"{codes.CANONICAL}/Questionnaire/nope", "item": [{"linkId": "1"}],
    }  # fmt: skip
    answer = her.post("/QuestionnaireResponse", form)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == ["QuestionnaireResponse.questionnaire"]
    assert "not held to a form" in kept(her, form | {"questionnaire": "https://forms.example/q"})[0]


def test_what_the_writer_may_not_read_decides_nothing(server: Server, midwife: Person) -> None:
    """A refusal tells no more than a read: an outcome that is kept from her screens stops no measurement of hers."""
    hidden = outcome("", "live-birth", 10) | {
        "meta": {"security": [{"system": codes.ACT_CODE, "code": "NOPAT"}]}
    }
    woman = a_woman(midwife, hidden)
    her = server.person("citizen", person=woman.number)
    assert kept(her, heart(woman.reference)) == []
    refused(midwife, heart(woman.reference), "Observation.effective", f"at most {day(10)}")
