"""TABLE: the rules of ElementDefinition. https://hl7.org/fhir/R4/elementdefinition.html."""

import re
from typing import Final

from app.fhir.invariant import Invariant, Json, Rule, distinct, either, has, has_choice, needs, only_where

_NAME: Final = r"[^\s.,:;'\"/|?!@#$%&*()\[\]{}]{1,64}"
_PATH: Final = re.compile(rf"{_NAME}(?:\.{_NAME}(?:\[x\])?(?::[^\s.]+)?)*")
_SLICE: Final = re.compile(r"[a-zA-Z0-9/\-_\[\]@]+", re.ASCII)
_COUNT: Final = re.compile(r"\*|\+?[0-9]+", re.ASCII)
_REFERRING: Final = ("Reference", "canonical")
_NOT_WITH_CONTENT: Final = ("type", "example", "maxLength", "binding")
_CHOICES_NOT_WITH_CONTENT: Final = ("defaultValue", "fixed", "pattern", "minValue", "maxValue")


def _in_order(value: Json) -> bool:
    low, high = value.get("min"), value.get("max", "*")
    return low is None or not high.isdecimal() or low <= int(high)


def _content_stands_alone(value: Json) -> bool:
    return not has(value, "contentReference") or not (
        any(has(value, name) for name in _NOT_WITH_CONTENT)
        or any(has_choice(value, name) for name in _CHOICES_NOT_WITH_CONTENT)
    )


def _one_type_with(name: str) -> Rule:
    return lambda value: not has_choice(value, name) or len(value.get("type", ())) <= 1


ELEMENT: Final = (
    Invariant("eld-2", _in_order, "must not have its min above its max"),
    Invariant(
        "eld-5", _content_stands_alone, "must have nothing that describes content beside a contentReference"
    ),
    Invariant("eld-6", _one_type_with("fixed"), "must have one type to have a fixed value"),
    Invariant("eld-7", _one_type_with("pattern"), "must have one type to have a pattern"),
    Invariant(
        "eld-8",
        lambda value: not (has_choice(value, "pattern") and has_choice(value, "fixed")),
        "must not have both a pattern and a fixed value",
    ),
    Invariant(
        "eld-13",
        lambda value: distinct(one.get("code") for one in value.get("type", ())),
        "must not repeat a type",
    ),
    Invariant(
        "eld-14",
        lambda value: distinct(one.get("key") for one in value.get("constraint", ())),
        "must not repeat the key of a constraint",
    ),
    Invariant(
        "eld-15",
        lambda value: not (has_choice(value, "defaultValue") and has(value, "meaningWhenMissing")),
        "must not have both a default value and meaningWhenMissing",
    ),
    Invariant(
        "eld-16",
        lambda value: "sliceName" not in value or bool(_SLICE.fullmatch(value["sliceName"])),
        "must have a sliceName of letters, digits and / - _ [ ] @",
    ),
    Invariant(
        "eld-18",
        lambda value: value.get("isModifier") is not True or has(value, "isModifierReason"),
        "must have the reason why it is a modifier",
    ),
    Invariant(
        "eld-19",
        lambda value: "path" not in value or bool(_PATH.fullmatch(value["path"])),
        "must have a path of names without special characters",
    ),
    Invariant("eld-22", needs("sliceIsConstraining", "sliceName"), "must have the name of its slice"),
    Invariant(
        "eld-3",
        lambda value: "max" not in value or bool(_COUNT.fullmatch(value["max"])),
        "must have a number or * as its max",
    ),
)

TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    "ElementDefinition": ELEMENT,
    "ElementDefinition.slicing": (
        Invariant(
            "eld-1", either("discriminator", "description"), "must have discriminators or a description"
        ),
    ),
    "ElementDefinition.type": (
        Invariant(
            "eld-4",
            only_where("aggregation", "code", *_REFERRING),
            "must be a Reference or canonical to be aggregated",
        ),
        Invariant(
            "eld-17",
            only_where("targetProfile", "code", *_REFERRING),
            "must be a Reference or canonical to have a targetProfile",
        ),
    ),
    "ElementDefinition.binding": (
        Invariant(
            "eld-12",
            lambda value: value.get("valueSet", "http:").startswith(("http:", "https", "urn:")),
            "must have a valueSet that begins with http:, https: or urn:",
        ),
    ),
}
