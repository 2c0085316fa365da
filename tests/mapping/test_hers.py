"""What she registered is called by a name that a reader knows, in lists and on the card; never by a code."""

import pytest

from app.fhir import codes as c
from app.mapping.hers import title


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
