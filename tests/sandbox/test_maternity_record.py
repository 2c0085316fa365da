"""The national maternity record: adapter and mock keep one contract, and the mock loses and doubles nothing of its own."""

from typing import Any

import httpx
import pytest

from app.clock import new_id
from app.gateways.dhg import Clash, NationalRecord, NoConsent, Standing
from app.gateways.failures import Unreachable
from app.gateways.helseid import Token
from tests.fixtures.resources import new_number
from tests.fixtures.services import Services, services
from tests.gateways.line import Line, answering, speak
from tests.sandbox.test_contracts import AUDIENCES, Contract

__all__ = ["services"]
BASE = "/api/maternity-record/v1"
RECORD = f"{BASE}/record/{{recordId}}"


async def opened(line: Line, contract: Contract, services: Services) -> tuple[NationalRecord, Token]:
    """The adapter, its exchanges judged, and a token for it."""
    line.http.event_hooks["response"].append(contract.judge)
    token = await line.helseid.machine_token(AUDIENCES["maternity_record"])
    return NationalRecord(services.record_url, line.http), token


def history(services: Services, number: str) -> list[dict[str, Any]]:
    """Each change of her sub-resources, by the raw effect log."""
    rows = [row["change"] for row in services.effects("maternity_record") if row["patient"] == number]
    return [row for row in rows if "part" in row]


def test_a_record_begins_ends_and_needs_her_consent(services: Services) -> None:
    contract, number = Contract(services), new_number()

    async def story(line: Line) -> None:
        service, token = await opened(line, contract, services)
        assert await service.standing(token, number) == Standing(consent=True, active=False)
        record = await service.open(token, number, "e1")
        with pytest.raises(Clash):
            await service.open(token, number, "e2")
        await service.end(token, number, record, {"status": "TERMINATED"}, "e3")
        standing = await service.standing(token, number)
        assert (standing.active, standing.record) == (False, record)
        assert await service.record(token, number, new_id()) is None
        services.elsewhere(number, consent=False)
        assert not (await service.standing(token, number)).consent
        with pytest.raises(NoConsent):
            await service.record(token, number, record)
        services.fail("maternity_record", status=429, retryAfter=3, count=1)
        with pytest.raises(Unreachable) as busy:
            await service.open(token, new_number(), "e4")
        assert busy.value.retry_after == 3

    speak(services, story)
    assert contract.seen >= {
        ("GET", f"{BASE}/status", 200), ("POST", f"{BASE}/record", 201), ("POST", f"{BASE}/record", 409),
        ("POST", f"{RECORD}/updateStatus", 200), ("GET", RECORD, 404), ("GET", RECORD, 403), ("POST", f"{BASE}/record", 429),
    }  # fmt: skip


def test_versions_are_counted_and_absent_is_not_null(services: Services) -> None:
    contract, number = Contract(services), new_number()
    body = {"note": "Vakuum", "unknownMember": {"x": 1}, "spontaneousMiscarriages": None}
    part = "previousPregnancies"

    async def story(line: Line) -> None:
        service, token = await opened(line, contract, services)
        record = await service.open(token, number, "e1")
        assert (await service.write(token, number, f"{record}/{part}", body, "e2"))[1] == 1
        with pytest.raises(Clash):
            await service.write(token, number, f"{record}/{part}", body, "e3")
        changed = {"metadata": {"version": 1}, "note": None}
        assert (await service.write(token, number, f"{record}/{part}", changed, "e4"))[1] == 2
        with pytest.raises(Clash):
            await service.write(token, number, f"{record}/{part}", changed, "e5")
        whole = await service.record(token, number, record)
        assert whole is not None
        assert {name: whole[part][name] for name in body} == body | {"note": None}

    speak(services, story)
    assert contract.seen >= {
        ("GET", RECORD, 200), ("POST", f"{RECORD}/{{resourceType}}", 201), ("POST", f"{RECORD}/{{resourceType}}", 409),
        ("PUT", f"{RECORD}/{{resourceType}}", 200), ("PUT", f"{RECORD}/{{resourceType}}", 409),
    }  # fmt: skip
    assert [row["version"] for row in history(services, number)] == [1, 2]


def test_one_of_several_is_changed_and_taken_back_by_its_id(services: Services) -> None:
    contract, number = Contract(services), new_number()

    async def story(line: Line) -> None:
        service, token = await opened(line, contract, services)
        record = await service.open(token, number, "e1")
        path = f"{record}/antenatalAppointments"
        visit, _ = await service.write(token, number, path, {"appointmentDate": "2026-10-16"}, "e2")
        changed = {"metadata": {"version": 1}, "edema": 1}
        assert await service.write(token, number, f"{path}/{visit}", changed, "e3") == (visit, 2)
        whole = await service.record(token, number, record)
        assert whole is not None
        assert [(row["metadata"]["id"], row["edema"]) for row in whole["antenatalAppointments"]] == [
            (visit, 1)
        ]
        await service.take_back(token, number, f"{path}/{visit}", "e4")
        await service.take_back(token, number, f"{path}/{new_id()}", "e5")
        whole = await service.record(token, number, record)
        assert whole is not None
        assert whole["antenatalAppointments"] == []

    speak(services, story)
    one = f"{RECORD}/{{resourceType}}/{{resourceId}}"
    assert contract.seen >= {("PUT", one, 200), ("DELETE", one, 204), ("DELETE", one, 404)}
    assert [(row["version"], row["wrong"]) for row in history(services, number)] == [
        (1, False),
        (2, False),
        (3, True),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>", b"[]", b'{"metadata": {}}', b'{"metadata": {"recordStatus": {"status": "ACTIVE"}}, "mother": {"metadata": {"version": "2"}}}',
        b'{"metadata": 1, "metadata": 2}', b"\xff\xfe",
    ],
)  # fmt: skip
def test_garbage_is_survived_with_a_reason(services: Services, answer: bytes) -> None:
    async def ask(line: Line) -> Token:
        return await line.helseid.machine_token(AUDIENCES["maternity_record"])

    token = speak(services, ask)

    async def story(http: httpx.AsyncClient) -> None:
        with pytest.raises(Unreachable, match="cannot be read"):
            await NationalRecord("https://national.example/v1", http).record(token, new_number(), "r")

    answering(lambda _: httpx.Response(200, content=answer), story)
