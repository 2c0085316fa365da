"""The mock Helsenorge takes approved sentences from systems, once, and nothing about health."""

import json
from typing import Any

import pytest
from helsekort_sandbox.helsenorge import APPROVED_TEXTS
from helsekort_sandbox.people import WOMEN
from helsekort_sandbox.state import Sandbox

from tests.sandbox.conftest import Answer, Server, send

NOTICE = {
    "recipient": WOMEN["main"].number,
    "messageType": "helsekort.changed",
    "text": min(APPROVED_TEXTS),
}


def _notify(sandbox: Sandbox, server: Server, key: str, **changes: Any) -> Answer:
    token = server.token(scope="nhn:helsenorge/api").json["access_token"]
    notice = {**NOTICE, "idempotencyKey": key, **changes}
    return server.call("POST", f"{sandbox.helsenorge}/notices/v1", token, notice)


def _effects(sandbox: Sandbox, key: str) -> list[bool]:
    entries = send("GET", f"{sandbox.helsenorge}/_log").json["entries"]
    return [row["effect"] for row in entries if row.get("notice", {}).get("idempotencyKey") == key]


def test_notice_is_taken_once(sandbox: Sandbox, server: Server) -> None:
    first, second = (_notify(sandbox, server, "once") for _ in range(2))
    assert (first.status, second.status) == (202, 202)
    assert first.json["id"] == second.json["id"]
    assert _effects(sandbox, "once") == [True, False]
    other = {"recipient": WOMEN["twins"].number}
    assert _notify(sandbox, server, "once", **other).status == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"text": "Blodtrykket ditt er 148/96"}, 422),
        ({"text": min(APPROVED_TEXTS) + " Blodtrykk 148/96."}, 422),
        ({"messageType": "helsekort.hypertension"}, 422),
        ({"recipient": "123"}, 422),
        ({"idempotencyKey": ""}, 422),
        ({"systolic": "148"}, 400),
        ({"text": 148}, 400),
    ],
)
def test_health_information_is_refused(
    sandbox: Sandbox, server: Server, changes: dict[str, Any], status: int
) -> None:
    answer = _notify(sandbox, server, "refused", **changes)
    assert answer.status == status
    assert "148" not in answer.text
    assert _effects(sandbox, "refused") == []


def test_persons_do_not_send_notices(sandbox: Sandbox, server: Server, midwife_token: str) -> None:
    token = server.exchanged(midwife_token, scope="nhn:helsenorge/api").json["access_token"]
    notice = {**NOTICE, "idempotencyKey": "person"}
    assert server.call("POST", f"{sandbox.helsenorge}/notices/v1", token, notice).status == 403


def test_token_for_another_service_is_refused(sandbox: Sandbox, server: Server) -> None:
    token = server.token().json["access_token"]
    notice = {**NOTICE, "idempotencyKey": "audience"}
    assert server.call("POST", f"{sandbox.helsenorge}/notices/v1", token, notice).status == 401


def test_faults(sandbox: Sandbox, server: Server) -> None:
    url = f"{sandbox.helsenorge}/_faults"
    assert send("POST", url, body=json.dumps({"status": 429, "count": 2}).encode()).status == 200
    assert [_notify(sandbox, server, "faults").status for _ in range(3)] == [429, 429, 202]
