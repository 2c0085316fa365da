"""FHIR's primitive types as checks on JSON values: form, range, and dates that exist.

https://hl7.org/fhir/R4/datatypes.html#primitive. Nothing is coerced: ``"true"`` is no boolean, ``1.0`` no integer.
"""

import binascii
import calendar
import re
from functools import lru_cache
from typing import Any, Final

from app.fhir.json import Number
from app.fhir.problems import Checker, Found, local, missing_value, problem

_ID: Final = r"[A-Za-z0-9\-.]{1,64}"
_YEAR: Final = r"(?!0000)(\d{4})"
_MONTH: Final = r"(0[1-9]|1[0-2])"
_DAY: Final = r"(0[1-9]|[12]\d|3[01])"
_CLOCK: Final = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?"
_ZONE: Final = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_QUADS: Final = 4  # base64 may be broken between groups of four
_LONGEST_STRING: Final = 1024 * 1024
_LONGEST_DECIMAL: Final = 64
_LARGEST_DECIMAL: Final = 1e60
_EXPONENT: Final = re.compile(r"[^eE]+(?:[eE][+-]?0*\d{1,2})?", re.ASCII)
_SURE_DAY: Final = 28  # every month has it
_CACHED: Final = 200  # characters
_INT32: Final = 2**31 - 1


def _text(pattern: str, reason: str) -> Checker:
    match = re.compile(pattern, re.ASCII).fullmatch

    def check(value: Any, _depth: int) -> Found:
        if type(value) is not str:
            return missing_value(value, "a string")
        return None if match(value) else problem("value", reason)

    return check


def _string(value: Any, _depth: int) -> Found:
    if type(value) is not str:
        return missing_value(value, "a string")
    if not value:
        return problem("value", "must not be empty")
    if value.isprintable() and len(value) <= _LONGEST_STRING:
        return None
    if len(value) > _LONGEST_STRING:
        return problem("value", "must not be longer than 1 MB")
    return problem("value", "must not hold control characters") if _CONTROL.search(value) else None


def _boolean(value: Any, _depth: int) -> Found:
    return None if value is True or value is False else missing_value(value, "true or false")


def _integer(low: int, reason: str) -> Checker:
    def check(value: Any, _depth: int) -> Found:
        if type(value) is int:
            return None if low <= value <= _INT32 else problem("value", reason)
        if type(value) is Number and value.lexeme == "-0":
            return None if low <= 0 else problem("value", reason)
        return missing_value(value, "an integer")

    return check


def _decimal(value: Any, _depth: int) -> Found:
    kind = type(value)
    if kind is int:
        return None
    if kind is not Number and kind is not float:
        return missing_value(value, "a number")
    lexeme = value.lexeme if kind is Number else repr(value)
    if len(lexeme) > _LONGEST_DECIMAL or not abs(value) < _LARGEST_DECIMAL or not _EXPONENT.fullmatch(lexeme):
        return problem("value", "has more digits or a larger exponent than this server can keep")
    return None


def _date(pattern: str, reason: str) -> Checker:
    match = re.compile(pattern, re.ASCII).fullmatch

    def check(value: Any, _depth: int) -> Found:
        if type(value) is not str:
            return missing_value(value, "a string")
        found = match(value)
        if found is None:
            return problem("value", reason)
        year, month, day = found.groups()
        if day is None or int(day) <= _SURE_DAY or int(day) <= calendar.monthrange(int(year), int(month))[1]:
            return None
        return problem("value", "is a date that does not exist")

    return check


def _base64(value: Any, _depth: int) -> Found:
    if type(value) is not str:
        return missing_value(value, "a string")
    pieces = value.split()
    try:
        decoded = binascii.a2b_base64("".join(pieces), strict_mode=True)
    except ValueError:  # binascii.Error, or a letter beyond ASCII
        decoded = b""
    if decoded and all(len(piece) % _QUADS == 0 for piece in pieces):
        return None
    return problem("value", "must be base64 of at least one byte")


