"""The one door: who → may she → is it valid → store → audit → answer, for every request under ``/fhir``.

Success is audited by the statement that did it; what is refused or fails gets an audit row of its own before the
answer. Where that cannot be written the answer is 503: no answer without its row (design §1).
"""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

import asyncpg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from app import clock
from app.access.caller import Caller, Role
from app.api.brakes import Brake
from app.api.headers import masked, pretty, refuse_person_number
from app.api.identity import Identified, Identity
from app.api.proof import refusal
from app.api.token_claims import Roleless
from app.fhir import json as fhir_json
from app.fhir.outcome import (
    BadRequest,
    FhirError,
    Issue,
    NotFound,
    Unauthenticated,
    Unavailable,
    operation_outcome,
)
from app.interactions.context import FHIR_JSON, Answer, Context, House
from app.interactions.guard import reaches
from app.interactions.representing import ascertain
from app.store.denials import is_denied
from app.store.log import Entry, refuse
from app.store.session import Replayed, Session

Handler = Callable[[Context, Request], Awaitable[Answer]]
_log = logging.getLogger("helsekort")
_MOST_CORRELATION = 128
MISSES = frozenset({403, 404})  # the answers of which a brake counts
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
# Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, transaction, resources, operator
_PASSING = frozenset({"08", "25", "40", "53", "55", "57", "58"})
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")  # https://hl7.org/fhir/R4/datatypes.html#id


class Failure(FhirError):
    """Something went wrong that nobody foresaw; the client gets a number, the server's log the place."""

    status, default_code = 500, "exception"


def _facts(request: Request, interaction: str) -> dict[str, Any]:
    params = request.path_params
    facts: dict[str, Any] = {
        "interaction": interaction,
        "method": request.method,
        "path": masked(unquote(request.scope["path"])),
    }
    if request.client is not None:
        facts["peer"] = request.client.host
    steps = [step for step in request.scope["path"].split("/")[2:] if step]
    if steps and steps[0][:1].isupper():
        facts["type"] = masked(steps[0])[:64]
    if "id" in params:
        facts["target"] = masked(params["id"])[:64]
    if steps and steps[-1].startswith("$"):
        facts["operation"] = masked(steps[-1])[:64]
    query = request.scope["query_string"].decode("latin-1")
    if query:
        asked = "&".join(f"{name}={value}" for name, value in parse_qsl(query, keep_blank_values=True))
        facts["query"] = masked(asked)[:500]
    correlation = request.headers.get("x-request-id") or request.headers.get("nhn-event-id")
    if correlation:
        facts["correlation"] = _UNPRINTABLE.sub("?", masked(correlation))[:_MOST_CORRELATION]
    system = request.headers.get("nhn-source-system") or request.headers.get("user-agent")
    if system:
        facts["system"] = masked(system)[:_MOST_CORRELATION]
    return facts


def who(caller: Caller) -> dict[str, Any]:
    """What the log says of a caller."""
    known = {
        "role": caller.role.value,
        "subject": caller.subject,
        "client": caller.client,
        "name": caller.name,
        "hpr": caller.hpr,
        "supervisor": caller.supervisor,
        "profession": caller.profession,
        "service": caller.service,
        "organizations": list(caller.organizations),
        "organizationName": caller.organization_name,
        "purpose": caller.purpose,
        "decision": caller.decision,
        "toa": caller.toa,
    }
    return {name: value for name, value in known.items() if value}


def _rendered(answer: Answer, entry: Entry, request: Request) -> Response:
    headers = {**answer.headers, "X-Request-Id": entry.id, "Cache-Control": "no-store"}
    if "correlation" in entry.facts:
        headers["X-Correlation-Id"] = entry.facts["correlation"]
    if answer.stream is not None:
        return StreamingResponse(answer.stream, answer.status, headers, answer.media_type)
    body = answer.body or b""
    if body and answer.media_type == FHIR_JSON and pretty(request):
        body = fhir_json.indented(body)
    return Response(body, answer.status, headers, answer.media_type if answer.body is not None else None)


def problem(error: FhirError) -> Answer:
    """``error`` as an answer with an OperationOutcome."""
    return Answer(error.status, fhir_json.dump(operation_outcome(error.issues)), error.headers)


