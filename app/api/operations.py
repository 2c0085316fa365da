"""Operations: https://hl7.org/fhir/R4/operations.html"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from app.api import headers, media_types
from app.api.endpoint import Handler
from app.fhir import json as fhir_json
from app.fhir.operation import EVERY_TYPE, Operation
from app.fhir.operations import BY_NAME
from app.fhir.operations_on_hers import HELD, HERS
from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given, from_body, from_pairs
from app.fhir.validation import check
from app.interactions import (
    access_logs,
    clinic_day,
    code_answers,
    confirming,
    counting,
    critical_reading,
    declaring,
    discussing,
    documents,
    emergencies,
    evaluating,
    everything,
    existence,
    expansion,
    explaining,
    importing,
    lastn,
    launching,
    log_cases,
    meta,
    moving,
    new_changes,
    portal_opening,
    subscription_answers,
    translation,
    validating,
    withdrawing,
    worklist,
)
from app.interactions.card import Wanted
from app.interactions.card import card as make_card
from app.interactions.context import Answer, Context
from app.interactions.paper import PDF


def _wanted(request: Request, pairs: headers.Pairs) -> str:
    """The media type that is wanted: ``_format``, else what Accept names first."""
    named = dict(pairs).get("_format")
    if named:
        return named.replace(" ", "+")
    for part in request.headers.get("accept", "").split(","):
        kind = part.partition(";")[0].strip()
        if kind in {"text/html", "text/csv", PDF, *media_types.JSON_TYPES}:
            return kind
    return "application/fhir+json"


async def card(context: Context, request: Request) -> Answer:
    """GET EpisodeOfCare/id/$card"""
    pairs = headers.query(request)
    given = from_pairs(BY_NAME["EpisodeOfCare", "card"], pairs)
    language = given.text("_language") or request.headers.get("accept-language", "nb")[:2]
    return await make_card(
        context,
        request.path_params["id"],
        Wanted(
            _wanted(request, pairs),
            language,
            given.text("asOf"),
            given.text("changedSince"),
            given.text("view"),
        ),
    )


async def clinic_day_of(context: Context, request: Request) -> Answer:
    """GET and POST EpisodeOfCare/$clinic-day"""
    pairs = headers.query(request)
    given = await _given(context, request, BY_NAME["EpisodeOfCare", "clinic-day"], pages=True)
    return await clinic_day.clinic_day(context, given, _wanted(request, pairs))


async def move(context: Context, request: Request) -> Answer:
    """POST Encounter/id/$move; with an Idempotency-Key once only"""
    headers.accept_json(request)
    body = await _body(context, request)
    context.once = headers.once(request, context.caller, body)
    given = from_body(BY_NAME["Encounter", "move"], _resource(body, headers.query(request)))
    return await moving.move(context, given, request.path_params["id"])


async def access_log(context: Context, request: Request) -> Answer:
    """GET Patient/id/$access-log"""
    pairs = headers.query(request)
    given = from_pairs(BY_NAME["Patient", "access-log"], pairs)
    language = given.text("_language") or request.headers.get("accept-language", "nb")[:2]
    return await access_logs.access_log(
        context, request.path_params["id"], given, (_wanted(request, pairs), language)
    )


async def declare_relation(context: Context, request: Request) -> Answer:
    """POST Patient/$declare-relation"""
    return await declaring.declare(context, await headers.body(request, context.house.settings.max_body))


async def launch(context: Context, request: Request) -> Answer:
    """POST Patient/id/$launch"""
    given = await _given(context, request, BY_NAME["Patient", "launch"])
    return await launching.launch(context, request.path_params["id"], given)


Run = Callable[[Context, Given, str | None], Awaitable[Answer]]


def _handler(type_name: str, name: str, run: Run) -> Handler:
    """The handler of an operation that needs its parameters and, at instance level, an id."""
    row = BY_NAME[type_name, name]

    async def answer(context: Context, request: Request) -> Answer:
        return await run(context, await _given(context, request, row), request.path_params.get("id"))

    return answer


async def _given(context: Context, request: Request, row: Operation, *, pages: bool = False) -> Given:
    """The parameters, of the URL or of the body. ``pages``: it answers with more than JSON. Raises FhirError."""
    if not pages:
        headers.accept_json(request)
    pairs = headers.query(request)
    body = await _body(context, request)
    return from_body(row, _resource(body, pairs)) if body else from_pairs(row, pairs)


async def _body(context: Context, request: Request) -> bytes:
    """The body of a POST that has one; an operation without parameters needs none."""
    announced = request.headers.get("content-length", "0")
    if request.method != "POST" or (announced == "0" and "transfer-encoding" not in request.headers):
        return b""
    return await headers.body(request, context.house.settings.max_body)


def _alone(pairs: headers.Pairs) -> None:
    """Raises BadRequest where the URL gives something beside a body."""
    named = [name for name, _ in pairs if name not in {"_format", "_pretty"}]
    if named:
        raise BadRequest("With a body, the parameters stand in the body", named[0][:64])


async def validate(context: Context, request: Request) -> Answer:
    """GET and POST Type/$validate and Type/id/$validate"""
    headers.accept_json(request)
    params, pairs, body = request.path_params, headers.query(request), await _body(context, request)
    if body:
        _alone(pairs)
        asked, resource = validating.given(body)
    else:
        asked, resource = from_pairs(BY_NAME[EVERY_TYPE, "validate"], pairs), None
    return await validating.validated(context, params["type"], params.get("id"), asked, resource)


async def document(context: Context, request: Request) -> Answer:
    """GET and POST Composition/id/$document; only a POST may keep something."""
    given = await _given(context, request, BY_NAME["Composition", "document"])
    if given.flag("persist") and request.method != "POST":
        raise BadRequest("persist keeps a Bundle: ask for it by POST", "persist")
    return await documents.document(context, given, request.path_params["id"])


async def metas(context: Context, request: Request) -> Answer:
    """GET and POST $meta, Type/$meta and Type/id/$meta"""
    type_name, id_ = request.path_params.get("type"), request.path_params.get("id")
    await _given(context, request, BY_NAME[EVERY_TYPE, "meta"])
    if type_name is not None and id_ is not None:
        return await meta.of_one(context, type_name, id_)
    return await meta.in_use(context, type_name)


def _changes(name: str, change: Callable[..., Awaitable[Answer]]) -> Handler:
    """POST Type/id/$meta-add or $meta-delete"""

    async def answer(context: Context, request: Request) -> Answer:
        given = await _given(context, request, BY_NAME[EVERY_TYPE, name])
        params = request.path_params
        return await change(context, params["type"], params["id"], given, headers.if_match(request))

    return answer


def _settling(
    name: str, settle: Callable[..., Awaitable[Answer]], types: tuple[str, ...] = HERS
) -> dict[str, Handler]:
    """POST Type/id/$confirm or $decline of each type that she registers, $discussed of each that may wait."""

    def of(type_name: str) -> Handler:
        async def answer(context: Context, request: Request) -> Answer:
            given = await _given(context, request, BY_NAME[type_name, name])
            return await settle(
                context, type_name, request.path_params["id"], given, headers.if_match(request)
            )

        return answer

    return {type_name: of(type_name) for type_name in types}


def _resource(body: bytes, pairs: headers.Pairs) -> dict[str, object]:
    """The valid resource of a body, beside which the URL gives nothing. Raises BadRequest."""
    _alone(pairs)
    resource = fhir_json.parse(body)
    if not isinstance(resource, dict):
        raise BadRequest("The body must be one resource, a JSON object", code="structure")
    check(resource)
    return resource


import_card = _handler("EpisodeOfCare", "import-card", importing.import_card)
open_kjernejournal = _handler("Patient", "open-kjernejournal", portal_opening.open_kjernejournal)
worklist_of = _handler("EpisodeOfCare", "worklist", worklist.worklist)
everything_of_patient = _handler("Patient", "everything", everything.of_patient)
critical_information = _handler("Patient", "critical-information", critical_reading.critical_information)
everything_of_card = _handler("EpisodeOfCare", "everything", everything.of_card)
last_of_each = _handler("Observation", "lastn", lastn.last_of_each)
expand = _handler("ValueSet", "expand", expansion.expand)
in_value_set = _handler("ValueSet", "validate-code", code_answers.in_value_set)
in_code_system = _handler("CodeSystem", "validate-code", code_answers.in_code_system)
look_up = _handler("CodeSystem", "lookup", code_answers.look_up)
subsumes = _handler("CodeSystem", "subsumes", code_answers.subsumes)
translate = _handler("ConceptMap", "translate", translation.translate)
subscription_status = _handler("Subscription", "status", subscription_answers.status)
subscription_events = _handler("Subscription", "events", subscription_answers.events)
subscription_failures = _handler("Subscription", "failures", subscription_answers.failures)
break_glass = _handler("Patient", "break-glass", emergencies.break_glass)
status = _handler("Patient", "status", existence.status)
declarations = _handler("", "declarations", declaring.queue)
declaration_review = _handler("", "declaration-review", declaring.review)
access_statistics = _handler("", "access-statistics", counting.statistics)
emergency_queue = _handler("", "emergencies", emergencies.queue)
emergency_review = _handler("", "emergency-review", emergencies.review)
emergency_statistics = _handler("", "emergency-statistics", emergencies.statistics)
withdraw = _handler("Patient", "withdraw", withdrawing.withdraw)
erasure = _handler("Patient", "erasure", withdrawing.receipts)
explain_access = _handler("Patient", "explain-access", explaining.explain)
retractions = _handler("", "retractions", withdrawing.retractions)
ask_about_access = _handler("Patient", "ask-about-access", log_cases.ask)
access_cases = _handler("", "access-cases", log_cases.queue)
access_case_review = _handler("", "access-case-review", log_cases.review)
evaluate_measure = _handler("Measure", "evaluate-measure", evaluating.evaluate)
changes_since = _handler("", "changes", new_changes.changes_since)
confirm = _settling("confirm", confirming.confirm)
decline = _settling("decline", confirming.decline)
discussed = _settling("discussed", discussing.discussed, HELD)
meta_add = _changes("meta-add", meta.add)
meta_delete = _changes("meta-delete", meta.delete)
