"""Mock of a woman's medicines in kjernejournal (e-resept, *pasientens legemiddelliste*), below ``/medicines``.

Her choices, headers and tokens are those of kjernejournal's critical information; that a system reads the list as FHIR R4 is a
contract of ours. ``POST /medicines/_list`` is the pharmacy and the prescribers: what stands there from now on.
"""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from helsekort_sandbox.answering import Choices, Service, privacy
from helsekort_sandbox.controls import control_routes
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.resource_server import HPR, PID, actor

AUDIENCE = "nhn:medication-list"
BASE = "/v1"
HEADERS = ("nhn-user-role", "nhn-source-system", "nhn-patient-nin", "nhn-event-id")
Json = dict[str, Any]


def _fhir(body: Json, status: int) -> JSONResponse:
    return JSONResponse(body, status, media_type="application/fhir+json")


class Medicines(Service):
    """The lists: a fold of the effect log. ``choices`` tells what a woman has chosen in kjernejournal."""

    def __init__(self, issuer: str, state: Path, choices: Choices) -> None:
        super().__init__(issuer, AUDIENCE, state / "medicines.ndjson")
        self.choices = choices

    def refusal(self, wrong: Wrong) -> Response:
        issue = {"severity": "error", "code": wrong.code, "diagnostics": wrong.why}
        return _fhir({"resourceType": "OperationOutcome", "issue": [issue]}, wrong.status)

    async def status(self, request: Request) -> Response:
        """Her choices."""
        return await self.shown(request, lambda _, claims, raw: privacy(self.choices, claims, raw))

    async def listed(self, request: Request) -> Response:
        """Her list, for a clinician in person; each reading stands in the log."""
        return await self.shown(request, self._listed)

    def _listed(self, request: Request, claims: Json, _: bytes) -> Response:
        nin = self._checked(request, claims)
        known = self.log.all_of("patient", nin, self.faults.stale)
        self.log.append(request, 200 if known else 404, {"reads": nin, "actor": actor(claims)}, effect=False)
        if not known:
            raise Wrong(404, "not-found", "She has no list")
        last = known[-1]
        rows = [
            {
                "resourceType": "MedicationStatement",
                "id": f"{last['number']}-{n}",
                **row,
                "subject": _hers(nin),
            }
            for n, row in enumerate(last["statements"], 1)
        ]
        index: Json = {"resourceType": "List", "status": "current", "mode": "working", "date": last["date"]}
        entries = [{"resource": row} for row in (index | {"subject": _hers(nin)}, *rows)]
        return _fhir({"resourceType": "Bundle", "type": "collection", "entry": entries}, 200)

    def _checked(self, request: Request, claims: Json) -> str:
        missing = [name for name in HEADERS if not request.headers.get(name)]
        if missing:
            raise Wrong(400, "required", f"Missing header: {', '.join(missing)}")
        if not claims.get(PID) or not claims.get(HPR):
            raise Wrong(403, "forbidden", "Only a clinician in person reads medicines")
        nin = request.headers["nhn-patient-nin"]
        choices = self.choices(nin)
        if (
            choices.get("reservation")
            or choices.get("restricted")
            or claims[HPR] in choices.get("blocked", ())
        ):
            raise Wrong(403, "suppressed", "She has chosen that this is not shown")
        return nin

    async def prescribe(self, request: Request) -> Response:
        """Her list from now on: ``{"nin", "date", "statements": [MedicationStatement without id and subject]}``."""
        try:
            wanted = await request.json()
            nin, date, statements = str(wanted["nin"]), str(wanted["date"]), list(wanted["statements"])
        except (ValueError, KeyError, TypeError):
            return self.refusal(Wrong(400, "structure", "The body is {nin, date, statements}"))
        details = {"patient": nin, "date": date, "statements": statements}
        self.log.append(request, 204, details, effect=True)
        return Response(status_code=204)


def _hers(nin: str) -> Json:
    return {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": nin}}


def mount(issuer: str, state: Path, choices: Choices) -> Mount:
    """The service below ``/medicines``."""
    service = Medicines(issuer, state, choices)
    routes = [
        Route("/_list", service.prescribe, methods=["POST"]),
        Route(f"{BASE}/status", service.status, methods=["POST"]),
        Route(f"{BASE}/MedicationStatement", service.listed, methods=["GET"]),
    ]
    return Mount("/medicines", routes=[*routes, *control_routes(service.log, service.faults)])
