"""``$meta``, ``$meta-add``, ``$meta-delete``: labels are read by who may see, and changed by who may change."""

from typing import Any

import pytest

from app.fhir import codes
from tests.access.world import stored
from tests.fixtures.resources import Json, Woman, a_weight, labelled, register
from tests.fixtures.server import Person, Server

SYSTEM = "https://epj.example/tags"
PROFILE = "https://epj.example/profiles/vekt"


def tags(*names: str) -> Json:
    return {"tag": [{"system": SYSTEM, "code": name} for name in names]}


def given(meta: Json) -> Json:
    return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]}


def meta_of(answer: Any) -> Json:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["resourceType"] == "Parameters"
    assert [row["name"] for row in body.get("parameter", [])] in ([], ["return"])
    found: Json = body["parameter"][0]["valueMeta"] if "parameter" in body else {}
    return found


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    return register(midwife)


@pytest.fixture
def weight(midwife: Person, woman: Woman) -> str:
    return "/Observation/" + stored(midwife, a_weight(woman.reference, 64.50))


def codes_of(meta: Json, name: str = "tag") -> list[str]:
    return [one["code"] for one in meta.get(name, [])]


def test_the_meta_of_a_resource_is_that_of_its_version(midwife: Person, weight: str):
    read = midwife.get(weight)
    for answer in (midwife.get(f"{weight}/$meta"), midwife.post(f"{weight}/$meta", None)):
        assert meta_of(answer) == read.json()["meta"]
        assert answer.headers["etag"] == read.headers["etag"]
    assert midwife.get("/Observation/nothing/$meta").status_code == 404
    assert midwife.get("/Nothing/$meta").status_code == 404
    assert midwife.get(f"{weight}/$meta?tag=x").status_code == 400
    assert midwife.delete(weight).status_code == 204
    assert midwife.get(f"{weight}/$meta").status_code == 410


def test_what_is_added_is_there_once_and_the_rest_stays_as_it_was(midwife: Person, weight: str):
    before = midwife.get(weight)
    asked = tags("a", "b", "a") | {"profile": [PROFILE], "versionId": "77", "source": "https://epj.example"}
    meta = meta_of(midwife.post(f"{weight}/$meta-add", given(asked)))
    assert (codes_of(meta), meta["profile"], meta["versionId"]) == (["a", "b"], [PROFILE], "2")
    assert "source" not in meta
    again = meta_of(midwife.post(f"{weight}/$meta-add", given(tags("b", "c"))))
    assert codes_of(again) == ["a", "b", "c"]
    after = midwife.get(weight)
    assert after.json()["meta"] == again
    assert '"value":64.5' in after.text.replace(" ", "")
    assert {**after.json(), "meta": {}} == {**before.json(), "meta": {}}
    assert [row["resource"]["meta"]["versionId"] for row in midwife.get(f"{weight}/_history").json()["entry"]] == [
        "3", "2", "1",
    ]  # fmt: skip


def test_what_is_taken_away_is_gone_and_what_was_never_there_is_no_error(midwife: Person, weight: str):
    meta_of(midwife.post(f"{weight}/$meta-add", given(tags("a", "b") | {"profile": [PROFILE]})))
    left = meta_of(midwife.post(f"{weight}/$meta-delete", given(tags("a", "z") | {"profile": [PROFILE]})))
    assert codes_of(left) == ["b"]
    assert "profile" not in left
    assert "tag" not in meta_of(midwife.post(f"{weight}/$meta-delete", given(tags("b"))))


@pytest.mark.parametrize("name", ["meta-add", "meta-delete"])
def test_what_is_wrong_with_the_request_is_said(midwife: Person, weight: str, name: str):
    path = f"{weight}/${name}"
    assert midwife.post(path, None).status_code == 400
    assert midwife.post(path, given({"versionId": "1"})).status_code == 400
    assert midwife.post(path, given({"tag": [{"kode": "x"}]})).status_code == 400
    assert midwife.post(path, given(tags("a")), If_Match='W/"9"').status_code == 412
    assert midwife.post(f"/Observation/nothing/${name}", given(tags("a"))).status_code == 404
    assert midwife.get(path).status_code in {404, 405}
    assert midwife.get(weight).json()["meta"]["versionId"] == "1"
    meta_of(midwife.post(path, given(tags("a")), If_Match='W/"1"'))


def test_a_label_is_changed_by_nobody_who_may_not_change_the_resource(
    midwife: Person, woman: Woman, server: Server
):
    """She and the nurse do not see it; the stranger is in no relation; the auditor reads the log alone."""
    secret = "/Observation/" + stored(midwife, labelled(a_weight(woman.reference), codes.NOPAT))
    sensitive = "/Observation/" + stored(midwife, labelled(a_weight(woman.reference), "SDV"))
    her = server.person("citizen", person=woman.number)
    others = (
        server.person("midwife", key="midwife-b"),
        server.person("auditor"),
        her,
        server.person("nurse"),
    )
    for path, people in ((secret, others[:3]), (sensitive, (*others[:2], others[3]))):
        label = {"security": midwife.get(path).json()["meta"]["security"]}
        for person in people:
            for name in ("meta-add", "meta-delete"):
                assert person.post(f"{path}/${name}", given(label)).status_code in {403, 404}
            assert person.get(f"{path}/$meta").status_code in {403, 404}
        assert midwife.get(path).json()["meta"]["versionId"] == "1"
        assert midwife.get(path).json()["meta"]["security"] == label["security"]


def test_a_label_that_is_added_hides_at_once(midwife: Person, woman: Woman, weight: str, server: Server):
    her = server.person("citizen", person=woman.number)
    assert her.get(weight).status_code == 200
    label = {"security": [{"system": codes.ACT_CODE, "code": codes.NOPAT}]}
    meta_of(midwife.post(f"{weight}/$meta-add", given(label)))
    assert her.get(weight).status_code == 404
    assert midwife.get(f"{weight}/_history/1").status_code == 200
    assert her.get(f"{weight}/_history/1").status_code == 404


def test_what_is_in_use_is_what_the_caller_sees_borne(midwife: Person, woman: Woman, server: Server):
    secret = "/Observation/" + stored(midwife, labelled(a_weight(woman.reference), codes.NOPAT))
    known = "/Observation/" + stored(midwife, a_weight(woman.reference))
    meta_of(midwife.post(f"{secret}/$meta-add", given(tags("skjult") | {"profile": [PROFILE + "/skjult"]})))
    meta_of(midwife.post(f"{known}/$meta-add", given(tags("kjent"))))
    her = server.person("citizen", person=woman.number)
    stranger = server.person("midwife", key="midwife-b")
    for path in ("/Observation/$meta", "/$meta"):
        for person, seen in ((midwife, {"skjult", "kjent"}), (her, {"kjent"}), (stranger, set())):
            answer = person.get(path)
            meta = meta_of(answer)
            assert set(codes_of(meta)) & {"skjult", "kjent"} == seen
            assert (f"{PROFILE}/skjult" in meta.get("profile", [])) == ("skjult" in seen)
            assert ("NOPAT" in codes_of(meta, "security")) == ("skjult" in seen)
            assert server.audit(answer.headers["x-request-id"])["result"]["shown"] == []
    assert not set(codes_of(meta_of(midwife.get("/Condition/$meta")))) & {"skjult", "kjent"}
    assert midwife.delete(secret).status_code == 204
    assert "skjult" not in codes_of(meta_of(midwife.get("/Observation/$meta")))
