"""What she registered is called by a name that a reader knows, in lists and on the card; never by a code."""

import pytest

from app.fhir import codes as c
from app.mapping.hers import title
from app.render.words import Words


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ({"coding": [{"system": c.LOINC, "code": c.WEIGHT}]}, "Vekt"),
        (
            {"coding": [{"system": c.LOINC, "code": c.BP_PANEL, "display": "Blood pressure panel"}]},
            "Blodtrykk",
        ),
        ({"coding": [{"system": c.CS_CARD, "code": "symptom-itching"}]}, "Kløe uten utslett"),
        ({"coding": [{"system": c.LOINC, "code": c.WEIGHT}], "text": "Vekt hjemme"}, "Vekt hjemme"),
        ({"coding": [{"system": c.LOINC, "code": "0-0", "display": "Something else"}]}, "Something else"),
    ],
)
def test_it_has_a_name(code: dict[str, object], expected: str) -> None:
    assert title({"resourceType": "Observation", "code": code}) == expected


def test_a_form_is_called_what_clinicians_call_it_whichever_language_she_answered_it_in() -> None:
    for names, said in (("birth-plan-nb birth-plan-nn birth-plan-en", "Fødeplan"), ("intake intake-nn intake-en", "Før første konsultasjon"),
                        ("epds epds-nn epds-en", "Edinburgh-skalaen: poeng"), ("birth-plan-de", "Fødeplan")):  # fmt: skip
        for name in names.split():
            form = f"{c.CANONICAL}/Questionnaire/{name}|0.1.0"
            expected = "QuestionnaireResponse" if name == "birth-plan-de" else said
            assert title({"resourceType": "QuestionnaireResponse", "questionnaire": form}) == expected
    assert Words("en").said("Fødeplan") == "Birth plan"
