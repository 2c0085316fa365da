"""Entries of a batch or a transaction: what each of them asks, held to FHIR's rules before anything is done.

https://hl7.org/fhir/R4/http.html#transaction and https://hl7.org/fhir/R4/bundle.html (request: method, url, ifMatch …)
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from app import clock
from app.fhir import json as fhir_json
from app.fhir import newborn
from app.fhir.identifiers import looks_like_person_number
from app.fhir.json_patch import Patch
from app.fhir.outcome import BadRequest, TooLarge, UnsupportedMediaType, placed
from app.fhir.validation import validate
from app.interactions import writing
from app.interactions.belonging import Draft
from app.interactions.context import Context
from app.interactions.criteria import criteria
from app.interactions.guard import id_of, kept_type
from app.interactions.reading import Known

METHODS: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_ANY: Final = frozenset({*METHODS, "GET", "HEAD"})
_JSON_PATCH: Final = "application/json-patch+json"
_URL = re.compile(
    r"(?P<type>[A-Za-z]+)(?:/(?P<id>[A-Za-z0-9\-.]{1,64}))?(?:/_history(?:/(?P<version>\d{1,9}))?)?(?:\?(?P<query>.*))?"
)
_TAG = re.compile(r'"[^"]*"')


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
    none_exist: str | None
    known: Known

    @property
    def path(self) -> str:
        """The entry, as a FHIRPath location."""
        return f"Bundle.entry[{self.n}]"

    @property
    def place(self) -> str:
        """Where the entry stands, for error texts."""
        return f"{self.path}: "


def _version(text: Any, where: str) -> int | None:
    if text is None:
        return None
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})(?:-[0-9a-f]{8})?"?', str(text))
    if match is None:
        raise BadRequest("ifMatch is not an ETag", f"{where}.ifMatch")
    return int(match[1])


def _since(text: Any, where: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadRequest("ifModifiedSince is not an instant", f"{where}.ifModifiedSince")
    return found


def _url(method: str, url: Any, where: str) -> re.Match[str]:
    """The parts of an entry's URL. Raises BadRequest."""
    where = f"{where}.url"
    if not isinstance(url, str):
        raise BadRequest("Every entry needs a url", where, code="required")
    if looks_like_person_number(url):
        raise BadRequest(
            "A person number must not stand in a URL; search with POST _search, or say ifNoneExist", where,
            code="security",
        )  # fmt: skip
    match = _URL.fullmatch(url)
    if match is None or (method in METHODS and "/_history" in url.partition("?")[0]):
        text = "The url is not one that this server supports in a bundle"
        raise BadRequest(text, where, code="not-supported")
    id_, query = match["id"], match["query"]
    if method == "POST" and (id_ or query is not None):
        raise BadRequest("POST needs Type as url", where)
    if method in METHODS and method != "POST" and bool(id_) == bool(query):
        raise BadRequest(f"{method} needs Type/id or Type?criteria as url", where)
    return match


def _step(n: int, entry: Any, body: bytes) -> Step:
    request = entry.get("request") if isinstance(entry, dict) else None
    where = f"Bundle.entry[{n}].request"
    if not isinstance(request, dict):
        raise BadRequest("Every entry needs a request", where, code="required")
    method, none_exist = request.get("method"), request.get("ifNoneExist")
    if not isinstance(method, str) or method not in _ANY:
        text = f"The method {str(method)[:16]} is not supported here"
        raise BadRequest(text, f"{where}.method", code="not-supported")
    if none_exist is not None and (not isinstance(none_exist, str) or method != "POST"):
        raise BadRequest("ifNoneExist is a search for a POST", f"{where}.ifNoneExist")
    if not isinstance(entry.get("fullUrl", ""), str):
        raise BadRequest("fullUrl must be a string", f"Bundle.entry[{n}].fullUrl", code="structure")
    match = _url(method, request.get("url"), where)
    known = Known(
        frozenset(_TAG.findall(str(request.get("ifNoneMatch") or ""))),
        _since(request.get("ifModifiedSince"), where),
    )
    return Step(
        n, method, request["url"], match["type"], match["id"] or "", match["query"],
        int(match["version"]) if match["version"] else None, "/_history" in request["url"],
        entry.get("fullUrl") or "", entry.get("resource"), body, _version(request.get("ifMatch"), where),
        none_exist, known,
    )  # fmt: skip


