"""A client written for the national contract runs a record's whole life unchanged, and FHIR sees what it registered."""

from typing import Any

from app.fhir import codes
from tests.fixtures.resources import (
    Woman,
    a_transaction,
    a_weight,
    concept,
    entry,
    labelled,
    new_number,
    register,
    urn,
)
from tests.fixtures.server import Server
from tests.national.client import Client

RECORD: dict[str, dict[str, Any]] = {
    "mother": {
        "name": "Selma Prøve", "address": "Granveien 1", "postNumber": "2000", "postName": "Lillevik",
        "employedLast6Months": True, "employmentPercentage": 80, "occupationAndIndustry": "Snekker",
        "language": {"code": "so", "display": "Somali", "codeSystem": "VOLVEN_3303"},
        "countryOfBirth": {"code": "NO", "display": "Norge", "codeSystem": "VOLVEN_9043"},
        "needsLanguageInterpreter": False, "cohabitingCoparent": True, "cohabitingCoparentNote": "Bor sammen",
    },
    "pointsOfContact": {
        "generalPractitioner": {"name": "Ola Lege", "organizationName": "Legene", "organizationId": "100100673", "hprNr": "222200063"},
        "midwife": {"name": "Kari Jordmor"}, "birthInstitute": "Sykehuset", "maternityHealthcareCentre": "Helsestasjonen",
    },
    "currentPregnancy": {
        "dateLastPeriod": "2026-05-01", "dueDate": "2027-02-08", "dueDateBasedOnUltrasound": "2027-02-10", "numberOfFetuses": 1,
        "hasPrenatalDiagnosticsTests": False, "birthPreparationTalk": None,
        "assistedConception": {"hadAssistedConception": True, "dateAssistedConception": "2026-05-15"},
    },
    "previousPregnancies": {"numberOfPreviousLiveBirths": 1, "spontaneousMiscarriages": 0, "stillBirths22weeks": 0, "note": "Vakuum"},
    "geneticDisorders": {"noneKnown": False, "parentsAreRelatives": True, "hipDysplasia": None},
    "medicalConditions": {"nothingParticular": False, "heartDisease": True, "epilepsy": None, "note": "Klaffefeil"},
    "medication": {"medicationFrequency": "Ved behov", "drugAllergy": False, "folate": {"takenBefore": True, "takenDuring": None}},
    "lifestyleFactors": {
        "stimuli": [
            {
                "stimuliType": {"code": "TOBACCO", "display": "Røyk", "codeSystem": "VOLVEN_8536"},
                "stimuliFrequencyFirstConsultation": {
                    "stimuliFrequency": {"code": "DAILY", "display": "Daglig", "codeSystem": "Lokal liste"}, "dailyCount": 2,
                },
            }
        ]
    },
    "clinicalTests": {
        "hemoglobin": 12.4, "hemoglobinAt3rdTrimester": 11.1, "ferritin": 44, "hbv": False, "hiv": True, "rubellaAntigen": True,
        "aboRh": {"aboType": "A", "rhesusDType": "NEG"}, "bHbA1c": 31,
        "glucoseTolerance": {"fastingGlucoseLevel": 4.5, "post2hGlucoseLevel": 6.3, "testDate": "2026-10-12"},
    },
    "rhesusDNegative": {"consentFetalRhesusTyping": True, "fetusRhDPositiveAtWeek24": True, "prophylaxisAtWeek28": None, "dateForResult": "2026-11-20"},
    "vitalMeasurementsBeforePregnancy": {"height": 168, "prePregnancyWeight": 62.5, "bMI": 22.1, "futureMember": {"x": [1, 2.50]}},
}  # fmt: skip
APPOINTMENT = {
    "appointmentDate": "2026-10-16", "pregnancyWeek": 24, "daysAfterFullPregnancyWeek": 0, "motherWeight": 68.40, "bloodPressure": "118/76",
    "proteinInUrineTestResult": "neg", "edema": 0, "medication": False, "employmentRate": 50, "note": "Fint",
    "fetusesVitalSigns": [
        {
            "fosterId": 1, "fetalHeartRate": 146, "motherFeelsBabyMovements": True, "note": "Normale funn",
            "fetalPresentationLie": {"code": "1", "display": "Hodeleie", "codeSystem": "VOLVEN_8534"},
        }
    ],
}  # fmt: skip


