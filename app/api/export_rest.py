"""Bulk export over HTTP: https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""

import re

from starlette.requests import Request

from app.api import headers
from app.fhir import json as fhir_json
from app.fhir.outcome import MethodNotAllowed, NotAcceptable
from app.fhir.validation import check
from app.interactions import export, export_files, export_request
from app.interactions.context import Answer, Context
from app.interactions.export_request import GROUP, PATIENT, SYSTEM

_LINES = frozenset({"application/fhir+ndjson", "application/ndjson", "application/*", "*/*", ""})


async def of_system(context: Context, request: Request) -> Answer:
    """GET or POST $export"""
    return await _begin(context, request, SYSTEM)


async def of_patients(context: Context, request: Request) -> Answer:
    """GET or POST Patient/$export"""
    return await _begin(context, request, PATIENT)


async def of_group(context: Context, request: Request) -> Answer:
    """GET or POST Group/id/$export"""
    return await _begin(context, request, GROUP)


async def _begin(context: Context, request: Request, level: str) -> Answer:
    _no_head(request)
    headers.accept_json(request)
    asked = {part.strip().lower() for part in re.split("[,;]", request.headers.get("prefer", ""))}
    pairs, in_body = headers.query(request), request.method == "POST"
    if in_body:
        resource = fhir_json.parse(await headers.body(request, context.house.settings.max_body))
        check(resource)
        pairs = [*pairs, *export_request.pairs_of(resource)]
    found = export_request.read(
        level, request.path_params.get("id"), pairs, in_body=in_body, lenient="handling=lenient" in asked
    )
    query = "" if in_body or not request.url.query else f"?{request.url.query}"
    url = headers.masked(f"{context.house.settings.base_url}{request.url.path}{query}")
    return await export.begin(context, found, url, asynchronous="respond-async" in asked)


def _no_head(request: Request) -> None:
    """HEAD comes with GET, but it must not begin anything. Raises MethodNotAllowed."""
    if request.method == "HEAD":
        raise MethodNotAllowed("HEAD is not supported here")


async def status(context: Context, request: Request) -> Answer:
    """GET $export-status/id"""
    context.entry.facts["operation"] = "$export-status"
    return await export.status(context, request.path_params["id"])


async def cancel(context: Context, request: Request) -> Answer:
    """DELETE $export-status/id"""
    context.entry.facts["operation"] = "$export-status"
    return await export.cancel(context, request.path_params["id"])


async def file(context: Context, request: Request) -> Answer:
    """GET $export-file/id/name"""
    context.entry.facts["operation"] = "$export-file"
    _no_head(request)
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")}
    if not accepted & _LINES:
        raise NotAcceptable("Files are application/fhir+ndjson", "http.Accept")
    return await export_files.fetch(context, request.path_params["id"], request.path_params["name"])
