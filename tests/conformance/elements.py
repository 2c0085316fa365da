"""Every element of every kept type that says more than its name: required, bound to codes, or with targets.

Each is judged as it should be and broken, so that a wrong row in the element tables is seen.
"""

import copy
from collections.abc import Iterator

from app.fhir import definitions
from app.fhir.definitions import Element
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.validation import validate
from tests.conformance.cases import Case, case, dice
from tests.conformance.places import Json
from tests.fhir import generation, invariant_cases_of_definitions, invariant_cases_of_structures

TRIES = 40
WRONG = ("Slot", "Basic", "Patient")


def elements() -> list[Case]:
    """As cases."""
    return [one for row in RESOURCE_TYPES for one in _of(row.name)]


def _of(name: str) -> Iterator[Case]:
    yield case(
        "element: only what is required", name, generation.resource(name, dice(f"{name} minimal"), 0.0)
    )
    minimal = next(_simple(name))
    for path, element in _telling(name, ()):
        where = ".".join((name, *(step for step, _ in path), element.name))
        whole = copy.deepcopy(minimal)
        holder = _holder(whole, name, path)
        if element.name not in holder:
            generation.add(holder, element, dice(where), 0.0, 0)
        if validate(whole):
            continue  # rules of the type want more than this element
        if path or not element.minimum:
            yield case("element: there", where, whole)
        yield from _broken(whole, holder, element, where)


def _simple(name: str) -> Iterator[Json]:
    """Valid resources with little in them; where dice do not find one, what keeps the rules."""
    for seed in range(TRIES):
        resource = generation.resource(name, dice(f"{name} minimal {seed}"), seed / TRIES / 4)
        if not validate(resource):
            yield resource
    for rules in (invariant_cases_of_structures.CASES, invariant_cases_of_definitions.CASES):
        yield from (keeps for _, keeps, _ in rules if keeps["resourceType"] == name)


def _telling(
    parent: str, path: tuple[tuple[str, Element], ...]
) -> Iterator[tuple[tuple[tuple[str, Element], ...], Element]]:
    for element in definitions.elements(parent):
        if element.name in {"id", "extension", "modifierExtension", "contained", "text", "meta"}:
            continue
        if element.minimum or element.targets or element.binding in definitions.value_sets():
            yield path, element
        if element.content.startswith(f"{parent}."):  # shared content is that of another place
            yield from _telling(element.content, (*path, (element.name, element)))


def _holder(resource: Json, name: str, path: tuple[tuple[str, Element], ...]) -> Json:
    """The object that has the element, made where it is not there."""
    holder = resource
    for step, element in path:
        if step not in holder:
            generation.add(holder, element, dice(step), 0.0, 0)
        holder = holder[step][0] if element.many else holder[step]
    return holder


def _broken(whole: Json, holder: Json, element: Element, where: str) -> Iterator[Case]:
    key = next(key for key, _ in element.names() or ((element.name, ""),) if key in holder)
    kept = holder[key]
    if element.minimum:
        del holder[key]
        yield case("element: required, not there", where, whole)
    if element.binding in definitions.value_sets():
        wrong = (
            "of-no-set"
            if "code" in element.types
            else {"coding": [{"system": "http://x.example/s", "code": "a"}]}
        )
        holder[key] = [wrong] if element.many else wrong
        if "Coding" not in element.types:
            yield case("element: code of no set", where, whole)
    if element.targets and key.endswith(("Reference", element.name)):
        wrong_type = next(one for one in WRONG if one not in element.targets)
        holder[key] = [{"reference": f"{wrong_type}/1"}] if element.many else {"reference": f"{wrong_type}/1"}
        yield case("element: wrong type of target", where, whole)
    holder[key] = kept
