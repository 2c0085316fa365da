"""Batch and transaction: https://hl7.org/fhir/R4/http.html#transaction

A transaction is one set: stored whole or not at all, in FHIR's order DELETE, POST, PUT, GET. A batch is one
transaction for each entry, each with its own audit row.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from app import clock
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import BadRequest, FhirError, Issue, TooLarge, operation_outcome
from app.fhir.validation import validate
from app.interactions import audit_reading, history, reading, searching, writing
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context, Preference
from app.interactions.guard import id_of, kept_type, scoped
from app.interactions.reading import Known
from app.store.log import refuse

_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "GET": 3, "HEAD": 3}
_METHODS = {"POST": "create", "PUT": "update", "DELETE": "delete"}
_URL = re.compile(
    r"(?P<type>[A-Za-z]+)(?:/(?P<id>[A-Za-z0-9\-.]{1,64}))?(?:/_history(?:/(?P<version>\d{1,9}))?)?(?:\?(?P<query>.*))?"
)
_TAG = re.compile(r'"[^"]*"')
_CONDITIONAL = ("ifNoneExist", "ifModifiedSince")


@dataclass(slots=True)
class Step:
    """One entry: its place in the bundle, what it asks, and the resource as sent and as parsed."""

    n: int
    method: str
    url: str
    type: str
    id: str
    query: str | None
    version: int | None
    has_history: bool
    full_url: str
    resource: Any
    body: bytes
    if_match: int | None
    known: Known

    @property
    def place(self) -> str:
        """Where the entry stands, for error texts."""
        return f"Bundle.entry[{self.n}]: "


def _version(text: Any, where: str) -> int | None:
    if text is None:
        return None
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', str(text))
    if match is None:
        raise BadRequest(f"{where}ifMatch is not an ETag", "Bundle.entry.request.ifMatch")
    return int(match[1])


def _step(n: int, entry: Any, body: bytes) -> Step:
    where = f"Bundle.entry[{n}]"
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict):
        raise BadRequest("Every entry needs a request", f"{where}.request", code="required")
    method, url = request.get("method"), request.get("url")
    if not isinstance(method, str) or method not in _ORDER:
        raise BadRequest(
            f"The method {str(method)[:16]} is not supported here",
            f"{where}.request.method",
            code="not-supported",
        )
    for name in _CONDITIONAL:
        if name in request:
            raise BadRequest(f"{name} is not supported", f"{where}.request.{name}", code="not-supported")
    if not isinstance(url, str) or looks_like_person_number(url):
        raise BadRequest(
            "A person number must not stand in a URL; search with POST _search",
            f"{where}.request.url",
            code="security",
        )
    if not isinstance(entry.get("fullUrl", ""), str):
        raise BadRequest("fullUrl must be a string", f"{where}.fullUrl", code="structure")
    match = _URL.fullmatch(url)
    if match is None or (method != "GET" and (match["query"] is not None or "/_history" in url)):
        raise BadRequest(
            "The url is not one that this server supports in a bundle",
            f"{where}.request.url",
            code="not-supported",
        )
    if (method == "POST") == bool(match["id"]) and method != "GET":
        raise BadRequest(
            f"{method} needs {'Type' if method == 'POST' else 'Type/id'} as url", f"{where}.request.url"
        )
    return Step(
        n, method, url, match["type"], match["id"] or "", match["query"],
        int(match["version"]) if match["version"] else None, "/_history" in url, entry.get("fullUrl") or "",
        entry.get("resource"), body, _version(request.get("ifMatch"), f"{where}.request."),
        Known(frozenset(_TAG.findall(str(request.get("ifNoneMatch") or "")))),
    )  # fmt: skip


_raw_bundle = msgspec.json.Decoder(dict[str, msgspec.Raw])
_raw_entries = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


def _steps(context: Context, body: bytes) -> tuple[str, list[Step]]:
    whole = fhir_json.parse(body)
    if not isinstance(whole, dict) or whole.get("resourceType") != "Bundle":
        raise BadRequest("The body must be a Bundle", "resourceType")
    kind, entries = whole.get("type"), whole.get("entry", [])
    if kind not in {"batch", "transaction"}:
        raise BadRequest("The Bundle's type must be batch or transaction", "Bundle.type", code="value")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadRequest("Bundle.entry must be a list of objects", "Bundle.entry", code="structure")
    limit = context.house.settings.max_entries
    if len(entries) > limit:
        raise TooLarge(f"A bundle may have {limit} entries; this one has {len(entries)}", "Bundle.entry")
    raw = _raw_entries.decode(_raw_bundle.decode(body)["entry"]) if entries else []
    bodies = [bytes(entry["resource"]) if "resource" in entry else b"" for entry in raw]
    return kind, [_step(n, entry, bodies[n]) for n, entry in enumerate(entries)]


async def process(context: Context, body: bytes) -> Answer:
    """Run the bundle in ``body``. Raises FhirError; a batch answers with an outcome for each entry."""
    kind, steps = _steps(context, body)
    entries = await (_transaction if kind == "transaction" else _batch)(context, steps)
    answer = bundle(
        f"{kind}-response", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at)
    )
    return Answer(200, answer)


def _draft(step: Step) -> Draft:
    """The change that a step asks for. Raises FhirError."""
    kept_type(step.type, _METHODS[step.method])
    if step.method == "DELETE":
        return Draft("delete", step.type, step.id, if_match=step.if_match, place=step.place)
    resource = step.resource
    if not isinstance(resource, dict) or resource.get("resourceType") != step.type:
        raise BadRequest(f"The resource must be a {step.type}", f"Bundle.entry[{step.n}].resource")
    issues = validate(resource)
    if issues:
        raise BadRequest(
            [Issue(i.code, step.place + i.diagnostics, i.expression, i.severity) for i in issues]
        )
    if step.method == "PUT":
        id_of(resource, step.id)
    id_ = step.id or clock.new_id()
    return Draft(
        _METHODS[step.method], step.type, id_, resource, step.body, step.full_url, step.if_match, step.place
    )


async def _transaction(context: Context, steps: Sequence[Step]) -> list[Entry]:
    ordered = sorted(steps, key=lambda step: _ORDER[step.method])
    changes = [step for step in ordered if step.method in _METHODS]
    scoped(context.caller, "create" if changes else "read")
    drafts = [_draft(step) for step in changes]
    keys = [draft.key for draft in drafts]
    urls = [draft.full_url for draft in drafts if draft.full_url.startswith("urn:")]
    if len(set(keys)) < len(keys) or len(set(urls)) < len(urls):
        raise BadRequest("One resource is named twice in the transaction", "Bundle.entry", code="duplicate")
    answers: dict[int, Entry] = {}
    if drafts:
        for step, applied in zip(changes, await apply(context, drafts), strict=True):
            answers[step.n] = _entry(writing.answer(context, applied, Preference()))
    else:
        await _note(context)
    for step in ordered:
        if step.n not in answers:
            answers[step.n] = await _answered(
                context.part(interaction="read", type=step.type, target=step.id), step, _read
            )
    return [answers[step.n] for step in steps]


async def _note(context: Context) -> None:
    """The row of the bundle itself, which consumes the proof."""
    if not await refuse(context.session.database, context.entry, "batch"):
        context.session.replayed()
    context.entry.jti = None


async def _batch(context: Context, steps: Sequence[Step]) -> list[Entry]:
    await _note(context)
    entries: list[Entry] = []
    for step in steps:
        part = context.part(interaction=_METHODS.get(step.method, "read"), type=step.type, target=step.id)
        entries.append(await _answered(part, step, _one))
    return entries


async def _answered(part: Context, step: Step, run: Callable[[Context, Step], Awaitable[Answer]]) -> Entry:
    """The entry that ``run`` answers, or its error as an entry, logged."""
    try:
        return _entry(await run(part, step))
    except FhirError as error:
        if not part.entry.written:
            verdict = f"error:{error.status}:{error.issues[0].code}"
            await refuse(part.session.database, part.entry, verdict)
        outcome = operation_outcome(error.issues)
        return Entry(None, "", {"response": {"status": str(error.status), "outcome": outcome}})


async def _one(context: Context, step: Step) -> Answer:
    if step.method in _METHODS:
        scoped(context.caller, _METHODS[step.method])
        return writing.answer(context, (await apply(context, [_draft(step)]))[0], Preference())
    return await _read(context, step)


async def _read(context: Context, step: Step) -> Answer:
    pairs = parse_qsl(step.query or "", keep_blank_values=True)
    if not step.id and not step.has_history:
        return await searching.search(context, step.type, pairs, in_url=True)
    if step.type == "AuditEvent":
        return await audit_reading.read(context, step.id)
    if step.version is not None:
        return await reading.vread(context, step.type, step.id, step.version)
    if step.has_history:
        return await history.history(context, step.type, step.id, pairs)
    return await reading.read(context, step.type, step.id, step.known)


def _entry(answer: Answer) -> Entry:
    response: dict[str, Any] = {"status": str(answer.status)}
    for header, member in (("Location", "location"), ("ETag", "etag")):
        if header in answer.headers:
            response[member] = answer.headers[header]
    url = answer.headers.get("Location", "").partition("/_history/")[0]
    return Entry(answer.body, url, {"response": response})
