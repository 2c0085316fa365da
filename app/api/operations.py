"""Operations: https://hl7.org/fhir/R4/operations.html"""

from starlette.requests import Request

from app.api import headers
from app.interactions import audit_reading, declaring
from app.interactions.card import card as make_card
from app.interactions.context import Answer, Context


def _wanted(request: Request, pairs: headers.Pairs) -> str:
    """The media type that is wanted: ``_format``, else what Accept names first."""
    named = dict(pairs).get("_format")
    if named:
        return named.replace(" ", "+")
    for part in request.headers.get("accept", "").split(","):
        kind = part.partition(";")[0].strip()
        if kind in {"text/html", *headers.JSON_TYPES}:
            return kind
    return "application/fhir+json"


async def card(context: Context, request: Request) -> Answer:
    """GET EpisodeOfCare/id/$card"""
    pairs = headers.query(request)
    given = dict(pairs)
    language = given.get("_language") or request.headers.get("accept-language", "nb")[:2]
    return await make_card(
        context,
        request.path_params["id"],
        as_of=given.get("asOf"),
        wanted=_wanted(request, pairs),
        language=language,
    )


async def access_log(context: Context, request: Request) -> Answer:
    """GET Patient/id/$access-log"""
    headers.accept_json(request)
    return await audit_reading.access_log(context, request.path_params["id"])


async def declare_relation(context: Context, request: Request) -> Answer:
    """POST Patient/$declare-relation"""
    return await declaring.declare(context, await headers.body(request, context.house.settings.max_body))
