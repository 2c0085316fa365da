"""History of a resource, a type and everything: https://hl7.org/fhir/R4/http.html#history"""

from typing import Any

import httpx
import pytest

from tests.fixtures.resources import Woman, a_weight, labelled, register
from tests.fixtures.server import Person, Server


@pytest.fixture
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _versions(answer: httpx.Response) -> list[tuple[str, str]]:
    """Method and place of each version."""
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json().get("entry", [])
    return [
        (row["request"]["method"], row["fullUrl"].split("/fhir/")[1] + row["response"]["etag"])
        for row in rows
    ]


def _next(answer: httpx.Response) -> str:
    return next((row["url"] for row in answer.json()["link"] if row["relation"] == "next"), "")


def _all(caller: Person, path: str) -> list[tuple[str, str]]:
    answer = caller.get(path)
    found = _versions(answer)
    while link := _next(answer):
        answer = caller.get(link)
        found += _versions(answer)
    return found


def _three(caller: Person, woman: Woman) -> str:
    """The path of an Observation that was made, changed and deleted."""
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    path = f"Observation/{made['id']}"
    assert caller.put(f"/{path}", {**made, "status": "amended"}).status_code == 200
    assert caller.delete(f"/{path}").status_code == 204
    return path


def test_every_level_lists_versions_newest_first_with_deletions(caller: Person, woman: Woman) -> None:
    path = _three(caller, woman)
    expected = [("DELETE", f'{path}W/"3"'), ("PUT", f'{path}W/"2"'), ("POST", f'{path}W/"1"')]
    assert _versions(caller.get(f"/{path}/_history")) == expected
    assert _versions(caller.get("/Observation/_history?_count=3")) == expected
    assert _versions(caller.get("/_history?_count=3")) == expected
    entries = caller.get("/_history?_count=3").json()["entry"]
    assert "resource" not in entries[0]
    assert entries[1]["resource"]["status"] == "amended"
    assert [row["response"]["status"] for row in entries] == ["204", "200", "201"]


def test_a_total_only_where_it_is_the_whole(caller: Person, woman: Woman) -> None:
    path = _three(caller, woman)
    assert caller.get(f"/{path}/_history").json()["total"] == 3
    for query in ("_count=2", "_since=2020-01-01", "_at=2020"):
        assert "total" not in caller.get(f"/{path}/_history?{query}").json()
    assert "total" not in caller.get("/_history?_count=1").json()


@pytest.mark.parametrize("level", ["", "/Observation"])
def test_pages_hold_every_version_once_under_writes(caller: Person, woman: Woman, level: str) -> None:
    made = [caller.post("/Observation", a_weight(woman.reference, 60 + n)).json()["id"] for n in range(5)]
    answer = caller.get(f"{level}/_history?_count=2")
    seen = _versions(answer)
    while link := _next(answer):
        assert woman.id not in link
        caller.put(f"/Observation/{made[0]}", {**a_weight(woman.reference, 90), "id": made[0]})
        answer = caller.get(link)
        seen += _versions(answer)
    assert len(seen) == len(set(seen))
    assert {f'Observation/{id_}W/"1"' for id_ in made} <= {place for _, place in seen}


def test_a_page_link_is_for_its_caller_and_its_question(server: Server, caller: Person, woman: Woman) -> None:
    path = _three(caller, woman)
    for address in (f"/{path}/_history", "/Observation/_history", "/_history"):
        link = _next(caller.get(f"{address}?_count=1"))
        assert caller.get(link).status_code == 200
        assert server.person("gp").get(link).status_code == 400
        assert caller.get(link.replace("_history?", "x/_history?")).status_code in {400, 404}


