"""JSON as FHIR needs it: number lexemes and element order survive, duplicate keys do not.

https://hl7.org/fhir/R4/json.html. ``parse`` gives plain Python values except that a number with a fraction or
an exponent is a :class:`Number`, a float that remembers how it was written; ``dump`` writes it back so.
``splice`` sets top-level members of a document without touching the bytes of the others.
"""

import json
from typing import Any, Self

import msgspec
import orjson

from app.fhir.outcome import BadRequest


class Number(float):
    """A JSON number with the text it was written with (``1.50``, ``1E2``)."""

    __slots__ = ("lexeme",)

    def __new__(cls, lexeme: str) -> Self:
        number = super().__new__(cls, lexeme)
        number.lexeme = lexeme
        return number

    lexeme: str

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return Number, (self.lexeme,)


def _integer(lexeme: str) -> int | Number:
    return int(lexeme) if lexeme != "-0" and len(lexeme) < 19 else Number(lexeme)  # noqa: PLR2004 (beyond 64 bits)


def _constant(name: str) -> Any:
    raise BadRequest(f"{name} is not JSON", code="structure")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(f"The key {twice[:64]!r} stands twice in one object", code="structure")
    return members


_decoder = json.JSONDecoder(
    parse_float=Number, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_object
)


def parse(body: bytes) -> Any:
    """The value of ``body``.

    Raises BadRequest for text that is not UTF-8 or not JSON, for duplicate keys, lone surrogates, NUL and
    nesting that is too deep.
    """
    try:
        text = body.decode("utf-8")
        value = _decoder.decode(text)
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not UTF-8", code="structure") from error
    except RecursionError as error:
        raise BadRequest("The body is nested too deeply", code="structure") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise BadRequest(f"The body is not JSON: {error.msg} at {where}", code="structure") from error
    if "\\u" in text:
        _check_escapes(value)
    return value


def read(stored: bytes) -> Any:
    """The value of a body that this server stored, which was checked when it came; several times faster."""
    return _read(stored)


_read = msgspec.json.Decoder(float_hook=Number).decode


def _check_escapes(value: Any) -> None:
    try:
        encoded = orjson.dumps(value, default=_lexeme)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise BadRequest("A string holds half a surrogate pair", code="structure") from error
    if b"\\u0000" in encoded:
        raise BadRequest("A string holds the character NUL", code="structure")


def _lexeme(value: Any) -> orjson.Fragment:
    if isinstance(value, Number):
        return orjson.Fragment(value.lexeme)
    raise TypeError(type(value).__name__)


def dump(value: Any) -> bytes:
    """``value`` as compact UTF-8 JSON, every :class:`Number` as it was written."""
    return orjson.dumps(value, default=_lexeme)


def indented(body: bytes) -> bytes:
    """``body`` over several lines, every lexeme as it was."""
    return msgspec.json.format(body, indent=2)


_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


def splice(body: bytes, **replaced: Any) -> bytes:
    """``body`` with top-level members set; the bytes of all other members stay as they are.

    A new member is put after ``resourceType``, where readers look for ``id`` and ``meta``.
    """
    members = _members.decode(body)
    encoded = {name: msgspec.Raw(dump(value)) for name, value in replaced.items()}
    head = {name: members.pop(name) for name in ("resourceType",) if name in members}
    fresh = {name: encoded.pop(name) for name in list(encoded) if name not in members}
    members.update(encoded)
    return _encode(head | fresh | members)
