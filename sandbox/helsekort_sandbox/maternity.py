"""Mock of the national maternity record (*digitalt helsekort for gravide*): a versioned JSON document of each pregnancy.

The shape of "hit-maternity-record-api" at https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide. It
keeps what it is sent, unknown members included; what a vendor elsewhere writes is told at ``/_records``.
"""

import json
import time
import uuid
from pathlib import Path
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox.answering import Claims, Effect, Service
from helsekort_sandbox.contracts import PROBLEM, document
from helsekort_sandbox.controls import control_routes, described
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.maternity_contracts import BASE, DAY, MATERNITY_RECORD, SEVERAL, SINGLE
from helsekort_sandbox.maternity_records import Json, Records, merged, records_of, standing
from helsekort_sandbox.resource_server import ATTEST, HPR, PID, actor

AUDIENCE = "nhn:maternity-record"
PROFESSIONS = "urn:oid:2.16.578.1.12.4.1.1.9060"
_CHILD = "helseid://claims/client/claims/orgnr_child"
ELSEWHERE: Json = {
    "userType": "HEALTH_CARE_PROFESSIONAL", "orgNr": "310009999", "orgName": "Legekontoret et annet sted", "hprNr": "222200063",
    "hprRole": "LE", "name": "Prøve Lege",
}  # fmt: skip


class MaternityRecord(Service):
    """The service: a fold of its effect log."""

    def __init__(self, issuer: str, state: Path) -> None:
        super().__init__(issuer, AUDIENCE, state / "maternity-record.ndjson")
        self.choices: dict[str, Json] = {}
        for entry in self.log.entries:
            self.choices |= entry.get("choices", {})

    def refusal(self, wrong: Wrong) -> Response:
        body = {"title": wrong.code, "status": wrong.status, "detail": wrong.why}
        return JSONResponse(body, wrong.status, media_type=PROBLEM)

    def of(self, nin: str, *, is_read: bool = False) -> Records:
        """Her records by id, the oldest first."""
        return records_of(self.log.all_of("patient", nin, self.faults.stale if is_read else 0.0))

    # Reading

    async def read(self, request: Request) -> Response:
        """Any GET."""
        return await self.shown(request, self._read)

    def _read(self, request: Request, claims: Claims, _: bytes) -> Response:
        nin = _checked(request, claims)
        path = request.url.path.removeprefix(BASE)
        records, hers = self.of(nin, is_read=True), self.choices.get(nin, {})
        if path == "/status":
            return JSONResponse(standing(records, hers))
        self._check_consent(nin)
        if path == "/history":
            return JSONResponse({"history": [one.head() for one in reversed(records.values())]})
        record = records.get(request.path_params["record"])
        if record is None:
            raise Wrong(404, "not-found", "She has no record with this id")
        if path.startswith("/history/"):
            return JSONResponse(
                {"recordId": record.id, "recordStatus": record.status, "history": record.changes}
            )
        return JSONResponse(record.whole())

    def _check_consent(self, nin: str) -> None:
        if self.choices.get(nin, {}).get("consent") is False:
            raise Wrong(403, "forbidden", "She has not given her consent")

    # Writing

    async def write(self, request: Request) -> Response:
        """Any call that changes something."""
        return await self.answered(request, self._take, _told)

    def _take(self, request: Request, claims: Claims, raw: bytes) -> Effect:
        nin = _checked(request, claims)
        self._check_consent(nin)
        wanted = request.path_params
        change = self._change(request.method, nin, wanted, _body(raw), is_checked=True)
        by = _writer(claims)
        return self._done(request, nin, change, by, actor(claims))

    def _done(self, request: Request, nin: str, change: Json, by: Json, who: Json) -> Effect:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.log.clock.now()))
        status = change.pop("http")
        entry = {"patient": nin, "change": change | {"at": at, "by": by}, "actor": who}
        return self.log.append(request, status, entry, effect=True)

    def _change(self, method: str, nin: str, wanted: Json, body: Json, *, is_checked: bool) -> Json:
        """What a call changes. Raises Wrong."""
        records = self.of(nin)
        if "record" not in wanted:
            return self._opened(nin, records)
        record = records.get(wanted["record"])
        if record is None:
            raise Wrong(404, "not-found", "She has no record with this id")
        part, id_ = wanted.get("part", ""), wanted.get("id", "")
        if part == "updateStatus":
            if record.status["status"] != "ACTIVE" or body.get("status") not in {"DELIVERED", "TERMINATED"}:
                raise Wrong(409, "conflict", "The record has ended, or would not")
            return {"record": record.id, "status": body, "http": 200}
        if part not in (*SINGLE, *SEVERAL) or bool(id_) is not (part in SEVERAL and method != "POST"):
            raise Wrong(404, "not-found", "There is no such resource type")
        before = record.parts.get((part, id_ if part in SEVERAL else ""))
        if method == "POST" and before is None and record.status["status"] == "TERMINATED":
            raise Wrong(409, "conflict", "The record has ended")
        if method == "POST" and before is not None:
            raise Wrong(409, "conflict", f"There is a {part} already; change it by PUT")
        if method != "POST" and before is None:
            raise Wrong(404, "not-found", f"There is no such {part}")
        if is_checked and method == "PUT":
            _check_version(body, before or {})
        return _changed(method, record.id, part, id_, before, body)

    def _opened(self, nin: str, records: Records) -> Json:
        if self.choices.get(nin, {}).get("deceased"):
            raise Wrong(409, "conflict", "She is dead; no record can be active")
        if any(one.status["status"] == "ACTIVE" for one in records.values()):
            raise Wrong(409, "conflict", "She has an active record already")
        return {"record": str(uuid.uuid4()), "http": 201}

    async def elsewhere(self, request: Request) -> Response:
        """A vendor elsewhere writes: ``{"nin", "method", "record", "part", "id", "body"}``; without ``record`` one begins.
        Or her own choices: ``{"nin", "consent", "deceased"}``."""
        try:
            wanted = await request.json()
            nin = wanted.pop("nin")
            if set(wanted) and not set(wanted) - {"consent", "deceased"}:
                self.log.append(request, 200, {"choices": {nin: wanted}}, effect=False)
                self.choices[nin] = wanted
                return JSONResponse(wanted)
            method, body = wanted.pop("method", "POST"), wanted.pop("body", {})
            change = self._change(method, nin, wanted, body, is_checked=False)
        except Wrong as wrong:
            return self.refused(wrong)
        except (ValueError, KeyError, TypeError, AttributeError):
            return self.refused(Wrong(400, "structure", "The body is {nin, method, record, part, id, body}"))
        return _told(self._done(request, nin, change, ELSEWHERE, {"client": "elsewhere"}))


