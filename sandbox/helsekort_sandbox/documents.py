"""Mock of kjernejournal's document sharing (*Pasientens journaldokumenter*): a facade of IHE MHD.

https://utviklerportal.nhn.no/informasjonstjenester/kjernejournal (dokumentdeling): status, and search (ITI-67) with the count of
restricted documents in a header, are as published; that systems provide documents (ITI-65) and mark their own as errors is
a contract of ours. It answers below ``/mhd`` of kjernejournal, with a log and faults of its own, and knows her choices there.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from helsekort_sandbox.answering import Choices, Service, privacy
from helsekort_sandbox.controls import control_routes
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.resource_server import PID, actor

AUDIENCE = "nhn:phr/mhd"
PROVIDE, READ = f"{AUDIENCE}/provide-document", f"{AUDIENCE}/read-documentreferences"
FHIR = "/R4/fhir"
URI = "urn:ietf:rfc:3986"
DOCUMENT_TYPES = "urn:oid:2.16.578.1.12.4.1.1.9602"
RESTRICTED = "NHN-SecurityLabel-Nors-Count"
Json = dict[str, Any]


def _fhir(body: Json, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, status, headers, media_type="application/fhir+json")


class Documents(Service):
    """The registry and the repository in one: a fold of the effect log. ``choices`` tells what a woman has chosen."""

    def __init__(self, issuer: str, state: Path, choices: Choices) -> None:
        super().__init__(issuer, AUDIENCE, state / "documents.ndjson")
        self.choices = choices

    def refusal(self, wrong: Wrong) -> Response:
        issue = {"severity": "error", "code": wrong.code, "diagnostics": wrong.why}
        return _fhir({"resourceType": "OperationOutcome", "issue": [issue]}, wrong.status)

    def standing(self, nin: str, *, is_read: bool = False) -> dict[str, Json]:
        """The woman's current documents, by identifier."""
        found: dict[str, Json] = {}
        for entry in self.log.all_of("patient", nin, self.faults.stale if is_read else 0.0):
            for gone in (*entry.get("replaces", ()), *entry.get("retracts", ())):
                found.pop(gone, None)
            if "document" in entry:
                found[entry["document"]] = entry["reference"]
        return found

    async def status(self, request: Request) -> Response:
        """Her choices."""
        return await self.shown(request, lambda _, claims, raw: privacy(self.choices, claims, raw))

    async def provide(self, request: Request) -> Response:
        """Take a document (ITI-65), once for each ``nhn-event-id``; it takes the place of what it replaces."""
        return await self.answered(request, self._take, _taken)

    def _take(self, request: Request, claims: Json, raw: bytes) -> Json:
        _check_system(claims)
        nin, event = _headers(request)
        if self.choices(nin).get("reservation"):
            raise Wrong(403, "suppressed", "She has reserved herself")
        reference, identifier, document = _checked(raw, nin)
        digest = hashlib.sha256(raw).hexdigest()
        before = self.log.of("event", event)
        if before is not None and before["digest"] != digest:
            raise Wrong(409, "duplicate", "nhn-event-id was used for another document")
        details: Json = {"event": event, "patient": nin, "actor": actor(claims), "digest": digest}
        details |= {"document": identifier, "reference": reference, "replaces": _replaced(reference)}
        details["holds"] = _held(document)
        return self.log.append(request, 200, details, effect=before is None)

    async def mark(self, request: Request) -> Response:
        """The system's own document is marked as an error."""
        return await self.answered(
            request, self._mark, lambda entry: _fhir(entry["reference"], entry["status"])
        )

    def _mark(self, request: Request, claims: Json, raw: bytes) -> Json:
        _check_system(claims)
        nin, event = _headers(request)
        identifier = request.query_params.get("identifier", "").partition("|")[2]
        try:
            is_error = json.loads(raw).get("status") == "entered-in-error"
        except (ValueError, AttributeError) as error:
            raise Wrong(400, "structure", "The body is not a DocumentReference") from error
        if not is_error or not identifier:
            raise Wrong(422, "business-rule", "A document is only ever marked as an error, by its identifier")
        known = [row for row in self.log.all_of("patient", nin) if row.get("document") == identifier]
        if not known:
            raise Wrong(404, "not-found", "No such document")
        if known[-1]["actor"]["client"] != claims.get("client_id"):
            raise Wrong(403, "forbidden", "It was provided by another system")
        details: Json = {
            "event": event,
            "patient": nin,
            "actor": actor(claims),
            "retracts": [identifier],
            "digest": "",
        }
        details["reference"] = known[-1]["reference"] | {"status": "entered-in-error"}
        return self.log.append(request, 200, details, effect=identifier in self.standing(nin))

    async def search(self, request: Request) -> Response:
        """Her current documents (ITI-67)."""
        return await self.shown(request, self._search)

    def _search(self, request: Request, claims: Json, raw: bytes) -> Response:
        nin, _ = _headers(request)
        if parse_qs(raw.decode(errors="replace")).get("patient.identifier") != [nin]:
            raise Wrong(400, "value", "patient.identifier is the number of nhn-patient-nin")
        found = list(self.standing(nin, is_read=True).values())
        restricted = [row for row in found if "R" in _labels(row)]
        shown = found if not claims.get(PID) else [row for row in found if row not in restricted]
        entries = [{"resource": row} for row in shown]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
        return _fhir(bundle, 200, {RESTRICTED: str(len(restricted))})


