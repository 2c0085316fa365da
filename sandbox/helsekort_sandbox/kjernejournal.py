"""Mock of kjernejournal's critical information (*kritisk informasjon*): allergies and conditions that can kill.

The shape of "hit-critical-information" at https://utviklerportal.nhn.no/informasjonstjenester/kjernejournal: a FHIR R4
facade behind DPoP, with ``nhn-*`` headers. It takes registrations from a named clinician only, never from a machine.
"""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from helsekort_sandbox import documents, medicines, portal
from helsekort_sandbox.answering import Service, bare
from helsekort_sandbox.contracts import KJERNEJOURNAL, document
from helsekort_sandbox.controls import control_routes, described
from helsekort_sandbox.document_contracts import DOCUMENTS
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.medicine_contracts import MEDICINES, PORTAL
from helsekort_sandbox.resource_server import ATTEST, HPR, PID, actor

BASE = "/critical-information/v1"
AUDIENCE = "nhn:critical-information"
PATIENT = {"AllergyIntolerance": "patient", "Condition": "subject"}
PROFESSIONS = "urn:oid:2.16.578.1.12.4.1.1.9060"
HEADERS = ("nhn-user-role", "nhn-source-system", "nhn-patient-nin", "nhn-event-id")


def _fhir(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, status, headers, media_type="application/fhir+json")


def _refusal(wrong: Wrong) -> JSONResponse:
    issue = {"severity": "error", "code": wrong.code, "diagnostics": wrong.why}
    return _fhir({"resourceType": "OperationOutcome", "issue": [issue]}, wrong.status)


def _check_kind(kind: str) -> None:
    if kind not in PATIENT:
        raise Wrong(404, "not-supported", f"The kinds are {', '.join(PATIENT)}")


def _check_clinician(claims: dict[str, Any]) -> None:
    if not claims.get(PID) or not claims.get(HPR):
        raise Wrong(403, "forbidden", "Only a clinician in person registers critical information")
    if str(claims.get("helseid://claims/identity/security_level")) != "4":
        raise Wrong(403, "forbidden", "Security level 4 is required")


def _check_headers(request: Request, claims: dict[str, Any]) -> None:
    missing = [name for name in HEADERS if not request.headers.get(name)]
    if missing:
        raise Wrong(400, "required", f"Missing header: {', '.join(missing)}")
    if (
        not 3 <= len(request.headers["nhn-source-system"]) <= 512
        or len(request.headers["nhn-event-id"]) > 128
    ):
        raise Wrong(400, "value", "nhn-source-system has 3 to 512 characters, nhn-event-id at most 128")
    try:
        role = json.loads(unquote(request.headers["nhn-user-role"]))
    except ValueError as error:
        raise Wrong(400, "value", "nhn-user-role is not URL-encoded JSON") from error
    attested = claims.get(ATTEST, {}).get("practitioner", {}).get("authorization", {}).get("code")
    if not isinstance(role, dict) or role.get("system") != PROFESSIONS or role.get("code") != attested:
        raise Wrong(403, "forbidden", "nhn-user-role is not the profession that the token attests")


def _check_body(kind: str, body: Any, nin: str) -> dict[str, Any]:
    if not isinstance(body, dict) or body.get("resourceType") != kind:
        raise Wrong(400, "structure", f"The body is not a {kind}")
    patient = body.get(PATIENT[kind])
    if not isinstance(patient, dict) or not body.get("code"):
        raise Wrong(422, "required", f"{kind} needs {PATIENT[kind]} and code")
    if patient.get("identifier", {}).get("value", nin) != nin:
        raise Wrong(422, "business-rule", "The patient is not the one of nhn-patient-nin")
    codings = body.get("verificationStatus", {}).get("coding", [])
    if "confirmed" not in {coding.get("code") for coding in codings}:
        raise Wrong(422, "business-rule", "Critical information is confirmed by a clinician first")
    return body


