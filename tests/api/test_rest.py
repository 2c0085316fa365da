"""FHIR's RESTful interactions as a client meets them: https://hl7.org/fhir/R4/http.html"""

import json

import pytest

from app.fhir import codes
from tests.fixtures.resources import (
    Woman,
    a_blood_pressure,
    a_patient,
    a_transaction,
    a_weight,
    an_episode,
    concept,
    entry,
    new_number,
    now,
    register,
    urn,
)
from tests.fixtures.server import Person, Server


@pytest.fixture
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [
        part["resource"]["id"] for part in answer.json().get("entry", []) if part["search"]["mode"] == "match"
    ]


def _next(answer) -> str | None:
    links = {link["relation"]: link["url"] for link in answer.json()["link"]}
    return links.get("next")


def test_create_read_and_version(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference))
    assert made.status_code == 201
    assert made.headers["etag"] == 'W/"1"'
    path = f"/Observation/{made.json()['id']}"
    assert made.headers["location"].endswith(f"{path}/_history/1")
    read = caller.get(path)
    assert read.content == made.content
    assert read.headers["etag"] == 'W/"1"'
    assert caller.get(f"{path}/_history/1").content == made.content
    assert caller.get(f"{path}/_history/2").status_code == 404
    unchanged = caller.get(path, If_None_Match='W/"1"')
    assert unchanged.status_code == 304
    assert unchanged.content == b""


def test_the_bytes_that_were_sent_are_the_bytes_that_are_read(caller: Person, woman: Woman) -> None:
    sent = (
        '{ "resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"kg"},'
        f'"subject":{{"reference":"{woman.reference}"}},"code":{{"text":"ÆØÅ \\u00e5"}},"status":"final",'
        '"note":[{"text":"a  b"}],"component":[{"code":{"text":"x"},"valueQuantity":{"value":1.20E+2}}] }'
    )
    made = caller.post("/Observation", sent.encode())
    assert made.status_code == 201, made.text
    text = caller.get(f"/Observation/{made.json()['id']}").text
    for part in ('"value":1.50,', '"value":1.20E+2}', '"text":"ÆØÅ \\u00e5"', '[{"text":"a  b"}]'):
        assert part in text
    names = [name for name in json.loads(text) if name not in {"id", "meta"}]
    assert names == ["resourceType", "valueQuantity", "subject", "code", "status", "note", "component"]


def test_update_keeps_history(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference, 70.5)).json()
    path = f"/Observation/{made['id']}"
    changed = caller.put(
        path, {**made, "valueQuantity": {**made["valueQuantity"], "value": 71.5}}, If_Match='W/"1"'
    )
    assert changed.status_code == 200
    assert changed.json()["meta"]["versionId"] == "2"
    assert caller.get(f"{path}/_history/1").json()["valueQuantity"]["value"] == 70.5
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 410
    assert caller.delete(path).status_code == 204
    entries = caller.get(f"{path}/_history").json()["entry"]
    assert [part["request"]["method"] for part in entries] == ["DELETE", "PUT", "POST"]
    assert "resource" not in entries[0]
    first = caller.get(f"{path}/_history?_count=2")
    assert len(first.json()["entry"]) == 2
    rest = caller.get(_next(first) or "")
    assert [part["request"]["method"] for part in rest.json()["entry"]] == ["POST"]


def test_prefer_minimal(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference), Prefer="return=minimal")
    assert made.status_code == 201
    assert made.content == b""
    assert "/Observation/" in made.headers["location"]


def test_what_is_referred_to_is_not_deleted(caller: Person, woman: Woman) -> None:
    visit, first = urn(), now()
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "subject": {"reference": woman.reference},
        "period": {"start": first},
    }
    body = a_transaction(
        entry(encounter, visit), entry(a_weight(woman.reference, encounter={"reference": visit}))
    )
    made = [part["resource"]["id"] for part in caller.post("", body).json()["entry"]]
    refused = caller.delete(f"/Encounter/{made[0]}")
    assert refused.status_code == 409
    both = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"request": {"method": "DELETE", "url": f"Encounter/{made[0]}"}},
            {"request": {"method": "DELETE", "url": f"Observation/{made[1]}"}},
        ],
    }
    assert caller.post("", both).status_code == 200


