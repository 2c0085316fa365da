"""TABLE: the media types that are spoken: JSON in UTF-8, in FHIR 4.0. https://hl7.org/fhir/R4/http.html#mime-type"""

import re

from app.fhir.outcome import NotAcceptable, UnsupportedMediaType

FHIR_TYPES = frozenset({"application/fhir+json", "application/json+fhir"})
JSON_TYPES = ("application/fhir+json", "application/json", "application/json+fhir")
_ACCEPTED = frozenset({*JSON_TYPES, "*/*", "application/*", "text/json", ""})
_FORMATS = frozenset(
    {"json", "text/json", "application/json", "application/fhir+json", "application/fhir json"}
)
_VERSIONS = frozenset({"4.0", "4.0.1"})
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_JSON_ONLY = "This server speaks JSON only: application/fhir+json"
_R4_ONLY = "This server speaks FHIR 4.0 only"
_PARAMETER = re.compile(r";\s*(fhirversion|charset)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


def _parameters(stated: str) -> dict[str, str]:
    return {name.lower(): value.lower() for name, value in _PARAMETER.findall(stated)}


def _speaks(stated: str) -> bool:
    return _parameters(stated).get("fhirversion", "4.0") in _VERSIONS


def name(stated: str) -> str:
    """The type without its parameters."""
    return stated.partition(";")[0].strip().lower()


def known_format(stated: str) -> None:
    """What ``_format`` asks for can be given. Raises NotAcceptable."""
    if stated.partition(";")[0] not in _FORMATS:
        raise NotAcceptable(_JSON_ONLY, "_format")
    if not _speaks(stated):
        raise NotAcceptable(_R4_ONLY, "_format")


def accepted(header: str) -> None:
    """Something that ``Accept`` lists can be given. Raises NotAcceptable."""
    offered = [part for part in header.split(",") if name(part) in _ACCEPTED]
    if not offered:
        raise NotAcceptable(_JSON_ONLY, "http.Accept")
    if ";" in header and not any(_speaks(part) for part in offered):
        raise NotAcceptable(_R4_ONLY, "http.Accept")


def sent(stated: str) -> None:
    """``Content-Type`` says what can be read. Raises UnsupportedMediaType."""
    if name(stated) not in JSON_TYPES:
        raise UnsupportedMediaType("Content-Type must be application/fhir+json", "http.Content-Type")
    if not _speaks(stated):
        raise UnsupportedMediaType(_R4_ONLY, "http.Content-Type")
    if _parameters(stated).get("charset", "utf-8") not in _CHARSETS:
        raise UnsupportedMediaType("A body of JSON is UTF-8", "http.Content-Type")
