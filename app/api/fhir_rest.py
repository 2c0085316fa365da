"""FHIR's RESTful interactions: https://hl7.org/fhir/R4/http.html"""

from dataclasses import replace

from starlette.requests import Request

from app.api import headers
from app.fhir.outcome import MethodNotAllowed, NotFound
from app.fhir.summary import Form, subset
from app.interactions import audit_reading, files, history, reading, transaction, writing
from app.interactions.context import Answer, Context

_MOST_DIGITS = 9


async def read(context: Context, request: Request) -> Answer:
    """GET Type/id"""
    type_name, id_ = request.path_params["type"], request.path_params["id"]
    if type_name == "Binary" and headers.takes_files(request):
        return files.content_of(await reading.read(context, type_name, id_, headers.known(request)))
    headers.accept_json(request)
    form = headers.form_of_one(request)
    if type_name == "AuditEvent":
        return _in_form(await audit_reading.read(context, id_), form)
    return _in_form(await reading.read(context, type_name, id_, headers.known(request)), form)


def _in_form(answer: Answer, form: Form) -> Answer:
    return replace(answer, body=subset(answer.body, form)) if form and answer.body else answer


async def vread(context: Context, request: Request) -> Answer:
    """GET Type/id/_history/version"""
    wanted = request.path_params["version"]
    if not wanted.isdigit() or len(wanted) > _MOST_DIGITS:
        raise NotFound(f"There is no version {wanted[:16]}")
    type_name, id_ = request.path_params["type"], request.path_params["id"]
    if type_name == "Binary" and headers.takes_files(request):
        return files.content_of(
            await reading.vread(context, type_name, id_, int(wanted), headers.known(request))
        )
    headers.accept_json(request)
    form = headers.form_of_one(request)
    return _in_form(await reading.vread(context, type_name, id_, int(wanted), headers.known(request)), form)


async def history_of(context: Context, request: Request) -> Answer:
    """GET _history, Type/_history, Type/id/_history"""
    headers.accept_json(request)
    lenient = headers.preference(request).lenient
    return await history.history(
        context, request.path_params.get("type", ""), request.path_params.get("id", ""), headers.query(request),
        lenient=lenient,
    )  # fmt: skip


async def _resource(context: Context, request: Request) -> bytes:
    """The resource in the body; a file becomes a Binary."""
    limit = context.house.settings.max_body
    kind = headers.file_type(request) if request.path_params["type"] == "Binary" else None
    if kind is None:
        headers.accept_json(request)
        return await headers.body(request, limit)
    about = request.headers.get("x-security-context", "").strip()
    content = await headers.content(request, limit)
    return files.resource_of(context, content, kind, about, request.path_params.get("id", ""))


async def create(context: Context, request: Request) -> Answer:
    """POST Type"""
    body = await _resource(context, request)
    context.once = headers.once(request, context.caller, body)
    return await writing.create(
        context, request.path_params["type"], body, headers.preference(request),
        none_exist=headers.none_exist(request),
    )  # fmt: skip


def _which(request: Request) -> str | headers.Pairs:
    """The id in the path, or the criteria in the query."""
    id_: str | None = request.path_params.get("id")
    return headers.query(request) if id_ is None else id_


async def update(context: Context, request: Request) -> Answer:
    """PUT Type/id, PUT Type?…"""
    body = await _resource(context, request)
    context.once = headers.once(request, context.caller, body)
    return await writing.update(
        context, request.path_params["type"], _which(request), body, headers.preference(request),
        if_match=headers.if_match(request),
    )  # fmt: skip


async def patch(context: Context, request: Request) -> Answer:
    """PATCH Type/id, PATCH Type?…"""
    headers.accept_json(request)
    kind, body = await headers.patch_body(request, context.house.settings.max_body)
    context.once = headers.once(request, context.caller, body)
    return await writing.patch(
        context, request.path_params["type"], _which(request), body, headers.preference(request),
        as_json_patch=kind == headers.JSON_PATCH, if_match=headers.if_match(request),
    )  # fmt: skip


async def delete(context: Context, request: Request) -> Answer:
    """DELETE Type/id, DELETE Type?…"""
    context.once = headers.once(request, context.caller, b"")
    return await writing.delete(
        context, request.path_params["type"], _which(request), headers.if_match(request)
    )


async def bundle(context: Context, request: Request) -> Answer:
    """POST [base]: batch or transaction"""
    headers.accept_json(request)
    body = await headers.body(request, context.house.settings.max_body)
    context.once = headers.once(request, context.caller, body)
    return await transaction.process(context, body, headers.preference(request))


async def not_supported(_context: Context, request: Request) -> Answer:
    """A method that a path does not have."""
    raise MethodNotAllowed(f"{request.method} is not supported here")


async def nowhere(_context: Context, request: Request) -> Answer:
    """A path that is none of ours."""
    if request.scope["path"].rpartition("/")[2].startswith("$"):
        raise NotFound("There is no operation of this name here", code="not-supported")
    raise NotFound("There is nothing at this address")