class Kjernejournal(Service):
    """The register: a fold of its effect log."""

    def __init__(self, issuer: str, state: Path) -> None:
        super().__init__(issuer, AUDIENCE, state / "kjernejournal.ndjson")
        self.choices: dict[str, Any] = {}
        for entry in self.log.entries:
            self.choices |= entry.get("choices", {})

    def chosen(self, nin: str) -> dict[str, Any]:
        """Her own choices."""
        found: dict[str, Any] = self.choices.get(nin, {})
        return found

    def refusal(self, wrong: Wrong) -> Response:
        return _refusal(wrong)

    def current(self, nin: str, kind: str, *, is_read: bool = False) -> dict[str, dict[str, Any]]:
        """The woman's registrations of one kind, by id, in their last version."""
        stale = self.faults.stale if is_read else 0.0
        mine = [entry for entry in self.log.all_of("patient", nin, stale) if entry["type"] == kind]
        gone = {entry["retracts"] for entry in mine if "retracts" in entry}
        kept = [entry for entry in mine if "answer" in entry and entry["event"] not in gone]
        return {entry["answer"]["id"]: entry["answer"] for entry in kept}

    async def status(self, request: Request) -> Response:
        """Whether anything is registered; machines may ask, and nothing is logged as a reading."""
        return await self.shown(request, self._status)

    def _status(self, _: Request, claims: dict[str, Any], raw: bytes) -> Response:
        try:
            nin = json.loads(raw)["nin"]
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {nin}") from error
        found = {kind: self.current(nin, kind, is_read=True) for kind in PATIENT}
        choices = self.choices.get(nin, {})
        privacy = {
            "hasReservationKjernejournal": bool(choices.get("reservation")),
            "isRestricted": bool(choices.get("restricted")),
        }
        answer: dict[str, Any] = {"patientNIN": nin, "hasCriticalInformation": any(found.values())}
        answer |= {"privacySetting": privacy}
        if claims.get(HPR):
            answer["isBlockedForUser"] = claims[HPR] in choices.get("blocked", ())
        return JSONResponse(answer)

    async def choose(self, request: Request) -> Response:
        """Her own choices, as on Helsenorge: ``{"nin", "reservation", "restricted", "blocked": [HPR numbers]}``."""
        try:
            wanted = await request.json()
            nin = wanted.pop("nin")
            unknown = set(wanted) - {"reservation", "restricted", "blocked"}
        except (ValueError, KeyError, TypeError, AttributeError):
            return _refusal(Wrong(400, "structure", "The body is {nin, reservation, restricted, blocked}"))
        if unknown:
            return _refusal(Wrong(400, "structure", f"Unknown: {', '.join(sorted(unknown))}"))
        self.log.append(request, 200, {"choices": {nin: wanted}}, effect=False)
        self.choices[nin] = wanted
        return JSONResponse(wanted)

    def _check_choices(self, nin: str, claims: dict[str, Any]) -> None:
        """A reservation lets nothing in or out; a block of a clinician is never overruled."""
        choices = self.choices.get(nin, {})
        if choices.get("reservation"):
            raise Wrong(403, "suppressed", "She has reserved herself")
        if claims.get(HPR) in choices.get("blocked", ()):
            raise Wrong(403, "suppressed", "She has blocked this clinician")

    async def search(self, request: Request) -> Response:
        """The woman's registrations of one kind."""
        return await self.shown(request, self._search)

    def _search(self, request: Request, claims: dict[str, Any], _: bytes) -> Response:
        kind = request.path_params["kind"]
        _check_kind(kind)
        _check_clinician(claims)
        _check_headers(request, claims)
        self._check_choices(request.headers["nhn-patient-nin"], claims)
        found = self.current(request.headers["nhn-patient-nin"], kind, is_read=True).values()
        entries = [{"resource": resource} for resource in found]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
        return _fhir(bundle, 200)

    async def register(self, request: Request) -> Response:
        """Create or replace one registration, once for each ``nhn-event-id``."""
        return await self.answered(request, self._take, _registered)

    def _take(self, request: Request, claims: dict[str, Any], raw: bytes) -> dict[str, Any]:
        _check_kind(request.path_params["kind"])
        _check_clinician(claims)
        _check_headers(request, claims)
        event, nin = request.headers["nhn-event-id"], request.headers["nhn-patient-nin"]
        kind = request.path_params["kind"]
        self._check_choices(nin, claims)
        try:
            body = _check_body(kind, json.loads(raw), nin)
        except ValueError as error:
            raise Wrong(400, "structure", "The body is not JSON") from error
        digest = hashlib.sha256(raw).hexdigest()
        details: dict[str, Any] = {"event": event, "patient": nin, "type": kind}
        details |= {"actor": actor(claims), "digest": digest}
        before = self.log.of("event", event)
        if before is not None and before["digest"] != digest:
            raise Wrong(409, "duplicate", "nhn-event-id was used for something else")
        if before is not None:
            details |= {"answer": before["answer"], "replayed": True}
            return self.log.append(request, before["status"], details, effect=False)
        wanted = request.path_params.get("id")
        details["answer"] = body | self._next(nin, kind, wanted)
        return self.log.append(request, 200 if wanted else 201, details, effect=True)

    def _next(self, nin: str, kind: str, wanted: str | None) -> dict[str, Any]:
        """Id and version of what is registered now: a new registration, or the next of ``wanted``. Raises Wrong."""
        earlier = self.current(nin, kind).get(wanted) if wanted else None
        if wanted and earlier is None:
            raise Wrong(404, "not-found", "No such registration")
        version = int(earlier["meta"]["versionId"]) + 1 if earlier else 1
        return {"id": wanted or secrets.token_hex(8), "meta": {"versionId": str(version)}}

    async def retract(self, request: Request) -> Response:
        """What was registered under an event is withdrawn: by the system that registered it, once for each key."""
        return await self.answered(request, self._take_back, bare)

    def _take_back(self, request: Request, claims: dict[str, Any], raw: bytes) -> dict[str, Any]:
        _check_kind(request.path_params["kind"])
        try:
            body = json.loads(raw)
            nin, event, key = body["nin"], body["registeredBy"], request.headers["nhn-event-id"]
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {nin, registeredBy}, with nhn-event-id") from error
        kind = request.path_params["kind"]
        registered = self.log.of("event", event)
        if registered is None or (registered["patient"], registered["type"]) != (nin, kind):
            raise Wrong(404, "not-found", "No such registration")
        details = {"event": key, "patient": nin, "type": kind, "actor": actor(claims), "retracts": event}
        return self.log.append(request, 204, details, effect=self.log.of("event", key) is None)


