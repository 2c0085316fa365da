"""FHIR's RESTful interactions: https://hl7.org/fhir/R4/http.html"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from starlette.requests import Request
from starlette.responses import Response

from app.api import headers
from app.fhir import json as fhir_json
from app.fhir.capability import statement
from app.fhir.outcome import BadRequest, MethodNotAllowed, NotFound
from app.interactions import audit_reading, history, reading, searching, transaction, writing
from app.interactions.context import Answer, Context

_MOST_DIGITS = 9


def _prefer(request: Request) -> str:
    return request.headers.get("prefer", "")


async def read(context: Context, request: Request) -> Answer:
    """GET Type/id"""
    headers.accept_json(request)
    type_name, id_ = request.path_params["type"], request.path_params["id"]
    if type_name == "AuditEvent":
        return await audit_reading.read(context, id_)
    return await reading.read(context, type_name, id_, request.headers.get("if-none-match", ""))


async def vread(context: Context, request: Request) -> Answer:
    """GET Type/id/_history/version"""
    headers.accept_json(request)
    wanted = request.path_params["version"]
    if not wanted.isdigit() or len(wanted) > _MOST_DIGITS:
        raise NotFound(f"There is no version {wanted[:16]}")
    return await reading.vread(context, request.path_params["type"], request.path_params["id"], int(wanted))


def _whole(pairs: headers.Pairs, name: str, default: int | None, most: int) -> int | None:
    value = dict(pairs).get(name)
    if value is None:
        return default
    if not value.isdigit() or len(value) > _MOST_DIGITS:
        raise BadRequest(f"{name} must be a whole number", name)
    return min(int(value), most)


async def history_instance(context: Context, request: Request) -> Answer:
    """GET Type/id/_history"""
    headers.accept_json(request)
    pairs, settings = headers.query(request), context.house.settings
    unknown = [name for name, _ in pairs if name not in {"_count", "_before", "_format", "_pretty"}]
    if unknown:
        raise BadRequest(
            f"The parameter {unknown[0][:64]} is not supported here", unknown[0][:64], code="not-supported"
        )
    count = _whole(pairs, "_count", settings.default_page, settings.max_page)
    before = _whole(pairs, "_before", None, 2**31 - 1)
    return await history.instance(
        context, request.path_params["type"], request.path_params["id"], count=count or 1, before=before
    )


async def search(context: Context, request: Request) -> Answer:
    """GET Type?…"""
    headers.accept_json(request)
    lenient = "handling=lenient" in _prefer(request)
    pairs = headers.query(request)
    return await searching.search(context, request.path_params["type"], pairs, in_url=True, lenient=lenient)


async def search_by_post(context: Context, request: Request) -> Answer:
    """POST Type/_search: parameters of the URL and of the form, the only way for person numbers."""
    headers.accept_json(request)
    lenient = "handling=lenient" in _prefer(request)
    in_url = headers.query(request)
    pairs = [*in_url, *await headers.form(request, context.house.settings.max_body)]
    return await searching.search(context, request.path_params["type"], pairs, in_url=False, lenient=lenient)


async def create(context: Context, request: Request) -> Answer:
    """POST Type"""
    headers.accept_json(request)
    headers.refuse_conditional(request)
    body = await headers.body(request, context.house.settings.max_body)
    return await writing.create(context, request.path_params["type"], body, _prefer(request))


async def update(context: Context, request: Request) -> Answer:
    """PUT Type/id"""
    headers.accept_json(request)
    body = await headers.body(request, context.house.settings.max_body)
    type_name, id_ = request.path_params["type"], request.path_params["id"]
    return await writing.update(
        context, type_name, id_, body, if_match=headers.if_match(request), prefer=_prefer(request)
    )


async def delete(context: Context, request: Request) -> Answer:
    """DELETE Type/id"""
    type_name, id_ = request.path_params["type"], request.path_params["id"]
    return await writing.delete(context, type_name, id_, headers.if_match(request))


async def bundle(context: Context, request: Request) -> Answer:
    """POST [base]: batch or transaction"""
    headers.accept_json(request)
    return await transaction.process(context, await headers.body(request, context.house.settings.max_body))


async def not_supported(_context: Context, request: Request) -> Answer:
    """A method that a path does not have."""
    raise MethodNotAllowed(f"{request.method} is not supported here")


async def nowhere(_context: Context, _request: Request) -> Answer:
    """A path that is none of ours."""
    raise NotFound("There is nothing at this address")


@cache
def software_version() -> str:
    """The version of this distribution."""
    try:
        return version("helsekort")
    except PackageNotFoundError:
        return "0"


async def metadata(request: Request) -> Response:
    """GET metadata: open to all, holds no data of anyone."""
    base = request.app.state.house.fhir_base
    started: str = request.app.state.started
    body = fhir_json.dump(statement(base, started, software_version()))
    return Response(body, media_type="application/fhir+json")