def _cached(checker: Checker) -> Checker:
    """For texts that come again and again, such as the systems of codes."""

    @lru_cache(maxsize=2048)
    def holds(value: str) -> bool:
        return checker(value, 0) is None

    def check(value: Any, depth: int) -> Found:
        return None if type(value) is str and len(value) < _CACHED and holds(value) else checker(value, depth)

    return check


_URN: Final = (
    r"(?!urn:uuid:(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$))"
    r"(?!urn:oid:(?![0-2](?:\.(?:0|[1-9]\d*))+$))"
)
_SCHEME: Final = r"[A-Za-z][A-Za-z0-9+.\-]*:"
_PARTIAL: Final = rf"{_YEAR}(?:-{_MONTH}(?:-{_DAY}"
PATTERNS: Final[dict[str, str]] = {  # the whole value, as far as a regular expression can say it
    "id": _ID,
    "code": r"[^\s]+(?: [^\s]+)*",
    "uri": rf"{_URN}\S+",
    "url": rf"{_URN}\S+",
    "canonical": rf"{_URN}(?:{_SCHEME}|#)\S+",
    "oid": r"urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+",
    "uuid": r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "date": rf"{_PARTIAL})?)?",
    "dateTime": rf"{_PARTIAL}(?:T{_CLOCK}{_ZONE})?)?)?",
    "instant": rf"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE}",
    "time": _CLOCK,
}

_uri: Final = _cached(
    _text(PATTERNS["uri"], "must be a URI without spaces (urn:uuid: in small letters and urn:oid: in full)")
)
ABSOLUTE: Final = _cached(
    _text(rf"{_URN}{_SCHEME}\S+", "must be an absolute URI without spaces, such as https:… or urn:oid:…")
)
_canonical: Final = _cached(
    _text(
        PATTERNS["canonical"], "must be an absolute URI without spaces, or # and the id of what is contained"
    )
)


def _canonical_or_local(value: Any, depth: int) -> Found:
    found = _canonical(value, depth)
    if found is None and value[0] == "#":
        return local(value[1:], "value", "refers to a contained resource that is not there")
    return found


CODE: Final = _text(PATTERNS["code"], "must be a code: no spaces at the ends, single spaces inside")

PRIMITIVES: Final[dict[str, Checker]] = {
    "boolean": _boolean,
    "integer": _integer(-_INT32 - 1, "must be within 32 bits"),
    "unsignedInt": _integer(0, "must be 0 to 2147483647"),
    "positiveInt": _integer(1, "must be 1 to 2147483647"),
    "decimal": _decimal,
    "string": _string,
    "markdown": _string,
    "code": CODE,
    "id": _text(PATTERNS["id"], "must be 1 to 64 letters, digits, - and ."),
    "uri": _uri,
    "url": _uri,
    "canonical": _canonical_or_local,
    "oid": _text(PATTERNS["oid"], "must be urn:oid: and an OID"),
    "uuid": _text(PATTERNS["uuid"], "must be urn:uuid: and a UUID"),
    "base64Binary": _base64,
    "date": _date(PATTERNS["date"], "must be yyyy, yyyy-mm or yyyy-mm-dd"),
    "dateTime": _date(
        PATTERNS["dateTime"],
        "must be yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm:ss with seconds and a zone",
    ),
    "instant": _date(PATTERNS["instant"], "must be yyyy-mm-ddThh:mm:ss with a zone"),
    "time": _text(PATTERNS["time"], "must be hh:mm:ss without a zone"),
}
FORMS: Final[dict[str, Checker]] = {  # required bindings to sets without a list
    "mimetypes": _text(r"[^\s/;]+(?:/[^\s/;]+)?(?:\s*;.+)?", "must be a MIME type"),
    "currencies": _text(r"[A-Z]{3}", "must be an ISO 4217 currency"),
}
