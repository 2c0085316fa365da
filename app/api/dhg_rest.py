"""The national maternity record's own JSON API over this store: ``/api/maternity-record/v1``.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide (hit-maternity-record-api). DPoP is required, whatever
the sandbox accepts elsewhere; the woman's number stands in ``nhn-patient-nin``. Errors are RFC 9457 problem details.
"""

import json
from urllib.parse import unquote

from starlette.requests import Request

from app.api import headers
from app.api.proof import refusal
from app.fhir import json as fhir_json
from app.fhir.codes import VOLVEN_PROFESSION
from app.fhir.dates import interval
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import BadRequest, FhirError, Forbidden
from app.interactions import dhg_history, dhg_opening, dhg_records, dhg_writing
from app.interactions.context import Answer, Context
from app.interactions.dhg_writing import Call

BASE = "/api/maternity-record/v1"
PROBLEM = "application/problem+json"
_TITLES = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed", 409: "Conflict",
    410: "Gone", 413: "Too large", 415: "Unsupported media type", 422: "Unprocessable", 429: "Too many requests",
    503: "Unavailable",
}  # fmt: skip
_SOURCE = (3, 512)  # characters of nhn-source-system
_EVENT = 128


def problem(error: FhirError) -> Answer:
    """``error`` as problem details."""
    errors = [
        {"path": issue.expression[0] if issue.expression else "", "message": issue.diagnostics}
        for issue in error.issues
    ]
    body = {
        "title": _TITLES.get(error.status, "Error"),
        "status": error.status,
        "detail": error.issues[0].diagnostics,
    }
    return Answer(error.status, fhir_json.dump(body | {"errors": errors}), error.headers, PROBLEM)


def _nin(context: Context, request: Request) -> str:
    """The woman's number, with the headers of the contract checked. Raises FhirError."""
    if not request.headers.get("authorization", "").lower().startswith("dpop "):
        raise refusal("Bearer tokens are not accepted here; a DPoP-bound token is", error="invalid_token")
    source = request.headers.get("nhn-source-system", "")
    if not _SOURCE[0] <= len(source) <= _SOURCE[1]:
        raise BadRequest("nhn-source-system must have 3 to 512 characters", "http.nhn-source-system")
    if len(request.headers.get("nhn-event-id", "")) > _EVENT:
        raise BadRequest("nhn-event-id must have at most 128 characters", "http.nhn-event-id")
    _role(context, request)
    nin = request.headers.get("nhn-patient-nin", "")
    if not looks_like_person_number(nin):
        raise BadRequest(
            "nhn-patient-nin must be her national identity number or D-number", "http.nhn-patient-nin"
        )
    return nin


def _role(context: Context, request: Request) -> None:
    """``nhn-user-role`` is the profession that the token attests; a citizen has none. Raises BadRequest and Forbidden."""
    if context.caller.profession is None:
        return
    try:
        role = json.loads(unquote(request.headers.get("nhn-user-role", "")))
    except ValueError:
        role = None
    if not isinstance(role, dict) or role.get("system") != VOLVEN_PROFESSION:
        text = "nhn-user-role must be URL-encoded JSON: system (Volven 9060) and code"
        raise BadRequest(text, "http.nhn-user-role")
    if role.get("code") != context.caller.profession:
        raise Forbidden("nhn-user-role is not the profession that the token attests", "http.nhn-user-role")


def _call(context: Context, request: Request) -> Call:
    params = request.path_params
    return Call(
        _nin(context, request), params["record"], params.get("part", ""), params.get("id", ""), _when(request)
    )


def _when(request: Request) -> str:
    """When what is told was found, where that is not now: ``X-Effective-Time``, an extension of the contract."""
    told = request.headers.get("x-effective-time", "")
    if told:
        interval(told)
    return told


async def _body(context: Context, request: Request) -> bytes:
    return await headers.body(request, context.house.settings.max_body)


async def status(context: Context, request: Request) -> Answer:
    """GET status"""
    return await dhg_history.status(context, _nin(context, request))


async def history(context: Context, request: Request) -> Answer:
    """GET history"""
    return await dhg_history.history(context, _nin(context, request))


async def changes(context: Context, request: Request) -> Answer:
    """GET history/{recordId}"""
    return await dhg_history.changes(context, _nin(context, request), request.path_params["record"])


async def create(context: Context, request: Request) -> Answer:
    """POST record"""
    nin = _nin(context, request)
    return await dhg_opening.create(context, nin, await _body(context, request), _when(request))


async def read(context: Context, request: Request) -> Answer:
    """GET record/{recordId}"""
    return await dhg_records.get(context, _nin(context, request), request.path_params["record"])


async def post(context: Context, request: Request) -> Answer:
    """POST record/{recordId}/{resourceType}"""
    call = _call(context, request)
    return await dhg_writing.post(context, call, await _body(context, request))


async def put(context: Context, request: Request) -> Answer:
    """PUT record/{recordId}/{resourceType} and …/{resourceId}"""
    call = _call(context, request)
    return await dhg_writing.put(context, call, await _body(context, request))


async def delete(context: Context, request: Request) -> Answer:
    """DELETE record/{recordId}/{resourceType}/{resourceId}"""
    call = _call(context, request)
    sent = request.headers.get("content-length", "0") != "0"
    return await dhg_writing.delete(context, call, await _body(context, request) if sent else b"")


async def update_status(context: Context, request: Request) -> Answer:
    """POST record/{recordId}/updateStatus"""
    call = _call(context, request)
    return await dhg_opening.update_status(context, call, await _body(context, request))
