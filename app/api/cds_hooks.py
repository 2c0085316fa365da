"""CDS Hooks 2.0: https://cds-hooks.hl7.org/2.0/. Discovery holds nothing of anyone and stands outside the door."""

from starlette.requests import Request
from starlette.responses import Response

from app.api import headers
from app.fhir import json as fhir_json
from app.interactions import decision_support
from app.interactions.context import Answer, Context


async def discovery(request: Request) -> Response:
    """GET cds-services"""
    words = decision_support.language_of(request.headers.get("accept-language", ""))
    body = fhir_json.dump(decision_support.discovery(words))
    return Response(body, headers={"Content-Language": words.language}, media_type=decision_support.JSON)


async def call(context: Context, request: Request) -> Answer:
    """POST cds-services/service"""
    headers.accept_json(request)
    words = decision_support.language_of(request.headers.get("accept-language", ""))
    body = await headers.body(request, context.house.settings.max_body)
    return await decision_support.called(context, request.path_params["service"], body, words)


async def feedback(context: Context, request: Request) -> Answer:
    """POST cds-services/service/feedback"""
    headers.accept_json(request)
    body = await headers.body(request, context.house.settings.max_body)
    return await decision_support.fed_back(context, request.path_params["service"], body)
