"""What she registers herself: hers until a clinician confirms or declines it, seen by all who may see it, in one act."""

from typing import Any

import pytest

from app.fhir import codes
from app.fhir.validation import check
from tests.access.world import Json, World, made, outcome_text, resources, stored
from tests.fixtures.resources import a_blood_pressure, a_weight, concept, labelled
from tests.fixtures.server import Person, Server

EPDS = f"{codes.CANONICAL}/CodeSystem/epds"
REASON = "Målt over klærne. Mål igjen i morgen."


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def settled(person: Person, path: str, name: str = "confirm", **headers: str) -> Any:
    said = [{"name": "reason", "valueString": REASON}] if name == "decline" else []
    given = {"resourceType": "Parameters", **({"parameter": said} if said else {})}
    return person.request("POST", f"{path}/${name}", given, **headers)


def waiting(person: Person, world: World) -> set[str]:
    """What waits for a clinician with the woman, as ``person``'s list says."""
    rows = resources(person.get("/EpisodeOfCare/$worklist?kind=to-confirm&_count=500").json())
    tasks = [row for row in rows if row["resourceType"] == "Task" and "id" not in row]
    return {row["focus"]["reference"] for row in tasks if row["for"]["reference"] == world.woman.reference}


def page(person: Person, world: World, query: str = "") -> str:
    answer = person.get(f"/EpisodeOfCare/{world.woman.episode}/$card{query}", Accept="text/html")
    assert answer.status_code == 200, answer.text
    return answer.text


def tagged(resource: Json) -> set[str]:
    return {row["code"] for row in resource["meta"]["tag"]}


def said(resource: Json) -> Json:
    """What the extension says: by whom, where, when and why."""
    (one,) = [row for row in resource["extension"] if row["url"] == codes.EXT_CONFIRMATION]
    return {
        row["url"]: next(value for name, value in row.items() if name != "url") for row in one["extension"]
    }


def test_a_clinician_takes_it_into_the_card(world: World) -> None:
    midwife, her = world.midwife, world.her
    body = a_blood_pressure(world.woman.reference, 131, 84, status="preliminary")
    path = f"/Observation/{stored(her, body)}"
    assert waiting(midwife, world) == waiting(world.gp, world) == {path[1:]}
    assert "Venter på at jordmor eller lege bekrefter" in page(midwife, world)
    assert settled(her, path).status_code == 403
    assert settled(world.stranger, path).status_code == 404
    assert settled(midwife, path, If_Match='W/"7"').status_code == 412
    answer = settled(midwife, path)
    assert answer.status_code == 200, answer.text
    confirmed = answer.json()
    check(confirmed)
    assert (confirmed["status"], tagged(confirmed)) == ("final", {"self-reported", "confirmed"})
    assert confirmed["component"] == body["component"]
    assert said(confirmed)["by"]["identifier"]["system"] == codes.HPR
    row = world.server.audit(answer.headers["x-request-id"])
    assert [line[3] for line in row["result"]["shown"]] == ["allow.carer.confirm"] * 2
    assert waiting(midwife, world) == waiting(world.gp, world) == set()
    for person, title in ((midwife, "Registrert av henne selv"), (her, "Registrert av deg")):
        text = page(person, world)
        assert title in text
        assert f"av {said(confirmed)['by']['display']}" in text
    provenance = resources(midwife.get(f"/Provenance?target={path[1:]}").json())
    assert [row["agent"][0]["type"]["coding"][0]["code"] for row in provenance] == ["verifier"]
    again = settled(world.gp, path)
    assert (again.status_code, "confirmed already" in outcome_text(again)) == (409, True)
    assert tagged(her.get(path).json()) == {"self-reported", "confirmed"}
    changed = her.put(path, her.get(path).json())  # what she changes afterwards waits anew
    assert tagged(changed.json()) == {"self-reported"}
    assert waiting(midwife, world) == {path[1:]}
    assert settled(midwife, path).status_code == 200


def test_a_clinician_declines_it_and_she_reads_why(world: World) -> None:
    path = f"/Observation/{stored(world.her, a_blood_pressure(world.woman.reference, 171, 112))}"
    assert "Svært høyt blodtrykk" in page(world.midwife, world)
    assert settled(world.midwife, path, "decline").json()["status"] == "entered-in-error"
    assert "Svært høyt blodtrykk" not in page(world.midwife, world)
    assert f"{REASON}" in page(world.her, world)
    assert path[1:] not in waiting(world.midwife, world)
    assert settled(world.midwife, path).status_code == 409
    assert said(world.her.get(path).json())["reason"] == REASON
    nothing = world.midwife.post(f"{path}/$decline", {"resourceType": "Parameters"})
    assert nothing.status_code == 400


