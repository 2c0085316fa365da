from importlib import resources

import pytest

from app.fhir import json
from app.fhir.questionnaire_answers import problems
from app.fhir.terminology_shipped import shipped
from app.fhir.validation import validate

BASE = "https://helsekort.example/fhir"
PLANS = ("birth-plan-nb", "birth-plan-nn", "birth-plan-en")
INTAKES = ("intake", "intake-nn", "intake-en")
EPDS = ("epds", "epds-nn", "epds-en")
NAMES = (*PLANS, *INTAKES, *EPDS)


def asked(name):
    folder = resources.files("fhir_profiles").joinpath("questionnaires")
    return json.parse(folder.joinpath(f"Questionnaire-{name}.json").read_bytes())


def flat(items):
    for item in items:
        yield item
        yield from flat(item.get("item", ()))


@pytest.mark.parametrize("name", NAMES)
def test_each_is_valid_shipped_and_fit_for_a_plain_renderer(name):
    whole = asked(name)
    assert validate(whole) == []
    assert shipped(("Questionnaire", whole["url"])) == whole
    contained = {f"#{one['id']}" for one in whole.get("contained", ())}
    for item in flat(whole["item"]):
        assert item["type"] not in {"url", "reference", "attachment"}
        assert item["text"]
        if item["type"] == "choice":
            options = [option["valueCoding"] for option in item.get("answerOption", ())]
            assert all(option["system"] and option["display"] for option in options)
            assert options or item["answerValueSet"] in contained
    for value_set in whole.get("contained", ()):
        assert all(one["system"] for one in value_set["compose"]["include"])


@pytest.mark.parametrize(("names", "nynorsk", "english"), [(PLANS, 10, 20), (INTAKES, 19, 30), (EPDS, 4, 9)])
def test_a_form_asks_the_same_in_three_languages(names, nynorsk, english):
    forms = [asked(name) for name in names]
    assert [form["language"] for form in forms] == ["nb", "nn", "en"]
    shapes = [
        [
            (
                item["linkId"],
                item["type"],
                *(item.get(member) for member in ("answerValueSet", "repeats", "required", "maxLength")),
                [option["valueCoding"]["code"] for option in item.get("answerOption", ())],
            )
            for item in flat(form["item"])
        ]
        for form in forms
    ]
    assert shapes[0] == shapes[1] == shapes[2]
    texts = [{item["text"] for item in flat(form["item"])} for form in forms]
    assert len(texts[0] - texts[2]) > english
    assert len(texts[0] - texts[1]) > nynorsk
    codes = [
        [row["code"] for one in form.get("contained", ()) for row in one["compose"]["include"][0]["concept"]]
        for form in forms
    ]
    assert codes == [codes[0]] * 3


@pytest.mark.parametrize("name", EPDS)
def test_epds_has_ten_items_of_zero_to_three(name):
    items = asked(name)["item"]
    assert [item["linkId"] for item in items] == [*(f"epds-{n}" for n in range(1, 11)), "epds"]
    scores = [
        [option["extension"][0]["valueDecimal"] for option in item["answerOption"]] for item in items[:10]
    ]
    assert scores == [[0, 1, 2, 3]] * 10


def answered(*items, status="completed", name="birth-plan-nb"):
    return {
        "resourceType": "QuestionnaireResponse", "questionnaire": f"{BASE}/Questionnaire/{name}", "status": status,
        "item": list(items),
    }  # fmt: skip


def group(link, *items):
    return {"linkId": link, "item": list(items)}


def answer(link, *values, kind="valueCoding"):
    return {"linkId": link, "answer": [{kind: value} for value in values]}


def coded(code, system=f"{BASE}/CodeSystem/birth-plan"):
    return {"system": system, "code": code}


INTERPRETER = group("language", answer("language.interpreter", coded("no")))
PAIN = "QuestionnaireResponse.item[1].item[0]"
WRONG = [
    ("a question of another", group("pain", answer("work", coded("no"))), "QuestionnaireResponse.item[1].item[0].linkId"),
    ("no option", group("pain", answer("pain.relief", coded("wine"))), f"{PAIN}.answer[0].value"),
    ("an option of another system", group("pain", answer("pain.relief", coded("tens", "http://loinc.org"))), f"{PAIN}.answer[0].value"),
    ("text for a choice", group("pain", answer("pain.relief", "TENS", kind="valueString")), f"{PAIN}.answer[0].value"),
    ("a number for a text", group("pain", answer("pain.words", 7, kind="valueInteger")), f"{PAIN}.answer[0].value"),
    ("two answers to one", group("companion", answer("companion.has", coded("yes"), coded("no"))), f"{PAIN}.answer"),
    ("too long", group("companion", answer("companion.who", "x" * 251, kind="valueString")), f"{PAIN}.answer[0].value"),
    ("an answer to a group", answer("pain", "ja", kind="valueString"), "QuestionnaireResponse.item[1].answer"),
    ("beside the answer", group("companion", {**answer("companion.has", coded("yes")), "item": [{"linkId": "x"}]}), f"{PAIN}.item"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "item", "where"), WRONG, ids=[row[0] for row in WRONG])
def test_an_answer_that_does_not_fit_is_named(what, item, where):
    issues = list(problems(answered(INTERPRETER, item), asked("birth-plan-nb")))
    assert [issue.expression for issue in issues] == [(where,)]


def test_what_is_required_is_so_when_it_is_completed():
    plan = asked("birth-plan-nb")
    bare = group("language", answer("language.preferred", "tigrinja", kind="valueString"))
    assert [issue.expression for issue in problems(answered(bare), plan)] == [
        ("QuestionnaireResponse.item[0].item",)
    ]
    assert list(problems(answered(bare, status="in-progress"), plan)) == []
    empty = group("language", {"linkId": "language.interpreter"})
    assert [issue.code for issue in problems(answered(empty), plan)] == ["required"]
    twice = [issue.code for issue in problems(answered(INTERPRETER, INTERPRETER), plan)]
    assert twice == ["structure"]


def test_answers_that_fit():
    plan = asked("birth-plan-nb")
    full = answered(
        INTERPRETER,
        group("pain", answer("pain.relief", coded("tens"), coded("water"))),
        group("birth", answer("birth.travel", 95, kind="valueInteger")),
    )
    assert validate(full) == []
    assert list(problems(full, plan)) == []
    scores = [answer(f"epds-{n}", {"system": f"{BASE}/CodeSystem/epds", "code": "1"}) for n in range(1, 11)]
    assert list(problems(answered(*scores, name="epds"), asked("epds"))) == []