def _changed(method: str, record: str, part: str, id_: str, before: Json | None, body: Json) -> Json:
    was: Json = before or {"id": str(uuid.uuid4()), "version": 0, "body": {}}
    change = {"record": record, "part": part, "id": id_ or was["id"], "version": was["version"] + 1}
    if method == "DELETE":
        return change | {"body": was["body"], "wrong": True, "http": 204}
    told = {name: value for name, value in body.items() if name != "metadata"}
    whole = merged(was["body"], told)
    if part in SEVERAL and not isinstance(whole.get(DAY[part]), str):
        raise Wrong(400, "required", f"{DAY[part]} is required")
    return change | {"body": whole, "wrong": False, "http": 201 if method == "POST" else 200}


def _check_version(body: Json, before: Json) -> None:
    version = body.get("metadata", {}).get("version") if isinstance(body.get("metadata"), dict) else None
    if not isinstance(version, int):
        raise Wrong(422, "required", "metadata.version must be the version that is changed")
    if version != before["version"]:
        raise Wrong(409, "conflict", f"metadata.version is {version}; the latest is {before['version']}")


def _checked(request: Request, claims: Claims) -> str:
    """The woman's number, with the headers of the contract checked. Raises Wrong."""
    if not 3 <= len(request.headers.get("nhn-source-system", "")) <= 512:
        raise Wrong(400, "value", "nhn-source-system has 3 to 512 characters")
    if len(request.headers.get("nhn-event-id", "")) > 128:
        raise Wrong(400, "value", "nhn-event-id has at most 128 characters")
    nin = request.headers.get("nhn-patient-nin", "")
    if not (nin.isdigit() and len(nin) == 11):
        raise Wrong(400, "value", "nhn-patient-nin is her national identity number or D-number")
    if claims.get(HPR):
        attested = claims.get(ATTEST, {}).get("practitioner", {}).get("authorization", {}).get("code")
        try:
            role = json.loads(unquote(request.headers.get("nhn-user-role", "")))
        except ValueError as error:
            raise Wrong(400, "value", "nhn-user-role is not URL-encoded JSON") from error
        if role != {"system": PROFESSIONS, "code": attested}:
            raise Wrong(403, "forbidden", "nhn-user-role is not the profession that the token attests")
    return nin


def _writer(claims: Claims) -> Json:
    kind = "HEALTH_CARE_PROFESSIONAL" if claims.get(HPR) else "CITIZEN" if claims.get(PID) else "SYSTEM"
    known = {
        "userType": kind,
        "orgNr": claims.get(_CHILD),
        "hprNr": claims.get(HPR),
        "name": claims.get("name"),
    }
    return {name: value for name, value in known.items() if value}


def _body(raw: bytes) -> Json:
    try:
        found = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise Wrong(400, "structure", "The body is not JSON") from error
    if not isinstance(found, dict):
        raise Wrong(400, "structure", "The body is one JSON object")
    return found


def _told(entry: Effect) -> Response:
    change = entry["change"]
    if entry["status"] == 204:
        return Response(status_code=204)
    record = next(iter(records_of([entry]).values()))
    if "part" in change:
        return JSONResponse(record.told(change["part"], change["id"]), entry["status"])
    if "status" in change:
        return JSONResponse({"recordId": record.id, "recordStatus": record.status})
    return JSONResponse(
        {"metadata": {"recordId": record.id, "recordStatus": record.status, "version": 1}}, 201
    )


def create_app(issuer: str, state: Path) -> Starlette:
    """The service, trusting ``issuer`` and keeping its log in the folder ``state``."""
    service = MaternityRecord(issuer, state)
    reading, writing = ["GET"], ["POST", "PUT", "DELETE"]
    routes = [
        Route("/_records", service.elsewhere, methods=["POST"]),
        Route(f"{BASE}/status", service.read, methods=reading),
        Route(f"{BASE}/history", service.read, methods=reading),
        Route(f"{BASE}/history/{{record}}", service.read, methods=reading),
        Route(f"{BASE}/record", service.write, methods=["POST"]),
        Route(f"{BASE}/record/{{record}}", service.read, methods=reading),
        Route(f"{BASE}/record/{{record}}/{{part}}", service.write, methods=["POST", "PUT"]),
        Route(f"{BASE}/record/{{record}}/{{part}}/{{id}}", service.write, methods=writing[1:]),
        *control_routes(service.log, service.faults),
        described(document("Mock national maternity record", MATERNITY_RECORD)),
    ]
    return Starlette(routes=routes)
