"""Beginning an export: what may be asked for, and what is told of what may not."""

from typing import Any

import pytest

from app.fhir import codes
from tests.access.world import World, outcome_text, stored
from tests.fixtures.exports import begin, begun, carry_on, exported
from tests.fixtures.resources import a_weight, an_observation, register
from tests.fixtures.server import Person

FNR = f"{codes.FNR}|13856500163"
BAD: list[tuple[str, str, str]] = [  # path, what is named, the issue's code
    ("/$export?_type=Nonsense", "Nonsense", "not-supported"),
    ("/$export?_type=AuditEvent", "AuditEvent", "not-supported"),
    ("/$export?_outputFormat=text/csv", "_outputFormat", "not-supported"),
    ("/$export?_since=2026-01-01", "_since", "value"),
    ("/$export?_since=2026-01-01T00:00:00%2B01:00&_since=2026-01-01T00:00:00Z", "_since", "invalid"),
    ("/$export?_since=2199-01-01T00:00:00Z", "_since", "invalid"),
    ("/$export?_since=", "_since", "value"),
    ("/$export?_typeFilter=Observation", "_typeFilter", "invalid"),
    ("/$export?_typeFilter=Observation?", "_typeFilter", "invalid"),
    ("/$export?_typeFilter=Nonsense?code=1", "_typeFilter", "invalid"),
    ("/$export?_typeFilter=Observation?nonsense=1", "nonsense", "not-supported"),
    ("/$export?_typeFilter=Observation?_sort=date", "_typeFilter", "invalid"),
    ("/$export?_typeFilter=Observation?_count=5", "_typeFilter", "invalid"),
    ("/$export?_typeFilter=Observation?_include=Observation:subject", "_typeFilter", "invalid"),
    ("/$export?_type=Patient&_typeFilter=Observation?status=final", "_typeFilter", "invalid"),
    (f"/$export?_typeFilter=Patient?identifier={FNR}", "_typeFilter", "security"),
    ("/$export?includeAssociatedData=LatestProvenanceResources", "includeAssociatedData", "not-supported"),
    ("/$export?organizeOutputBy=Patient", "organizeOutputBy", "not-supported"),
    ("/$export?_elements=nonsense", "_elements", "invalid"),
    ("/$export?_elements=", "_elements", "invalid"),
    ("/$export?_elements=Patient.nonsense", "_elements", "invalid"),
    ("/$export?_type=Patient&_elements=Observation.status", "_elements", "invalid"),
    ("/$export?_elements=Patient.name.family", "_elements", "invalid"),
    ("/$export?nonsense=1", "nonsense", "not-supported"),
    ("/Patient/$export?patient=Patient/1", "patient", "invalid"),
    ("/Patient/$export?_type=Organization", "Organization", "not-supported"),
]


def parameters(*rows: tuple[str, str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": name, f"value{kind}": value} for name, kind, value in rows],
    }


@pytest.mark.parametrize(("path", "named", "code"), BAD, ids=[row[0] for row in BAD])
def test_what_cannot_be_asked_for(world: World, path: str, named: str, code: str) -> None:
    answer = begin(world.midwife, path)
    assert answer.status_code == 400
    (issue,) = answer.json()["issue"]
    assert (issue["severity"], issue["code"]) == ("error", code)
    assert named in issue["diagnostics"] + "".join(issue.get("expression", ()))
    assert "13856500163" not in answer.text
    assert world.server.audit(answer.headers["x-request-id"])["result"]["verdict"] == f"error:400:{code}"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"resourceType": "Patient"}, "Parameters"),
        (parameters(("patient", "Reference", {"reference": "Observation/1"})), "patient"),
        (parameters(("patient", "Boolean", True)), "patient"),
        (parameters(("_since", "Date", "2026-01-01")), "_since"),
        (parameters(("_typeFilter", "String", f"Patient?identifier={FNR}")), "_typeFilter"),
        ({"resourceType": "Parameters", "parameter": [{"name": "_type"}]}, "parameter[0]"),
        ({"resourceType": "Parameters", "parameter": [{"valueString": "Patient"}]}, "name"),
    ],
    ids=str,
)
def test_what_a_body_cannot_say(world: World, body: dict[str, Any], named: str) -> None:
    answer = begin(world.midwife, "/Patient/$export", body)
    assert answer.status_code == 400
    assert named in answer.text
    assert "13856500163" not in answer.text


