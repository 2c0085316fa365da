"""A laboratory result is the same fact whether it comes coded in NLK, NPU or LOINC alone; the table is written by hand."""

from typing import Any

import pytest

from app.fhir import codes as c
from app.fhir.plausibility import issues
from app.fhir.profiles import chosen, problems
from app.mapping.facts_from_fhir import facts
from app.mapping.national_codes import NATIONAL
from app.pregnancy import facts as f
from tests.mapping.resources import EPISODE, PATIENT, Json, concept, observation, quantity, stored

L, N, P = c.LOINC, c.NLK, c.NPU
POSITIVE = {"valueCodeableConcept": concept((c.VOLVEN_TEXT_RESULT, "T002"))}
NEGATIVE = {"valueCodeableConcept": concept((c.VOLVEN_TEXT_RESULT, "T008"))}
# NLK, LOINC, what is stated, the fact that is read
TABLE: list[tuple[str, list[str], Json, str, Any]] = [
    ("NOR05172", ["718-7"], quantity(10.4, "g/dL"), "Haemoglobin", 10.4),
    ("NPU19763", ["2276-4"], quantity(12, "ug/L"), "ferritin", 12),
    ("NPU27300", ["59261-8"], quantity(43, "mmol/mol"), "hba1c", 43),
    ("NPU58582", ["883-9"], {"valueString": "AB"}, "abo", "AB"),
    ("NPU21917", ["10331-7"], NEGATIVE, "RhesusD", False),
    ("NPU04206", ["20454-5"], {"valueCodeableConcept": concept((c.VOLVEN_TEXT_RESULT, "T049"))}, "UrineProtein", 2.0),
    ("NPU19649", ["56888-1"], POSITIVE, "hiv", "positive"),
    ("NPU03611", ["22587-0"], NEGATIVE, "syphilis", "negative"),
    ("NPU12331", ["21613-5", "6357-8"], POSITIVE, "chlamydia-test", "positive"),
    ("NPU12412", ["25514-1", "8014-3", "40667-8"], {"valueCodeableConcept": concept((c.CS_CARD, "non-immune"))}, "rubella", "non-immune"),
    ("NPU12033", ["16128-1", "13955-0"], NEGATIVE, "hepatitis-c", "negative"),
    ("NPU18725", ["72607-5", "48683-7"], {"valueBoolean": True}, "gbs", "positive"),
]  # fmt: skip


def read(resource: Json, kind: str) -> Any:
    known = facts(map(stored, [PATIENT, EPISODE, resource]))
    rows = known.of(getattr(f, kind)) if hasattr(f, kind) else known.by_kind.get(kind, ())
    made = next(iter(rows), None)
    for name in ("value", "positive", "grade"):
        if hasattr(made, name):
            return getattr(made, name)
    return None


@pytest.mark.parametrize(("nlk", "loinc", "told", "kind", "value"), TABLE, ids=[row[0] for row in TABLE])
def test_one_code_of_any_system_is_enough(
    nlk: str, loinc: list[str], told: Json, kind: str, value: Any
) -> None:
    npu = [(P, nlk)] if nlk.startswith("NPU") else []
    for system, code in [(N, nlk), *npu, *((L, one) for one in loinc)]:
        resource = observation(system, code, **told)
        assert read(resource, kind) == value, (system, code)
        rows = facts(map(stored, [PATIENT, EPISODE, resource])).of(f.LabResult)
        assert [row.name for row in rows] == ([] if kind == "UrineProtein" else [rows[0].name])
        assert len(chosen(resource)) == 1, (system, code)
        assert list(problems(resource)) == []


def test_the_table_holds_every_code_that_is_mapped() -> None:
    mapped = {
        (system, code): {target for _, target in targets} for (system, code), targets in NATIONAL.items()
    }
    assert mapped == {
        (system, nlk): set(loinc)
        for nlk, loinc, *_ in TABLE
        for system in ((N, P) if nlk.startswith("NPU") else (N,))
    }


@pytest.mark.parametrize("system", [N, P])
def test_what_cannot_be_is_refused_under_a_norwegian_code_too(system: str) -> None:
    assert [issue.severity for issue in issues(observation(system, "NPU27300", **quantity(900, "mmol/mol")))] == ["error"]  # fmt: skip