def _bare(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "metadata"}


def test_a_client_of_the_contract_runs_a_whole_life(server: Server) -> None:
    midwife = server.person("midwife")
    client = Client(midwife, new_number())
    vitals = b'{"height":168,"prePregnancyWeight":62.50,"bMI":22.1,"futureMember":{"x":[1,2.50]}}'
    made = client.ok("POST", "/record", {}, 201)
    record = made["metadata"]["recordId"]
    path = f"/record/{record}"
    status = client.ok("GET", "/status")
    assert (status["hasGivenConsent"], status["hasActiveMaternityRecord"], status["latestRecordId"]) == (
        True,
        True,
        record,
    )
    for name, sent in RECORD.items():
        told = client.ok("POST", f"{path}/{name}", vitals if name.startswith("vital") else sent, 201)
        assert _bare(told) == sent, name
        assert told["metadata"]["version"] == 1, name
        assert told["metadata"]["lastUpdatedBy"]["hprRole"] == "JO"
    height = client.ok(
        "POST",
        f"{path}/symphysisFundalHeights",
        {"pregnancyWeek": 24, "measurement": 23, "measurementDate": "2026-10-16"},
        201,
    )
    visit = client.ok("POST", f"{path}/antenatalAppointments", APPOINTMENT, 201)
    assert (_bare(visit), visit["metadata"]["version"]) == (APPOINTMENT, 1)

    whole = client.ok("GET", path)
    assert {name: _bare(whole[name]) for name in RECORD} == RECORD
    assert [row["metadata"]["id"] for row in whole["antenatalAppointments"]] == [visit["metadata"]["id"]]
    assert [row["reason"] for row in whole["lifestyleFactors"]["metadata"]["flags"]] == [
        "The code system is not known here"
    ]
    assert vitals[1:] in client.call("GET", path).content  # numbers as they were written
    card = str(midwife.get(f"/EpisodeOfCare/{record}/$card?asOf=2026-10-16").json())
    assert all(text in card for text in ("118/76", "Hjertesykdom", "168"))

    _updates(client, path, visit, height)
    assert client.call("POST", "/record", {}).status_code == 409
    changes = client.ok("GET", f"/history/{record}")["history"]
    of = [
        (row["version"], row["enteredInError"])
        for row in changes
        if row["resourceType"] == "symphysisFundalHeights"
    ]
    assert of == [(1, False), (2, True)]
    history = client.ok("GET", "/history")["history"]
    assert [(row["recordId"], row["recordStatus"]["status"]) for row in history] == [(record, "ACTIVE")]
    ended = client.ok(
        "POST",
        f"{path}/updateStatus",
        {"status": "TERMINATED", "terminationDate": "2026-11-20T10:00:00+01:00"},
    )
    assert ended["recordStatus"] == {"status": "TERMINATED", "terminationDate": "2026-11-20T10:00:00+01:00"}
    assert client.ok("GET", "/status")["hasActiveMaternityRecord"] is False
    assert client.call("POST", f"{path}/birthStatus", {"birthStatus": []}).status_code == 409


def _updates(client: Client, path: str, visit: dict[str, Any], height: dict[str, Any]) -> None:
    """Versions, conflicts, null and absent, and what was entered in error."""
    conditions = f"{path}/medicalConditions"
    changed = client.ok("PUT", conditions, {"metadata": {"version": 1}, "heartDisease": False, "note": None})
    assert changed["metadata"]["version"] == 2
    assert _bare(changed) == {
        "nothingParticular": False,
        "heartDisease": False,
        "epilepsy": None,
        "note": None,
    }
    late = client.call("PUT", conditions, {"metadata": {"version": 1}, "heartDisease": True})
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    assert late.json()["errors"][0]["path"] == "metadata.version"
    assert client.call("PUT", conditions, {"heartDisease": True}).status_code == 422
    wrong = client.call("PUT", conditions, {"metadata": {"version": 2}, "heartDisease": "ja"})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (400, "medicalConditions.heartDisease")
    id_ = visit["metadata"]["id"]
    again = client.ok(
        "PUT",
        f"{path}/antenatalAppointments/{id_}",
        {"metadata": {"version": 1}, "bloodPressure": "124/80", "extra": "x"},
    )
    assert _bare(again) == {**APPOINTMENT, "bloodPressure": "124/80", "extra": "x"}
    assert again["metadata"]["version"] == 2
    assert (
        client.call("DELETE", f"{path}/symphysisFundalHeights/{height['metadata']['id']}").status_code == 204
    )
    assert client.ok("GET", path)["symphysisFundalHeights"] == []