def test_a_nurse_confirms_her_answers_but_nothing_secret_nor_what_others_registered(world: World) -> None:
    folate = {"linkId": "folate-during", "answer": [{"valueBoolean": True}]}
    answers = [{"linkId": "medicine", "item": [folate]}]
    form = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{codes.CANONICAL}/Questionnaire/intake",
        "status": "completed",
        "subject": {"reference": world.woman.reference},
        "author": {"reference": world.woman.reference},
        "source": {"reference": world.woman.reference},
        "authored": "2026-11-20T10:00:00+01:00",
        "item": answers,
    }
    path = f"/QuestionnaireResponse/{stored(world.her, form)}"
    assert "Før første konsultasjon" in page(world.nurse, world)
    assert settled(world.nurse, path).status_code == 200
    secret = stored(world.midwife, labelled(a_weight(world.woman.reference), "PSY"))
    assert settled(world.nurse, f"/Observation/{secret}").status_code == 404
    plain = stored(world.midwife, a_weight(world.woman.reference))
    refused = settled(world.midwife, f"/Observation/{plain}")
    assert (refused.status_code, "not registered by herself" in outcome_text(refused)) == (422, True)


def a_plan(world: World) -> Json:
    return {
        "resourceType": "CarePlan",
        "status": "draft",
        "intent": "proposal",
        "category": [concept(codes.SNOMED, codes.BIRTH_PLAN)],
        "title": "Fødeplan",
        "description": "Ønsker badekar",
        "subject": {"reference": world.woman.reference},
        "author": {"reference": world.woman.reference},
        "activity": [{"detail": {"status": "scheduled", "description": "Ro rundt fødselen"}}],
    }


def test_who_confirms_her_birth_plan_signs_it(world: World) -> None:
    path = f"/CarePlan/{stored(world.her, a_plan(world))}"
    assert "Oppgitt av henne selv, ikke bekreftet." in page(world.gp, world)
    signed = settled(world.midwife, path)
    assert signed.status_code == 200, signed.text
    plan = signed.json()
    assert (plan["status"], plan["intent"]) == ("active", "plan")
    assert plan["contributor"][0]["identifier"]["system"] == codes.HPR
    assert path[1:] not in waiting(world.midwife, world)
    chosen = {"valueCoding": {"system": f"{codes.CANONICAL}/CodeSystem/birth-plan", "code": "water"}}
    interpreter = {"valueCoding": {"system": f"{codes.CANONICAL}/CodeSystem/birth-plan", "code": "no"}}
    hers = {"reference": world.woman.reference}
    form = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "subject": hers, "author": hers, "source": hers,
        "questionnaire": f"{codes.CANONICAL}/Questionnaire/birth-plan-nb", "authored": "2026-11-20T10:00:00+01:00",
        "item": [
            {"linkId": "language", "item": [{"linkId": "language.interpreter", "answer": [interpreter]}]},
            {"linkId": "pain", "item": [{"linkId": "pain.relief", "answer": [chosen]}]},
        ],
    }  # fmt: skip
    answers = f"/QuestionnaireResponse/{stored(world.her, form)}"
    for person in (world.midwife, world.gp, world.her):
        assert "Badekar eller dusj" in page(person, world)
    assert settled(world.midwife, answers).status_code == 200
    assert "Badekar eller dusj" in page(world.midwife, world, "?view=emergency&_language=nb")
    document = world.midwife.get(f"/EpisodeOfCare/{world.woman.episode}/$card").json()
    assert "Smertelindring: Badekar eller dusj" in str(document["entry"][0]["resource"]["section"])


def a_correction(world: World, focus: str, **more: Any) -> Json:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "proposal",
        "code": concept(codes.CS_CARD, "correction"),
        "description": "Vekten er 75, ikke 70,5",
        "for": {"reference": world.woman.reference},
        "focus": {"reference": focus},
        **more,
    }


def test_she_proposes_a_correction_that_is_made_or_declined(world: World) -> None:
    midwife, her = world.midwife, world.her
    weight = f"Observation/{stored(midwife, a_weight(world.woman.reference))}"
    path = f"/Task/{stored(her, a_correction(world, weight))}"
    assert path[1:] in waiting(midwife, world)
    assert "Mener dette er feil: Vekten er 75, ikke 70,5" in page(midwife, world)
    early = settled(midwife, path)
    assert (early.status_code, "Correct what she says is wrong" in outcome_text(early)) == (422, True)
    right = a_weight(world.woman.reference, 75) | {"id": weight.partition("/")[2], "status": "corrected"}
    assert midwife.put(f"/{weight}", right).status_code == 200
    done = settled(midwife, path)
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    other = f"/Task/{stored(her, a_correction(world, weight))}"
    declined = settled(world.gp, other, "decline").json()
    assert (declined["status"], declined["statusReason"]["text"]) == ("rejected", REASON)
    assert waiting(midwife, world).isdisjoint({path[1:], other[1:]})
    assert REASON in page(her, world)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"code": concept(codes.CS_CARD, "birth-place")}, "Task.code"),
        ({"status": "accepted"}, "Task.status"),
        ({"intent": "order"}, "Task.intent"),
        ({"focus": {"display": "vekten"}}, "Task.focus"),
        ({"description": " "}, "Task.description"),
        ({"owner": {"display": "Sykehuset"}}, "Task.owner"),
    ],
)
def test_a_task_of_hers_is_nothing_else(world: World, change: Json, named: str) -> None:
    answer = world.her.post("/Task", a_correction(world, world.woman.reference) | change)
    assert answer.status_code in {400, 422}, answer.text
    assert named in answer.text