def test_search_by_code_date_and_sort(caller: Person, woman: Woman) -> None:
    days = ["2026-05-01", "2026-06-01T10:00:00+02:00", "2026-07"]
    made = [
        caller.post("/Observation", a_weight(woman.reference, 70 + n, effectiveDateTime=day)).json()["id"]
        for n, day in enumerate(days)
    ]
    caller.post("/Observation", a_blood_pressure(woman.reference))
    base = f"/Observation?patient={woman.id}&code={codes.LOINC}|{codes.WEIGHT}"
    assert _ids(caller.get(f"{base}&_sort=date")) == made
    assert _ids(caller.get(f"{base}&_sort=-date")) == made[::-1]
    assert _ids(caller.get(f"{base}&date=2026-06")) == [made[1]]
    assert _ids(caller.get(f"{base}&date=ge2026-06-01&_sort=date")) == made[1:]
    assert _ids(caller.get(f"{base}&date=lt2026-05-02")) == [made[0]]
    assert _ids(caller.get(f"{base}&value-quantity=gt71|{codes.UCUM}|kg")) == [made[2]]
    assert _ids(caller.get(f"{base}&value-quantity=71")) == [made[1]]
    assert (
        _ids(caller.get(f"/Observation?patient={woman.id}&code={codes.WEIGHT},{codes.BP_PANEL}&_count=10"))[
            :3
        ]
        == made
    )
    assert _ids(caller.get(f"/Observation?patient={woman.id}&status=amended")) == []
    assert _ids(caller.get(f"/Observation?patient={woman.id}&code:not={codes.WEIGHT}")) != made
    assert (
        len(_ids(caller.get(f"/Observation?subject={woman.reference}&component-code={codes.BP_SYSTOLIC}")))
        == 1
    )
    assert _ids(caller.get(f"/Observation?_id={made[0]},{made[2]}&_sort=date")) == [made[0], made[2]]
    assert _ids(caller.get(f"/Observation?episode-of-care={woman.episode}&_sort=date&_count=3"))[:3] == made


def test_pages_hold_every_row_once_under_writes(caller: Person, woman: Woman) -> None:
    made = {caller.post("/Observation", a_weight(woman.reference, 60 + n)).json()["id"] for n in range(7)}
    page = caller.get(f"/Observation?patient={woman.id}&_count=3&_sort=-date")
    seen = _ids(page)
    while (link := _next(page)) is not None:
        assert woman.id not in link
        caller.post("/Observation", a_weight(woman.reference, 90))
        page = caller.get(link)
        seen += _ids(page)
    assert len(seen) == len(set(seen))
    assert made <= set(seen)


def test_a_page_link_is_bound_to_its_caller(server: Server, caller: Person, woman: Woman) -> None:
    for n in range(2):
        caller.post("/Observation", a_weight(woman.reference, 60 + n))
    link = _next(caller.get(f"/Observation?patient={woman.id}&_count=1"))
    assert link is not None
    assert caller.get(link).status_code == 200
    assert server.person("gp").get(link).status_code == 400
    assert caller.get(link.replace("/Observation?", "/Encounter?")).status_code == 400


def test_totals_and_counts(caller: Person, woman: Woman) -> None:
    for n in range(3):
        caller.post("/Observation", a_weight(woman.reference, 60 + n))
    base = f"/Observation?patient={woman.id}"
    assert "total" not in caller.get(base).json()
    assert caller.get(f"{base}&_total=accurate&_count=1").json()["total"] == 3
    only = caller.get(f"{base}&_summary=count").json()
    assert only["total"] == 3
    assert "entry" not in only
    assert caller.get(f"{base}&_count=0").json()["total"] == 3


def test_includes(caller: Person, woman: Woman) -> None:
    caller.post("/Observation", a_weight(woman.reference))
    answer = caller.get(f"/Observation?patient={woman.id}&_include=Observation:subject")
    modes = [(part["resource"]["resourceType"], part["search"]["mode"]) for part in answer.json()["entry"]]
    assert modes == [("Observation", "match"), ("Patient", "include")]


def test_strings_without_case_and_accents(caller: Person, woman: Woman) -> None:
    assert woman.id in _ids(caller.get("/Patient?name=agot&_count=500"))
    assert woman.id not in _ids(caller.get("/Patient?name:exact=agot&_count=500"))
    assert woman.id in _ids(caller.get("/Patient?family:contains=røv&_count=500"))


def test_a_number_is_searched_by_post(caller: Person, woman: Woman) -> None:
    answer = caller.search("Patient", identifier=f"{codes.FNR}|{woman.number}")
    assert _ids(answer) == [woman.id]
    assert woman.number not in json.dumps(answer.json()["link"])


