"""TABLE: the search parameters of the types in the registry, as R4 defines them, and one of our own.

https://hl7.org/fhir/R4/searchparameter-registry.html. The rows stand in definitions/search_params.tsv (generated);
what is left out stands in ``EXCLUDED`` with its reason, printed in docs/search.md.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from app.fhir import codes, definitions, paths
from app.fhir.registry import RESOURCE_TYPES, ResourceType


class Kind(StrEnum):
    """How values are compared; each kind has an index table of its own."""

    TOKEN = "token"  # noqa: S105 (the kind of search, no secret)
    REFERENCE = "reference"
    DATE = "date"
    STRING = "string"
    NUMBER = "number"
    QUANTITY = "quantity"
    URI = "uri"
    COMPOSITE = "composite"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class SearchParam:
    """One search parameter of one type.

    ``number``      names it in the index tables; stable, never reused for another parameter.
    ``components``  of a composite: the code of the part's own parameter and its expression from the composite's.
    """

    type: str
    code: str
    kind: Kind
    expression: str
    targets: tuple[str, ...]
    components: tuple[tuple[str, str], ...]
    number: int

    def __hash__(self) -> int:
        """Its number: parameters are looked up often."""
        return self.number


EXCLUDED: Final[dict[str, str]] = {
    "_content": "no full-text index: free text in a card names people and must not be searchable across women",
    "_text": "no full-text index of narratives: they name people and must not be searchable across women",
    "_query": "no named queries are defined",
    "Bundle.composition": "its first entry is no resource of its own here: Compositions are searched as such",
    "Bundle.message": "its first entry is no resource of its own here, and messages are not kept in Bundles",
    "Location.near": "places are found by name, address and organisation: no positions are kept",
    "AuditEvent.*": "events are printed from the rows of the log, which are found by id, woman and time",
}
_OF_THE_LOG: Final = frozenset({"_id", "_lastUpdated", "date", "patient"})
COLUMNS: Final = frozenset(
    {"_id", "_lastUpdated"}
)  # answered by columns of the resource table, not by index rows
# Parameters that find what two others find: they have no rows of their own, but are searched by those of both
UNIONS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("Observation", f"combo-{code}"): (code, f"component-{code}")
    for code in (
        "code", "data-absent-reason", "value-concept", "value-quantity", "code-value-concept", "code-value-quantity",
    )
}  # fmt: skip
EPISODE_OF_CARE: Final = "episode-of-care"
# What else a parameter is found by: rows under a number of their own (``alias``)
OF_TYPE: Final = "of-type"  # an identifier by its type: system, "code|value"
WORD: Final = "word"  # a name from each of its later words on
BARE: Final = "bare"  # a canonical url without its version
_EVERY_TYPE: Final = "Resource"
_BY_URL: Final = frozenset({"canonical", "uri"})


def number(type_name: str, code: str) -> int:
    """The stable number of a parameter: a signed 32-bit CRC, which PostgreSQL keeps as ``integer``."""
    unsigned = zlib.crc32(f"{type_name}.{code}".encode())
    return unsigned - (1 << 32) if unsigned >> 31 else unsigned


@cache
def alias(param: SearchParam, name: str) -> int:
    """The stable number of what else ``param`` is found by."""
    return number(param.type, f"{param.code}:{name}")


@lru_cache(maxsize=4096)  # of the types that a search names there are more sets than can be kept
def numbers_of(*params: SearchParam) -> tuple[int, ...]:
    """The numbers under which the index rows of ``params`` stand."""
    return tuple(number(param.type, code) for param in params for code in _codes(param))


def _codes(param: SearchParam) -> tuple[str, ...]:
    return UNIONS.get((param.type, param.code), (param.code,))


def reason_left_out(type_name: str, code: str) -> str:
    """Why a parameter of R4 is not supported; empty for one that is."""
    if type_name == "AuditEvent" and code not in _OF_THE_LOG:
        return EXCLUDED.get(code, EXCLUDED["AuditEvent.*"])
    return EXCLUDED.get(code) or EXCLUDED.get(f"{type_name}.{code}", "")


@cache
def data_types(param: SearchParam) -> frozenset[str]:
    """The data types that a parameter looks at."""
    if param.kind in {Kind.COMPOSITE, Kind.SPECIAL} or " and " in param.expression:
        return frozenset()
    return frozenset(route.type for route in paths.routes(param.expression))


@cache
def names_people(param: SearchParam) -> bool:
    """Whether a string parameter looks at names of people, or parts of them."""
    parts = re.search(r"\.name\.(family|given)\b", param.expression)
    return param.kind is Kind.STRING and bool("HumanName" in data_types(param) or parts)


@cache
def is_canonical(param: SearchParam) -> bool:
    """Whether a reference parameter refers by the target's url, not by its id."""
    return param.kind is Kind.REFERENCE and bool(data_types(param) & _BY_URL)


def _param(type_name: str, row: tuple[str, ...]) -> SearchParam:
    _, code, kind, expression, targets, components = row
    return SearchParam(
        type=type_name,
        code=code,
        kind=Kind(kind),
        expression=expression.replace(f"{_EVERY_TYPE}.", f"{type_name}.", 1)
        if row[0] == _EVERY_TYPE
        else expression,
        targets=tuple(targets.split(",")) if targets else (),
        components=tuple(_component(part) for part in components.split(";")) if components else (),
        number=number(type_name, code),
    )


def _component(text: str) -> tuple[str, str]:
    code, _, expression = text.partition("=")
    return code, expression


def _episode(row: ResourceType, codes_of_type: set[str]) -> Iterator[SearchParam]:
    """Our own parameter where a type can belong to a card and R4 has none: through either extension."""
    if not row.episode or row.episode == ("id",) or EPISODE_OF_CARE in codes_of_type:
        return
    expression = " | ".join(
        f"{row.name}.extension.where(url='{url}').value.as(Reference)"
        for url in (codes.EXT_CORE_EPISODE, codes.EXT_EPISODE)
    )
    yield SearchParam(
        row.name,
        EPISODE_OF_CARE,
        Kind.REFERENCE,
        expression,
        ("EpisodeOfCare",),
        (),
        number(row.name, EPISODE_OF_CARE),
    )


def _load() -> dict[str, dict[str, SearchParam]]:
    by_type: dict[str, list[tuple[str, ...]]] = {}
    for row in definitions.rows("search_params.tsv"):
        by_type.setdefault(row[0], []).append(row)
    table: dict[str, dict[str, SearchParam]] = {}
    for kept in RESOURCE_TYPES:
        rows = by_type.get(kept.name, []) + by_type[_EVERY_TYPE]
        found = {row[1]: _param(kept.name, row) for row in rows if not reason_left_out(kept.name, row[1])}
        found.update({param.code: param for param in _episode(kept, set(found))})
        table[kept.name] = found
    return table


TABLE: Final[dict[str, dict[str, SearchParam]]] = _load()


def lookup(type_name: str, code: str) -> SearchParam | None:
    """The parameter ``code`` of a type, or None."""
    return TABLE.get(type_name, {}).get(code)


def of_type(type_name: str) -> tuple[SearchParam, ...]:
    """All parameters of a type, by name of the specification's order."""
    return tuple(TABLE.get(type_name, {}).values())