def test_since_and_at(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    path = f"/Observation/{made['id']}"
    changed = caller.put(path, {**made, "status": "amended"}).json()
    first, second = (body["meta"]["lastUpdated"].replace("Z", "%2B00:00") for body in (made, changed))
    for level in (path, "/Observation", ""):
        since = _versions(caller.get(f"{level}/_history?_since={second}&_count=50"))
        assert [place for _, place in since if made["id"] in place] == [f'{path[1:]}W/"2"']
        assert since == _versions(caller.get(f"{level}/_history?_since={second}&_count=50"))
        whole = _versions(caller.get(f"{level}/_history?_since={first}&_count=50"))
        assert len([place for _, place in whole if made["id"] in place]) == 2
        past = _versions(caller.get(f"{level}/_history?_at=2020"))
        assert past == []
        today = _versions(caller.get(f"{level}/_history?_at={made['meta']['lastUpdated'][:10]}&_count=500"))
        assert len([place for _, place in today if made["id"] in place]) == 2
        later = _versions(caller.get(f"{level}/_history?_at=2099&_count=500"))
        assert [place for _, place in later if made["id"] in place] == [f'{path[1:]}W/"2"']


def test_a_page_link_keeps_its_filter(caller: Person, woman: Woman) -> None:
    made = [caller.post("/Observation", a_weight(woman.reference, 60 + n)).json() for n in range(3)]
    since = made[1]["meta"]["lastUpdated"].replace("Z", "%2B00:00")
    found = {place for _, place in _all(caller, f"/Observation/_history?_since={since}&_count=1")}
    assert f'Observation/{made[2]["id"]}W/"1"' in found
    assert f'Observation/{made[0]["id"]}W/"1"' not in found


def test_nobody_sees_versions_of_others(server: Server, caller: Person, woman: Woman) -> None:
    path = _three(caller, woman)
    stranger = server.person("midwife", key="midwife-b")
    own = register(stranger)
    for address in ("/_history?_count=500", "/Observation/_history?_count=500"):
        assert path in caller.get(address).text
        assert path not in stranger.get(address).text
    assert own.id in stranger.get("/_history?_count=500").text
    assert stranger.get(f"/{path}/_history").status_code == 404
    herself = server.person("citizen", person=woman.number)
    assert path in herself.get("/_history").text
    assert own.id not in herself.get("/_history?_count=500").text


def test_a_label_of_now_hides_what_was_before_and_one_of_then_stays(server: Server, caller: Person) -> None:
    woman = register(caller)
    herself = server.person("citizen", person=woman.number)
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    path = f"/Observation/{made['id']}"
    assert made["id"] in herself.get("/_history").text
    hidden = labelled({**made}, "NOPAT")
    assert caller.put(path, hidden).status_code == 200
    assert herself.get(f"{path}/_history").status_code == 404
    assert made["id"] not in herself.get("/_history").text
    assert caller.put(path, a_weight(woman.reference) | {"id": made["id"]}).status_code == 200
    seen = _versions(herself.get(f"{path}/_history?_count=1"))
    assert [place[-4:] for _, place in seen] == ['W/"3"'[-4:]]
    assert [place[-2:] for _, place in _all(herself, f"{path}/_history?_count=1")] == ['3"', '1"']


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("_count=0", 400),
        ("_count=x", 400),
        ("_count=1&_count=2", 400),
        ("_since=yesterday", 400),
        ("_at=2020-13", 400),
        ("_sort=_id", 400),
        ("_cursor=abc", 400),
        ("_count=100000", 200),
    ],
)
def test_parameters(caller: Person, woman: Woman, query: str, status: int) -> None:
    for path in (f"/{woman.reference}/_history", "/Patient/_history", "/_history"):
        assert caller.get(f"{path}?{query}").status_code == status
    assert caller.get(f"/_history?{query}&colour=blue").status_code == 400


def test_lenient_ignores_what_strict_refuses(caller: Person, woman: Woman) -> None:
    answer = caller.get(f"/{woman.reference}/_history?_sort=_id&_count=1", Prefer="handling=lenient")
    assert answer.status_code == 200
    assert answer.json()["link"][0]["url"].endswith("/_history?_count=1")


def test_a_type_without_history_says_so(caller: Person) -> None:
    assert caller.get("/AuditEvent/_history").status_code == 405
    assert caller.get("/Spaceship/_history").status_code == 404