def test_lenient_ignores_what_strict_refuses(caller: Person, woman: Woman) -> None:
    path = f"/Patient?_id={woman.id}&colour=blue"
    assert caller.get(path).status_code == 400
    answer = caller.get(path, Prefer="handling=lenient")
    outcome = [part for part in answer.json()["entry"] if part["search"]["mode"] == "outcome"]
    assert len(outcome) == 1
    assert "colour" not in answer.json()["link"][0]["url"]


def test_a_transaction_in_fhirs_order(caller: Person, woman: Woman) -> None:
    old = caller.post("/Observation", a_weight(woman.reference, 61)).json()
    changed = caller.post("/Observation", a_weight(woman.reference, 62)).json()
    body = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"request": {"method": "GET", "url": f"Observation?patient={woman.id}&_sort=date"}},
            entry({**changed, "status": "amended"}, method="PUT", url=f"Observation/{changed['id']}"),
            entry(a_weight(woman.reference, 63)),
            {"request": {"method": "DELETE", "url": f"Observation/{old['id']}"}},
        ],
    }
    answer = caller.post("", body).json()
    assert [part["response"]["status"] for part in answer["entry"]] == ["200", "200", "201", "204"]
    found = {part["resource"]["id"] for part in answer["entry"][0]["resource"]["entry"]}
    assert found == {changed["id"], answer["entry"][2]["resource"]["id"]}


def test_references_in_a_transaction_become_ids(caller: Person) -> None:
    first, card = urn(), urn()
    body = a_transaction(entry(an_episode(first), card), entry(a_patient(new_number()), first))
    made = caller.post("", body).json()["entry"]
    assert made[0]["resource"]["patient"]["reference"] == f"Patient/{made[1]['resource']['id']}"


def test_a_batch_answers_for_each_entry(server: Server, caller: Person, woman: Woman) -> None:
    body = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [
            entry(a_weight(woman.reference)),
            {"request": {"method": "GET", "url": "Patient/nobody"}},
            {"request": {"method": "GET", "url": woman.reference}},
            entry({**a_weight(woman.reference), "status": "wrong"}),
        ],
    }
    answer = caller.post("", body)
    entries = answer.json()["entry"]
    assert [part["response"]["status"] for part in entries] == ["201", "404", "200", "400"]
    assert entries[1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    rows = server.database.rows(
        f"SELECT count(*) FROM audit WHERE request::jsonb ->> 'part' = '{answer.headers['x-request-id']}'"
    )
    assert rows == ["4"]


def test_the_harness_writes_base_r4_under_its_own_ids(server: Server) -> None:
    harness = server.person("harness", bearer=True)
    made = harness.put(
        "/Patient/my-own-id", {"resourceType": "Patient", "id": "my-own-id", "gender": "female"}
    )
    assert made.status_code == 201
    assert made.json()["meta"]["tag"][0]["code"] == "harness"
    assert server.person("midwife").get("/Patient/my-own-id").status_code == 404


def test_card_of_another_day(caller: Person, woman: Woman) -> None:
    due = a_weight(woman.reference)
    due |= {
        "code": concept(codes.LOINC, codes.EDD_LMP),
        "valueDateTime": "2027-02-01",
        "effectiveDateTime": "2026-06-01",
    }
    due.pop("valueQuantity")
    assert caller.post("/Observation", due).status_code == 201
    path = f"/EpisodeOfCare/{woman.episode}/$card"
    assert "uke 30+2" in caller.get(f"{path}?asOf=2026-11-22", Accept="text/html").text
    assert "uke 31+2" in caller.get(f"{path}?asOf=2026-11-29", Accept="text/html").text
    assert caller.get(f"{path}?asOf=tomorrow").status_code == 400
    assert caller.get(f"{path}?_format=image/png").status_code == 406


def test_a_declared_relation_opens_the_card_and_is_shown_to_her(server: Server, woman: Woman) -> None:
    gp = server.person("gp", key="gp-b")
    path = f"/EpisodeOfCare/{woman.episode}/$card"
    assert gp.get(path).status_code == 404
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": woman.number}}
        ],
    }
    answer = gp.post("/Patient/$declare-relation", parameters)
    assert answer.status_code == 200, answer.text
    assert answer.json()["parameter"][0]["valueReference"]["reference"] == woman.reference
    assert gp.get(path).status_code == 200
    log = server.person("citizen", person=woman.number).get(f"/Patient/{woman.id}/$access-log").text
    assert "Nordre torg legekontor" in log
    parameters["parameter"][0]["valueIdentifier"]["value"] = new_number()
    assert gp.post("/Patient/$declare-relation", parameters).status_code == 404
    without = server.person("gp", key="gp-c", purpose="BTG").post("/Patient/$declare-relation", parameters)
    assert without.status_code == 403
