"""An application for a birth place on the card: where, what was answered, in the reader's language, page and paper."""

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest

from app.fhir import codes as c
from app.fhir.validation import validate
from app.mapping.facts_from_fhir import facts
from app.mapping.joined_team import teams
from app.mapping.laboratory import NAMES, VALUES
from app.mapping.narrative import sections
from app.pregnancy import background as b
from app.pregnancy.card import EVERYTHING, fold, view_for
from app.pregnancy.facts import Fact, LabResult
from app.render.sheet import Printed, sheet
from app.render.spoken import BY_WORD
from app.render.words import Words
from tests.mapping.resources import MOTHER, concept, stored
from tests.pregnancy.builders import at, card, day, make
from tests.render.test_html import shown

ORDER = {
    "resourceType": "ServiceRequest", "id": "s1", "status": "active", "intent": "order", "subject": MOTHER,
    "authoredOn": "2026-03-02", "code": concept((c.CS_CARD, "birth-place")),
    "performer": [{"display": "Drammen sykehus"}],
}  # fmt: skip
TASK = {
    "resourceType": "Task", "id": "t1", "status": "requested", "intent": "order", "for": MOTHER,
    "code": concept((c.CS_CARD, "birth-place")), "focus": {"reference": "ServiceRequest/s1"},
    "owner": {"reference": "Organization/1", "display": "Fjellregionen fødestue"},
}  # fmt: skip


def read(**more: Any) -> tuple[b.BirthPlace, ...]:
    return facts(map(stored, [ORDER, {**TASK, **more}])).of(b.BirthPlace)


@pytest.mark.parametrize(
    ("status", "said", "answer"),
    [
        ("requested", "", "waiting"), ("on-hold", "more-information", "more-information"), ("accepted", "", "accepted"),
        ("completed", "accepted", "accepted"), ("accepted", "more-information", "more-information"),
        ("rejected", "other-place", "other-place"), ("accepted", "other-place", "other-place"),
        ("rejected", "", "declined"), ("cancelled", "other-place", "cancelled"),
    ],
)  # fmt: skip
def test_what_the_place_has_said(status: str, said: str, answer: str) -> None:
    business = {"businessStatus": concept((c.CS_CARD, said))} if said else {}
    (found,) = read(status=status, lastModified="2026-03-05T10:00:00+01:00", **business)
    assert (found.name, found.answer) == ("Fjellregionen fødestue", answer)
    assert found.day.isoformat() == "2026-03-02"
    assert (found.answered is None) == (answer == "waiting")
    joined = facts(map(stored, [ORDER, {**TASK, "status": status, **business}])).of(b.CareTeamMember)
    assert [(row.name, row.role) for row in joined] == [("Fjellregionen fødestue", "Fødested")] * (
        answer == "accepted"
    )


def test_a_place_that_nobody_named_cares_for_her_too() -> None:
    bare = {
        **TASK,
        "status": "accepted",
        "owner": {"reference": "Organization/1"},
        "focus": {"reference": "ServiceRequest/none"},
    }
    found = facts(map(stored, [bare]))
    assert [(row.name, row.role) for row in found.of(b.CareTeamMember)] == [("Fødested", "")]
    view = view_for(fold(found, today=day("30+0"), now=at("30+0")), visible=EVERYTHING, audience="clinician")
    (team,) = teams(view, {"display": "Hun"}).values()
    assert [*validate(team)] == []
    assert team["participant"][0]["member"] == {"display": "Fødested"}


def test_a_draft_is_none_and_the_order_names_the_place_that_the_task_does_not() -> None:
    assert read(status="draft") == read(status="entered-in-error") == ()
    (found,) = read(owner={"reference": "Organization/1"})
    assert found.name == "Drammen sykehus"


def applied(answer: str, note: str = "", answered: datetime | None = None) -> Fact:
    return make(
        b.BirthPlace,
        "20+0",
        name="Fjellregionen fødestue",
        answer=answer,
        note=note,
        asked=True,
        answered=answered,
    )


