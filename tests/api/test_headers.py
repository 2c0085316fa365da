"""Headers of requests and answers: formats, preferences, conditional reads, compression, correlation, browsers."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import httpx
import pytest
from helsekort_sandbox import mocks

from app.main import create_app
from app.settings import UnsafeSettings, check
from tests.fixtures.identity import Serving
from tests.fixtures.resources import Woman, a_weight, new_number, register
from tests.fixtures.server import Person, Server

PORTAL = "https://portal.example"


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


@pytest.fixture(scope="module")
def path(server: Server, woman: Woman) -> str:
    made = server.person("midwife").post("/Observation", a_weight(woman.reference, 70.5))
    return f"/Observation/{made.json()['id']}"


def test_head_has_the_headers_of_get_and_no_body_and_is_logged(
    server: Server, caller: Person, woman: Woman, path: str
) -> None:
    for address in (
        path,
        f"{path}/_history/1",
        f"{path}/_history",
        f"/Observation?patient={woman.id}",
        "/_history",
    ):
        got, headed = caller.get(address), caller.request("HEAD", address)
        assert headed.status_code == got.status_code == 200
        assert headed.content == b""
        its_own = {"x-request-id", "date", "content-length", "last-modified"}
        assert {k: v for k, v in headed.headers.items() if k not in its_own} == {
            k: v for k, v in got.headers.items() if k not in its_own
        }
        rows = [server.audit(answer.headers["x-request-id"]) for answer in (got, headed)]
        assert rows[0]["result"] == rows[1]["result"]
        assert rows[1]["request"]["method"] == "HEAD"
    assert caller.request("HEAD", "/Observation/nothing").status_code == 404
    assert (
        caller.request("HEAD", path).headers["content-length"] == caller.get(path).headers["content-length"]
    )


def test_if_modified_since(caller: Person, path: str) -> None:
    answer = caller.get(path)
    moment = parsedate_to_datetime(answer.headers["last-modified"])
    earlier = format_datetime(moment - timedelta(seconds=1), usegmt=True)
    assert caller.get(path, If_Modified_Since=answer.headers["last-modified"]).status_code == 304
    assert caller.get(path, If_Modified_Since=earlier).status_code == 200
    assert caller.get(path, If_Modified_Since="yesterday").status_code == 200
    assert (
        caller.get(f"{path}/_history/1", If_Modified_Since=answer.headers["last-modified"]).status_code == 304
    )


def test_if_none_match_goes_before_if_modified_since(caller: Person, path: str) -> None:
    answer = caller.get(path)
    same, other = answer.headers["etag"], 'W/"77"'
    modified = answer.headers["last-modified"]
    assert caller.get(path, If_None_Match=other, If_Modified_Since=modified).status_code == 200
    unchanged = caller.get(path, If_None_Match=f"{other}, {same}")
    assert unchanged.status_code == 304
    assert unchanged.content == b""
    assert unchanged.headers["etag"] == same
    assert caller.get(path, If_None_Match=same.removeprefix("W/")).status_code == 304
    assert caller.get(path, If_None_Match="*").status_code == 304
    assert caller.get("/Observation/nothing", If_None_Match="*").status_code == 404


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("?_format=json", "text/csv", 200),
        ("?_format=application/fhir%2Bjson", "", 200),
        ("?_format=application/fhir%2Bjson;fhirVersion=4.0", "", 200),
        ("?_format=xml", "*/*", 406),
        ("?_format=application/fhir%2Bxml", "*/*", 406),
        ("", "application/fhir+xml", 406),
        ("", "application/fhir+xml, application/fhir+json;q=0.5", 200),
        ("", "Application/FHIR+JSON; fhirVersion=4.0", 200),
    ],
)
def test_formats(caller: Person, path: str, query: str, accept: str, status: int) -> None:
    answer = caller.get(f"{path}{query}", Accept=accept)
    assert answer.status_code == status
    if status == 406:
        assert "JSON only" in answer.json()["issue"][0]["diagnostics"]


def test_pretty_keeps_every_lexeme(caller: Person, woman: Woman) -> None:
    text = json.dumps(a_weight(woman.reference)).replace("70.5", "70.50")
    path = f"/Observation/{caller.post('/Observation', text).json()['id']}"
    plain, pretty = caller.get(path), caller.get(f"{path}?_pretty=true")
    assert "\n" not in plain.text
    assert '\n    "value": 70.50,\n' in pretty.text
    assert pretty.json() == plain.json()
    assert caller.get(f"{path}?_pretty=false").content == plain.content
    assert '\n  "resourceType"' in caller.get("/Observation/nothing?_pretty=true").text
    assert "\n  " in caller.get(f"/Observation?patient={woman.id}&_pretty=true").text
    assert caller.get("/Observation?a=%00&_pretty=true").status_code == 400


def test_gzip_only_where_it_is_asked_for_and_worth_it(caller: Person, woman: Woman, path: str) -> None:
    address = f"/Observation?patient={woman.id}&_include=Observation:subject"
    zipped, plain = (caller.get(address, Accept_Encoding=wanted) for wanted in ("gzip", "identity"))
    assert zipped.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in zipped.headers["vary"].lower()
    assert int(zipped.headers["content-length"]) < len(plain.content)
    assert "content-encoding" not in plain.headers
    assert [row["resource"] for row in zipped.json()["entry"]] == [
        row["resource"] for row in plain.json()["entry"]
    ]
    assert "content-encoding" not in caller.get(path, Accept_Encoding="gzip").headers
    assert gzip.decompress(gzip.compress(plain.content, mtime=0)) == plain.content


def test_the_clients_number_comes_back_beside_ours(server: Server, caller: Person, path: str) -> None:
    for name in ("X_Request_Id", "nhn_event_id"):
        answer = caller.get(path, **{name: "epj-4711"})
        assert answer.headers["x-correlation-id"] == "epj-4711"
        assert answer.headers["x-request-id"] != "epj-4711"
        assert server.audit(answer.headers["x-request-id"])["request"]["correlation"] == "epj-4711"
    assert "x-correlation-id" not in caller.get(path).headers
    number = new_number()
    answer = caller.get(path, X_Request_Id=f"patient {number}")
    assert number not in answer.headers["x-correlation-id"]
    assert answer.status_code == 200


def test_prefer_of_a_write(caller: Person, woman: Woman) -> None:
    for wanted, kind in (
        ("return=minimal", ""),
        ("return=representation", "Observation"),
        ("return=OperationOutcome", "OperationOutcome"),
        ('handling=strict; return="OperationOutcome"', "OperationOutcome"),
        ("return=everything", "Observation"),
    ):
        made = caller.post("/Observation", a_weight(woman.reference), Prefer=wanted)
        assert made.status_code == 201
        assert (made.json()["resourceType"] if made.content else "") == kind
        path = made.headers["location"].partition("/_history")[0]
        changed = caller.put(
            path, {**a_weight(woman.reference, 80), "id": path.rpartition("/")[2]}, Prefer=wanted
        )
        assert changed.status_code == 200
        assert (changed.json()["resourceType"] if changed.content else "") == kind


@pytest.fixture(scope="module")
def portal(server: Server) -> Iterator[Server]:
    """The same server where pages of the portal may call it."""
    listener = mocks.listen()
    base = mocks.address(listener)
    settings = replace(server.settings, base_url=base, cors_origins=f"{PORTAL} https://other.example")
    with Serving(create_app(settings), listener), httpx.Client(timeout=20) as client:
        yield replace(server, base=base, settings=settings, client=client)


def test_a_preflight_is_answered_outside_the_door(portal: Server, path: str) -> None:
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,dpop,if-match",
    }
    before = portal.database.rows("SELECT count(*) FROM audit")
    answer = portal.client.options(f"{portal.fhir}{path}", headers={"Origin": PORTAL, **asked})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PORTAL
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers
    stranger = portal.client.options(
        f"{portal.fhir}{path}", headers={"Origin": "https://evil.example", **asked}
    )
    assert "access-control-allow-origin" not in stranger.headers
    assert portal.database.rows("SELECT count(*) FROM audit") == before


def test_a_page_of_the_portal_reads_and_sees_the_headers_that_it_needs(portal: Server, path: str) -> None:
    answer = portal.person("midwife").get(path, Origin=PORTAL)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PORTAL
    exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {"ETag", "Location", "X-Request-Id"} <= exposed
    assert "access-control-allow-credentials" not in answer.headers
    refused = portal.client.get(f"{portal.fhir}{path}", headers={"Origin": PORTAL})
    assert refused.status_code == 401
    stranger = portal.person("midwife").get(path, Origin="https://evil.example")
    assert "access-control-allow-origin" not in stranger.headers


def test_no_page_of_another_origin_where_none_is_set(server: Server, caller: Person, path: str) -> None:
    assert "access-control-allow-origin" not in caller.get(path, Origin=PORTAL).headers
    assert caller.request("OPTIONS", path, Origin=PORTAL).status_code == 405
    with pytest.raises(UnsafeSettings):
        check(replace(server.settings, cors_origins="*"))