def test_women_are_named_at_the_levels_of_women_only(world: World) -> None:
    body = parameters(("patient", "Reference", {"reference": world.woman.reference}))
    assert begin(world.midwife, "/$export", body).status_code == 400


def test_it_is_asynchronous_or_nothing(world: World) -> None:
    for prefer in ("", "handling=lenient", "respond-later"):
        answer = begin(world.midwife, Prefer=prefer)
        assert answer.status_code == 400
        assert "respond-async" in outcome_text(answer)
    assert begin(world.midwife, Prefer="handling=strict, respond-async").status_code == 202


def test_only_json_is_spoken(world: World) -> None:
    assert begin(world.midwife, Accept="application/fhir+xml").status_code == 406
    assert begin(world.midwife, "/$export", b"<a/>", Content_Type="application/xml").status_code == 415


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
def test_no_other_method_begins_anything(world: World, method: str) -> None:
    before = world.server.database.rows("SELECT count(*) FROM export")
    assert world.midwife.request(method, "/$export", Prefer="respond-async").status_code in {404, 405, 415}
    assert world.server.database.rows("SELECT count(*) FROM export") == before


def test_leniency_ignores_and_says_so(world: World) -> None:
    path = "/Patient/$export?nonsense=1&_type=Patient,Nonsense&includeAssociatedData=x"
    answer = begin(world.midwife, path, Prefer="respond-async, handling=lenient")
    assert answer.status_code == 202
    ignored = [row["diagnostics"] for row in answer.json()["issue"] if row["severity"] == "warning"]
    assert ignored == ["nonsense is ignored", "_type is ignored", "includeAssociatedData is ignored"]


@pytest.mark.parametrize(
    "form", ["application/fhir%2Bndjson", "application/fhir+ndjson", "application/ndjson", "ndjson"]
)
def test_every_name_of_the_format(world: World, form: str) -> None:
    assert begin(world.midwife, f"/$export?_outputFormat={form}&_type=Patient").status_code == 202


def test_so_many_at_a_time(world: World) -> None:
    stranger = world.stranger
    most = world.server.settings.max_exports
    running = [begun(stranger) for _ in range(most)]
    answer = begin(stranger)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["issue"][0]["code"] == "throttled"
    assert world.server.audit(answer.headers["x-request-id"])["result"]["verdict"] == "throttled"
    assert begin(world.midwife).status_code == 202, "another client's exports do not count"
    assert stranger.delete(running[0]).status_code == 202
    assert begin(stranger).status_code == 202
    carry_on(world.server, running[1].rpartition("/")[2])
    assert begin(stranger).status_code == 202
    assert begin(stranger).status_code == 429


def test_citizens_do_not_count_for_one_another(world: World) -> None:
    for _ in range(world.server.settings.max_exports):
        begun(world.her, "/Patient/$export")
    assert begin(world.her, "/Patient/$export").status_code == 429
    assert begin(world.other_her, "/Patient/$export").status_code == 202


# What is asked for


def test_types_by_get_and_by_post(world: World) -> None:
    gp = world.gp
    asked = parameters(("_type", "String", "Patient"), ("_type", "Code", "EpisodeOfCare,CareTeam"))
    by_post = exported(gp, "/Patient/$export", asked)
    by_get = exported(gp, "/Patient/$export?_type=Patient,EpisodeOfCare&_type=CareTeam")
    assert by_post.lines == by_get.lines
    assert {name.partition("-")[0] for name in by_get.lines} == {"Patient", "EpisodeOfCare", "CareTeam"}
    assert by_get.manifest["request"].endswith(
        "/fhir/Patient/$export?_type=Patient,EpisodeOfCare&_type=CareTeam"
    )
    assert by_post.manifest["request"].endswith("/fhir/Patient/$export")


def test_the_catalogue_comes_with_the_women_where_it_is_asked_for(world: World) -> None:
    found = exported(world.gp, "/Patient/$export?_type=Patient,Organization")
    assert {name.partition("-")[0] for name in found.lines} == {"Patient", "Organization"}


def test_named_women_only(world: World) -> None:
    body = parameters(
        ("patient", "Reference", {"reference": world.other.reference}),
        ("_type", "String", "Patient,EpisodeOfCare"),
    )
    found = exported(world.midwife, "/Patient/$export", body)
    assert found.ids() == {world.other.reference, f"EpisodeOfCare/{world.other.episode}"}


