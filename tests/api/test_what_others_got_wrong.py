"""What users of other FHIR servers complain of, each as a test that names the failure."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest
from helsekort_sandbox import mocks

from app.fhir import codes
from app.main import create_app
from app.store.reindex import reindex
from tests.fixtures.identity import Serving
from tests.fixtures.resources import Woman, a_patient, a_transaction, a_weight, entry, register, urn
from tests.fixtures.server import Person, Server

SYSTEM = "https://epj.example/id"
PATIENT = 2_000  # milliseconds that the impatient server gives a statement


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def named(woman: Woman, name: str, kilograms: float = 70) -> dict[str, Any]:
    return a_weight(woman.reference, kilograms, identifier=[{"system": SYSTEM, "value": name}])


def matches(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["resource"]["id"] for row in answer.json().get("entry", ())]


def following(answer: httpx.Response) -> str | None:
    return {row["relation"]: row["url"] for row in answer.json()["link"]}.get("next")


@pytest.mark.parametrize("values", [1, 2, 100])
def test_chains_with_many_alternatives_explode(caller: Person, woman: Woman, values: int) -> None:
    """Elsewhere each alternative became a condition of its own, and the index was dropped."""
    id_ = caller.post("/Observation", named(woman, f"chain-{values}")).json()["id"]
    others = [f"{SYSTEM}|{n}" for n in range(values - 1)]
    numbers = ",".join([*(f"{codes.FNR}|{n:011d}" for n in range(values - 1)), f"{codes.FNR}|{woman.number}"])
    mine = ",".join([*others, f"{SYSTEM}|chain-{values}"])
    chained = caller.search("Observation", **{"subject:Patient.identifier": numbers, "identifier": mine})
    assert matches(chained) == [id_]
    reverse = caller.search("Patient", **{"_has:Observation:subject:identifier": mine, "identifier": numbers})
    assert matches(reverse) == [woman.id]
    composite = ",".join(f"http://loinc.org|{codes.WEIGHT}${60 + n}" for n in range(values))
    found = caller.search("Observation", **{"code-value-quantity": composite, "identifier": mine})
    assert matches(found) == ([id_] if values > 10 else [])


def test_every_search_pays_for_a_count(caller: Person, woman: Woman) -> None:
    for n in range(3):
        caller.post("/Observation", named(woman, "counted", 60 + n))
    path = f"/Observation?identifier={SYSTEM}|counted&_count=1"
    assert "total" not in caller.get(path).json()
    assert caller.get(f"{path}&_total=accurate").json()["total"] == 3


@pytest.fixture(scope="module")
def impatient(server: Server) -> Iterator[Server]:
    """The same database, asked by a server that gives up soon."""
    listener = mocks.listen()
    base = mocks.address(listener)
    settings = replace(server.settings, base_url=base, statement_timeout=PATIENT, connections=2)
    with Serving(create_app(settings), listener), httpx.Client(timeout=60) as client:
        yield replace(server, base=base, settings=settings, client=client)


def test_a_timeout_is_a_failure_without_words(impatient: Server, woman: Woman) -> None:
    owner = impatient.database.url("helsekort_owner").replace("+asyncpg", "")
    midwife = impatient.person("midwife")
    with psycopg.connect(owner) as other:
        other.execute("LOCK TABLE resource IN ACCESS EXCLUSIVE MODE")
        answer = midwife.get(f"/Observation?patient={woman.id}")
        other.rollback()
    assert answer.status_code == 503
    assert answer.json()["issue"][0]["code"] == "timeout", answer.text
    assert midwife.get(f"/Observation?patient={woman.id}").status_code == 200


def test_conditional_creates_at_once_make_duplicates(server: Server, woman: Woman) -> None:
    midwife = server.person("midwife")
    midwife.get(f"/Patient/{woman.id}")

    def create(_: int) -> httpx.Response:
        return midwife.post("/Observation", named(woman, "once"), If_None_Exist=f"identifier={SYSTEM}|once")

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(create, range(20)))
    assert statuses.count(201) == 1
    assert set(statuses) <= {200, 201, 503}, statuses  # 503 asks to try again, with Retry-After
    assert len(matches(midwife.get(f"/Observation?identifier={SYSTEM}|once"))) == 1


def test_crossing_transactions_deadlock(caller: Person, woman: Woman) -> None:
    bodies = [caller.post("/Observation", named(woman, f"crossing-{n}")).json() for n in range(4)]
    entries = [entry(body, "", "PUT", f"Observation/{body['id']}") for body in bodies]

    def cross(n: int) -> httpx.Response:
        return caller.post("", a_transaction(*(entries if n % 2 else entries[::-1])))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(cross, range(16)))
    assert all(answer.status_code in {200, 503} for answer in answers), [a.text for a in answers]
    done = sum(answer.status_code == 200 for answer in answers)
    assert done
    versions = {caller.get(f"/Observation/{body['id']}").json()["meta"]["versionId"] for body in bodies}
    assert versions == {str(1 + done)}, "a transaction was applied in part"


def test_two_writes_of_one_resource_in_a_bundle_lose_one(caller: Person, woman: Woman) -> None:
    url = f"Observation?identifier={SYSTEM}|twice"
    twice = a_transaction(*(entry(named(woman, "twice", 60 + n), urn(), "PUT", url) for n in range(2)))
    answer = caller.post("", twice)
    assert answer.status_code == 400, answer.text
    assert matches(caller.get(f"/{url}")) == []


def test_rights_are_forgotten_on_the_second_page(server: Server, caller: Person, woman: Woman) -> None:
    for n in range(3):
        caller.post("/Observation", named(woman, "paged", 60 + n))
    path = f"/Observation?identifier={SYSTEM}|paged&_count=1"
    link = following(caller.get(path))
    assert link is not None
    assert matches(caller.get(link))
    stranger = server.person("gp")
    assert stranger.get(link).status_code == 400
    assert stranger.get(f"{path}&_total=accurate").json()["total"] == 0, "a total tells of what is hidden"


def test_what_may_not_be_read_shows_through_another_door(
    server: Server, woman: Woman, caller: Person
) -> None:
    id_ = caller.post("/Observation", named(woman, "secret")).json()["id"]
    stranger = server.person("gp")
    for path in ("", "/_history/1", "/_history"):
        hidden = stranger.get(f"/Observation/{id_}{path}")
        assert hidden.status_code == 404
        assert (
            hidden.json()["issue"][0]["code"]
            == stranger.get(f"/Observation/none{path}").json()["issue"][0]["code"]
        )
    assert matches(stranger.get(f"/Patient?_has:Observation:subject:identifier={SYSTEM}|secret")) == []


def test_a_large_request_fills_the_memory(server: Server, caller: Person, woman: Woman) -> None:
    limits = server.settings
    many = [{"request": {"method": "GET", "url": "Patient/1"}}] * (limits.max_entries + 1)
    assert caller.post("", {"resourceType": "Bundle", "type": "batch", "entry": many}).status_code == 413
    large = named(woman, "large") | {"note": [{"text": "a" * limits.max_body}]}
    answer = caller.post("/Observation", large)
    assert answer.status_code == 413
    assert str(limits.max_body) in answer.json()["issue"][0]["diagnostics"]


def test_models_of_every_type_are_built_at_start() -> None:
    """Elsewhere classes for all resource types took seconds and gigabytes before the first answer."""
    code = "import sys, app.main; print([name for name in sys.modules if name.startswith('fhir.')])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_the_log_forgets_deletions_and_entries(server: Server, caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", named(woman, "logged"))
    id_ = made.json()["id"]
    asked = {"request": {"method": "GET", "url": f"Observation/{id_}"}}
    batch = caller.post("", {"resourceType": "Bundle", "type": "batch", "entry": [asked]})
    deleted = caller.delete(f"/Observation/{id_}")
    assert (batch.status_code, deleted.status_code) == (200, 204)
    assert server.audit(deleted.headers["x-request-id"])["request"]["interaction"] == "delete"
    rows = server.database.rows(
        f"SELECT 1 FROM audit WHERE result::text LIKE '%{id_}%' OR request::text LIKE '%{id_}%'"
    )
    assert len(rows) >= 3, "created, read inside the batch, deleted"


def test_a_reindex_says_that_it_is_done_and_did_nothing(server: Server, woman: Woman) -> None:
    database = server.database
    count = int(database.rows("SELECT count(*) FROM resource")[0])
    owner = database.url("helsekort_owner")
    database.rows("DELETE FROM index_string")
    report = reindex(owner, server.settings.base_url)
    assert report.differing > 0
    assert (report.total, report.remaining) == (count, 0)
    assert matches(server.person("midwife").get("/Patient?name=agot"))


def test_pages_miss_rows_of_one_moment(caller: Person) -> None:
    """Rows that are equal in all that is sorted by still have an order."""
    her = register(caller)
    same = [a_weight(her.reference, effectiveDateTime="2026-11-20") for _ in range(7)]
    answer = caller.post("", a_transaction(*map(entry, same)))
    made = {row["resource"]["id"] for row in answer.json()["entry"]}
    page = caller.get(f"/Observation?patient={her.id}&_sort=date&_count=2")
    seen = matches(page)
    while link := following(page):
        page = caller.get(link)
        seen += matches(page)
    assert len(seen) == 7
    assert set(seen) == made


def test_an_unknown_parameter_is_ignored_without_a_word(caller: Person, woman: Woman) -> None:
    path = f"/Observation?patient={woman.id}&nothing=a"
    assert caller.get(path).status_code == 400
    lenient = caller.get(path, Prefer="handling=lenient").json()
    modes = [row["search"]["mode"] for row in lenient["entry"]]
    assert "outcome" in modes
    link = {row["relation"]: row["url"] for row in lenient["link"]}["self"]
    assert "nothing" not in link


def test_a_conflict_is_a_failure_of_the_server(caller: Person, woman: Woman) -> None:
    again = entry(a_patient(woman.number), urn())
    answer = caller.post("", a_transaction(again))
    assert answer.status_code in {409, 422}, answer.text
