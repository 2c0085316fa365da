"""What headers and query say: ETags, formats, preferences, forms, and the refusal of person numbers in a URL."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from starlette.requests import Request

from app.access.caller import Caller
from app.api import media_types
from app.api.media_types import FHIR_TYPES, JSON_TYPES
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import BadRequest, TooLarge, UnsupportedMediaType
from app.fhir.summary import WHOLE, Form, form_of
from app.interactions.context import Once, Preference
from app.interactions.reading import Known

JSON_PATCH = "application/json-patch+json"
_FORM = "application/x-www-form-urlencoded"
_ETAG = re.compile(r'\s*(?:W/)?"(\d{1,9})(?:-[0-9a-f]{8})?"\s*')
_TAGS = re.compile(r'\s*(?:W/)?("[^"]*"|\*)\s*')
_RETURNS = frozenset({"minimal", "representation", "OperationOutcome"})
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_DECIDING = (
    "content-type",
    "if-match",
    "if-none-exist",
    "x-security-context",
)  # of a write, besides its body
_DIGITS = re.compile(r"\d{6}[ .\-+]?\d{5}")
_QUERY = "helsekort.query"  # where a request's scope holds its pairs
Pairs = list[tuple[str, str]]


def query(request: Request) -> Pairs:
    """The query of the URL as pairs, in order; read once a request."""
    scope = request.scope
    found: Pairs | None = scope.get(_QUERY)
    if found is None:
        found = scope[_QUERY] = _pairs(scope["query_string"].decode("latin-1"))
    return [*found]


def _pairs(text: str) -> Pairs:
    pairs = parse_qsl(text, keep_blank_values=True)
    if any("\x00" in part for pair in pairs for part in pair):
        raise BadRequest("A parameter holds the character NUL", code="structure")
    return pairs


def masked(text: str) -> str:
    """``text`` with every run of digits that could be a person number hidden, and NUL, which no JSON column reads."""
    return _DIGITS.sub("***********", text).replace("\x00", "\ufffd")


def refuse_person_number(request: Request) -> None:
    """No person number in a path or query: it would end in logs and histories. Raises BadRequest."""
    for text in (request.scope["path"], *(part for pair in query(request) for part in pair)):
        if looks_like_person_number(text):
            raise BadRequest(
                "A national identity number must not stand in a URL; send it in the body of POST _search",
                code="security",
            )


def if_match(request: Request) -> int | None:
    """The version that If-Match names. Raises BadRequest."""
    value = request.headers.get("if-match")
    if value is None:
        return None
    match = _ETAG.fullmatch(value)
    if match is None:
        raise BadRequest('If-Match must be one ETag, as W/"3"', "http.If-Match")
    return int(match[1])


def known(request: Request) -> Known:
    """What the client has already (RFC 9110 § 13.1): a date that is none counts for nothing, as it says there."""
    tags = frozenset(
        match[1]
        for part in request.headers.get("if-none-match", "").split(",")
        if (match := _TAGS.fullmatch(part))
    )
    return Known(tags, instant(request.headers.get("if-modified-since", "")))


def instant(text: str) -> datetime | None:
    """The moment of an HTTP date, or None for what is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def preference(request: Request) -> Preference:
    """What ``Prefer`` asks for; what this server does not know is ignored, as RFC 7240 says."""
    asked: dict[str, str] = {}
    for part in re.split("[,;]", request.headers.get("prefer", "")):
        name, _, value = part.partition("=")
        asked.setdefault(name.strip().lower(), value.strip().strip('"'))
    returns = asked.get("return", "")
    return Preference(
        returns if returns in _RETURNS else "representation", lenient=asked.get("handling") == "lenient"
    )


def none_exist(request: Request) -> str | None:
    """The criteria of a conditional create, where a person number may stand: a header ends in no history."""
    value = request.headers.get("if-none-exist")
    return value.removeprefix("?") if value is not None else None