class Door:
    """Makes endpoints of handlers."""

    def __init__(self, house: House, identity: Identity) -> None:
        self._house = house
        self._identity = identity
        self._tokens = Brake(house.settings.failed_tokens)
        self._misses = Brake(house.settings.failed_requests)

    def endpoint(
        self, interaction: str, handler: Handler, told: Callable[[FhirError], Answer] = problem
    ) -> Callable[[Request], Awaitable[Response]]:
        """The Starlette endpoint that lets ``handler`` answer as ``interaction``; ``told`` makes answers of errors."""

        async def answer(request: Request) -> Response:
            entry = Entry(clock.new_id(), clock.now(), _facts(request, interaction))
            try:
                found = await self._answer(request, entry, handler)
            except FhirError as error:
                self._count(entry, error.guesses or error.status in MISSES)
                found = await self._refused(entry, error, told)
            except ClientDisconnect:
                left = Unavailable("The client left before its request was whole")
                found = await self._refused(entry, left, told)
            except Exception as error:  # noqa: BLE001 (the door: whatever it was, it is logged and answered)
                _log.exception("request %s failed", entry.id)
                found = await self._refused(entry, _unforeseen(error, entry), told)
            return _rendered(found, entry, request)

        return answer

    async def _answer(self, request: Request, entry: Entry, handler: Handler) -> Answer:
        try:
            identified = await self._identity.identify(request)
        except Roleless as error:
            entry.facts.update(error.who)
            raise
        except Unauthenticated as error:
            self._guessed(request, error)
            raise
        _remember(entry, identified)
        self._misses.check(identified.caller.subject)
        refuse_person_number(request)
        reaches(identified.caller, entry.facts["interaction"], entry.facts)
        _refuse_odd_id(request)
        if identified.caller.role is Role.REPRESENTATIVE:
            await ascertain(self._house, identified.caller, entry)
        session = Session(self._house.database, identified.caller, entry)
        context = Context(self._house, session)
        try:
            answer = await handler(context, request)
        except Replayed:
            raise await self._unfresh(entry) from None
        self._count(entry, context.misses)
        if context.once is not None and context.once.replayed:
            answer.headers["Idempotency-Replayed"] = "true"
        return answer

    def _guessed(self, request: Request, error: Unauthenticated) -> None:
        """Count a token or proof that does not hold. Raises TooManyRequests where its address sent too many."""
        address = request.client.host if request.client else ""
        if "authorization" in request.headers and "DPoP-Nonce" not in error.headers:
            self._tokens.check(address)
            self._tokens.missed(address)

    def _count(self, entry: Entry, times: int) -> None:
        """Count what the caller was refused or did not find; the harness of a sandbox tries everything."""
        if times and entry.facts.get("role") not in {None, Role.HARNESS}:
            self._misses.missed(entry.facts["subject"], times)

    async def _unfresh(self, entry: Entry) -> Unauthenticated:
        """Why the statement that answers did not take the token: it is denied, or its proof had been used."""
        if await is_denied(self._house.database, entry.names, entry.at):
            return refusal("The token is no longer accepted", error="invalid_token")
        return refusal("The DPoP proof has been used before (jti)")

    async def _refused(self, entry: Entry, error: FhirError, told: Callable[[FhirError], Answer]) -> Answer:
        """Log the refusal, unless the statement that refused has; without a log there is no answer but 503."""
        if not entry.written:
            verdict = f"error:{error.status}:{error.issues[0].code}"
            try:
                if not await refuse(self._house.database, entry, verdict):
                    return told(await self._unfresh(entry))
            except (FhirError, asyncpg.PostgresError, OSError) as failed:
                _log.error("cannot audit request %s: %s", entry.id, type(failed).__name__)
                return told(Unavailable("The request cannot be logged, so it is not answered"))
        return told(error)


def _refuse_odd_id(request: Request) -> None:
    """An id that is none in FHIR names nothing here. Raises NotFound."""
    id_ = request.path_params.get("id")
    if id_ is not None and not _ID.fullmatch(id_):
        raise NotFound("There is nothing under this id")


def _remember(entry: Entry, identified: Identified) -> None:
    entry.facts.update(who(identified.caller))
    entry.names = identified.names
    if identified.proof is not None:
        entry.jti = identified.proof.jti
        entry.jti_expires = clock.at(identified.proof.expires)


def _unforeseen(error: Exception, entry: Entry) -> FhirError:
    """A value that the database does not take is the client's, a state of the database passes, all else is ours."""
    if isinstance(error, asyncpg.DataError):
        return BadRequest(
            f"A value of this request can be neither kept nor compared; its number is {entry.id}"
        )
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate[:2] in _PASSING:
        return Unavailable("The database could not do this now", code="transient")
    return Failure([Issue("exception", f"Something went wrong here; its number is {entry.id}")])
