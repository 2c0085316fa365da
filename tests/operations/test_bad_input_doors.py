"""The list of bad input through every door: create, update, patch, transaction, consultation and the national record's API."""

import json
from collections.abc import Iterator

import httpx
import pytest

from app.fhir import codes
from tests.fixtures.resources import (
    Json,
    Woman,
    a_blood_pressure,
    a_transaction,
    a_weight,
    an_observation,
    concept,
    entry,
    new_number,
    quantity,
    urn,
)
from tests.fixtures.server import Person, Server
from tests.national.client import Client
from tests.operations.test_course_checks import a_woman, ago, day, due, fundal, heart

OUTCOME = "return=OperationOutcome"
EPJ = "https://epj.example/id"


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    """In her 24th week, with one fetus."""
    return a_woman(midwife)


def own(code: str, **value: object) -> Json:
    return an_observation("", "x", **value) | {"code": concept(codes.CS_CARD, code)}


def measured(code: str, value: float, unit: str) -> Json:
    return an_observation("", code, valueQuantity=quantity(value, unit))


# what is sent instead of what, the element, what is said to be allowed; refused, or stored and warned of
CASES: dict[str, tuple[Json, Json, str, str, bool]] = {
    "fundal height of 300 cm": (fundal("", 0), measured("11881-0", 300, "cm"), "value", "0 to 80 cm", True),
    "pressure reversed": (a_blood_pressure(""), a_blood_pressure("", 90, 140), "component", "not below the systolic", True),
    "emergency": (a_blood_pressure(""), a_blood_pressure("", 280, 170), "component[0].value", "60 to 260 mm[Hg]", False),
    "before the last period": (fundal("", 0), fundal("", 171), "effective", f"from {day(170)}", True),
    "after today": (a_weight(""), a_weight("", effectiveDateTime=ago(-9)), "effective", f"at most {day(0)}", False),
    "week 45": (measured("49051-6", 24, "wk"), measured("49051-6", 45, "wk"), "value", "0 to 314 d", True),
    "kg in mmHg": (a_weight(""), measured(codes.WEIGHT, 70, "mm[Hg]"), "value", "g, kg", True),
    "temperature in mmHg": (measured("8310-5", 37, "Cel"), measured("8310-5", 38.5, "mm[Hg]"), "value", "Cel", True),
    "blood loss below 0": (own("blood-loss", valueQuantity=quantity(300, "mL")), own("blood-loss", valueQuantity=quantity(-5, "mL")), "value", "0 or more mL", True),
    "40 births": (an_observation("", "11977-6", valueInteger=1), an_observation("", "11977-6", valueInteger=40), "value", "0 to 20", False),
    "an answer of ours that is none": (own("smoking", valueCodeableConcept=concept(codes.CS_CARD, "daily")), own("smoking", valueCodeableConcept=concept(codes.CS_CARD, "often")), "value", "stopped, occasional, daily", True),
    "an answer that no rule reads": (own("violence", valueBoolean=False), own("violence", valueString="ja, ofte"), "value", "yes, no, unknown", False),
    "a heart that no rule reads": (own("fetal-heart-activity", valueBoolean=True), own("fetal-heart-activity", valueString="svak"), "value", "true or false, yes or no", False),
    "movement that no rule reads": (an_observation("", "57088-7", valueBoolean=True), an_observation("", "57088-7", valueString="litt"), "value", "SNOMED CT 249038009", False),
    "due date of a period too late": (due("", "11779-6", 100), due("", "11779-6", 141), "value", "1 to 310", True),
    "due date of a scan too late": (due("", "11781-2", 100), due("", "11781-2", 141), "value", "at most 310", False),
}  # fmt: skip


def fhirpath(bad: Json) -> Json:
    """A FHIRPath Patch that makes an Observation ``bad``: its value, its time, the values of its components."""
    changes = [("Observation.effective", {"name": "value", "valueDateTime": bad["effectiveDateTime"]})]
    changes += [
        ("Observation.value", {"name": "value", name: value})
        for name, value in bad.items()
        if name.startswith("value")
    ]
    for n, part in enumerate(bad.get("component", ())):
        changes.append(
            (f"Observation.component[{n}].value", {"name": "value", "valueQuantity": part["valueQuantity"]})
        )
    operations = [
        {
            "name": "operation",
            "part": [{"name": "type", "valueCode": "replace"}, {"name": "path", "valueString": path}, value],
        }
        for path, value in changes
    ]
    return {"resourceType": "Parameters", "parameter": operations}


