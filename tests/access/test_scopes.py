"""SMART scopes narrow at every door: of two women's data what a scope does not cover is as if it were not there."""

import asyncio
import itertools
import json
from typing import Any

import asyncpg
import pytest

from app.access.scopes import Grant, Narrowing, grant_of, narrowing, values_of
from app.fhir import codes
from tests.access.leak_items import EXAMPLES
from tests.access.world import Json, World, resources, stored
from tests.fixtures.database import TestDatabase
from tests.fixtures.resources import a_transaction, a_weight, an_observation, concept, entry
from tests.fixtures.server import Person

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
VITAL, LAB = (concept(CATEGORY, code) for code in ("vital-signs", "laboratory"))
ONLY_VITAL = f"category={CATEGORY}|vital-signs"


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        ("patient/Observation.rs", Grant("patient", "Observation", "rs")),
        ("user/*.cruds", Grant("user", "*", "cruds")),
        ("system/Patient.read", Grant("system", "Patient", "rs")),
        ("user/Patient.write", Grant("user", "Patient", "cud")),
        ("patient/*.*", Grant("patient", "*", "cruds")),
        (
            f"patient/Observation.rs?{ONLY_VITAL},x&code=y",
            Grant(
                "patient",
                "Observation",
                "rs",
                (("category", (f"{CATEGORY}|vital-signs", "x")), ("code", ("y",))),
            ),
        ),
        ("patient/*.r?_tag=a|b", Grant("patient", "*", "r", (("_tag", ("a|b",)),))),
        # What cannot be held to covers nothing
        ("patient/Observation.sr", None),
        ("patient/Observation.", None),
        ("patient/Nothing.rs", None),
        ("patient/*.rs?category=x", None),
        ("patient/MedicationStatement.rs?code=x", None),  # found by medicationCodeableConcept, not by code
        ("patient/Observation.rs?category:not=x", None),
        ("patient/Observation.rs?value-quantity=5", None),
        ("patient/Observation.rs?category=", None),
        ("patient/Observation.rs?category=a\\|b", None),
        ("patient/Observation.rs?", None),
        ("launch/patient", None),
    ],
)
def test_a_scope_is_read(scope: str, wanted: Grant | None) -> None:
    assert grant_of(scope) == wanted


def test_only_smart_scopes_narrow() -> None:
    assert narrowing({"nhn:helsekort/api", "openid"}, None) is None
    malformed = narrowing({"nhn:helsekort/api", "user/Observation.sr"}, None)
    assert malformed is not None
    assert not malformed.touches("r", "Observation")
    nothing = narrowing({"openid"}, None, always=True)
    assert nothing is not None
    assert not nothing.touches("r", "Patient")


GRANTS = (
    (), ("user/Observation.rs",), ("patient/*.rs",), ("patient/Observation.r?category=laboratory", "user/Flag.r"),
    (f"user/Observation.rs?{ONLY_VITAL}",), ("user/Observation.r?category=laboratory&status=final",),
    (f"user/Observation.r?category={CATEGORY}|", "patient/Observation.r?code=x"),
    ("user/*.r?_tag=urn:t|a,|b", "user/Encounter.r?class=AMB"), ("user/Observation.r?category=|laboratory",),
)  # fmt: skip
ODD: tuple[Json, ...] = (
    {}, {"category": [VITAL]}, {"category": [LAB], "status": "final"}, {"category": [VITAL, LAB], "status": "final"},
    {"category": [{"text": "none"}]}, {"category": [{"coding": [{"code": "laboratory"}]}]},
    {"meta": {"tag": [{"system": "urn:t", "code": "a"}, {"code": "b"}]}}, {"meta": {"tag": [{"display": "x"}]}},
    {"class": {"system": "urn:c", "code": "AMB"}}, {"code": {"coding": [{"system": "urn:x", "code": "x"}]}},
)  # fmt: skip


def test_sql_covers_what_python_covers(database: TestDatabase) -> None:
    examples = [json.loads(path.read_text()) for path in sorted(EXAMPLES.glob("*.json"))[::7]]
    bodies = [*ODD, *examples]
    cells = list(itertools.product(("Observation", "Flag", "Encounter"), (None, "w", "other"), bodies))

    async def run() -> list[list[bool]]:
        connection = await asyncpg.connect(database.url())
        try:
            return [[await connection.fetchval("SELECT scope_covers($1, $2, $3, $4)", one.rows("r"), type_name, about, json.dumps(body).encode())
                     for type_name, about, body in cells] for one in narrowings]  # fmt: skip
        finally:
            await connection.close()

    narrowings = [Narrowing(tuple(filter(None, map(grant_of, scopes))), "w") for scopes in GRANTS]
    assert [len(one.grants) for one in narrowings] == [len(scopes) for scopes in GRANTS]
    said = asyncio.run(run())
    for one, row in zip(narrowings, said, strict=True):
        wanted = [one.covers("r", type_name, about, values_of(body)) for type_name, about, body in cells]
        assert row == wanted
        assert any(wanted) == bool(one.grants)
        assert not all(wanted)


@pytest.fixture(scope="module")
def vital(world: World) -> str:
    return stored(world.midwife, a_weight(world.woman.reference, category=[VITAL]))


@pytest.fixture(scope="module")
def lab(world: World) -> str:
    return stored(world.midwife, a_lab(world))


