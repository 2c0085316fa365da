"""Redaction: what the winning row hides is taken out, the rest keeps its lexemes and order; views have their own ETag.

What is hidden may be told again in the narrative, in a contained resource or in an extension that nobody here knows: of a
masked type the narrative goes, of what is contained only what is about no woman stays, and of extensions the known ones.

https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html (SUBSETTED)
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from app.access.rules import CATALOGUE, hidden_elements
from app.access.standing import LOCATING, PROTECTED
from app.fhir import json as fhir_json
from app.fhir.codes import CANONICAL
from app.fhir.definitions import element
from app.fhir.summary import SUBSETTED
from app.store.resources import Stored

Json = dict[str, Any]
NO_BASIS, CORE = "http://hl7.no/fhir/", "http://hl7.org/fhir/StructureDefinition/"
MASKED = {"url": f"{CORE}data-absent-reason", "valueCode": "masked"}
_TELLING = (b"div", b"contained", b"extension", b"modifierExtension")  # a narrative has a div


def holds(body: bytes, elements: tuple[str, ...]) -> bool:
    """Whether ``body`` has something that is hidden with ``elements`` and would be lost; a narrative is written anew."""
    resource = fhir_json.read(body)
    return bool(concealed(resource, elements) - {"text"})


def concealed(resource: Json, elements: tuple[str, ...]) -> frozenset[str]:
    """The top-level elements of ``resource`` that are hidden with ``elements``, in whole or in part."""
    seen = _cut(resource, elements)
    return frozenset(name for name, value in resource.items() if name not in seen or seen[name] != value)


def sheltering(found: Iterable[Stored]) -> Callable[[str, bytes], bytes]:
    """For what is sent on or printed: a resource without what tells where she is, if a Patient among ``found`` has a
    confidential address; else as it is."""
    if not hides_place(found):
        return lambda _type, body: body
    return lambda type_name, body: mask(body, LOCATING.get(type_name, ()))


def hides_place(found: Iterable[Stored]) -> bool:
    """Whether a Patient among ``found`` has a confidential address."""
    return any(row.type == "Patient" and PROTECTED in row.labels for row in found)


def mask(body: bytes, elements: tuple[str, ...]) -> bytes:
    """``body`` without ``elements``, tagged SUBSETTED; unchanged, and not even read, where it has none of them."""
    if b"\\u" not in body and not any(
        b'%s"' % name in body for name in (*_TELLING, *map(str.encode, elements))
    ):
        return body
    resource: Json = fhir_json.read(body)
    kept = _cut(resource, elements)
    if kept == resource:
        return body
    meta = dict(kept["meta"])
    meta["tag"] = [*meta.get("tag", ()), SUBSETTED]
    kept["meta"] = meta
    return fhir_json.dump(kept)


def _cut(resource: Json, elements: tuple[str, ...]) -> Json:
    """``resource`` without ``elements`` and without what may tell of them."""
    gone = {*elements, "text", "contained"}
    inner = () if "contained" in elements else resource.get("contained", ())
    named = [row for row in inner if row.get("resourceType") in CATALOGUE]  # about no woman
    within = frozenset(row.get("id") for row in named)
    seen: Json = {n: _known(v, within) for n, v in resource.items() if n.removeprefix("_") not in gone}
    if named:
        seen["contained"] = [_known({n: v for n, v in row.items() if n != "text"}, within) for row in named]
    if "extension" in seen or "modifierExtension" in seen:
        seen |= _extensions(seen, within)
    return {name: seen[name] for name in resource if name in seen and seen[name] not in ({}, [])}


def _known(node: Any, within: frozenset[Any]) -> Any:
    """``node`` without unknown extensions, and without references to what is contained no more."""
    if isinstance(node, list):
        return [_known(one, within) for one in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("reference")
    if isinstance(reference, str) and reference[:1] == "#" and reference[1:] not in {"", *within}:
        node = {n: v for n, v in node.items() if n not in {"reference", "display"}} | {"extension": [MASKED]}
    kept = {name: _known(value, within) for name, value in node.items()} | _extensions(node, within)
    return {name: value for name, value in kept.items() if value not in ({}, [])}


def _extensions(node: Json, within: frozenset[Any]) -> Json:
    """Those of ``node`` that are known; of others that change the meaning, that there is one."""
    found: Json = {}
    part = "url" in node
    if "extension" in node:
        found["extension"] = [_known(row, within) for row in node["extension"] if _is_known(row, part=part)]
    if "modifierExtension" in node:
        found["modifierExtension"] = [
            row if _is_known(row) else {"url": row.get("url"), "extension": [MASKED]}
            for row in node["modifierExtension"]
        ]
    return found


def _is_known(extension: Json, *, part: bool = False) -> bool:
    """Whether an extension is one that this card uses, or of a specification and no reason in other words.

    ``part``: of another that is known; parts have plain names.
    """
    url = str(extension.get("url", ""))
    last = url.rpartition("/")[2].lower()
    ours = url.startswith((CANONICAL, NO_BASIS)) or (part and ":" not in url)
    core = url.startswith(CORE) and "supportinginfo" not in last and "reason" not in last
    return ours or core or url == MASKED["url"]


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
