"""TABLE: the rules of what holds other resources: Bundle, Parameters, Composition, List, Group.

https://hl7.org/fhir/R4/bundle.html.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from app.fhir.invariant import Invariant, Json, either, has, has_choice, inside, not_both, only_where, within

_REQUESTS: Final = frozenset({"batch", "transaction", "batch-response", "transaction-response"})
_RESTFUL: Final = re.compile(r"https?://.+/([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})", re.ASCII)
_REFERENCES: Final = (
    ("subject",),
    ("encounter",),
    ("author",),
    ("attester", "party"),
    ("custodian",),
    ("event", "detail"),
)


def _parameter(value: Json) -> bool:
    held = [has(value, "part"), has_choice(value, "value"), has(value, "resource")]
    return sum(held) == 1


def _entries(value: Json) -> list[Json]:
    found: list[Json] = value.get("entry", [])
    return found


def _only_in(name: str, *types: str) -> Callable[[Json], bool]:
    return lambda value: not has(value, name) or value.get("type") in types


def _each_entry_has(name: str, *types: str) -> Callable[[Json], bool]:
    return lambda value: all((name in entry) == (value.get("type") in types) for entry in _entries(value))


def _first_is(bundle_type: str, resource_type: str) -> Callable[[Json], bool]:
    def holds(value: Json) -> bool:
        if value.get("type") != bundle_type:
            return True
        entries = _entries(value)
        return bool(entries) and entries[0].get("resource", {}).get("resourceType") == resource_type

    return holds


def _full_urls_differ(value: Json) -> bool:
    if value.get("type") == "history":
        return True
    keys = [
        (entry["fullUrl"], entry.get("resource", {}).get("meta", {}).get("versionId"))
        for entry in _entries(value)
        if "fullUrl" in entry
    ]
    return len(set(keys)) == len(keys)


def _document_identifier(value: Json) -> bool:
    identifier = value.get("identifier", {})
    return value.get("type") != "document" or (has(identifier, "system") and has(identifier, "value"))


def _every_full_url(value: Json) -> bool:
    return value.get("type") in _REQUESTS or all(
        "fullUrl" in entry for entry in _entries(value) if "resource" in entry
    )


def _identity(value: Json) -> bool:
    """A fullUrl that ends with a type and an id says what its resource says."""
    return value.get("type") in _REQUESTS or all(
        (entry["resource"]["resourceType"], entry["resource"].get("id")) == match.groups()
        for entry in _entries(value)
        if "resource" in entry and (match := _RESTFUL.fullmatch(entry.get("fullUrl", "")))
    )


def _complete(value: Json) -> bool:
    """What the Composition of a document refers to is in the document."""
    entries = _entries(value)
    if value.get("type") != "document" or not entries:
        return True
    there = {entry.get("fullUrl") for entry in entries}
    restful = _RESTFUL.fullmatch(entries[0].get("fullUrl", ""))
    base = restful[0].removesuffix("/".join(restful.groups())) if restful else ""
    found = [one["reference"] for one in _referred(entries[0].get("resource", {})) if "reference" in one]
    plain = [one.partition("/_history/")[0] for one in found if one[:1] != "#"]
    return all(one in there or f"{base}{one}" in there for one in plain)


def _referred(composition: Json) -> Iterator[Json]:
    for path in _REFERENCES:
        yield from inside(composition, *path)
    for section in within(composition, "section"):
        for name in ("author", "focus", "entry"):
            yield from inside(section, name)


_BUNDLE: Final = (
    Invariant(
        "bdl-1", _only_in("total", "searchset", "history"), "must have a total only as searchset or history"
    ),
    Invariant(
        "bdl-2",
        lambda value: (
            value.get("type") == "searchset" or not any("search" in entry for entry in _entries(value))
        ),
        "must have entry.search only as searchset",
    ),
    Invariant(
        "bdl-3",
        _each_entry_has("request", "batch", "transaction", "history"),
        "must have entry.request in a batch, transaction or history, and only there",
    ),
    Invariant(
        "bdl-4",
        _each_entry_has("response", "batch-response", "transaction-response", "history"),
        "must have entry.response in an answer or history, and only there",
    ),
    Invariant("bdl-7", _full_urls_differ, "must not repeat a fullUrl"),
    Invariant("bdl-9", _document_identifier, "must have an identifier with system and value as a document"),
    Invariant(
        "bdl-10",
        lambda value: value.get("type") != "document" or has(value, "timestamp"),
        "must have a timestamp as a document",
    ),
    Invariant("bdl-11", _first_is("document", "Composition"), "must begin with a Composition as a document"),
    Invariant(
        "bdl-12", _first_is("message", "MessageHeader"), "must begin with a MessageHeader as a message"
    ),
    Invariant("bundle-full-url", _every_full_url, "must have a fullUrl for each resource"),
    Invariant("bundle-identity", _identity, "must have the type and id of each resource in its fullUrl"),
    Invariant("document-complete", _complete, "must hold what its Composition refers to"),
)

TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    "Bundle": _BUNDLE,
    "Bundle.entry": (
        Invariant(
            "bdl-5",
            either("resource", "request", "response"),
            "must have a resource, a request or a response",
        ),
        Invariant(
            "bdl-8",
            lambda value: "/_history/" not in value.get("fullUrl", ""),
            "must not have a version in fullUrl",
        ),
    ),
    "Parameters.parameter": (
        Invariant("inv-1", _parameter, "must have either a value, a resource or parts"),
    ),
    "Composition.section": (
        Invariant("cmp-1", either("text", "entry", "section"), "must have a text, entries or sections"),
        Invariant(
            "cmp-2", not_both("emptyReason", "entry"), "must not be empty for a reason and have entries"
        ),
    ),
    "Group": (Invariant("grp-1", only_where("member", "actual", True), "must be actual to have members"),),
    "List": (
        Invariant(
            "lst-1", not_both("emptyReason", "entry"), "must not be empty for a reason and have entries"
        ),
        Invariant(
            "lst-2",
            lambda value: (
                value.get("mode") == "changes"
                or not any(has(one, "deleted") for one in inside(value, "entry"))
            ),
            "must be a list of changes to have deleted entries",
        ),
        Invariant(
            "lst-3",
            lambda value: (
                value.get("mode") == "working" or not any(has(one, "date") for one in inside(value, "entry"))
            ),
            "must be a working list to have dates of entries",
        ),
    ),
}
