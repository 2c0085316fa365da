"""Fetching files: headers, formats, and what happens when a file goes away."""

import gzip
import json

import httpx
import pytest

from app.store import export_files
from tests.access.world import World, orgnr
from tests.fixtures.crowd import a_crowd
from tests.fixtures.exports import Exported, begun, exported
from tests.fixtures.server import Server


@pytest.fixture(scope="module")
def found(world: World) -> Exported:
    a_crowd(world.server.database, "files", orgnr("midwives-a"), women=300, observations=4)
    return exported(world.midwife, "/Patient/$export")


def a_file(found: Exported, type_name: str = "Observation") -> str:
    return next(row["url"] for row in found.manifest["output"] if row["type"] == type_name)


def test_the_manifest(world: World, found: Exported) -> None:
    answer = world.midwife.get(found.status)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["expires"].endswith("GMT")
    assert answer.headers["cache-control"] == "no-store"
    manifest = answer.json()
    assert list(manifest) == [
        "transactionTime",
        "request",
        "requiresAccessToken",
        "output",
        "deleted",
        "error",
    ]
    assert manifest["requiresAccessToken"] is True
    assert manifest["error"] == []
    assert all(
        row["url"].startswith(f"{world.server.fhir}/$export-file/{found.id}/") for row in manifest["output"]
    )


def test_a_file(world: World, found: Exported) -> None:
    answer = world.midwife.get(a_file(found), Accept="application/fhir+ndjson")
    assert answer.headers["content-type"] == "application/fhir+ndjson"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-length" not in answer.headers, "it is made as it goes"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert {row["resourceType"] for row in rows} == {"Observation"}
    assert len(rows) >= 1200


@pytest.mark.parametrize("accept", ["*/*", "application/ndjson", "application/fhir+ndjson;q=0.9, text/html"])
def test_names_of_the_format(world: World, found: Exported, accept: str) -> None:
    assert world.midwife.get(a_file(found, "Patient"), Accept=accept).status_code == 200


def test_no_other_format(world: World, found: Exported) -> None:
    answer = world.midwife.get(a_file(found), Accept="application/fhir+json")
    assert answer.status_code == 406
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "name",
    [
        "Observation.ndjson", "Observation-2.ndjson", "Observation-0.ndjson", "Consent-1.ndjson", "deleted-1.ndjson",
        "Bundle-1.ndjson", "Observation-1", "Observation-1.ndjson.gz", "Observation-99999999999.ndjson",
    ],
)  # fmt: skip
def test_what_is_no_file(world: World, found: Exported, name: str) -> None:
    answer = world.midwife.get(f"/$export-file/{found.id}/{name}")
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == "not-found"


def test_a_proof_fetches_once(world: World, found: Exported) -> None:
    url, token = a_file(found), world.midwife.token()
    proof = world.server.issuers.proof("GET", url, token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
    assert world.server.client.get(url, headers=headers).status_code == 200
    again = world.server.client.get(url, headers=headers)
    assert again.status_code == 401
    assert again.headers["content-type"].startswith("application/fhir+json")
    assert world.server.client.get(url).status_code == 401


def test_nothing_is_there_before_it_is_done(world: World) -> None:
    status = begun(world.midwife)
    answer = world.midwife.get(status.replace("$export-status", "$export-file") + "/Patient-1.ndjson")
    assert answer.status_code == 404
    waiting = world.midwife.get(status)
    assert (waiting.status_code, waiting.text) == (202, "")
    assert waiting.headers["x-progress"] == "begun"


def test_a_file_that_goes_away_breaks_off(
    world: World, found: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file must not look like a whole one."""
    gone = exported(world.midwife, "/Patient/$export?_type=Observation")
    real, pages = export_files._page, []
    monkeypatch.setattr(export_files, "_PAGE_CHUNKS", 10)
    real.cache_clear()

    async def cancelled(session: object, file: object) -> object:
        async for chunks in real_pages(session, file):
            pages.append(chunks)
            if len(pages) == 1:
                _cancel(world.server, gone.id)
            yield chunks

    real_pages = export_files.pages
    monkeypatch.setattr(export_files, "pages", cancelled)
    with pytest.raises(httpx.RemoteProtocolError):
        world.midwife.get(a_file(gone))
    assert len(pages) == 1
    real.cache_clear()


def _cancel(server: Server, id_: str) -> None:
    server.database.rows(f"UPDATE export SET state = 'cancelled' WHERE id = '{id_}'")


def test_gzip(world: World, found: Exported) -> None:
    plain = world.midwife.get(a_file(found), Accept_Encoding="identity")
    with httpx.Client() as client:
        token = world.midwife.token()
        proof = world.server.issuers.proof("GET", a_file(found), token)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof, "Accept-Encoding": "gzip"}
        with client.stream("GET", a_file(found), headers=headers) as answer:
            raw = b"".join(answer.iter_raw())
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).decode() == plain.text
    assert len(raw) < len(plain.content) / 4
