"""What both sides have survives both ways: every field of the table that one Observation states, with drawn values."""

import string
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fhir import json as fhir_json
from app.fhir import profiles
from app.fhir.validation import validate
from app.mapping.dhg_chart import WHOLE, Chart
from app.mapping.dhg_codes import name_of, system_of
from app.mapping.dhg_fields import PARTS, Field
from app.mapping.dhg_kinds import KINDS

WORDS = st.text(string.ascii_letters + "æøåÆØÅ ,.-", min_size=1).filter(lambda text: text.strip() == text)
CODED = st.fixed_dictionaries(
    {"code": st.text(string.ascii_letters + string.digits, min_size=1)},
    optional={
        "display": WORDS,
        "codeSystem": st.sampled_from(
            ["VOLVEN_8534", "VOLVEN_9043", "urn:oid:1.2.3", "Lokal liste", "2.16.1"]
        ),
    },
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(), "string": WORDS, "number": st.integers(1, 300) | st.sampled_from(["1.50", "62.5", "11.10"]).map(fhir_json.Number),
    "integer": st.integers(1, 8), "date": st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat), "coded": CODED,
}  # fmt: skip
OWN: dict[str, st.SearchStrategy[Any]] = {
    "rhesus": st.sampled_from(["POS", "NEG", "neg"]), "protein": st.sampled_from(["Neg", "neg", "Spor", "1+", "2+", "3+"]),
    "pressure": st.tuples(st.integers(60, 260), st.integers(30, 160)).map(lambda pair: f"{pair[0]}/{pair[1]}"), "word": st.sampled_from(["A", "B", "AB", "O"]) | WORDS,
}  # fmt: skip
FIELDS = [row for part in PARTS for row in part.fields if row.kind in KINDS]


def values_of(row: Field) -> st.SearchStrategy[Any]:
    if row.of == "oedema":
        return st.integers(0, 4)
    return OWN[row.kind] if row.kind in OWN else VALUES[KINDS[row.kind].type]


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: row.path)
@settings(max_examples=12)
@given(data=st.data())
def test_what_is_sent_is_told_again_and_is_valid_fhir(row: Field, data: st.DataObject) -> None:
    sent, kind = data.draw(values_of(row)), KINDS[row.kind]
    assert kind.make is not None
    stated = {
        "resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-10-16", **kind.make(row, sent),
    }  # fmt: skip
    assert validate(stated) == []
    assert list(profiles.problems(stated)) == []
    assert profiles.chosen(stated), "a field is held to a profile"
    stored = fhir_json.read(fhir_json.dump(stated))
    cell = kind.read(
        Chart({"Patient/p": {"resourceType": "Patient", "id": "p"}, "Observation/o": stored}), row, WHOLE
    )
    assert cell is not None
    wanted = sent
    if isinstance(sent, dict) and "codeSystem" not in sent:
        wanted = sent | {"codeSystem": row.of.split()[-1]}  # the list that is meant where none is named
    told = cell.value
    if isinstance(sent, dict) and sent.get("code") == "1" and "display" not in sent:
        told = {name: value for name, value in told.items() if name != "display"}
    assert fhir_json.dump(told) == fhir_json.dump(
        {name: wanted[name] for name in told} if isinstance(wanted, dict) else wanted
    )
    again = kind.make(row, cell.value)
    assert fhir_json.dump(again) == fhir_json.dump(
        kind.make(row, wanted if not isinstance(wanted, dict) else cell.value)
    )


@given(st.text(string.ascii_letters + string.digits + " ._/", min_size=1))
def test_a_code_system_is_spelled_as_it_was(name: str) -> None:
    known = name_of(system_of(name))
    assert known == name or system_of(known) == system_of(name)
