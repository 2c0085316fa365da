"""Links between the entries of a bundle: wherever a resource names another by its ``fullUrl``, it gets the new name.

https://hl7.org/fhir/R4/http.html#trules: References, elements of type uri, url, oid, uuid and canonical, and the links
and images of narratives. A document that travels as one resource is closed and is left alone.
"""

import html
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from app.fhir import definitions
from app.fhir.references import references

Json = dict[str, Any]
_URIS: Final = frozenset({"uri", "url", "oid", "uuid", "canonical"})
_ATTRIBUTE: Final = re.compile(r"""(\b(?:href|src)\s*=\s*)(["'])(.*?)\2""", re.DOTALL)
_RESTFUL: Final = re.compile(r"(https?://.+)/[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")


@cache
def _types(path: str) -> dict[str, str]:
    """The JSON names under ``path``, each with its type or, where its children stand in the table, their path."""
    found: dict[str, str] = {}
    for element in definitions.elements(path):
        if element.content:
            found[element.name] = element.content
        else:
            found.update(element.names())
    return found


def rename(resource: Json, names: Mapping[str, str], *, full_url: str, body: bytes) -> bool:
    """Give what ``resource`` names its new name; whether anything was. ``body`` is the text that it was parsed from."""
    base = match[1] if (match := _RESTFUL.fullmatch(full_url)) else ""
    count = 0
    closed = resource["resourceType"] == "Bundle"
    for where, reference in references(resource):
        if closed and where != "Bundle.entry[0].resource.subject":
            continue
        literal = reference["reference"]
        new = names.get(literal) or (names.get(f"{base}/{literal}") if base else None)
        if new is not None:
            reference["reference"] = new
            count += 1
    urns = body.count(b"urn:uuid:")
    if closed or (count >= urns and all(name.startswith("urn:") for name in names)):
        return count > 0  # there is nothing else that could be one
    return _walk(resource, resource["resourceType"], names) or count > 0


def _walk(node: Json, path: str, names: Mapping[str, str]) -> bool:
    """Elements that are links by their type, anywhere below ``node``."""
    found, types = False, _types(path)
    for key, value in node.items():
        type_name = "Element" if key.startswith("_") else types.get(key, "")
        if isinstance(value, list):
            for n, item in enumerate(value):
                new = _renamed(item, type_name, names)
                found = found or new is not None
                if isinstance(new, str):
                    value[n] = new
        else:
            new = _renamed(value, type_name, names)
            found = found or new is not None
            if isinstance(new, str):
                node[key] = new
    return found


def _renamed(value: Any, type_name: str, names: Mapping[str, str]) -> str | bool | None:
    """The new text of a value; True where something below it was renamed; None where nothing was."""
    if isinstance(value, str):
        if type_name in _URIS:
            return names.get(value)
        return _in_narrative(value, names) if type_name == "xhtml" else None
    if not isinstance(value, dict) or not type_name:
        return None
    path = str(value.get("resourceType", "")) if type_name == "Resource" else type_name
    return (_walk(value, path, names) or None) if path and path != "Bundle" else None


def _in_narrative(div: str, names: Mapping[str, str]) -> str | None:
    def attribute(match: re.Match[str]) -> str:
        new = names.get(html.unescape(match[3]))
        return match[0] if new is None else f"{match[1]}{match[2]}{new}{match[2]}"

    changed = _ATTRIBUTE.sub(attribute, div)
    return None if changed == div else changed