def _headers(request: Request) -> tuple[str, str]:
    nin, event = request.headers.get("nhn-patient-nin", ""), request.headers.get("nhn-event-id", "")
    if not nin or not 0 < len(event) <= 128:
        raise Wrong(
            400, "required", "nhn-patient-nin, and nhn-event-id of at most 128 characters, are required"
        )
    return nin, event


def _check_system(claims: Json) -> None:
    if claims.get(PID) or PROVIDE not in str(claims.get("scope", "")).split():
        raise Wrong(403, "forbidden", "Systems with the scope provide-document provide documents")


def _labels(reference: Json) -> set[str]:
    return {
        one.get("code") for label in reference.get("securityLabel", ()) for one in label.get("coding", ())
    }


def _replaced(reference: Json) -> list[str]:
    rows = [row for row in reference.get("relatesTo", ()) if row.get("code") == "replaces"]
    return [row["target"]["identifier"]["value"] for row in rows]


def _held(document: bytes) -> list[str]:
    """Which versions of which resources a document holds: what a test compares with the card."""
    try:
        rows = [row["resource"] for row in json.loads(document)["entry"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Wrong(422, "business-rule", "The document is not a Bundle of resources") from error
    versions = [(row, row.get("meta", {}).get("versionId")) for row in rows]
    return sorted(f"{row['resourceType']}/{row['id']}/{version}" for row, version in versions if version)


def _checked(raw: bytes, nin: str) -> tuple[Json, str, bytes]:
    """The DocumentReference of a Provide Document Bundle, what it is known by, and the document. Raises Wrong."""
    try:
        bundle = json.loads(raw)
        parts = {
            row["resource"]["resourceType"]: (row["fullUrl"], row["resource"]) for row in bundle["entry"]
        }
        (_, reference), (binary_url, binary), (_, submission) = (
            parts["DocumentReference"],
            parts["Binary"],
            parts["List"],
        )
        identifier = reference["masterIdentifier"]["value"]
        attachment = reference["content"][0]["attachment"]
        document = base64.b64decode(binary["data"], validate=True)
        subjects = {one["subject"]["identifier"]["value"] for one in (reference, submission)}
        types = [(one.get("system"), one.get("code")) for one in reference["type"]["coding"]]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise Wrong(
            400, "structure", "The body is no Provide Document Bundle: List, DocumentReference, Binary"
        ) from error
    if bundle.get("type") != "transaction" or reference.get("status") != "current":
        raise Wrong(422, "business-rule", "The Bundle is a transaction, the document current")
    if subjects != {nin}:
        raise Wrong(422, "business-rule", "The patient is not the one of nhn-patient-nin")
    if (DOCUMENT_TYPES, "F04-2") not in types:
        raise Wrong(422, "business-rule", "This system shares documents of type F04-2")
    digest = base64.b64encode(hashlib.sha1(document).digest()).decode()  # noqa: S324 (as FHIR's Attachment.hash asks)
    if attachment["url"] != binary_url or attachment["size"] != len(document) or attachment["hash"] != digest:
        raise Wrong(422, "business-rule", "url, size and hash of the attachment are not those of the Binary")
    return reference, identifier, document


def _taken(entry: Json) -> Response:
    answers = [{"response": {"status": "201 Created"}} for _ in range(3)]
    return _fhir(
        {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}, entry["status"]
    )


def mount(issuer: str, state: Path, choices: Choices) -> Mount:
    """The service below ``/mhd``."""
    service = Documents(issuer, state, choices)
    routes = [
        Route("/status", service.status, methods=["POST"]),
        Route(FHIR, service.provide, methods=["POST"]),
        Route(f"{FHIR}/DocumentReference", service.mark, methods=["PUT"]),
        Route(f"{FHIR}/DocumentReference/_search", service.search, methods=["POST"]),
    ]
    return Mount("/mhd", routes=[*routes, *control_routes(service.log, service.faults)])