_raw_bundle = msgspec.json.Decoder(dict[str, msgspec.Raw])
_raw_entries = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


def steps_of(body: bytes, *, most: int) -> tuple[str, list[Step]]:
    """The kind of the Bundle in ``body``, and its entries. Raises BadRequest; TooLarge beyond ``most`` entries."""
    whole = fhir_json.parse(body)
    if not isinstance(whole, dict) or whole.get("resourceType") != "Bundle":
        raise BadRequest("The body must be a Bundle", "resourceType")
    kind, entries = whole.get("type"), whole.get("entry", [])
    if kind not in {"batch", "transaction"}:
        raise BadRequest("The Bundle's type must be batch or transaction", "Bundle.type", code="value")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadRequest("Bundle.entry must be a list of objects", "Bundle.entry", code="structure")
    if len(entries) > most:
        raise TooLarge(f"A bundle may have {most} entries; this one has {len(entries)}", "Bundle.entry")
    raw = _raw_entries.decode(_raw_bundle.decode(body)["entry"]) if entries else []
    bodies = [bytes(entry["resource"]) if "resource" in entry else b"" for entry in raw]
    return kind, [_step(n, entry, bodies[n]) for n, entry in enumerate(entries)]


def women_of(steps: Iterable[Step]) -> frozenset[str]:
    """What a bundle calls its Patients."""
    return frozenset(step.full_url for step in steps if step.type == "Patient")


def draft_of(context: Context, step: Step, women: frozenset[str] = frozenset()) -> Draft:
    """The change that a step asks for; ``women`` is what its bundle calls Patients. Raises FhirError, naming the entry."""
    with placed(step.place):
        kept_type(step.type, METHODS[step.method])
        draft = _changing(context, step, women)
        draft.if_match, draft.place = step.if_match, step.place
        if step.query:
            pairs = parse_qsl(step.query, keep_blank_values=True)
            where = f"{step.path}.request.url"
            draft.criteria = criteria(context, step.type, pairs, where, in_url=True)
        elif step.none_exist is not None:
            asked = step.none_exist.removeprefix("?")
            draft.criteria = criteria(context, step.type, asked, f"{step.path}.request.ifNoneExist")
    return draft


def _changing(context: Context, step: Step, women: frozenset[str]) -> Draft:
    method = METHODS[step.method]
    if step.method == "DELETE":
        return Draft(method, step.type, step.id)
    if step.method == "PATCH":
        return Draft(method, step.type, step.id, full_url=step.full_url, patch=_patch(context, step))
    resource = step.resource
    if not isinstance(resource, dict) or resource.get("resourceType") != step.type:
        raise BadRequest(f"The resource must be a {step.type}", f"{step.path}.resource")
    issues = validate(resource)
    if issues:
        raise BadRequest(issues)
    if step.method == "PUT" and step.id:
        id_of(resource, step.id)
    id_ = newborn.named(resource, clock.new_id(), women) if step.method == "POST" else step.id
    return Draft(method, step.type, id_, resource, step.body, step.full_url)


def _patch(context: Context, step: Step) -> Patch:
    """A FHIRPath Patch as Parameters, or a JSON Patch within a Binary: https://hl7.org/fhir/R4/http.html#patch"""
    largest = context.house.settings.max_body
    resource = step.resource if isinstance(step.resource, dict) else {}
    if resource.get("resourceType") == "Parameters":
        return writing.read_patch(step.body, as_json_patch=False, largest=largest)
    where = f"{step.path}.resource"
    if resource.get("resourceType") != "Binary":
        raise BadRequest("A patch is Parameters, or a Binary that holds a JSON Patch", where)
    if str(resource.get("contentType")).partition(";")[0].strip().lower() != _JSON_PATCH:
        raise UnsupportedMediaType(f"The Binary's contentType must be {_JSON_PATCH}", f"{where}.contentType")
    try:
        data = base64.b64decode(str(resource.get("data")), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("The Binary's data is not base64", f"{where}.data") from None
    return writing.read_patch(data, as_json_patch=True, largest=largest)
