"""What the door demands over HTTP: nonces, a public address, one use in all workers, denials at once, patience."""

import asyncio
import uuid
from collections.abc import Callable

import httpx
import pytest
import requests
from helsekort_sandbox import keys
from helsekort_sandbox.tokens import Wish, request_body
from helsekort_sandbox.ttt import answer
from requests_oauth2client import DPoPKey, DPoPToken

from app import clock
from app.store import denials
from app.store.database import Database
from app.store.housekeeping import forget_proofs
from tests.fixtures.server import Server
from tests.identity.conftest import PUBLIC, ask, proof, why

Start = Callable[..., Server]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first(starting: Start) -> Server:
    return starting()


@pytest.fixture(scope="module")
def second(starting: Start, first: Server) -> Server:
    """Another worker of the same service: same public address, same database, another process's memory."""
    return starting(base_url=first.base)


@pytest.fixture
def token(first: Server) -> str:
    return first.issuers.token(Wish("midwife"))


def at_database(first: Server, do: Callable[[Database], object]) -> None:
    async def run() -> None:
        database = Database(first.database.url("helsekort_owner"), connections=1)
        await database.start()
        await do(database)  # type: ignore[misc]
        await database.stop()

    asyncio.run(run())


def deny(first: Server, name: str) -> None:
    at_database(first, lambda database: denials.deny(database, name, "a test", clock.now(), None))


def test_a_proof_is_used_once_in_all_workers_and_after_a_restart(
    starting: Start, first: Server, second: Server, token: str
) -> None:
    made = proof(first, token)
    assert ask(first, token, made).status_code == 200
    restarted = starting(base_url=first.base)  # nothing in its memory, the same database
    for worker in (second, restarted):
        again = ask(worker, token, made)
        assert (again.status_code, "used before" in why(again)) == (401, True)
        assert ask(worker, token).status_code == 200


def test_thousands_of_identifiers_are_remembered_and_forgotten_in_time(first: Server, token: str) -> None:
    made = proof(first, token)
    assert ask(first, token, made).status_code == 200
    first.database.rows(
        "INSERT INTO dpop_jti SELECT sha256(n::text::bytea), now() - interval '1 day' FROM generate_series(1, 20000) n"
    )
    assert ask(first, token, made).status_code == 401
    assert ask(first, token).status_code == 200
    at_database(first, lambda database: forget_proofs(database, clock.now()))
    assert first.database.rows("SELECT count(*) FROM dpop_jti WHERE expires < now() - interval '1 hour'") == [
        "0"
    ]
    assert ask(first, token, made).status_code == 401


@pytest.mark.parametrize("kind", ["jti", "sub", "client"])
def test_who_is_denied_is_out_at_the_next_request_in_every_worker(
    first: Server, second: Server, kind: str
) -> None:
    number = {"jti": "midwife-a", "sub": "midwife-b", "client": "nurse-a"}[kind]
    role = "nurse" if kind == "client" else "midwife"
    token = first.issuers.token(Wish(role, key=number))
    for worker in (first, second):
        assert ask(worker, token).status_code == 200  # each remembers that it holds
    claims = keys.claims_of(token)
    name = {
        "jti": f"jti:{claims['iss']} {claims['jti']}",
        "sub": f"sub:hpr:{claims['helseid://claims/hpr/hpr_number']}",
        "client": f"client:{claims['client_id']}",
    }[kind]
    deny(first, name)
    try:
        for worker in (first, second):
            out = ask(worker, token)
            assert (out.status_code, why(out)) == (401, "The token is no longer accepted")
            assert worker.audit(out.headers["x-request-id"])["result"]["verdict"] == "denied"
        others = first.issuers.token(Wish(role, key=number))
        assert ask(first, others).status_code == (200 if kind == "jti" else 401)
        assert ask(first, first.issuers.token(Wish("gp"))).status_code == 200
    finally:
        at_database(first, lambda database: denials.allow(database, name))
    assert ask(second, token).status_code == 200


def test_the_address_is_the_public_one_whatever_headers_say(starting: Start) -> None:
    server = starting(base_url=PUBLIC)
    token = server.issuers.token(Wish("midwife"))
    assert ask(server, token).status_code == 200
    for same in ("HTTPS://Helsekort.EXAMPLE/fhir/Patient", f"{PUBLIC}:443/fhir/Patient?name=x#y"):
        assert ask(server, token, proof(server, token, htu=same)).status_code == 200
    forwarded = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert ask(server, token, **forwarded).status_code == 200
    for wrong in (
        f"{server.base}/fhir/Patient",
        "https://evil.example/fhir/Patient",
        f"{PUBLIC}:8443/fhir/Patient",
        "http://helsekort.example/fhir/Patient",
        f"{PUBLIC}/fhir/Observation",
        "https://helsekort.example:x/fhir/Patient",
    ):
        out = ask(server, token, proof(server, token, htu=wrong), **forwarded)
        assert (out.status_code, "htu" in why(out)) == (401, True), wrong


