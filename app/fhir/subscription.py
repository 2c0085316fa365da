"""What a Subscription asks for, read from its R4 form, with everything that is wrong with it and where.

Subscriptions R5 Backport 1.1.0, profile backport-subscription: http://hl7.org/fhir/uv/subscriptions-backport/. Texts
name elements and never repeat a header.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from app.fhir.codes import ORGNR
from app.fhir.dates import interval
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import Issue
from app.fhir.topics import BY_CANONICAL, Topic

Json = dict[str, Any]
IG = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
PROFILE = f"{IG}/backport-subscription"
FILTER, CONTENT = f"{IG}/backport-filter-criteria", f"{IG}/backport-payload-content"
HEARTBEAT, TIMEOUT, MAX_COUNT = (
    f"{IG}/backport-heartbeat-period",
    f"{IG}/backport-timeout",
    f"{IG}/backport-max-count",
)
EMPTY, ID_ONLY, FULL = "empty", "id-only", "full-resource"
MIME = frozenset({"application/fhir+json", "application/json"})
MASK = "********"  # what stands for the value of a header wherever the Subscription is shown
# TABLE: the numbers that steer a channel: extension, its value's name, least, most, default
STEERS: tuple[tuple[str, str, int, int, int | None], ...] = (
    (HEARTBEAT, "valueUnsignedInt", 10, 7 * 86_400, None),
    (TIMEOUT, "valueUnsignedInt", 1, 60, 10),
    (MAX_COUNT, "valuePositiveInt", 1, 100, 20),
)
_MOST_HEADERS, _LONGEST_HEADER, _MOST_VALUES = 10, 4_000, 100
_HEADER = re.compile(
    r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x21-\x7e]|[\x21-\x7e][\t\x20-\x7e]*[\x21-\x7e])"
)
_OURS = frozenset(
    {
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "te",
        "trailer", "upgrade", "expect", "keep-alive", "accept-encoding", "content-digest", "signature",
        "signature-input", "helsekort-attempt", "user-agent",
    }
)  # fmt: skip
_ID, _NUMBER = re.compile(r"[A-Za-z0-9\-.]{1,64}"), re.compile(r"[0-9]{9}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One subscription. A filter is None where the topic is not narrowed by it."""

    topic: Topic
    endpoint: str
    content: str = ID_ONLY
    mime: str = "application/fhir+json"
    headers: tuple[str, ...] = field(default=(), repr=False)
    filters: dict[str, list[str]] = field(default_factory=dict)
    heartbeat: int | None = None
    timeout: int = 10
    max_count: int = 20
    end: datetime | None = None


def read(resource: Json) -> tuple[Wanted | None, list[Issue]]:
    """What ``resource`` asks for, or the problems that it has. It is a valid R4 Subscription."""
    topic = BY_CANONICAL.get(resource["criteria"])
    channel = resource["channel"]
    issues = [*_problems(channel)]
    if topic is None:
        listed = ", ".join(sorted(BY_CANONICAL))
        issues.insert(0, _issue("criteria", f"is none of the topics of this server: {listed}"))
        return None, issues
    filters, wrong = _filters(resource, topic)
    issues += wrong
    if issues:
        return None, issues
    steered = {url: _steer(channel, url, name) for url, name, *_ in STEERS}
    return Wanted(
        topic,
        channel["endpoint"],
        _content(channel) or ID_ONLY,
        channel["payload"],
        tuple(channel.get("header", ())),
        filters,
        steered[HEARTBEAT],
        steered[TIMEOUT] or 10,
        steered[MAX_COUNT] or 20,
        interval(resource["end"])[0] if "end" in resource else None,
    ), []


def _issue(path: str, reason: str, code: str = "business-rule") -> Issue:
    element = f"Subscription.{path}"
    return Issue(code, f"{element} {reason}", (element,))


