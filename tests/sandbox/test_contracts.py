"""The contract that adapters and mocks share: what is sent and what is answered is as the mock's OpenAPI document says."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from helsekort_sandbox import mocks
from helsekort_sandbox.helsenorge import ACTIVE
from helsekort_sandbox.keys import claims_of
from helsekort_sandbox.kjernejournal import BASE
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS
from helsekort_sandbox.tokens import Wish
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import validate

from app.clock import new_id
from app.fhir.codes import FNR
from app.gateways.documents import RIGHT as PROVIDE_RIGHT
from app.gateways.documents import Choices, Provided
from app.gateways.failures import Refused, Unreachable
from app.gateways.hpr import Authorised
from app.gateways.kjernejournal import Registration
from app.gateways.persontjenesten import RIGHT
from app.gateways.portal import RIGHT as PORTAL_RIGHT
from app.gateways.pvk import Pvk, Setting
from app.mapping.shared_document import provided
from tests.fixtures.resources import new_number
from tests.fixtures.services import Services, services
from tests.gateways.line import Line, speak

__all__ = ["services"]
NOTICE = ("POST", "/notices/v1")
AUDIENCES = {
    "kjernejournal": "nhn:critical-information",
    "helsenorge": "nhn:helsenorge",
    "persontjenesten": "nhn:hgd-persontjenesten-api",
    "maternity_record": "nhn:maternity-record",
}
FORM = "application/x-www-form-urlencoded"


class Contract:
    """Judges every exchange with the services, and remembers which operations and answers there were."""

    def __init__(self, services: Services) -> None:
        self.seen: set[tuple[str, str, int]] = set()
        self._documents = {
            getattr(services.running, name): httpx.get(
                f"{getattr(services.running, name)}/openapi.json"
            ).json()
            for name in AUDIENCES
        }
        for document in self._documents.values():
            validate(document)

    async def judge(self, response: httpx.Response) -> None:
        request = response.request
        base = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if base not in self._documents:
            return
        path, operation = self._operation(base, request)
        await response.aread()
        self.seen.add((request.method, path, response.status_code))
        assert request.headers["authorization"].startswith("DPoP ")
        for parameter in operation["parameters"]:
            assert parameter["in"] == "path" or request.headers.get(parameter["name"]), parameter["name"]
        wanted = operation.get("requestBody")
        assert bool(wanted) == bool(request.content)
        if wanted:
            self._fits(wanted["content"], request.headers["content-type"], request.content)
        answer = operation["responses"][str(response.status_code)]
        if "content" in answer:
            media = response.headers["content-type"].partition(";")[0]
            self._fits(answer["content"], media, response.content)
        else:
            assert response.content == b""

    def _operation(self, base: str, request: httpx.Request) -> tuple[str, dict[str, Any]]:
        paths = self._documents[base]["paths"]
        for path in sorted(paths, key=lambda one: one.count("{")):
            pattern = re.sub(r"{\w+}", "[^/]+", path)
            if re.fullmatch(pattern, request.url.path) and request.method.lower() in paths[path]:
                return path, paths[path][request.method.lower()]
        raise AssertionError(f"{request.method} {request.url.path} is not in the contract")

    def _fits(self, content: dict[str, Any], media: str, body: bytes) -> None:
        assert media.partition(";")[0] in content
        sent = dict(parse_qsl(body.decode())) if media == FORM else json.loads(body)
        Draft202012Validator(content[media.partition(";")[0]]["schema"]).validate(sent)


def registration(number: str, **changed: Any) -> Registration:
    body = {
        "resourceType": "AllergyIntolerance",
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"text": "Penicillin"},
        "patient": {"identifier": {"value": number}},
    } | changed
    return Registration(new_id(), "AllergyIntolerance", json.dumps(body).encode(), number, "JO")


def test_adapters_and_mocks_keep_the_contract(services: Services) -> None:
    """Each operation of the adapters, with its success and with refusals."""
    contract, number = Contract(services), new_number()

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        clinician = await line.helseid.exchange(services.token(Wish("midwife")), AUDIENCES["kjernejournal"])
        machine = await line.helseid.machine_token(AUDIENCES["kjernejournal"])
        sent = registration(number)
        await line.kjernejournal.register(clinician, sent)
        await line.kjernejournal.register(clinician, sent)
        (held,) = await line.kjernejournal.found(clinician, sent)
        assert held.resource["code"] == {"text": "Penicillin"}
        await line.kjernejournal.retract(machine, sent.type, sent.event, number, new_id())
        await line.kjernejournal.retract(machine, sent.type, "never", number, new_id())
        with pytest.raises(Refused):
            await line.kjernejournal.register(clinician, registration(number, verificationStatus={}))
        with pytest.raises(Unreachable):
            await line.kjernejournal.register(machine, registration(number))
        notices = await line.helseid.machine_token(AUDIENCES["helsenorge"])
        assert await line.helsenorge.reaches(notices, number)
        await line.helsenorge.notify(notices, number, "first")
        assert await line.helsenorge.known(notices, ["first", "never"]) == {"first"}
        await line.helsenorge.retract(notices, number, "second")
        with pytest.raises(Unreachable):
            await line.helsenorge.notify(notices, new_number(), "first")
        services.fail("helsenorge", status=429, retryAfter=7, count=1)
        with pytest.raises(Unreachable) as busy:
            await line.helsenorge.notify(notices, number, "third")
        assert busy.value.retry_after == 7
        services.fail("kjernejournal", status=500, count=1)
        with pytest.raises(Unreachable):
            await line.kjernejournal.register(clinician, registration(number))

    speak(services, story)
    kinds = f"{BASE}/{{kind}}"
    assert contract.seen >= {
        ("POST", f"{BASE}/status", 200), ("GET", kinds, 200), ("POST", kinds, 201), ("POST", kinds, 403),
        ("POST", kinds, 422), ("POST", kinds, 500), ("POST", f"{kinds}/retraction", 204),
        ("POST", f"{kinds}/retraction", 404), (*NOTICE, 202), (*NOTICE, 409), (*NOTICE, 429),
        ("POST", ACTIVE, 200), ("POST", "/notices/v1/known", 200), ("POST", "/notices/v1/retraction", 204),
    }  # fmt: skip


def test_the_registers_keep_their_contract(services: Services) -> None:
    contract, number = Contract(services), new_number()
    gp = {"organizationNumber": "310001017", "organizationName": "Legekontoret", "from": "2024-01-01"}

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        token = await line.helseid.machine_token(AUDIENCES["persontjenesten"], RIGHT)
        assert await line.persontjenesten.person(token, number) is None
        services.happens(number, person={"name": [{"familyName": "Ny"}]}, contracts=[gp])
        found = await line.persontjenesten.person(token, number)
        assert found is not None
        assert found.parts["name"] == [{"familyName": "Ny"}]
        assert await line.persontjenesten.latest(token) == found.sequence
        (change,) = await line.persontjenesten.changes(token, found.sequence)
        assert (change.remote, change.sequence) == (found.remote, found.sequence)
        assert await line.persontjenesten.gps_of_record(token, number) == [gp]
        line.helseid.forget(AUDIENCES["persontjenesten"])
        other = await line.helseid.machine_token(AUDIENCES["persontjenesten"])
        with pytest.raises(Unreachable, match="403"):
            await line.persontjenesten.person(other, number)

    speak(services, story)
    by_number = "/api/legal-basis/person/get-by-nin"
    assert contract.seen >= {
        ("POST", by_number, 200), ("POST", by_number, 404), ("POST", by_number, 403),
        ("GET", "/api/legal-basis/event", 200), ("GET", "/api/legal-basis/event/latest", 200),
        ("POST", "/flr/v1/gp-of-record", 200),
    }  # fmt: skip


def test_the_register_of_personnel_keeps_its_contract(services: Services) -> None:
    contract = Contract(services)
    somebody = CLINICIANS["gp-a"]

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        token, today = await line.helseid.machine_token("nhn:hpr"), date(2026, 12, 1)
        assert await line.hpr.personnel(token, somebody.hpr, today) == Authorised(somebody.name, ("LE",))
        assert await line.hpr.personnel(token, "9999999", today) is None
        services.registers(
            hprNumber="8888888",
            name="Avsluttet",
            authorizations=[{"profession": "JO", "from": "2001-01-01", "to": "2026-11-30"}],
        )
        assert await line.hpr.personnel(token, "8888888", today) == Authorised("Avsluttet", ())
        assert (await line.hpr.changes(token, 0))[-1][1] == "8888888"
        place = ORGANIZATIONS[somebody.organization]
        found = await line.hpr.organisation(token, place.orgnr)
        assert found is not None
        assert (found["name"], found["parties"][0]["name"]) == (place.name, place.name)
        assert await line.hpr.organisation(token, "999999999") is None

    speak(services, story)
    assert contract.seen >= {
        ("POST", "/hpr/v1/person", 200), ("POST", "/hpr/v1/person", 404), ("GET", "/hpr/v1/changes", 200),
        ("POST", "/ar/v1/organization", 200), ("POST", "/ar/v1/organization", 404),
    }  # fmt: skip


def test_her_medicines_and_the_portal_keep_their_contract(services: Services) -> None:
    contract, number, token = Contract(services), new_number(), services.token(Wish("midwife"))
    choose = f"{services.running.kjernejournal}/_choices"

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        clinician = await line.helseid.exchange(token, "nhn:medication-list")
        asked = (clinician, "JO", number, new_id())
        assert await line.medicines.listed(*asked) is None
        services.prescribes(number, "2026-11-20", {"status": "active"})
        found = await line.medicines.listed(*asked)
        assert found is not None
        assert (found.dated.date(), len(found.statements)) == (date(2026, 11, 19), 1)
        machine = await line.helseid.machine_token("nhn:medication-list")
        with pytest.raises(Unreachable, match="403"):
            await line.medicines.listed(machine, "JO", number, new_id())
        opens = await line.helseid.exchange(token, "nhn:kjernejournal", PORTAL_RIGHT)
        opened = await line.portal.open(opens, number, "JO", "SAMTYKKE")
        await line.portal.refresh(opens, opened.session)
        await line.portal.end(opens, opened.session)
        with pytest.raises(Refused, match="404"):
            await line.portal.refresh(opens, opened.session)
        other = await line.helseid.exchange(token, "nhn:kjernejournal")
        with pytest.raises(Unreachable, match="403"):
            await line.portal.open(other, number, "JO", "SAMTYKKE")
        for choice, reason in (("reservation", "reserved"), ("restricted", "consent")):
            httpx.post(choose, json={"nin": number, choice: True}).raise_for_status()
            with pytest.raises(Refused, match=reason):
                await line.medicines.listed(*asked)

    speak(services, story)
    path, session = "/medicines/v1/MedicationStatement", "/portal/api/session"
    assert contract.seen >= {
        ("POST", "/medicines/v1/status", 200), ("GET", path, 200), ("GET", path, 404), ("GET", path, 403),
        ("POST", f"{session}/create", 200), ("POST", f"{session}/refresh", 204), ("POST", f"{session}/end", 204),
        ("POST", f"{session}/create", 403),
    }  # fmt: skip


def test_document_sharing_keeps_its_contract(services: Services) -> None:
    contract, number = Contract(services), new_number()
    at = datetime(2026, 12, 1, tzinfo=UTC)
    one, other = new_id(), new_id()

    def made(id_: str, *replaces: str, text: bytes = b'{"entry":[]}') -> Provided:
        given = {"patient": (FNR, number), "at": at, "is_restricted": False, "source": "https://h.example"}
        return Provided(id_, provided(text, id_=id_, replaces=replaces, **given), number)

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        token = await line.helseid.machine_token("nhn:phr/mhd", PROVIDE_RIGHT)
        assert await line.documents.choices(token, number) == Choices(False, False)
        assert await line.documents.provide(token, made(one))
        assert await line.documents.provide(token, made(one))
        assert not await line.documents.provide(token, made(one, text=b'{"entry": []}'))
        assert await line.documents.found(token, number, "search") == {one}
        assert await line.documents.provide(token, made(other, one))
        assert await line.documents.found(token, number, "search") == {other}
        await line.documents.retract(token, other, number, "gone")
        await line.documents.retract(token, "never", number, "gone too")
        assert await line.documents.found(token, number, "search") == set()
        with pytest.raises(Refused, match="422"):
            await line.documents.provide(token, replace(made(new_id()), number=new_number()))
        line.helseid.forget("nhn:phr/mhd")
        with pytest.raises(Unreachable, match="403"):
            await line.documents.provide(await line.helseid.machine_token("nhn:phr/mhd"), made(new_id()))

    speak(services, story)
    fhir = "/mhd/R4/fhir"
    assert contract.seen >= {
        ("POST", "/mhd/status", 200), ("POST", fhir, 200), ("POST", fhir, 409), ("POST", fhir, 422), ("POST", fhir, 403),
        ("POST", f"{fhir}/DocumentReference/_search", 200), ("PUT", f"{fhir}/DocumentReference", 200),
        ("PUT", f"{fhir}/DocumentReference", 404),
    }  # fmt: skip


def test_privacy_settings_keep_their_contract(services: Services) -> None:
    contract, number = Contract(services), new_number()

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        feed = f"{services.running.helsenorge}/personvern/Personverninnstillinger/HentEndringer/v1"
        pvk = Pvk(services.running.helsenorge, line.http, Setting("a-guid", "Helsekort", "HK"), feed)
        token = await line.helseid.machine_token(AUDIENCES["helsenorge"])
        assert not await pvk.is_active(token, number)
        await pvk.set(token, number, "2026-12-01T10:00:00Z", active=True)
        await pvk.set(token, number, "2026-12-01T10:00:00Z", active=True)
        assert await pvk.is_active(token, number)
        assert await pvk.of_her(token, number) == ["a-guid"]
        assert number in await pvk.active(token)
        *_, last = await pvk.changes(token, 0)
        assert (last.number, await pvk.changes(token, last.sequence)) == (number, [])
        await pvk.set(token, number, "2026-12-01T11:00:00Z", active=False)
        assert (await pvk.is_active(token, number), number in await pvk.active(token)) == (False, False)

    speak(services, story)
    base = "/personvern/Personverninnstillinger"
    assert contract.seen >= {
        ("POST", f"{base}/SjekkInnbyggersPiStatus/v2", 200), ("POST", f"{base}/HentInnbyggersPiForPart/v2", 200),
        ("GET", f"{base}/HentInnbyggereAktivePiForDefinisjon/v2", 200),
        ("POST", f"{base}/SettInnbyggersPersonvernInnstilling/v2", 200),
    }  # fmt: skip
    effects = [
        row for row in services.effects("helsenorge") if row.get("setting", {}).get("innbyggerFnr") == number
    ]
    assert [row["setting"]["aktiv"] for row in effects] == [True, False]


def test_what_breaks_the_contract_is_found(services: Services) -> None:
    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(Contract(services).judge)
        token = await line.helseid.machine_token(AUDIENCES["helsenorge"])
        await line.helsenorge.notify(token, "123", "short")

    with pytest.raises(ValidationError, match="does not match"):
        speak(services, story)


@pytest.mark.parametrize(
    ("choice", "reason"),
    [({"reservation": True}, "reserved herself"), ({"blocked": ["theirs"]}, "blocked this clinician")],
)
def test_her_choices_there_stop_what_is_sent(services: Services, choice: dict[str, Any], reason: str) -> None:
    """The adapter asks first; the service refuses whoever does not."""
    number, token = new_number(), services.token(Wish("midwife"))
    hpr = claims_of(token)["helseid://claims/hpr/hpr_number"]
    wanted = {name: [hpr] if value == ["theirs"] else value for name, value in choice.items()}

    async def story(line: Line) -> None:
        clinician = await line.helseid.exchange(token, AUDIENCES["kjernejournal"])
        url = f"{services.running.kjernejournal}/_choices"
        assert (await line.http.post(url, json={"nin": number, **wanted})).status_code == 200
        sent = registration(number)
        with pytest.raises(Refused, match=reason):
            await line.kjernejournal.register(clinician, sent)
        unasked = await line.kjernejournal._call(clinician, sent, "POST")
        assert (unasked.status_code, unasked.json()["issue"][0]["code"]) == (403, "suppressed")
        assert (await line.http.post(url, json={"nin": number, "restricted": True})).status_code == 200
        await line.kjernejournal.register(clinician, sent)
        assert (await line.http.post(url, json={"nin": number, "hidden": True})).status_code == 400

    speak(services, story)
    assert [row["status"] for row in services.effects("kjernejournal") if row.get("patient") == number] == [
        201
    ]


def test_the_clock_moves_and_an_outage_ends_with_it(services: Services) -> None:
    base = services.running.helsenorge
    before = httpx.get(f"{base}/_clock").json()

    async def notify(line: Line) -> None:
        token = await line.helseid.machine_token(AUDIENCES["helsenorge"])
        await line.helsenorge.notify(token, new_number(), new_id())

    services.fail("helsenorge", outageSeconds=600)
    with pytest.raises(Unreachable, match="answered 503") as away:
        speak(services, notify)
    assert 590 < (away.value.retry_after or 0) <= 600
    moved = httpx.post(f"{base}/_clock", json={"advanceSeconds": 601}).json()
    assert moved["now"] > before["now"]
    speak(services, notify)
    assert services.effects("helsenorge")[-1]["at"] > before["now"]
    page = httpx.get(f"{base}/_log", headers={"Accept": "text/html"}).text
    assert "<table>" in page
    assert "/notices/v1" in page
    for wrong in ({"rate": 0}, {"speed": 2}, {"at": "tomorrow"}):
        assert httpx.post(f"{base}/_clock", json=wrong).status_code == 400
    assert httpx.post(f"{base}/_faults", json={"errorRte": 1}).status_code == 400


def all_free(port: int) -> bool:
    """Whether five ports from ``port`` are; below those that the kernel gives to whoever asks for any."""
    try:
        for n in range(len(mocks.NAMES)):
            mocks.listen(port + n).close()
    except OSError:
        return False
    return True


def test_an_integrator_starts_them_alone(tmp_path: Path) -> None:
    port = next(port for port in range(21_000 + os.getpid() % 900 * 10, 32_000, 5) if all_free(port))
    command = [sys.executable, "-m", "app.cli", "sandbox", "--port", str(port), "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(7)]
        addresses = [line.split()[0] for line in lines[:5]]
        assert [int(address.rpartition(":")[2]) for address in addresses] == list(range(port, port + 5))
        assert all(httpx.get(f"{address}/openapi.json").json()["paths"] for address in addresses)
        taken = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (taken.returncode, "Choose others" in taken.stderr) == (1, True)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