def test_a_woman_who_is_not_there_and_one_who_is_not_yours_are_told_alike(world: World) -> None:
    texts = []
    for id_ in (world.other.id, "nobody"):
        body = parameters(("patient", "Reference", {"reference": f"Patient/{id_}"}))
        answer = begin(world.gp, "/Patient/$export", body)
        assert answer.status_code == 404
        texts.append(answer.json()["issue"][0]["diagnostics"].replace(id_, "<it>"))
    assert texts[0] == texts[1]


@pytest.fixture(scope="module")
def filtered(world: World) -> tuple[Person, dict[str, str]]:
    """A midwife, and Observations of hers of three kinds by their codes."""
    midwife = world.midwife
    woman = register(midwife)
    absent = {"text": "ikke målt"}
    made = {}
    for code, day in (("29463-7", "2026-03-01"), ("8480-6", "2026-03-02"), ("11881-0", "2026-05-01")):
        body = an_observation(woman.reference, code, effectiveDateTime=day, dataAbsentReason=absent)
        made[code] = f"Observation/{midwife.post('/Observation', body).json()['id']}"
    return midwife, made


@pytest.mark.parametrize(
    ("filters", "codes_"),
    [
        (["Observation?code=http://loinc.org|29463-7"], ["29463-7"]),
        (["Observation?code=29463-7,8480-6"], ["29463-7", "8480-6"]),
        (["Observation?code=29463-7%2C8480-6"], ["29463-7", "8480-6"]),
        (["Observation?code=29463-7,Observation?code=8480-6"], ["29463-7", "8480-6"]),
        (["Observation?code=29463-7", "Observation?date=ge2026-04-01"], ["29463-7", "11881-0"]),
        (["Observation?code=29463-7%26date=ge2026-04-01"], []),
        (["Observation?date=ge2026-04-01&_outputFormat=ndjson"], ["11881-0"]),
        (["Patient?name=finnes-ikke"], ["29463-7", "8480-6", "11881-0"]),
    ],
    ids=str,
)
def test_filters(filtered: tuple[Person, dict[str, str]], filters: list[str], codes_: list[str]) -> None:
    midwife, made = filtered
    query = "&".join(f"_typeFilter={text}" for text in filters)
    found = exported(midwife, f"/Patient/$export?_type=Observation,Patient&{query}").ids()
    assert found & set(made.values()) == {made[code] for code in codes_}
    assert any(name.startswith("Patient/") for name in found) == ("Patient?" not in query)


def test_elements(world: World, filtered: tuple[Person, dict[str, str]]) -> None:
    path = "/Patient/$export?_type=Patient,Observation,EpisodeOfCare&_elements=Patient.birthDate,Observation.subject"
    found = {row["resourceType"]: row for row in exported(filtered[0], path).resources()}
    assert set(found["Patient"]) == {"resourceType", "id", "meta"}
    assert set(found["Observation"]) == {"resourceType", "id", "meta", "status", "code", "subject"}
    assert "SUBSETTED" in {tag["code"] for tag in found["Observation"]["meta"]["tag"]}
    assert "type" in found["EpisodeOfCare"]
    assert "tag" not in found["EpisodeOfCare"]["meta"]
    plain = {
        row["resourceType"]: row
        for row in exported(
            filtered[0], "/Patient/$export?_type=Patient,EpisodeOfCare&_elements=name"
        ).resources()
    }
    assert set(plain["Patient"]) == {"resourceType", "id", "meta", "name"}
    assert "type" not in plain["EpisodeOfCare"]


def test_a_chain_in_a_filter_sees_only_what_the_caller_sees(world: World) -> None:
    chain = "Observation?subject:Patient.name=Prøve"
    weight = stored(world.midwife, a_weight(world.other.reference))
    path = f"/Patient/$export?_type=Observation&_typeFilter={chain}"
    assert f"Observation/{weight}" in exported(world.midwife, path).ids()
    assert f"Observation/{weight}" not in exported(world.gp, path).ids()


def test_a_filter_does_not_ask_for_what_is_hidden(world: World) -> None:
    answer = begin(world.nurse, "/$export?_typeFilter=Encounter?reason-code=x")
    assert answer.status_code == 400
    assert "reason-code" in outcome_text(answer)
    assert begin(world.midwife, "/$export?_typeFilter=Encounter?reason-code=x").status_code == 202
