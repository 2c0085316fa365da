"""Emergency access over HTTP: attested, for one woman, told, marked in the log, reviewed; never through a block."""

from typing import Any

import pytest

from app.fhir import codes
from tests.access.world import (
    Json,
    World,
    a_block,
    a_restriction,
    hpr,
    made,
    outcome_text,
    resources,
    stored,
)
from tests.fixtures.resources import a_weight, labelled, new_number, register
from tests.fixtures.server import Person, Server

REASON = "Innlagt med blødning, kan ikke gjøre rede for seg"


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def asked(number: str, reason: str = REASON) -> Json:
    identifier = {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": number}}
    return {
        "resourceType": "Parameters",
        "parameter": [identifier, {"name": "reason", "valueString": reason}],
    }


def grants(answer: Any) -> dict[str, dict[str, Any]]:
    """The grants of an answer by id, each part by its name."""
    found = {}
    for row in answer.json().get("parameter", ()):
        parts = {
            part["name"]: next(value for key, value in part.items() if key != "name") for part in row["part"]
        }
        found[parts["id"]] = parts
    return found


def reviewed(id_: str, outcome: str, comment: str = "Sett mot journalen for døgnet") -> Json:
    given = {
        "id": ("valueString", id_),
        "outcome": ("valueCode", outcome),
        "comment": ("valueString", comment),
    }
    rows = [{"name": name, kind: value} for name, (kind, value) in given.items()]
    return {"resourceType": "Parameters", "parameter": rows}


def urgent(world: World, key: str = "hospital-b") -> Person:
    return world.person("hospital", key=key, purpose="BTG")


def test_a_grant_opens_one_woman_for_one_person_and_marks_what_is_read(world: World) -> None:
    woman, other = world.woman, world.other
    weight = stored(world.midwife, a_weight(woman.reference))
    hidden = stored(world.midwife, labelled(a_weight(woman.reference), "SDV"))
    doctor = urgent(world)
    assert doctor.get(f"/Observation/{weight}").status_code == 404
    granted = doctor.post("/Patient/$break-glass", asked(woman.number))
    assert granted.status_code == 200, granted.text
    assert granted.json()["parameter"][0]["valueReference"] == {"reference": woman.reference}
    answer = doctor.get(f"/Observation/{weight}")
    assert answer.status_code == 200
    row = world.server.audit(answer.headers["x-request-id"])
    assert row["result"]["verdict"] == "allow.emergency.read"
    assert row["result"]["shown"] == [["Observation", weight, 1, "allow.emergency.read", woman.id, False]]
    assert row["request"]["purpose"] == "BTG"
    found = doctor.get(f"/Observation?patient={woman.id}&_count=100")
    assert {weight, hidden} <= {one["id"] for one in resources(found.json())}
    assert doctor.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200
    assert doctor.get(f"/Patient/{woman.id}/$everything").status_code == 200
    # not to write, not another woman, not her choices, not a colleague, not the same person in planned care
    assert doctor.post("/Observation", a_weight(woman.reference)).status_code == 403
    assert doctor.get(f"/{other.reference}").status_code == 404
    assert resources(doctor.get(f"/Consent?patient={woman.id}").json()) == []
    colleague = world.person("hospital", key="hospital-a", purpose="BTG")
    assert colleague.get(f"/Observation/{weight}").status_code == 404
    planned = world.person("hospital", key="hospital-b")
    assert planned.get(f"/Observation/{weight}").status_code == 404
    # it ends
    world.server.database.rows(
        f"UPDATE relation SET ends = begins WHERE patient = '{woman.id}' AND kind = 'emergency' RETURNING rid"
    )
    assert doctor.get(f"/Observation/{weight}").status_code == 404
    events = world.her.get(f"/Patient/{woman.id}/$access-log").text
    assert granted.headers["x-request-id"] in events
    assert answer.headers["x-request-id"] in events


def test_she_is_told_at_once_and_of_nothing_but_that_something_is_new(world: World) -> None:
    woman = register(world.midwife)
    granted = urgent(world).post("/Patient/$break-glass", asked(woman.number))
    columns = "kind || ' ' || state || ' ' || coalesce(resource, '-')"
    rows = world.server.database.rows(
        f"SELECT {columns} FROM delivery WHERE id = '{granted.headers['x-request-id']}' AND patient = '{woman.id}'"
    )
    assert rows == ["emergency-notice pending -"]
    log = world.server.audit(granted.headers["x-request-id"])
    assert REASON not in str(log)
    assert woman.number not in str(log)


def test_a_restriction_is_opened_and_a_block_never(world: World) -> None:
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    weight = stored(world.midwife, a_weight(woman.reference))
    stored(her, a_restriction(woman.reference))
    midwife = world.person("midwife", purpose="ETREAT")
    assert midwife.get(f"/Observation/{weight}").status_code == 403
    assert midwife.post("/Patient/$break-glass", asked(woman.number)).status_code == 200
    opened = midwife.get(f"/Observation/{weight}")
    assert opened.status_code == 200
    assert world.server.audit(opened.headers["x-request-id"])["result"]["verdict"] == "allow.emergency.read"
    blocked = {"identifier": {"system": codes.HPR, "value": hpr("midwife-a")}}
    stored(her, a_block(woman.reference, blocked))
    assert midwife.get(f"/Observation/{weight}").status_code == 403
    again = midwife.post("/Patient/$break-glass", asked(woman.number))
    nobody = midwife.post("/Patient/$break-glass", asked("13816999999"))
    assert (again.status_code, nobody.status_code) == (404, 404)
    assert outcome_text(again) == outcome_text(nobody)
    log = world.server.audit(again.headers["x-request-id"])["result"]
    assert (log["verdict"], log["shown"], log["patients"]) == ("block.her-choice", [], [woman.id])


@pytest.mark.parametrize(
    ("wish", "reason", "status"),
    [
        ({"purpose": "TREAT"}, REASON, 403),
        ({"purpose": "BTG"}, "haster", 422),
        ({"purpose": "BTG"}, f"{REASON}, {new_number()}", 422),
    ],
)
def test_it_takes_an_attested_emergency_and_a_reason(
    world: World, wish: dict[str, str], reason: str, status: int
) -> None:
    person = world.person("hospital", key="hospital-b", **wish)
    answer = person.post("/Patient/$break-glass", asked(world.other.number, reason))
    assert answer.status_code == status, answer.text
    assert person.get(f"/{world.other.reference}").status_code == 404


@pytest.mark.parametrize("role", ["nurse", "citizen", "operator", "auditor"])
def test_nobody_else_breaks_the_glass(world: World, role: str) -> None:
    wish: dict[str, str] = {"person": world.woman.number} if role == "citizen" else {}
    if role == "nurse":
        wish = {"purpose": "BTG"}
    answer = world.person(role, **wish).post("/Patient/$break-glass", asked(world.other.number))
    assert answer.status_code == 403, answer.text


def test_a_reviewer_decides_once_and_what_was_not_justified_ends(world: World) -> None:
    woman, auditor = register(world.midwife), world.person("auditor")
    doctor = urgent(world)
    id_ = doctor.post("/Patient/$break-glass", asked(woman.number)).headers["x-request-id"]
    assert doctor.get(f"/{woman.reference}").status_code == 200
    queue = auditor.get("/$emergencies")
    entry = grants(queue)[id_]
    assert entry["reason"] == REASON
    assert entry["patient"] == {"reference": woman.reference}
    assert entry["person"] == f"hpr:{hpr('hospital-b')}"
    assert woman.id in world.server.audit(queue.headers["x-request-id"])["result"]["patients"]
    assert doctor.get("/$emergencies").status_code == 403
    assert auditor.post("/$emergency-review", reviewed(id_, "perhaps")).status_code == 400
    decided = auditor.post("/$emergency-review", reviewed(id_, "unjustified"))
    assert grants(decided)[id_]["outcome"] == "unjustified"
    assert doctor.get(f"/{woman.reference}").status_code == 404
    assert auditor.post("/$emergency-review", reviewed(id_, "justified")).status_code == 409
    assert id_ not in grants(auditor.get("/$emergencies"))
    assert grants(auditor.get("/$emergencies?status=all"))[id_]["outcome"] == "unjustified"
    counted = auditor.get("/$emergency-statistics").json()["parameter"]
    sums = [{part["name"]: part.get("valueInteger") for part in row["part"]} for row in counted]
    assert sum(row["unjustified"] or 0 for row in sums) == 1
    assert all((row["granted"] or 0) >= (row["unreviewed"] or 0) for row in sums)