def test_the_contracts_own_audience_is_taken_there_and_nowhere_else(server: Server) -> None:
    midwife = server.person("midwife")
    client = Client(midwife, new_number())
    record = client.ok("POST", "/record", {}, 201)["metadata"]["recordId"]
    token = server.issuers.token(midwife.wish, audience="nhn:maternity-record")
    national = f"{server.base}/api/maternity-record/v1/record/{record}"
    for path, wanted in ((national, 200), (f"{server.fhir}/EpisodeOfCare/{record}", 401)):
        bound = {"Authorization": f"DPoP {token}", "DPoP": server.issuers.proof("GET", path, token)}
        answer = (
            client.call("GET", f"/record/{record}", **bound)
            if path == national
            else midwife.request("GET", path, **bound)
        )
        assert answer.status_code == wanted
    assert client.call("GET", "/status", Authorization="Bearer x").status_code == 401
    role = client.call(
        "GET",
        "/status",
        nhn_user_role="%7B%22system%22%3A%22urn:oid:2.16.578.1.12.4.1.1.9060%22,%22code%22%3A%22LE%22%7D",
    )
    assert (role.status_code, client.call("GET", "/status", nhn_source_system="x").status_code) == (403, 400)


def test_what_fhir_registers_stands_in_the_record_and_a_change_there_is_a_new_version(server: Server) -> None:
    midwife = server.person("midwife")
    client = Client(midwife, new_number())
    record = client.ok("POST", "/record", {"vitalMeasurementsBeforePregnancy": {"height": 170}}, 201)[
        "metadata"
    ]["recordId"]
    her = midwife.get(f"/EpisodeOfCare/{record}").json()["patient"]["reference"]
    encounter, woman = urn(), Woman(her.partition("/")[2], record, client.nin)
    held = {
        "resourceType": "Encounter", "status": "finished", "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "type": [concept(codes.CS_CARD, "antenatal-visit")], "subject": {"reference": her},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{record}"}], "period": {"start": "2026-11-02T10:00:00+01:00"},
    }  # fmt: skip
    weight = a_weight(
        woman.reference,
        71.5,
        encounter={"reference": encounter},
        effectiveDateTime="2026-11-02T10:00:00+01:00",
    )
    assert midwife.post("", a_transaction(entry(held, encounter), entry(weight))).status_code == 200
    visit = client.ok("GET", f"/record/{record}")["antenatalAppointments"][0]
    assert (visit["appointmentDate"], visit["motherWeight"]) == ("2026-11-02", 71.5)
    found = midwife.get(f"/Observation?patient={woman.id}&code={codes.LOINC}|{codes.HEIGHT}").json()["entry"][
        0
    ]["resource"]
    assert found["valueQuantity"]["value"] == 170
    changed = found | {"valueQuantity": found["valueQuantity"] | {"value": 171}}
    assert midwife.put(f"/Observation/{found['id']}", changed, If_Match='W/"1"').status_code == 200
    vitals = client.ok("GET", f"/record/{record}")["vitalMeasurementsBeforePregnancy"]
    assert (vitals["height"], vitals["metadata"]["version"]) == (171, 2)
    stale = client.call(
        "PUT", f"/record/{record}/vitalMeasurementsBeforePregnancy", {"metadata": {"version": 1}, "bMI": 22}
    )
    assert stale.status_code == 409


def test_versions_and_times_tell_her_nothing_of_what_is_kept_from_her(server: Server) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)
    hers, ours = (
        Client(person, woman.number) for person in (server.person("citizen", person=woman.number), midwife)
    )

    def told(client: Client) -> list[Any]:
        listed = client.ok("GET", "/history")["history"][0]
        whole = client.ok("GET", f"/record/{woman.episode}")["metadata"]
        return [listed["version"], listed["lastUpdated"], whole["version"], whole["recordLastUpdated"]]

    before, known = told(hers), told(ours)
    assert midwife.post("/Observation", labelled(a_weight(woman.reference), codes.NOPAT)).status_code == 201
    assert told(hers) == before
    assert all(now != then for now, then in zip(told(ours), known, strict=True))