def answers(midwife: Person, woman: Woman, good: Json, bad: Json) -> Iterator[tuple[str, httpx.Response]]:
    """What each door says to ``bad``; update and patch of what was ``good``."""
    her = {"subject": {"reference": woman.reference}}
    good, bad = good | her, bad | her
    kept = midwife.post("/Observation", good)
    assert kept.status_code == 201, kept.text
    path, id_ = f"Observation/{kept.json()['id']}", kept.json()["id"]
    visit, named = urn(), "encounter"
    encounter = {
        "resourceType": "Encounter", "status": "finished", "class": {"system": codes.ACT_CODE, "code": "AMB"}, **her,
        "type": [concept(codes.CS_CARD, "antenatal-visit")], "period": {"start": ago(0)},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{woman.episode}"}],
    }  # fmt: skip
    changes = [{"op": "remove", "path": f"/{name}"} for name in good if name not in bad]
    changes += [{"op": "add", "path": f"/{name}", "value": value} for name, value in bad.items()]
    yield "create", midwife.post("/Observation", bad, Prefer=OUTCOME)
    yield (
        "transaction",
        midwife.post("", a_transaction(entry(a_weight("") | her), entry(bad)), Prefer=OUTCOME),
    )
    consultation = [
        entry(encounter, visit),
        *(entry(one | {named: {"reference": visit}}) for one in (good, bad)),
    ]
    yield "consultation", midwife.post("", a_transaction(*consultation), Prefer=OUTCOME)
    patch = json.dumps(changes)
    yield (
        "patch",
        midwife.request(
            "PATCH", f"/{path}", patch, Content_Type="application/json-patch+json", Prefer=OUTCOME
        ),
    )
    yield "FHIRPath Patch", midwife.request("PATCH", f"/{path}", fhirpath(bad), Prefer=OUTCOME)
    name = urn()
    where, named_so = f"identifier={EPJ}|{name}", {"identifier": [{"system": EPJ, "value": name}]}
    never = {"If_None_Exist": f"identifier={EPJ}|never-{name}"}
    yield "conditional create", midwife.post("/Observation", bad, Prefer=OUTCOME, **never)
    named_good = midwife.put(f"/Observation?{where}", good | named_so)
    assert named_good.status_code == 201, named_good.text
    patch_of = midwife.request(
        "PATCH", f"/Observation?{where}", patch, Content_Type="application/json-patch+json", Prefer=OUTCOME
    )
    yield "conditional patch", patch_of
    yield "conditional update", midwife.put(f"/Observation?{where}", bad | named_so, Prefer=OUTCOME)
    put = a_transaction(entry(bad | {"id": id_}, method="PUT", url=path))
    yield "transaction of an update", midwife.post("", put, Prefer=OUTCOME)
    yield "update", midwife.put(f"/{path}", bad | {"id": id_}, Prefer=OUTCOME)


def told(answer: httpx.Response) -> list[Json]:
    body = answer.json()
    parts = (
        [row["response"]["outcome"] for row in body["entry"]] if body["resourceType"] == "Bundle" else [body]
    )
    return [row for part in parts for row in part["issue"] if row["severity"] != "information"]


@pytest.mark.parametrize("what", CASES)
def test_what_is_wrong_is_told_at_every_door(midwife: Person, woman: Woman, what: str) -> None:
    good, bad, where, allowed, refused = CASES[what]
    for door, answer in answers(midwife, woman, good, bad):
        assert (answer.status_code == 422) is refused, (door, answer.text)
        rows = told(answer)
        assert {row["severity"] for row in rows} == {"error" if refused else "warning"}, door
        assert f"Observation.{where}" in {row["expression"][0] for row in rows}, door
        assert any(allowed in row["diagnostics"] for row in rows), (door, rows)


def test_an_emergency_that_is_hardly_plausible_is_found(midwife: Person) -> None:
    woman = a_woman(midwife)
    for door, answer in answers(midwife, woman, a_weight(""), CASES["emergency"][1]):
        assert answer.is_success, (door, answer.text)
    found = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").json()["entry"]
    flags = [row["resource"] for row in found if row["resource"]["resourceType"] == "Flag"]
    severe = [row for row in flags if row["code"]["coding"][0]["code"] == "severe-hypertension"]
    assert len(severe) == 6, "of each door that made one"


def test_a_report_of_nipt_rests_on_an_order(midwife: Person, woman: Woman) -> None:
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "code": concept(codes.CS_CARD, "nipt"),
        "subject": {"reference": woman.reference}, "effectiveDateTime": ago(0),
    }  # fmt: skip
    for answer in (midwife.post("/DiagnosticReport", report), midwife.post("", a_transaction(entry(report)))):
        assert answer.status_code == 422
        assert answer.json()["issue"][0]["expression"] == ["DiagnosticReport.basedOn"]
    assert midwife.post("/DiagnosticReport", report | {"status": "cancelled"}).status_code == 201


def test_numbers_of_a_form_are_held_to_what_their_question_means(
    server: Server, midwife: Person, woman: Woman
) -> None:
    her = server.person("citizen", person=woman.number)

    def answered(percent: int) -> httpx.Response:
        question = {"linkId": "employment-percentage", "answer": [{"valueInteger": percent}]}
        return her.post("/QuestionnaireResponse", {
            "resourceType": "QuestionnaireResponse", "status": "completed", "subject": {"reference": woman.reference},
            "questionnaire": f"{codes.CANONICAL}/Questionnaire/intake", "item": [{"linkId": "work", "item": [question]}],
        })  # fmt: skip

    assert answered(100).status_code == 201
    answer = answered(300)
    assert answer.status_code == 422, answer.text
    (row,) = told(answer)
    assert row["expression"] == ["QuestionnaireResponse.item[0].item[0].answer[0].value"]
    assert "0 to 100 %" in row["diagnostics"]


