"""What is hidden from a caller is not searched, sorted or included by: an answer would tell (design §4)."""

import re
from functools import cache

from app.access.caller import Role
from app.access.rules import masked_types, masks
from app.fhir.outcome import BadRequest
from app.fhir.query import Query, params_of
from app.fhir.search_params import SearchParam, of_type


@cache
def _hides(role: Role, param: SearchParam) -> bool:
    """Whether ``param`` looks at an element that may be hidden from ``role``."""
    return any(re.search(rf"\b{param.type}\.{name}\b", param.expression) for name in masks(role, param.type))


@cache
def _hidden(role: Role) -> frozenset[int]:
    return frozenset(
        param.number
        for type_name in masked_types(role)
        for param in of_type(type_name)
        if _hides(role, param)
    )


def refuse_hidden(role: Role, query: Query) -> frozenset[int]:
    """The parameters that ``role`` may not search by, on the way of chains too. Raises BadRequest where one is named."""
    hidden = _hidden(role)
    if not hidden:
        return hidden
    asked = [param for test in query.conditions for param in params_of(test)]
    asked += [param for key in query.sort for param in key.params]
    asked += [param for row in query.includes for param in row.params if not row.every]
    for param in asked:
        if param.number in hidden:
            text = f"{param.type}.{param.code} is not searchable with your access"
            raise BadRequest(text, param.code, code="not-supported")
    return hidden