def _registered(entry: dict[str, Any]) -> Response:
    answer = entry["answer"]
    location = f"{BASE}/{answer['resourceType']}/{answer['id']}"
    return _fhir(
        answer, entry["status"], {"Location": location, "ETag": f'W/"{answer["meta"]["versionId"]}"'}
    )


def create_app(issuer: str, state: Path) -> Starlette:
    """The service, trusting ``issuer`` and keeping its log in the folder ``state``."""
    register = Kjernejournal(issuer, state)
    routes: list[BaseRoute] = [
        *(one.mount(issuer, state, register.chosen) for one in (documents, medicines, portal)),
        Route("/_choices", register.choose, methods=["POST"]),
        Route(f"{BASE}/status", register.status, methods=["POST"]),
        Route(f"{BASE}/{{kind}}", register.search, methods=["GET"]),
        Route(f"{BASE}/{{kind}}", register.register, methods=["POST"]),
        Route(f"{BASE}/{{kind}}/retraction", register.retract, methods=["POST"]),
        Route(f"{BASE}/{{kind}}/{{id}}", register.register, methods=["PUT"]),
    ]
    described_as = described(
        document("Mock kjernejournal", (*KJERNEJOURNAL, *DOCUMENTS, *MEDICINES, *PORTAL))
    )
    return Starlette(routes=[*routes, *control_routes(register.log, register.faults), described_as])