def test_an_independent_client_answers_the_demand_for_a_nonce(starting: Start) -> None:
    """requests_oauth2client makes proofs and repeats with the nonce; this server's own code made neither."""
    server = starting(dpop_nonce=True)
    key = DPoPKey.generate()
    body = request_body(Wish("midwife"), {})
    body["clientClaimsParameters"]["cnfJkt"] = key.dpop_jkt
    made = answer(body, server.issuers.helseid, server.issuers.key)["successResponse"]["accessTokenJwt"]
    with requests.Session() as session:
        session.trust_env = False
        session.auth = DPoPToken(made, _dpop_key=key)
        for path in ("/Patient?_count=1", "/Observation"):
            found = session.get(f"{server.fhir}{path}", timeout=20)
            assert found.status_code == 200, found.text
        assert key.rs_nonce
        created = session.post(
            f"{server.fhir}/Schedule",
            data='{"resourceType":"Schedule","actor":[{"display":"Jordmor"}]}',
            headers={"Content-Type": "application/fhir+json"},
            timeout=20,
        )
        assert created.status_code == 201, created.text
    token = server.issuers.token(Wish("midwife"))
    for nonce in ({}, {"nonce": "made-up"}, {"nonce": 7}):
        out = ask(server, token, proof(server, token, **nonce))
        assert (out.status_code, 'error="use_dpop_nonce"' in out.headers["www-authenticate"]) == (401, True)
        assert out.headers["dpop-nonce"] == key.rs_nonce or len(out.headers["dpop-nonce"]) == 24
    assert ask(server, token, proof(server, token, nonce=out.headers["dpop-nonce"])).status_code == 200


def _slowed(out: httpx.Response) -> bool:
    if out.status_code != 429:
        return False
    assert 1 <= int(out.headers["retry-after"]) <= 120
    assert out.json()["issue"][0]["code"] == "throttled"
    return True


def test_who_guesses_tokens_or_ids_waits_and_nobody_else_does(starting: Start) -> None:
    server = starting(failed_tokens=4, failed_requests=4)
    token, other = (server.issuers.token(Wish("midwife", key=key)) for key in ("midwife-a", "midwife-b"))
    forged = [ask(server, f"{token[:-6]}{n:06d}") for n in range(20)]
    assert forged[0].status_code == 401
    assert _slowed(forged[-1])
    assert ask(server, token).status_code == 200  # the same address, and a token that holds

    def probe(who: str) -> httpx.Response:
        path = f"/fhir/Patient/{uuid.uuid4()}"
        sent = {"Authorization": f"DPoP {who}", "DPoP": proof(server, who, path=path)}
        return server.client.get(f"{server.base}{path}", headers=sent)

    found = [probe(token) for _ in range(20)]
    assert found[0].status_code == 404
    assert _slowed(found[-1])
    assert _slowed(ask(server, token))  # a hit would tell as much as a miss
    assert ask(server, other).status_code == 200
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": f"Patient/{n}"}} for n in range(12)],
    }
    sent = {"Authorization": f"DPoP {other}", "DPoP": proof(server, other, "POST", "/fhir")}
    assert server.client.post(server.fhir, json=bundle, headers=sent).status_code == 200
    assert _slowed(ask(server, other))  # each entry counts


def test_a_brake_lets_go_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.api import brakes
    from app.fhir.outcome import TooManyRequests

    now = [1_000.0]
    monkeypatch.setattr(brakes.time, "monotonic", lambda: now[0])
    brake = brakes.Brake(60)
    brake.missed("a", 60)
    with pytest.raises(TooManyRequests) as caught:
        brake.check("a")
    assert caught.value.headers == {"Retry-After": "1"}
    now[0] += 1
    brake.check("a")
    brake.missed("a", 1_000_000)
    with pytest.raises(TooManyRequests) as caught:
        brake.check("a")
    assert caught.value.headers == {"Retry-After": "61"}
    now[0] += 61
    brake.check("a")
    brake.check("b")
    for n in range(20_000):
        brake.missed(f"made-up-{n}")
    assert len(brake._left) == 10_000
