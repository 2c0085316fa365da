"""Narratives that are safe to show: well-formed XHTML, only formatting, nothing that runs or is fetched.

https://hl7.org/fhir/R4/narrative.html#xhtml (rules txt-1 and txt-2).
"""

import re
from typing import Any, Final
from xml.parsers import expat

from app.fhir.problems import Found, local, missing_value, problem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMESPACE: Final = "http://www.w3.org/1999/xhtml"
_ELEMENTS: Final = _words(
    "a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i "
    "img li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var"
)
_ATTRIBUTES: Final = _words(
    "xmlns id class style title lang xml:lang dir accesskey tabindex name href src alt longdesc width height align "
    "valign char charoff span border frame rules cellspacing cellpadding summary abbr axis headers scope rowspan "
    "colspan cite type start value compact clear nowrap bgcolor hreflang rel rev charset shape coords"
)
_LINK: Final = re.compile(r"(?:https?:|mailto:|tel:|#|urn:|[A-Z][A-Za-z]+/)[^\s]*")
_IMAGE: Final = re.compile(r"#[^\s]+|data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
_ACTIVE_STYLE: Final = re.compile(
    r"url\s*\(|expression\s*\(|@import|javascript:|behavior\s*:|-moz-binding|\\", re.IGNORECASE
)
_DEEPEST: Final = 100
_SEPARATOR: Final = " "


class _Unsafe(Exception):
    """What the narrative may not hold."""


class _Reader:
    """Follows the parser's events."""

    def __init__(self) -> None:
        self.depth = 0
        self.contained: set[str] = set()  # ids of contained images
        self.has_content = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(_SEPARATOR)
        if namespace != _NAMESPACE:
            raise _Unsafe("must be in the XHTML namespace")
        if self.depth == 0 and local != "div":
            raise _Unsafe("must be one div")
        if local not in _ELEMENTS:
            raise _Unsafe("holds an element other than basic formatting, links and images")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unsafe("is nested too deeply")
        self.has_content = self.has_content or local == "img"
        for attribute, value in attributes.items():
            _check_attribute(local, attribute, value)
        if attributes.get("src", "")[:1] == "#":
            self.contained.add(attributes["src"][1:])

    def end(self, _name: str) -> None:
        self.depth -= 1

    def text(self, data: str) -> None:
        self.has_content = self.has_content or bool(data.strip())

    def refuse(self, *_: Any) -> None:
        raise _Unsafe("holds a document type or a processing instruction")


def _check_attribute(element: str, name: str, value: str) -> None:
    local = name.rpartition(_SEPARATOR)[2]
    if local not in _ATTRIBUTES:
        raise _Unsafe("holds an attribute other than basic formatting, or one that runs script")
    if local == "style" and _ACTIVE_STYLE.search(value):
        raise _Unsafe("holds a style that fetches or runs something")
    if local == "src" and not (element == "img" and _IMAGE.fullmatch(value)):
        raise _Unsafe("holds an image from elsewhere")
    if local in {"href", "cite", "longdesc"} and not _LINK.fullmatch(value):
        raise _Unsafe("holds a link that is not http, https, mailto, tel or within the resource")


def check_div(value: Any, _depth: int = 0) -> Found:
    """Whether a ``div`` may be kept and shown."""
    if type(value) is not str:
        return missing_value(value, "a string of XHTML")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.ProcessingInstructionHandler = reader.refuse
    try:
        parser.Parse(value.encode("utf-8", "replace"), True)
    except _Unsafe as unsafe:
        return problem("invariant", f"{unsafe} (txt-1)")
    except expat.ExpatError:
        return problem("invariant", "must be well-formed XHTML, without the entities of HTML (txt-1)")
    if not reader.has_content:
        return problem("invariant", "must have some text (txt-2)")
    missing = "holds an image that refers to a contained resource that is not there"
    return [one for name in sorted(reader.contained) for one in local(name, "value", missing)] or None