def a_lab(world: World, **more: Any) -> Json:
    hb = an_observation(world.woman.reference, "718-7", category=[LAB])
    return hb | {
        "valueQuantity": {"value": 12.1, "unit": "g/dL", "system": codes.UCUM, "code": "g/dL"},
        **more,
    }


def narrowed(world: World, scope: str) -> Person:
    return world.person("midwife", scope=scope)


def test_every_door_reads_within_the_scope(world: World, vital: str, lab: str) -> None:
    """By id, by search, in a batch, in $everything: what is covered, and the same of what is not and is not there."""
    app = narrowed(world, f"user/Observation.rs?{ONLY_VITAL}")
    assert app.get(f"/Observation/{vital}").status_code == 200
    for path in (f"/Observation/{lab}", f"/Observation/{lab}/_history/1", f"/Observation/{lab}/_history",
                 f"/Observation/{lab}/$meta"):  # fmt: skip
        assert world.midwife.get(path).status_code == 200
        assert app.get(path).status_code == 404, path
    both = {"_id": f"{vital},{lab}"}
    assert len(resources(world.midwife.search("Observation", **both).json())) == 2
    for answer in (
        app.search("Observation", **both, _include="Observation:subject", _total="accurate"),
        app.search("Observation", patient=world.woman.id, _total="accurate"),
    ):
        found = resources(answer.json())
        assert vital in [row["id"] for row in found]
        assert all(row["category"] == [VITAL] for row in found)
        assert answer.json()["total"] == len(found)
    by_card = {"encounter:missing": "true", "subject.identifier": world.woman.number}
    assert resources(world.midwife.search("Observation", **by_card).json())
    assert not resources(app.search("Observation", **by_card).json()), "the chain goes through a Patient"
    with_her = narrowed(world, f"user/Observation.rs?{ONLY_VITAL} user/Patient.rs")
    seen = resources(with_her.get(f"/Patient/{world.woman.id}/$everything").json())
    assert {world.woman.id, vital} <= {row["id"] for row in seen}
    assert all(row.get("category", [VITAL]) == [VITAL] for row in seen)
    assert {row["resourceType"] for row in seen} == {"Patient", "Observation"}
    listed = [{"request": {"method": "GET", "url": f"Observation/{id_}"}} for id_ in (vital, lab)]
    batch = app.post("", {"resourceType": "Bundle", "type": "batch", "entry": listed}).json()["entry"]
    assert [row["response"]["status"] for row in batch] == ["200", "404"]


def test_a_type_without_a_scope_is_refused_by_name(world: World, vital: str) -> None:
    app = narrowed(world, f"user/Observation.r?{ONLY_VITAL}")
    for answer in (
        app.get(f"/Patient/{world.woman.id}"),
        app.search("Observation", _id=vital),  # reading only
        app.search("Condition", patient=world.woman.id),
        app.delete(f"/Observation/{vital}"),
        app.post("/Observation", a_lab(world)),
        app.post("", a_transaction(entry(a_lab(world)))),
        app.get(f"/EpisodeOfCare/{world.woman.episode}/$card"),
        app.request("POST", "/EpisodeOfCare/$worklist", {"resourceType": "Parameters"}),
        app.request("GET", f"{world.server.base}/api/maternity-record/v1/status"),
    ):
        assert answer.status_code == 403, answer.text
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert app.get(f"/Observation/{vital}").status_code == 200


def test_what_is_written_is_covered_before_and_after(world: World) -> None:
    """A scope for vital signs writes no laboratory result, turns none into one, and takes none for its own."""
    app = narrowed(world, f"user/Observation.cruds?{ONLY_VITAL}")
    made = app.post("/Observation", a_weight(world.woman.reference, category=[VITAL]))
    assert made.status_code == 201, made.text
    assert app.post("/Observation", a_lab(world)).status_code == 403
    own = made.json()
    assert app.put(f"/Observation/{own['id']}", own | {"category": [LAB]}).status_code == 403
    assert app.put(f"/Observation/{own['id']}", own | {"note": [{"text": "x"}]}).status_code == 200
    other = world.midwife.post("/Observation", a_lab(world)).json()
    for answer in (app.put(f"/Observation/{other['id']}", other | {"category": [VITAL]}), app.delete(f"/Observation/{other['id']}")):  # fmt: skip
        assert answer.status_code == 404, answer.text
    assert world.midwife.get(f"/Observation/{other['id']}").json()["category"] == [LAB]


def test_an_old_version_is_held_to_the_scope_too(world: World) -> None:
    """What was a laboratory result before it was corrected stays closed in its history."""
    first = world.midwife.post("/Observation", a_lab(world)).json()
    path = f"/Observation/{first['id']}"
    assert world.midwife.put(path, first | {"category": [VITAL]}).status_code == 200
    app = narrowed(world, f"user/Observation.rs?{ONLY_VITAL}")
    assert app.get(path).status_code == 200
    assert app.get(f"{path}/_history/1").status_code == 404
    assert [row["meta"]["versionId"] for row in resources(app.get(f"{path}/_history").json())] == ["2"]
    assert len(resources(world.midwife.get(f"{path}/_history").json())) == 2


def test_the_launch_leads_to_one_woman(world: World, vital: str) -> None:
    """``patient/…`` reaches the woman of the launch, and without a launch none; the access rows still decide."""
    lost = narrowed(world, "patient/*.rs")
    assert lost.get(f"/Observation/{vital}").status_code == 404
    assert not resources(lost.search("Observation", patient=world.woman.id).json())
