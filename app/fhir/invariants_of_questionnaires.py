"""TABLE: the rules of questionnaires and their answers. https://hl7.org/fhir/R4/questionnaire.html."""

from typing import Final

from app.fhir.invariant import Invariant, Json, distinct, either, has, if_then, not_both, only_where, within

_LISTED: Final = (
    *("choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity"),
)
_SHORT: Final = ("boolean", "decimal", "integer", "string", "text", "url", "open-choice")
_ONE: Final = 1


def _links_differ(value: Json) -> bool:
    return distinct(one["linkId"] for one in within(value, "item") if "linkId" in one)


def _nesting(value: Json) -> bool:
    if value.get("type") == "display":
        return not has(value, "item")
    return value.get("type") != "group" or has(value, "item")


TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    "Questionnaire": (Invariant("que-2", _links_differ, "must not repeat a linkId"),),
    "Questionnaire.item": (
        Invariant("que-1", _nesting, "must have items as a group, and none as a display"),
        Invariant(
            "que-3",
            if_then("type", "display", lambda value: not has(value, "code")),
            "must not have codes as a display",
        ),
        Invariant(
            "que-4",
            not_both("answerOption", "answerValueSet"),
            "must not have both answerOption and answerValueSet",
        ),
        Invariant(
            "que-5",
            lambda value: (
                value.get("type") in _LISTED
                or not (has(value, "answerOption") or has(value, "answerValueSet"))
            ),
            "must not list answers to a question of this type",
        ),
        Invariant(
            "que-6",
            if_then(
                "type", "display", lambda value: not has(value, "required") and not has(value, "repeats")
            ),
            "must be neither required nor repeated as a display",
        ),
        Invariant(
            "que-8",
            lambda value: value.get("type") not in {"group", "display"} or not has(value, "initial"),
            "must not have an initial value as a group or display",
        ),
        Invariant(
            "que-9",
            if_then("type", "display", lambda value: not has(value, "readOnly")),
            "must not be read-only as a display",
        ),
        Invariant(
            "que-10", only_where("maxLength", "type", *_SHORT), "must not limit the length of this type"
        ),
        Invariant(
            "que-11", not_both("answerOption", "initial"), "must not have both answerOption and initial"
        ),
        Invariant(
            "que-12",
            lambda value: len(value.get("enableWhen", ())) <= _ONE or has(value, "enableBehavior"),
            "must have the enableBehavior of its conditions",
        ),
        Invariant(
            "que-13",
            lambda value: value.get("repeats") is True or len(value.get("initial", ())) <= 1,
            "must not have several initial values unless it repeats",
        ),
    ),
    "Questionnaire.item.enableWhen": (
        Invariant(
            "que-7", if_then("operator", "exists", either("answerBoolean")), "must ask exists of a boolean"
        ),
    ),
    "QuestionnaireResponse.item": (
        Invariant(
            "qrs-1",
            not_both("answer", "item"),
            "must not have both an answer and items: nest them in the answer",
        ),
    ),
}
