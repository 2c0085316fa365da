"""Her birth plan on the card: what she chose in the reader's language, what she wrote only where it is short."""

from typing import Any

import pytest

from app.fhir import codes as c
from app.fhir.terminology_shipped import shipped
from app.mapping.birth_wishes import ANSWERS, chosen_word
from app.mapping.facts_from_fhir import facts
from app.mapping.narrative import sections
from app.pregnancy.card import EVERYTHING, fold, view_for
from app.pregnancy.wishes import GROUPS, QUESTIONS, SHORT, Wish, Wishes
from app.render.birth_plan_phrases import BIRTH_PLAN_PHRASES
from app.render.birth_plan_section import birth_plan
from app.render.words import Words
from tests.fhir.test_questionnaires import PLANS, asked, flat
from tests.mapping.resources import MOTHER, stored
from tests.pregnancy.builders import at, card, day, make

LONG = "Jeg er redd for at ingen hører på meg. " * 5


def answers(link: str, *values: str) -> dict[str, Any]:
    coded = [{"valueCoding": {"system": ANSWERS, "code": value}} for value in values]
    return {"linkId": link, "answer": coded}


def wrote(link: str, words: str) -> dict[str, Any]:
    return {"linkId": link, "answer": [{"valueString": words}]}


FORM = {
    "resourceType": "QuestionnaireResponse", "id": "q1", "status": "completed", "subject": MOTHER, "source": MOTHER,
    "questionnaire": f"{c.CANONICAL}/Questionnaire/birth-plan-en", "authored": "2026-11-01T10:00:00+01:00",
    "item": [
        {"linkId": "companion", "item": [
            answers("companion.has", "yes"), wrote("companion.who", "Jonas"), answers("companion.doula", "no")]},
        {"linkId": "language", "item": [answers("language.interpreter", "yes")]},
        {"linkId": "experience", "item": [answers("experience.previous", "difficult"), wrote("experience.fears", LONG)]},
        {"linkId": "pain", "item": [answers("pain.relief", "water", "tens", "wine")]},
        {"linkId": "after", "item": [answers("after.breastfeeding", "need-help"), answers("after.skin", "yes")]},
        {"linkId": "odd", "item": [wrote("odd.words", "Ikke med")]},
    ],
}  # fmt: skip
EXPECTED = {
    "nb": [
        ("Med på fødselen", "Ja. Jonas. Doula: nei"), ("Språk", "Tolk: ja"),
        ("Erfaring og frykt", "Vanskelig. Gruer seg til: mer i fødeplanen"), ("Smertelindring", "Badekar eller dusj, TENS"),
        ("Etter fødselen", "Vil amme og ønsker hjelp. Hud mot hud: ja"), ("Oppgitt av henne selv, ikke bekreftet.",),
    ],
    "nn": [
        ("Med på fødselen", "Ja. Jonas. Doula: nei"), ("Språk", "Tolk: ja"),
        ("Erfaring og frykt", "Vanskeleg. Gruar seg til: meir i fødeplanen"), ("Smertelindring", "Badekar eller dusj, TENS"),
        ("Etter fødselen", "Vil amme og ønskjer hjelp. Hud mot hud: ja"), ("Oppgitt av henne sjølv, ikkje stadfesta.",),
    ],
    "en": [
        ("With her at the birth", "Yes. Jonas. Doula: no"), ("Language", "Interpreter: yes"),
        ("Experience and fears", "Difficult. Fears: more in the birth plan"), ("Pain relief", "Bath or shower, TENS"),
        ("After the birth", "Wish to breastfeed, with help. Skin to skin: yes"), ("Reported by her, not confirmed.",),
    ],
}  # fmt: skip


def read(*more: dict[str, Any], hidden: bool = False, audience: Any = "clinician") -> Any:
    whole = fold(facts(map(stored, more or (FORM,))), today=day("36+0"), now=at("36+0"))
    return view_for(whole, visible=set() if hidden else EVERYTHING, audience=audience)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_it_is_told_in_the_readers_language_whatever_form_she_answered(language: str) -> None:
    assert [line.cells for line in birth_plan(read(), Words(language))] == EXPECTED[language]


def test_the_document_says_the_same_and_names_her_answers() -> None:
    found = next(row for row in sections(read()) if row.code == "birth-plan")
    assert list(found.lines) == [": ".join(cells) for cells in EXPECTED["nb"][:-1]]
    assert found.sources == ("QuestionnaireResponse/q1",)


def test_who_may_not_read_her_answers_is_told_that_it_cannot_be_assessed() -> None:
    view = read(hidden=True)
    assert list(birth_plan(view, Words("nb"))) == []
    assert not view.assessable("birth-plan")
    kept = {**FORM, "meta": {"security": [{"system": c.ACT_CODE, "code": "NOPAT"}]}}
    hers = read(kept, audience="citizen")
    assert (list(birth_plan(hers, Words("nb"))), hers.assessable("birth-plan")) == ([], True)


def test_drafts_and_other_forms_are_not_the_plan_and_the_latest_counts() -> None:
    intake = {**FORM, "questionnaire": f"{c.CANONICAL}/Questionnaire/intake"}
    for other in (intake, {**FORM, "status": "in-progress"}):
        assert facts(map(stored, [other])).of(Wishes) == ()
    later = {**FORM, "id": "q2", "authored": "2026-11-20T10:00:00+01:00", "item": [
        {"linkId": "pain", "item": [answers("pain.relief", "epidural")]}]}  # fmt: skip
    assert next(birth_plan(read(FORM, later), Words("en"))).cells == (
        "Pain relief",
        "Epidural",
    )


def test_what_she_wrote_stands_there_up_to_its_length() -> None:
    for length, told in ((SHORT - 1, True), (SHORT, True), (SHORT + 1, False)):
        wish = make(Wishes, "30+0", wishes=(Wish("birth.wishes", written="x" * length),))
        view = view_for(card(wish, today="36+0"), visible=EVERYTHING, audience="clinician")
        (line,) = birth_plan(view, Words("nb"))
        assert ("x" * length in line.cells[1]) == told


def test_the_table_is_of_the_form_and_every_word_is_there() -> None:
    questions = [item["linkId"] for item in flat(asked(PLANS[0])["item"]) if item["type"] != "group"]
    assert set(QUESTIONS) == set(questions) - {
        "birth.travel",
        "experience.words",
    }  # minutes are an item of the card
    assert {name.partition(".")[0] for name in QUESTIONS} == set(GROUPS)
    labels = {f"plan-{name}": label for name, label in (GROUPS | QUESTIONS).items() if label}
    assert {name: row[0] for name, row in BIRTH_PLAN_PHRASES.items() if name != "plan-more"} == labels
    system: Any = shipped(("CodeSystem", ANSWERS))
    for one in system.concepts.values():
        words = {row["language"]: row["value"] for row in one.node["designation"]} | {"nb": one.display}
        assert {language: chosen_word(one.code, language) for language in ("nb", "nn", "en")} == words
