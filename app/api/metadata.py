"""What this server says of itself to anybody: https://hl7.org/fhir/R4/http.html#capabilities

It holds no data of anyone, so that it stands outside the door; its refusals look like those of the door all the same.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from app.api import headers
from app.fhir import json as fhir_json
from app.fhir.capability import statement
from app.fhir.outcome import BadRequest, FhirError, operation_outcome
from app.fhir.terminology_capability import terminology

MODES: Final = {"full": statement, "normative": statement, "terminology": terminology}


@cache
def software_version() -> str:
    """The version of this distribution."""
    try:
        return version("helsekort")
    except PackageNotFoundError:
        return "0"


async def metadata(request: Request) -> Response:
    """GET metadata, with its mode."""
    status, refused = 200, dict[str, str]()
    try:
        found = _asked(request)
    except FhirError as error:
        status, found, refused = error.status, operation_outcome(error.issues), error.headers
    body = fhir_json.dump(found)
    if headers.pretty(request):
        body = fhir_json.indented(body)
    return Response(body, status, refused, media_type="application/fhir+json")


def _asked(request: Request) -> dict[str, Any]:
    headers.accept_json(request)
    pairs = headers.query(request)
    mode = dict(pairs).get("mode", "full")
    if mode not in MODES:
        raise BadRequest(f"mode is one of {', '.join(MODES)}", "mode", code="value")
    unknown = [name for name, _ in pairs if name not in {"mode", "_format", "_pretty"}]
    if unknown:
        raise BadRequest("Only mode, _format and _pretty are known here", code="not-supported")
    state = request.app.state
    return MODES[mode](state.house.settings, state.started, software_version())
