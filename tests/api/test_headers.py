"""Headers of requests and answers: formats, preferences, conditional reads, compression, correlation, browsers; and ``/metrics``."""

import asyncio
import gzip
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from helsekort_sandbox import mocks

from app.api.counters import Counter
from app.api.shared_counters import SharedCounters
from app.main import create_app
from app.settings import UnsafeSettings, check
from tests.fixtures.identity import Serving
from tests.fixtures.resources import Woman, a_weight, new_number, register
from tests.fixtures.server import Person, Server

# https://prometheus.io/docs/instrumenting/exposition_formats/
SAMPLE = re.compile(r'(helsekort_\w+)(?:\{((?:\w+="[^"\\\n]*",?)*)\})? ([0-9.e+-]+|\+Inf)')
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


def measured(server: Server) -> dict[str, float]:
    """Each sample of ``/metrics`` by its name and labels."""
    answer = httpx.get(f"{server.base}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.text.endswith("\n")
    samples, described = {}, set()
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            described.add(line.split()[2])
        elif not line.startswith("# HELP "):
            found = SAMPLE.fullmatch(line)
            assert found, line
            name = re.sub("_(bucket|sum|count)$", "", found[1])
            assert name in described or found[1] in described, line
            key = f"{found[1]}{{{found[2] or ''}}}"
            assert key not in samples, line
            samples[key] = float(found[3])
    return samples


def asked_by(app: Any, address: str) -> httpx.Response:
    """The answer of ``app`` to somebody at ``address``, without a socket."""

    async def ask() -> httpx.Response:
        way = httpx.ASGITransport(app=app, client=(address, 5000))
        async with httpx.AsyncClient(transport=way, base_url="http://helsekort.example") as client:
            return await client.get("/metrics")

    return asyncio.run(ask())


def test_requests_are_counted_by_address_and_status(server: Server) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)
    read = 'method="GET",route="/fhir/{type}/{id}"'
    before = measured(server)
    assert midwife.get(f"/{woman.reference}").status_code == 200
    assert midwife.get("/Patient/018f0000-0000-7000-8000-000000000000").status_code == 404
    assert midwife.post("/Observation", a_weight(woman.reference)).status_code == 201
    after = measured(server)

    def grew(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grew(f'helsekort_requests_total{{{read},status="200"}}') == 1
    assert grew(f'helsekort_requests_total{{{read},status="404"}}') == 1
    assert grew('helsekort_requests_total{method="POST",route="/fhir/{type}",status="201"}') == 1
    assert grew(f"helsekort_request_seconds_count{{{read}}}") == 2
    assert grew(f'helsekort_request_seconds_bucket{{{read},le="+Inf"}}') == 2
    assert 0 < grew(f"helsekort_request_seconds_sum{{{read}}}") < 20
    buckets = [
        value for name, value in after.items() if name.startswith(f"helsekort_request_seconds_bucket{{{read}")
    ]
    assert buckets == sorted(buckets)


def test_the_numbers_of_several_workers_are_added(server: Server, tmp_path: Path) -> None:
    """Two processes' counters in one folder: whichever is asked tells both, and of one that ended its answers alone."""
    house = create_app(server.settings).state.house
    mine, theirs = ([Counter("GET", "/fhir/{type}/{id}"), Counter("POST", "/fhir/{type}")] for _ in range(2))
    mine[0].count(200, 0.003)
    theirs[0].count(200, 0.004)
    theirs[0].count(404, 30.0)
    theirs[1].count(201, 0.1)
    shared = [SharedCounters(str(tmp_path), rows, house.database) for rows in (mine, theirs)]
    shared[1].write()
    for asked in (shared[0], shared[1], shared[0]):
        read, made = sorted(asked.together()[0], key=lambda row: row.method)
        assert (read.statuses, sum(read.within), read.within[-1]) == ({200: 2, 404: 1}, 3, 1)
        assert (made.statuses, round(read.seconds, 3)) == ({201: 1}, 30.007)
    (file,) = [one for one in tmp_path.glob("*.json") if '"POST"' in one.read_text()]
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {"at": told["at"] - 3600, "held": [7, 7]}))
    counters, (open_, _) = shared[0].together()
    assert (len(counters), open_) == (2, house.database.held()[0])
    text = asked_by(_with(server, shared[0]), "127.0.0.1").text
    assert 'helsekort_requests_total{method="POST",route="/fhir/{type}",status="201"} 1' in text


def _with(server: Server, shared: SharedCounters) -> Any:
    app = create_app(replace(server.settings, database_url="postgresql://127.0.0.1:1/none", connections=1))
    app.state.house.database._idle.put_nowait(None)
    app.state.shared = shared
    return app


def test_what_waits_is_counted(server: Server) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)
    now = measured(server)
    assert now["helsekort_database_up{}"] == 1
    assert now['helsekort_connections{state="open"}'] == server.settings.connections
    assert now["helsekort_audit_unsealed_rows{}"] > 0, "no worker seals here"
    assert now["helsekort_audit_unsealed_lanes{}"] > 0
    for system in ("kjernejournal", "helsenorge"):
        assert sum(now[f'helsekort_breaker{{system="{system}",state="{state}"}}'] for state in ("open", "closed", "half-open")) == 1  # fmt: skip
    assert midwife.post("/Observation", a_weight(woman.reference)).status_code == 201
    job = "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('nobody', 'nothing') RETURNING id"
    server.database.rows(job)
    later = measured(server)
    server.database.rows("DELETE FROM procrastinate_jobs WHERE queue_name = 'nobody' RETURNING id")
    assert later["helsekort_audit_unsealed_rows{}"] > now["helsekort_audit_unsealed_rows{}"]
    assert later['helsekort_jobs{state="todo"}'] > now['helsekort_jobs{state="todo"}']


def test_they_name_nobody(server: Server) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)
    midwife.get(f"/{woman.reference}")
    midwife.get(f"/Patient/{woman.number}")
    text = httpx.get(f"{server.base}/metrics").text
    for secret in (woman.id, woman.episode, woman.number, midwife.wish.key or "midwife-a"):
        assert secret not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)


def test_only_the_operators_network_reads_them(server: Server) -> None:
    assert httpx.get(f"{server.base}/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 404
    for networks, address, status in (("", "127.0.0.1", 404), ("10.0.0.0/8 ::1", "192.0.2.7", 404)):
        settings = replace(server.settings, metrics_networks=networks)
        assert asked_by(create_app(settings), address).status_code == status
    with pytest.raises(UnsafeSettings, match="METRICS_NETWORKS"):
        check(replace(server.settings, metrics_networks="everywhere"))


def test_a_database_that_is_away_is_told(server: Server) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://127.0.0.1:{nobody.getsockname()[1]}/none"
        settings = replace(server.settings, database_url=url, metrics_networks="192.0.2.0/24", connections=1)
        app = create_app(settings)
        app.state.house.database._idle.put_nowait(None)
        answer = asked_by(app, "192.0.2.7")
    assert (answer.status_code, "helsekort_database_up 0" in answer.text) == (200, True)