NATIONAL: list[tuple[str, Json, int, str, str]] = [  # path, what is sent, status, member, what is allowed
    ("symphysisFundalHeights", {"measurement": 300, "measurementDate": day(0)}, 422, "measurement", "0 to 80 cm"),
    ("symphysisFundalHeights", {"measurement": 20, "measurementDate": day(171)}, 422, "measurement", f"from {day(170)}"),
    ("symphysisFundalHeights", {"measurement": 20, "measurementDate": day(0), "pregnancyWeek": 45}, 400, "pregnancyWeek", "0 to 44"),
    ("antenatalAppointments", {"appointmentDate": day(0), "pregnancyWeek": 45}, 400, "pregnancyWeek", "0 to 44"),
    ("antenatalAppointments", {"appointmentDate": day(0), "bloodPressure": "90/140"}, 422, "bloodPressure", "not below the systolic"),
    ("antenatalAppointments", {"appointmentDate": day(0), "bloodPressure": "280/170"}, 201, "bloodPressure", "60 to 260 mm[Hg]"),
    ("antenatalAppointments", {"appointmentDate": day(0), "motherWeight": 7000}, 422, "motherWeight", "0.2 to 400 kg"),
    ("antenatalAppointments", {"appointmentDate": day(180)}, 201, "appointmentDate", f"from {day(170)}"),
    ("antenatalAppointments", {"appointmentDate": day(0), "fetusesVitalSigns": [{"fetalHeartRate": 140}]}, 400, "fetusesVitalSigns.0", "fosterId"),
    ("antenatalAppointments", {"appointmentDate": day(0), "fetusesVitalSigns": [{"fosterId": 1, "fetalHeartRate": 600}]}, 422, "fetusesVitalSigns.1.fetalHeartRate", "0 to 350 /min"),
    ("antenatalAppointments", {"appointmentDate": day(0), "fetusesVitalSigns": [{"fosterId": 1, "fetalHeartRate": 140}]}, 201, "", ""),
    ("antenatalAppointments", {"appointmentDate": day(0), "fetusesVitalSigns": [{"fosterId": 3, "fetalHeartRate": 140}]}, 201, "fetusesVitalSigns.3", "numberOfFetuses is 2"),
    ("antenatalAppointments", {"appointmentDate": day(0), "fetusesVitalSigns": [{"fosterId": 9, "fetalHeartRate": 140}]}, 400, "fetusesVitalSigns.0.fosterId", "from 1 to 8"),
    ("previousPregnancies", {"numberOfPreviousLiveBirths": 90}, 201, "numberOfPreviousLiveBirths", "0 to 20"),
    ("clinicalTests", {"hemoglobin": 104}, 422, "hemoglobin", "0 to 30 g/dL"),
]  # fmt: skip


def test_the_national_record_names_the_member_that_is_wrong(midwife: Person) -> None:
    client = Client(midwife, new_number())
    path = f"/record/{client.ok('POST', '/record', {}, 201)['metadata']['recordId']}"
    far = client.call("POST", f"{path}/currentPregnancy", {"dateLastPeriod": day(170), "dueDate": day(-141)})
    assert far.json()["errors"][0]["path"] == "currentPregnancy.dueDate"
    client.ok("POST", f"{path}/currentPregnancy", {"dateLastPeriod": day(170), "numberOfFetuses": 2}, 201)
    for part, sent, status, member, allowed in NATIONAL:
        answer = client.call("POST", f"{path}/{part}", sent)
        assert answer.status_code == status, (sent, answer.text)
        if status == 201:
            rows = [(row["path"], row["reason"]) for row in answer.json()["metadata"].get("flags", ())]
        else:
            rows = [(row["path"].removeprefix(f"{part}."), row["message"]) for row in answer.json()["errors"]]
        assert any(row[0] == member and allowed in row[1] for row in rows) or (not member and not rows), (
            sent,
            rows,
        )
    assert client.call("POST", f"{path}/updateStatus", {"status": "TERMINATED", "terminationDate": "2031-01-01"}).status_code == 400  # fmt: skip
    early = client.call(
        "POST", f"{path}/updateStatus", {"status": "DELIVERED", "liveBirth": True, "deliveryDate": ago(300)}
    )
    assert early.status_code == 422
    assert f"from {day(170)}" in early.text


def test_twins_need_their_fetus_at_every_door(midwife: Person) -> None:
    twins = a_woman(midwife, an_observation("", "55281-0", valueInteger=2))
    for door, answer in answers(midwife, twins, heart("", 90), heart("")):
        assert answer.status_code == 422, (door, answer.text)
        assert told(answer)[0]["expression"] == ["Observation.focus"], door