OTHER = applied("other-place", "Drammen sykehus, fødeavdelingen", at("21+0"))


@pytest.mark.parametrize(
    ("language", "title", "told"),
    [
        ("nb", "Søknad om fødeplass", "Et annet sted er foreslått"),
        ("nn", "Søknad om fødeplass", "Ein annan stad er føreslått"),
        ("en", "Application for a place of birth", "Another place is proposed"),
    ],
)
def test_it_stands_on_page_and_paper_in_the_readers_language(language: str, title: str, told: str) -> None:
    text = unescape(shown(OTHER, today="30+0", language=language))
    part = text.partition(f">{title}</h2>")[2].partition("</section>")[0]
    assert "Fjellregionen fødestue" in part
    assert told in part
    assert "Drammen sykehus, fødeavdelingen" in part
    view = view_for(card(OTHER, today="30+0"), visible=EVERYTHING, audience="clinician")
    for form in ("clinician", "emergency"):
        paper = sheet(view, Words(language), Printed(form, "Anne Jordmor", at("30+0"), "1"))
        (found,) = [row for row in paper["sections"] if row["title"] == title]
        assert told in found["lines"][0]["cells"][1]


def test_on_a_day_before_the_answer_it_was_waited_for() -> None:
    waited = unescape(shown(OTHER, today="20+5"))
    assert "Venter på svar" in waited
    assert "Drammen" not in waited
    later = fold(facts([]), today=day("30+0"), now=at("30+0") + timedelta(hours=1))
    assert "birth-places" not in {
        row.code for row in sections(view_for(later, visible=EVERYTHING, audience="clinician"))
    }


def test_who_may_not_see_it_is_told_that_something_is_kept_and_the_document_holds_it() -> None:
    found = card(OTHER, today="30+0")
    whole = view_for(found, visible=EVERYTHING, audience="clinician")
    (told,) = [row for row in sections(whole) if row.code == "birth-places"]
    assert "et annet sted er foreslått. Drammen sykehus" in told.lines[0]
    hidden = view_for(found, visible=frozenset(), audience="clinician")
    assert not hidden.assessable("birth-places")


def test_analyses_roles_and_languages_are_said_in_the_readers_language() -> None:
    rows = (
        make(
            LabResult, "9+0", code="Røde hunder, antistoff", name="Røde hunder, antistoff", value="ikke immun"
        ),
        make(LabResult, "9+0", code="Klamydia", name="Klamydia", value="negativ"),
        make(LabResult, "9+0", code="x", name="Kalium", value="low"),
        b.CareTeamMember(source="CareTeam/1", name="Ingrid Havn", role="Jordmor", organization="Elvebredden"),
        b.Woman(source="Patient/1", name="Amina", language="so", interpreter=True),
    )
    english = unescape(shown(*rows, today="30+0", language="en"))
    for word in ("Rubella antibodies", "not immune", "Chlamydia", "negative", ">Kalium<", ">low<", "Midwife, Elvebredden",
                 "Needs an interpreter: Somali"):  # fmt: skip
        assert word in english, word
    assert "Trenger tolk: somali. Bestill" in unescape(shown(*rows, today="30+0"))
    assert "Jordmor, Elvebredden" in unescape(shown(*rows, today="30+0", language="nn"))
    missing = {word for word in (*NAMES.values(), *VALUES.values()) if word.casefold() not in BY_WORD}
    assert missing == {"A", "B", "AB", "O"}


def test_a_profession_that_is_only_coded_has_a_name() -> None:
    role = concept((c.VOLVEN_PROFESSION, "JO"))
    team = {"resourceType": "CareTeam", "id": "t", "subject": MOTHER, "participant": [{"role": [role], "member": {"display": "A"}}]}  # fmt: skip
    (found,) = facts([stored(team)]).of(b.CareTeamMember)
    assert found.role == "Jordmor"
