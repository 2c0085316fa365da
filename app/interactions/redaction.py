"""Redaction: what the winning row hides is taken out, the rest keeps its lexemes and order; views have their own ETag.

https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html (SUBSETTED)
"""

import hashlib
from functools import cache
from typing import Any

from app.access.rules import hidden_elements
from app.fhir import json as fhir_json
from app.fhir.definitions import element
from app.fhir.summary import SUBSETTED
from app.store.resources import Stored


def holds(body: bytes, elements: tuple[str, ...]) -> bool:
    """Whether ``body`` has any of the top-level ``elements``, or their primitive extensions."""
    resource = fhir_json.read(body)
    return any(name in resource or f"_{name}" in resource for name in elements)


def mask(body: bytes, elements: tuple[str, ...]) -> bytes:
    """``body`` without ``elements``, tagged SUBSETTED; unchanged, and not even read, where it has none of them."""
    if b"\\u" not in body and not any(b'%s"' % name.encode() in body for name in elements):
        return body
    resource: dict[str, Any] = fhir_json.read(body)
    kept = {name: value for name, value in resource.items() if name.removeprefix("_") not in elements}
    if len(kept) == len(resource):
        return body
    meta = dict(kept["meta"])
    meta["tag"] = [*meta.get("tag", ()), SUBSETTED]
    kept["meta"] = meta
    return fhir_json.dump(kept)


def view(stored: Stored) -> tuple[bytes, str]:
    """What the caller may see of ``stored``, and its ETag, which differs between views."""
    return view_without(stored, _hidden(stored.rule, stored.type))


def seen(body: bytes, rule: str | None, type_name: str) -> bytes:
    """What the row lets be seen of a resource's ``body``."""
    hidden = _hidden(rule, type_name)
    return mask(body, hidden) if hidden else body


@cache
def _hidden(rule: str | None, type_name: str) -> tuple[str, ...]:
    """The elements of the type that the row hides."""
    names = hidden_elements(rule)
    hidden = (name.partition(".")[2] for name in names if name.startswith(f"{type_name}."))
    return tuple(key for name in hidden for key in _keys(type_name, name))


def _keys(type_name: str, name: str) -> tuple[str, ...]:
    """Under which names an element stands in JSON: a choice has one for each of its types."""
    known = element(type_name, name)
    return tuple(key for key, _ in known.names()) if known else (name,)


def view_without(stored: Stored, hidden: tuple[str, ...]) -> tuple[bytes, str]:
    """``stored`` without its ``hidden`` elements, and the ETag of that view."""
    body = mask(stored.body, hidden) if hidden else stored.body
    if body is stored.body:
        return body, f'W/"{stored.version}"'
    return body, f'W/"{stored.version}-{hashlib.sha256(repr(hidden).encode()).hexdigest()[:8]}"'
