"""What a search parameter finds in a value: the reader for its kind and the data type at the end of a route."""

from collections.abc import Callable
from typing import Any, Final

from app.fhir import definitions, folding, index_values, paths
from app.fhir.search_params import Kind, SearchParam

Reader = Callable[[Any], list[Any]]
PHONETIC: Final = "phonetic"


def reader(param: SearchParam, route: paths.Route) -> Reader | None:
    """What this kind of search finds in a value of this type; None where it does not look at the type."""
    if param.kind is Kind.TOKEN:
        return _token_reader(route)
    read: Reader | None = _TABLES[param.kind].get(route.type)
    if read is not None and param.code == PHONETIC:
        return lambda value: [(folding.sound(folded), exact) for folded, exact in read(value)]
    return read


def _token_reader(route: paths.Route) -> Reader | None:
    read = index_values.TOKENS.get(route.type)
    if read is None:
        return None
    system = definitions.implied_system(route.binding)
    return lambda value: read(value, system)


_TABLES: Final[dict[Kind, dict[str, Any]]] = {
    Kind.DATE: index_values.DATES,
    Kind.STRING: index_values.STRINGS,
    Kind.NUMBER: index_values.NUMBERS,
    Kind.QUANTITY: index_values.QUANTITIES,
    Kind.URI: index_values.URIS,
}
