"""Whether a QuestionnaireResponse fits its Questionnaire: every problem, with the place of the answer.

https://hl7.org/fhir/R4/questionnaireresponse.html#notes. Questions by linkId in their place, the type of each answer, one
answer where the question does not repeat, options, length, least and greatest value, and what is required in a completed response. A question that
another enables is not required here: whether it was asked is the form's to know.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from app.fhir.outcome import Issue

Json = dict[str, Any]
_MANY: Final = "repeats"
KINDS: Final[dict[str, tuple[str, ...]]] = {  # type of question → types of answer
    "boolean": ("valueBoolean",),
    "decimal": ("valueDecimal", "valueInteger"),
    "integer": ("valueInteger",),
    "date": ("valueDate",),
    "dateTime": ("valueDateTime",),
    "time": ("valueTime",),
    "string": ("valueString",),
    "text": ("valueString",),
    "url": ("valueUri",),
    "choice": ("valueCoding", "valueString", "valueInteger", "valueDate", "valueTime", "valueReference"),
    "open-choice": ("valueCoding", "valueString", "valueInteger", "valueDate", "valueTime", "valueReference"),
    "attachment": ("valueAttachment",),
    "reference": ("valueReference",),
    "quantity": ("valueQuantity",),
}
_FINISHED: Final = frozenset({"completed", "amended"})


def problems(response: Json, questionnaire: Json) -> Iterator[Issue]:
    """What in ``response`` does not fit ``questionnaire``; both are valid as R4."""
    contained = {f"#{one['id']}": one for one in questionnaire.get("contained", ()) if "id" in one}
    whole = response.get("status") in _FINISHED
    yield from _items(response, questionnaire, "QuestionnaireResponse", contained, whole=whole)


def _items(
    given: Json, asked: Json, path: str, contained: dict[str, Json], *, whole: bool
) -> Iterator[Issue]:
    questions = {one["linkId"]: one for one in asked.get("item", ()) if "linkId" in one}
    seen: set[str] = set()
    for n, item in enumerate(given.get("item", ())):
        where, link = f"{path}.item[{n}]", item.get("linkId", "")
        question = questions.get(link)
        if question is None:
            yield Issue(
                "value", f"{where}.linkId: the Questionnaire asks no {link!r} here", (f"{where}.linkId",)
            )
            continue
        if link in seen and not (question.get("type") == "group" and question.get(_MANY)):
            text = f"{where}: {link!r} stands twice; several answers to one question stand in one item"
            yield Issue("structure", text, (where,))
        seen.add(link)
        yield from _item(item, question, where, contained, whole=whole)
    for link, question in questions.items():
        if whole and question.get("required") and link not in seen and "enableWhen" not in question:
            yield Issue(
                "required",
                f"{path}.item: {link!r} must be answered ({question.get('text', '')})",
                (f"{path}.item",),
            )


def _item(
    item: Json, question: Json, where: str, contained: dict[str, Json], *, whole: bool
) -> Iterator[Issue]:
    kind, answers = question.get("type", ""), item.get("answer", [])
    if kind in {"group", "display"}:
        if answers:
            yield Issue("structure", f"{where}.answer: a {kind} has no answer", (f"{where}.answer",))
        yield from _items(item, question, where, contained, whole=whole)
        return
    if "item" in item:
        text = f"{where}.item: what follows an answer stands in the answer, not beside it"
        yield Issue("structure", text, (f"{where}.item",))
    if len(answers) > 1 and not question.get(_MANY):
        yield Issue("structure", f"{where}.answer: one answer, not {len(answers)}", (f"{where}.answer",))
    if whole and question.get("required") and not answers and "enableWhen" not in question:
        yield Issue("required", f"{where}: {item['linkId']!r} must be answered", (where,))
    for n, answer in enumerate(answers):
        place = f"{where}.answer[{n}]"
        reason = _misfit(answer, question, contained)
        if reason:
            yield Issue("value", f"{place}.value: {reason}", (f"{place}.value",))
        yield from _items(answer, question, place, contained, whole=whole)


def _misfit(answer: Json, question: Json, contained: dict[str, Json]) -> str | None:
    """Why an answer does not fit; None where it does."""
    name = next((key for key in answer if key.startswith("value")), None)
    if name is None:
        return None
    kind = question.get("type", "")
    if name not in KINDS.get(kind, ()):
        expected = " or ".join(one.removeprefix("value") for one in KINDS.get(kind, ()))
        return f"a question of type {kind} is answered by {expected}, not {name.removeprefix('value')}"
    value = answer[name]
    longest = question.get("maxLength")
    if longest is not None and isinstance(value, str) and len(value) > longest:
        return f"at most {longest} characters, not {len(value)}"
    if not kind.endswith("choice") or (kind == "open-choice" and name == "valueString"):
        return _beyond(value, question)
    options = list(_options(question, contained))
    if not options or any(_same(option, name, value) for option in options):
        return None
    allowed = ", ".join(
        str(one.get("code", one)) if isinstance(one, dict) else str(one) for _, one in options
    )
    return f"none of the options: {allowed}"


def _beyond(value: Any, question: Json) -> str | None:
    """Beyond what the question takes: https://hl7.org/fhir/extensions/StructureDefinition-minValue.html, -maxValue."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    limits = {row.get("url"): row for row in question.get("extension", ())}
    for name, word, sign in (("minValue", "at least", 1), ("maxValue", "at most", -1)):
        row = limits.get(f"http://hl7.org/fhir/StructureDefinition/{name}", {})
        limit = row.get("valueInteger", row.get("valueDecimal"))
        if limit is not None and (value - limit) * sign < 0:
            return f"{word} {limit}, not {value}"
    return None


def _options(question: Json, contained: dict[str, Json]) -> Iterator[tuple[str, Any]]:
    """The answers that are offered, each with the name of its type; none where they are not listed here."""
    for option in question.get("answerOption", ()):
        yield from ((name, value) for name, value in option.items() if name.startswith("value"))
    held = contained.get(question.get("answerValueSet", ""), {})
    for include in held.get("compose", {}).get("include", ()):
        for one in include.get("concept", ()):
            yield "valueCoding", {"system": include.get("system", ""), "code": one.get("code")}


def _same(option: tuple[str, Any], name: str, value: Any) -> bool:
    if option[0] != name:
        return False
    if name == "valueCoding":
        return bool(
            (option[1].get("system"), option[1].get("code")) == (value.get("system"), value.get("code"))
        )
    return bool(option[1] == value)
