"""Whether a JSON value is a valid FHIR R4 resource: every problem, each with its FHIRPath location.

https://hl7.org/fhir/R4/validation.html. The element tables are compiled into shapes, one for each type and inline
element. A check returns None where all is well, so that a valid resource costs no bookkeeping; problems get their
location on the way up.
"""

from typing import Any

from app.fhir import definitions
from app.fhir.definitions import Element
from app.fhir.element_checks import bound_code, bound_concept, each, extension, reference
from app.fhir.invariants import invariants_of, unreferenced
from app.fhir.locations import fhirpath
from app.fhir.narrative import check_div
from app.fhir.outcome import BadRequest, Issue
from app.fhir.primitives import ABSOLUTE, CODE, FORMS, PRIMITIVES
from app.fhir.problems import LOCAL, Checker, Found, Problem, missing_value, problem
from app.fhir.shapes import Shadow, Shape


def validate(resource: Any) -> list[Issue]:
    """What is wrong with ``resource``; empty if it is valid."""
    found = _check_resource(resource, 0)
    if not found:
        return []
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    known = isinstance(name, str) and name in definitions.RESOURCE_NAMES
    return [_issue(one, resource if known else None) for one in found]


def check(resource: Any) -> None:
    """Raises BadRequest with every issue if ``resource`` is not valid."""
    issues = validate(resource)
    if issues:
        raise BadRequest(issues)


def _issue(found: Problem, resource: dict[str, Any] | None) -> Issue:
    """The reason after the place as JSON names it, and the place as FHIRPath names it."""
    steps = found.trail[::-1]
    place = "".join(step if step.startswith("[") else f".{step}" for step in steps)
    if resource is None:
        place = place.removeprefix(".")
        return Issue(found.code, f"{place or 'The resource'} {found.reason}", (place,) if place else ())
    reason = f"{resource['resourceType']}{place} {found.reason}"
    return Issue(found.code, reason, (fhirpath(resource, steps),))


_shapes: dict[str, Shape] = {}
_NAMESPACES = {"Coding", "Identifier", "Quantity"}


def _shape(path: str) -> Shape:
    """The compiled shape of a type or inline element; known before its elements are, since types nest."""
    if path in _shapes:
        return _shapes[path]
    is_resource = path in definitions.RESOURCE_NAMES
    shape = _shapes[path] = Shape(_shape("Element").check if path != "Element" else None, is_resource)
    if is_resource:
        shape.fields["resourceType"] = (CODE, 0)
    for position, element in enumerate(definitions.elements(path)):
        bit = 1 << position
        shape.bits[bit] = element.name
        shape.meaningful |= bit if is_resource or element.name != "id" else 0
        if element.minimum:
            shape.required |= bit
        for key, type_name in element.names():
            checker = _element_checker(path, element, type_name)
            shape.fields[key] = (each(checker) if element.many else checker, bit)
            if type_name in PRIMITIVES:
                needed = bool(element.binding) or (path, key) == ("Extension", "url")
                shape.shadows[f"_{key}"] = Shadow(key, element.many, bit, needed)
    shape.invariants = invariants_of(path)
    return shape


def _is_absolute(path: str, element: Element) -> bool:
    """Whether R4 says in words that this URI is absolute: what identifies codes, identifiers, units, definitions."""
    if element.name == "system":
        return path in _NAMESPACES or definitions.base(path) in _NAMESPACES
    if element.name == "url":
        return path in definitions.RESOURCE_NAMES and element.types == ("uri",)
    return (path, element.name) == ("Bundle.entry", "fullUrl")


def _element_checker(path: str, element: Element, type_name: str) -> Checker:
    if _is_absolute(path, element):
        return ABSOLUTE
    if type_name == "Extension":
        return extension(_shape("Extension").check) if path != "Extension" else _shape("Extension").check
    if element.content:
        return _shape(element.content).check
    if type_name == "Resource":
        return _check_contained if element.name == "contained" else _check_resource
    if type_name == "Reference":
        return reference(_shape("Reference").check, element.targets)
    plain = check_div if type_name == "xhtml" else PRIMITIVES.get(type_name) or _shape(type_name).check
    return _bound(plain, type_name, element.binding) if element.binding else plain


def _bound(plain: Checker, type_name: str, binding: str) -> Checker:
    if binding in FORMS:
        return FORMS[binding]
    allowed = definitions.value_sets().get(binding)
    if allowed is None:
        return plain
    return bound_code(allowed) if type_name == "code" else bound_concept(plain, type_name, allowed)


def _check_resource(value: Any, depth: int) -> Found:
    """A resource that stands for itself: its references to contained resources are settled here."""
    found = _check_contained(value, depth)
    if found is not None:
        found = [one for one in found if one.mark != LOCAL or not _settled(one, value)]
    if not found and "contained" in value:
        return unreferenced(value)
    return found or None


def _settled(one: Problem, container: dict[str, Any]) -> bool:
    """Whether a local reference points to a contained resource of an allowed type."""
    name, targets, reason = one.detail
    contained = container.get("contained")
    inside = [row for row in contained if isinstance(row, dict)] if isinstance(contained, list) else []
    found = (
        [row for row in inside if row.get("id") == name] if name else [container]
    )  # "#" is the container itself
    if not found or any(not targets or str(row.get("resourceType")) in targets for row in found):
        return bool(found)
    one.code, one.reason = "value", reason
    return False


def _check_contained(value: Any, depth: int) -> Found:
    if type(value) is not dict:
        return missing_value(value, "an object")
    name = value.get("resourceType")
    if name is None:
        return problem("required", "must have resourceType")
    if not isinstance(name, str) or name not in definitions.RESOURCE_NAMES:
        return [Problem("structure", "is not the name of an R4 resource type", ["resourceType"])]
    return _shape(name).check(value, depth)