def once(request: Request, caller: Caller, body: bytes) -> Once | None:
    """What ``Idempotency-Key`` asks for: digests of key and caller, and of what is asked. Raises BadRequest."""
    stated = request.headers.get("idempotency-key")
    if stated is None:
        return None
    key = stated.strip().strip('"')
    if not _KEY.fullmatch(key):
        raise BadRequest("Idempotency-Key must be 1 to 128 visible characters", "http.Idempotency-Key")
    if looks_like_person_number(key):
        text = "A national identity number must not stand in an Idempotency-Key"
        raise BadRequest(text, "http.Idempotency-Key", code="security")
    who = (caller.role.value, caller.client, caller.subject, *sorted(caller.organizations), key)
    asked = (request.method, request.scope["path"], request.scope["query_string"].decode("latin-1"))
    said = (request.headers.get(name, "") for name in _DECIDING)
    return Once(_digest(who), _digest((*asked, *said), body), key)


def _digest(words: Iterable[str], body: bytes = b"") -> bytes:
    return hashlib.sha256("\x1f".join(words).encode() + b"\x1f" + body).digest()


def form_of_one(request: Request) -> Form:
    """What is wanted of the one resource that is read: ``_summary``, ``_elements``. Raises BadRequest."""
    if not request.scope["query_string"]:
        return WHOLE
    asked, type_name = dict(query(request)), request.path_params["type"]
    if asked.get("_summary") == "count":
        raise BadRequest("One resource is not counted", "_summary")
    try:
        return form_of((type_name,), asked.get("_summary", ""), asked.get("_elements", ""))
    except ValueError as error:
        name = "_elements" if "element" in str(error) else "_summary"
        raise BadRequest(f"The parameter {name} {error}", name) from error


def accept_json(request: Request) -> None:
    """The client takes JSON. Raises NotAcceptable."""
    wanted = dict(query(request)).get("_format")
    if wanted is not None:
        media_types.known_format(wanted)
        return
    media_types.accepted(request.headers.get("accept", ""))


def takes_files(request: Request) -> bool:
    """Whether a Binary is to be answered as its file: unless FHIR's own type is asked for by name."""
    if any(name == "_format" for name, _ in query(request)):
        return False
    header = request.headers.get("accept", "")
    types = {part.partition(";")[0].strip().lower() for part in header.split(",")}
    return not types & FHIR_TYPES


def file_type(request: Request) -> str | None:
    """What a file in the body is said to be; None where the body is a resource."""
    stated = request.headers.get("content-type", "").strip()
    return None if stated.partition(";")[0].strip().lower() in FHIR_TYPES else stated


def pretty(request: Request) -> bool:
    """Whether the client wants to read the JSON with its eyes."""
    text = request.scope["query_string"]
    return b"_pretty" in text and ("_pretty", "true") in parse_qsl(text.decode("latin-1"))


async def body(request: Request, limit: int) -> bytes:
    """The JSON body. Raises UnsupportedMediaType and TooLarge."""
    media_types.sent(request.headers.get("content-type", ""))
    return await content(request, limit)


async def patch_body(request: Request, limit: int) -> tuple[str, bytes]:
    """The media type and the bytes of a patch. Raises UnsupportedMediaType and TooLarge."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {JSON_PATCH, *JSON_TYPES}:
        raise UnsupportedMediaType(
            f"A patch is {JSON_PATCH}, or Parameters as {JSON_TYPES[0]}", "http.Content-Type",
            headers={"Accept-Patch": f"{JSON_PATCH}, {JSON_TYPES[0]}"},
        )  # fmt: skip
    return kind, await content(request, limit)


async def form(request: Request, limit: int) -> Pairs:
    """The pairs of a form body. Raises UnsupportedMediaType and TooLarge."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise UnsupportedMediaType(f"Content-Type must be {_FORM}", "http.Content-Type")
    try:
        return _pairs((await content(request, limit)).decode())
    except UnicodeDecodeError as error:
        raise BadRequest("The form is not UTF-8", code="structure") from error


async def content(request: Request, limit: int) -> bytes:
    """The body as it is. Raises UnsupportedMediaType and TooLarge."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        text = "A body is taken as it is, without Content-Encoding"
        raise UnsupportedMediaType(text, "http.Content-Encoding")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(f"The body is larger than {limit} bytes")
        parts.append(part)
    return b"".join(parts)