def _problems(channel: Json) -> Iterator[Issue]:
    if channel["type"] != "rest-hook":
        yield _issue("channel.type", "must be rest-hook", "not-supported")
    if "endpoint" not in channel:
        yield _issue("channel.endpoint", "is required for a rest-hook", "required")
    if "payload" not in channel:
        yield _issue("channel.payload", "is required: application/fhir+json", "required")
    elif channel["payload"] not in MIME:
        yield _issue("channel.payload", "must be application/fhir+json", "not-supported")
    content = _content(channel)
    if content is not None and content not in {EMPTY, ID_ONLY, FULL}:
        place = f"channel.payload.extension('{CONTENT}').value"
        yield _issue(place, f"must be {EMPTY}, {ID_ONLY} or {FULL}", "value")
    for url, name, least, most, _ in STEERS:
        found = [row for row in channel.get("extension", ()) if row.get("url") == url]
        value = found[0].get(name) if found else least
        if len(found) > 1 or not isinstance(value, int) or not least <= value <= most:
            place = f"channel.extension('{url}').value"
            yield _issue(place, f"must stand once, as {name}, {least} to {most}", "value")
    yield from _header_problems(channel.get("header", ()))


def _content(channel: Json) -> Any:
    """The code of the content level, None where none is given."""
    rows = (
        channel.get("_payload", {}).get("extension", ()) if isinstance(channel.get("_payload"), dict) else ()
    )
    found = [row.get("valueCode", "") for row in rows if row.get("url") == CONTENT]
    return (found[0] if len(found) == 1 else "") if found else None


def _steer(channel: Json, url: str, name: str) -> int | None:
    return next((row[name] for row in channel.get("extension", ()) if row.get("url") == url), None)


def _header_problems(headers: Any) -> Iterator[Issue]:
    if len(headers) > _MOST_HEADERS:
        yield _issue("channel.header", f"may stand {_MOST_HEADERS} times", "too-long")
    for n, line in enumerate(headers):
        match = _HEADER.fullmatch(line) if isinstance(line, str) and len(line) <= _LONGEST_HEADER else None
        if match is None:
            reason = "must be one header, Name: value, of printable ASCII letters"
            yield _issue(f"channel.header[{n}]", reason, "value")
        elif match[1].lower() in _OURS:
            yield _issue(f"channel.header[{n}]", "is a header that this server sets itself")


def split_header(line: str) -> tuple[str, str]:
    """Name and value of a header line that holds."""
    name, _, value = line.partition(":")
    return name, value.strip()


def _filters(resource: Json, topic: Topic) -> tuple[dict[str, list[str]], list[Issue]]:
    """The filters of ``_criteria``, all of which must hold; several values of one mean any of them."""
    element = resource.get("_criteria")
    rows = element.get("extension", ()) if isinstance(element, dict) else ()
    found: dict[str, list[str]] = {}
    issues: list[Issue] = []
    for n, row in enumerate(rows):
        if row.get("url") != FILTER:
            continue
        place = f"criteria.extension[{n}].valueString"
        text = row.get("valueString")
        reason = _read_filter(text, topic, found) if isinstance(text, str) else "must be a string"
        if reason:
            issues.append(_issue(place, reason))
    return found, issues


def _read_filter(text: str, topic: Topic, found: dict[str, list[str]]) -> str | None:
    """Put the pairs of ``Type?key=value&…`` into ``found``; or say what is wrong."""
    if looks_like_person_number(text):
        return "must not hold a national identity number"
    type_name, mark, query = text.rpartition("?")
    if mark and type_name not in {"", topic.focus_type}:
        return f"must filter {topic.focus_type}, which the topic is about"
    pairs = parse_qsl(query, keep_blank_values=True)
    if not pairs:
        return f"must be {topic.focus_type}?key=value"
    for key, value in pairs:
        if key not in topic.filters:
            return f"filters by {key[:64]}; the topic can be filtered by {', '.join(topic.filters)}"
        values = [_value(key, part) for part in value.split(",")]
        given = [part for part in values if part is not None]
        if len(given) != len(values) or len(given) > _MOST_VALUES:
            return f"must give {key} as {_FORMS[key]}, at most {_MOST_VALUES} with commas between"
        known = found.get(key)
        found[key] = given if known is None else [part for part in known if part in given]
    return None


_FORMS = {
    "patient": "Patient/id",
    "episode": "EpisodeOfCare/id",
    "organization": f"organisation number, or {ORGNR}|number",
}


def _value(key: str, text: str) -> str | None:
    if key == "organization":
        number = text.removeprefix(f"{ORGNR}|")
        return number if _NUMBER.fullmatch(number) else None
    prefix = {"patient": "Patient/", "episode": "EpisodeOfCare/"}[key]
    id_ = text.removeprefix(prefix)
    return id_ if _ID.fullmatch(id_) else None
