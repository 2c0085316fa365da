"""Searching over HTTP: of a type, of everything, in a compartment; by GET, or by POST, the only way for person numbers.

https://hl7.org/fhir/R4/http.html#search
"""

from starlette.requests import Request

from app.api import headers
from app.fhir.outcome import NotFound
from app.fhir.query import refuse_person_numbers
from app.interactions import searching
from app.interactions.context import Answer, Context


async def _asked(context: Context, request: Request) -> tuple[headers.Pairs, bool, bool]:
    """The parameters, whether all of them stood in the URL, and whether the client is lenient."""
    headers.accept_json(request)
    pairs, in_url = headers.query(request), request.method != "POST"
    if not in_url:
        refuse_person_numbers(pairs)
        pairs = [*pairs, *await headers.form(request, context.house.settings.max_body)]
    return pairs, in_url, headers.preference(request).lenient


async def search(context: Context, request: Request) -> Answer:
    """GET Type?…, POST Type/_search"""
    pairs, in_url, lenient = await _asked(context, request)
    return await searching.search(context, request.path_params["type"], pairs, in_url=in_url, lenient=lenient)


async def everything(context: Context, request: Request) -> Answer:
    """GET ?…, POST _search"""
    pairs, in_url, lenient = await _asked(context, request)
    return await searching.search_everything(context, pairs, in_url=in_url, lenient=lenient)


async def compartment(context: Context, request: Request) -> Answer:
    """GET Type/id/Member?…, POST Type/id/Member/_search"""
    pairs, in_url, lenient = await _asked(context, request)
    path = request.path_params
    member = path["member"]
    if member != "*" and not member[:1].isupper():
        kind = "operation of this name" if member.startswith("$") else "type of this name"
        raise NotFound(f"There is no {kind} here", code="not-supported")
    owner = path["type"], path["id"]
    return await searching.search_compartment(context, owner, member, pairs, in_url=in_url, lenient=lenient)
