"""Every mask of the access rows: what it hides is told neither by the narrative, nor by what is contained, nor by extensions.

Generated from the rows: a new mask is in it without being asked.
"""

from typing import Any

import pytest

from app.access.rules import ALLOW, CATALOGUE
from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.definitions import element
from app.fhir.validation import check
from app.interactions.redaction import CORE, seen
from tests.access.leak_items import marked
from tests.access.world import Json, World, an_encounter, made, stored
from tests.fixtures.resources import Woman, concept, register
from tests.fixtures.server import Server

SECRET = "Redd for mannen"
WOMAN = Woman("kvinne", "kort", "")
MASKS = sorted({(row.id, name.partition(".")[0]) for row in ALLOW if "read" in row.do for name in row.hidden})
NARRATIVE = {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{SECRET}</div>'}
UNKNOWN = {"url": "urn:journal:why", "valueString": SECRET}
REASON = {"url": f"{CORE}workflow-reasonCode", "valueCodeableConcept": {"text": SECRET}}
KNOWN = {"url": codes.EXT_EPISODE, "valueReference": {"display": "kort", "extension": [UNKNOWN]}}
DOCTOR = {"resourceType": "Practitioner", "id": "lege", "text": NARRATIVE, "name": [{"family": "Lie"}]}


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def telling(type_name: str) -> Json:
    """A resource of this type that tells the secret wherever it may be told beside its own elements."""
    body, _ = marked(type_name, WOMAN)
    contained = [
        {
            "resourceType": "Condition",
            "id": "grunn",
            "subject": {"reference": "Patient/1"},
            "code": {"text": SECRET},
        },
        {
            "resourceType": "Condition",
            "id": "ukjent",
            "subject": {"reference": "Patient/1"},
            "code": {"text": SECRET},
        },
        DOCTOR,
    ]
    about = {
        "url": f"{codes.CANONICAL}/StructureDefinition/x",
        "valueReference": {"reference": "#grunn", "display": SECRET},
    }
    by = {"url": f"{codes.CANONICAL}/StructureDefinition/y", "valueReference": {"reference": "#lege"}}
    return body | {
        "text": NARRATIVE,
        "contained": contained,
        "extension": [UNKNOWN, REASON, KNOWN, about, by],
    }


@pytest.mark.parametrize(("rule", "type_name"), MASKS)
def test_what_a_mask_hides_is_told_nowhere(rule: str, type_name: str) -> None:
    plain, _ = marked(type_name, WOMAN)
    (row,) = [one for one in ALLOW if one.id == rule]
    hidden = [name.partition(".")[2] for name in row.hidden if name.startswith(f"{type_name}.")]
    body: dict[str, Any] = telling(type_name)
    for name in hidden:
        known = element(type_name, name)
        for key, _ in known.names() if known else ((name, ""),):
            body.setdefault(key, {"text": SECRET})
            body[f"_{key}"] = {"extension": [UNKNOWN]}
    masked = seen(fhir_json.dump(body), rule, type_name)
    found = fhir_json.read(masked)
    assert SECRET not in masked.decode()
    assert "SUBSETTED" in masked.decode()
    keys = {key for name in hidden if (known := element(type_name, name)) for key, _ in known.names()}
    assert not keys & found.keys()
    left = {
        name: value
        for name, value in plain.items()
        if name not in {*keys, *hidden, "meta", "extension", "contained"}
    }
    assert left.items() <= found.items()
    assert found.get("extension", [])[:1] in ([], [{**KNOWN, "valueReference": {"display": "kort"}}])
    if "contained" not in hidden:
        assert found["contained"] == [{name: value for name, value in DOCTOR.items() if name != "text"}]
        assert DOCTOR["resourceType"] in CATALOGUE


def test_a_nurse_reads_a_visit_that_tells_its_reason_in_other_words(world: World) -> None:
    """Through the real door; what is left is valid, and neither PUT nor PATCH reaches what is hidden."""
    midwife, woman = world.midwife, register(world.midwife)
    more = telling("Encounter")
    more["contained"][0]["subject"] = more["contained"][1]["subject"] = {"reference": woman.reference}
    more["extension"] = [row for row in more["extension"] if row is not KNOWN]
    reasons = {"reasonReference": [{"reference": "#grunn"}, {"reference": "#ukjent"}]}
    told = {name: more[name] for name in ("text", "contained", "extension")}
    path = f"/Encounter/{stored(midwife, an_encounter(woman.reference, **told, **reasons))}"
    seen_by_her, whole = world.nurse.get(path), midwife.get(path)
    assert SECRET in whole.text
    for answer in (
        seen_by_her,
        world.nurse.get(f"/Encounter?patient={woman.id}"),
        world.nurse.get(f"{path}/_history"),
    ):
        assert answer.status_code == 200
        assert SECRET not in answer.text
    check(seen_by_her.json())
    for where in ("/contained/0/code/text", "/text/div", "/extension/0/valueString"):
        asked = [
            {"op": "test", "path": where, "value": SECRET},
            {"op": "replace", "path": "/status", "value": "finished"},
        ]
        answer = world.nurse.request("PATCH", path, asked, Content_Type="application/json-patch+json")
        assert answer.status_code in {403, 422}, answer.text
        assert SECRET not in answer.text
    narrated = an_encounter(woman.reference, text=NARRATIVE)
    own = world.nurse.post("/Encounter", narrated).json()
    assert "text" not in own
    assert (
        world.nurse.put(
            f"/Encounter/{own['id']}", own | {"status": "in-progress", "text": NARRATIVE}
        ).status_code
        == 200
    )


PRIVATE = [
    ("Observation", {"status": "final", "code": concept(codes.SNOMED, codes.VIOLENCE), "valueBoolean": True}),
    ("Observation", {"status": "final", "code": concept(codes.CS_CARD, "violence"), "valueCodeableConcept": concept(codes.CS_CARD, "no")}),
    ("Condition", {"code": concept(codes.SNOMED, "95041000119101")}),
    ("QuestionnaireResponse", {"status": "completed", "questionnaire": "https://journal.example/Questionnaire/hjemme", "item": [
        {"linkId": "alone", "item": [{"linkId": "violence", "answer": [{"valueBoolean": True}]}]}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("type_name", "content"), PRIVATE, ids=[f"{n}-{row[0]}" for n, row in enumerate(PRIVATE)]
)
def test_violence_is_on_no_screen_of_hers_whoever_forgot_the_label(
    world: World, type_name: str, content: Json
) -> None:
    woman = world.other
    path = f"/{type_name}/{stored(world.midwife, {'resourceType': type_name, **content, 'subject': {'reference': woman.reference}})}"
    card = f"/EpisodeOfCare/{woman.episode}/$card"
    told = world.midwife.get(path).json()
    assert codes.NOPAT in {row["code"] for row in told["meta"]["security"]}
    assert world.other_her.get(path).status_code == 404
    without = {name: value for name, value in told.items() if name != "meta"}
    assert codes.NOPAT in world.midwife.put(path, without).text, "a correction does not lose it"
    for query in (
        f"/{type_name}?patient={woman.id}",
        f"/Patient/{woman.id}/$everything",
        card,
        f"{card}?_format=html",
    ):
        assert told["id"] in world.midwife.get(query).text or "html" in query
        hers = world.other_her.get(query)
        assert hers.status_code == 200
        assert told["id"] not in hers.text
        assert not [
            word for word in ("vold", "lemlest", "violence", "mutilation") if word in hers.text.lower()
        ]


def test_that_it_was_denied_keeps_no_page_from_paper(world: World) -> None:
    woman = register(world.midwife)
    card, notice = f"/EpisodeOfCare/{woman.episode}/$card", "skal på papir"
    for content, kept in ((PRIVATE[1][1], False), (PRIVATE[0][1], True)):
        stored(
            world.midwife,
            {"resourceType": "Observation", **content, "subject": {"reference": woman.reference}},
        )
        assert (notice in world.midwife.get(card, Accept="text/html").text) is kept


def test_her_own_word_of_violence_stands_on_no_card_of_hers_and_is_kept_when_it_is_taken_in(
    world: World,
) -> None:
    body = {"resourceType": "Observation", "subject": {"reference": world.other.reference}, **PRIVATE[0][1]}
    path = f"/Observation/{stored(world.other_her, body)}"
    card = f"/EpisodeOfCare/{world.other.episode}/$card"
    assert "violence-disclosed" in world.midwife.get(card).text
    page = world.other_her.get(card, Accept="text/html")
    assert (page.status_code, "vold" in page.text.lower()) == (200, False)
    taken = world.midwife.request("POST", f"{path}/$confirm", {"resourceType": "Parameters"})
    assert (taken.status_code, codes.NOPAT in taken.text) == (200, True)
    assert world.other_her.get(path).status_code == 404
