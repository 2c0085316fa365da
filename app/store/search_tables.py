"""The index table of each kind of search parameter, and what of a condition is written into a statement's text.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, any_, literal_column

from app.fhir.search_params import Kind
from app.store.search_forms import Bool
from app.store.tables import (
    index_composite,
    index_date,
    index_number,
    index_quantity,
    index_reference,
    index_string,
    index_token,
    index_uri,
)  # fmt: skip

TABLES: dict[Kind, Table] = {
    Kind.TOKEN: index_token,
    Kind.REFERENCE: index_reference,
    Kind.DATE: index_date,
    Kind.STRING: index_string,
    Kind.NUMBER: index_number,
    Kind.QUANTITY: index_quantity,
    Kind.URI: index_uri,
    Kind.COMPOSITE: index_composite,
}


def numbered(param: Any, numbers: Sequence[int]) -> Bool:
    """One of the parameters ``numbers``, written into the text so that the planner knows how frequent they are."""
    if len(numbers) == 1:
        same: Bool = param == literal_column(str(numbers[0]))
        return same
    listed = ",".join(map(str, numbers))
    among: Bool = param == any_(literal_column(f"'{{{listed}}}'::integer[]"))
    return among


def typed(of: Any, types: Sequence[str]) -> Bool:
    """One of ``types``, written into the text."""
    if len(types) == 1:
        same: Bool = of == literal_column(f"'{types[0]}'")
        return same
    among: Bool = of == any_(literal_column(f"'{{{','.join(types)}}}'::text[]"))
    return among
