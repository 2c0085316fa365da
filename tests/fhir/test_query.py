from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import OSLO
from app.fhir import codes, query
from app.fhir.outcome import BadRequest
from app.fhir.query import (
    CompositeValue,
    DateValue,
    MissingValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UriValue,
    parse,
)
from app.fhir.search_params import lookup

NUMBER = "05898597468"


def values(name: str, text: str, type_name: str = "Observation") -> tuple:
    parsed = parse(type_name, [(name, text)], in_url=True)
    [condition] = parsed.conditions
    assert condition.param is lookup(type_name, name.partition(":")[0])
    return condition.values


def refusal(
    *pairs: tuple[str, str], type_name: str = "Observation", in_url: bool = False, lenient: bool = False
) -> str:
    with pytest.raises(BadRequest) as caught:
        parse(type_name, pairs, in_url=in_url, lenient=lenient)
    [issue] = caught.value.issues
    return issue.diagnostics


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("85354-9", [TokenValue(None, "85354-9")]),
        ("http://loinc.org|85354-9", [TokenValue("http://loinc.org", "85354-9")]),
        ("|85354-9", [TokenValue("", "85354-9")]),
        ("http://loinc.org|", [TokenValue("http://loinc.org", None)]),
        ("a,s|b", [TokenValue(None, "a"), TokenValue("s", "b")]),
        (r"a\,b", [TokenValue(None, "a,b")]),
        (r"s\|t|a\\b", [TokenValue("s|t", r"a\b")]),
    ],
)
def test_tokens(text, found):
    assert values("code", text) == tuple(found)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("patient", "Patient/1", ReferenceValue("Patient", "1")),
        ("patient", "1", ReferenceValue("Patient", "1")),
        ("subject", "1", ReferenceValue(None, "1")),
        ("subject", "Group/1", ReferenceValue("Group", "1")),
        ("subject", "Patient/1/_history/4", ReferenceValue("Patient", "1")),
        ("subject:Patient", "1", ReferenceValue("Patient", "1")),
        ("subject:Patient", "Patient/1", ReferenceValue("Patient", "1")),
        (
            "subject",
            "https://x.example/fhir/Patient/1",
            ReferenceValue(url="https://x.example/fhir/Patient/1"),
        ),
        ("subject", "urn:uuid:1", ReferenceValue(url="urn:uuid:1")),
        ("subject:identifier", "s|v", ReferenceValue(identifier=("s", "v"))),
        ("subject:identifier", "v", ReferenceValue(identifier=(None, "v"))),
    ],
)
def test_references(name, text, found):
    assert values(name, text) == (found,)


@pytest.mark.parametrize("prefix", ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"])
def test_dates_are_intervals_with_a_prefix(prefix):
    low = datetime(2026, 7, 14, tzinfo=OSLO)
    assert values("date", f"{prefix}2026-07-14") == (DateValue(prefix, low, low + timedelta(days=1)),)


def test_a_date_without_prefix_and_with_a_zone_whose_plus_became_a_space():
    low = datetime(2026, 7, 14, 9, 30, tzinfo=OSLO)
    assert values("date", "2026-07-14T09:30:00 02:00") == (DateValue("eq", low, low + timedelta(seconds=1)),)


def test_approximately_widens_by_what_was_left_open():
    assert values("date", "ap2026-07") == (
        DateValue("ap", datetime(2026, 5, 31, tzinfo=OSLO), datetime(2026, 9, 1, tzinfo=OSLO)),
    )
    [quantity] = values("value-quantity", "ap100")
    assert (quantity.low, quantity.high) == (Decimal(90), Decimal(110))


def test_strings_fold_as_the_index_does():
    assert values("name", "Ågot", "Patient") == (StringValue("agot", "Ågot"),)
    assert values("name:exact", "Ågot", "Patient") == (StringValue("agot", "Ågot"),)
    assert (
        values("phonetic", "Christophersen", "Patient")[0].folded
        == values("phonetic", "Kristoffersen", "Patient")[0].folded
    )


def test_quantities():
    value = Decimal("5.40")
    low, high = Decimal("5.395"), Decimal("5.405")
    assert values("value-quantity", "5.40") == (QuantityValue("eq", low, high, value, None, None),)
    assert values("value-quantity", "gt5.40||kg") == (QuantityValue("gt", low, high, value, None, "kg"),)
    assert values("value-quantity", "5.40|u|kg") == (QuantityValue("eq", low, high, value, "u", "kg"),)


def test_composites_and_uris_and_missing():
    [composite] = values("code-value-quantity", "http://loinc.org|8480-6$ge140")
    assert isinstance(composite, CompositeValue)
    assert composite.parts[0] == TokenValue("http://loinc.org", "8480-6")
    assert composite.parts[1].prefix == "ge"
    assert values("_profile:below", "http://x") == (UriValue("http://x"),)
    assert values("encounter:missing", "true") == (MissingValue(True),)


def test_controls():
    parsed = parse(
        "Observation",
        [
            ("_sort", "-date,_id"), ("_count", "20"), ("_total", "accurate"), ("_summary", "data"),
            ("_elements", "code,valueQuantity"), ("_include", "Observation:subject:Patient"),
            ("_include:iterate", "Patient:general-practitioner"), ("_cursor", "opaque"), ("_format", "json"),
        ],
        in_url=True,
    )  # fmt: skip
    assert [(key.param.code, key.descending) for key in parsed.sort] == [("date", True), ("_id", False)]
    assert (parsed.count, parsed.total, parsed.summary, parsed.cursor) == (20, "accurate", "data", "opaque")
    assert parsed.elements == ("code", "valueQuantity")
    assert [(one.source, one.param.code, one.target, one.iterate) for one in parsed.includes] == [
        ("Observation", "subject", "Patient", False),
        ("Patient", "general-practitioner", None, True),
    ]
    assert [name for name, _ in parsed.used] == [
        "_sort",
        "_count",
        "_total",
        "_summary",
        "_elements",
        "_include",
        "_include:iterate",
    ]
    assert parsed.conditions == ()


def test_the_same_parameter_twice_is_two_conditions():
    parsed = parse("Observation", [("date", "ge2026"), ("date", "lt2027")], in_url=True)
    assert [condition.values[0].prefix for condition in parsed.conditions] == ["ge", "lt"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("colour", "red", "The parameter colour is not known for Observation"),
        ("patient.name", "x", "chained"),
        ("subject:Patient.name", "x", "chained"),
        ("_has:Observation:patient:code", "x", "chained"),
        ("_revinclude", "Observation:subject", "_revinclude is not known"),
        ("_text", "x", "_text is not known"),
        ("code:in", "x", "modifier"),
        ("date:exact", "2026", "modifier"),
        ("subject:Practitioner", "1", "modifier"),
        ("code", "", "no value"),
        ("code", ",", "no value"),
        ("code", "a|b|c", "unescaped"),
        ("code", "|", "needs a code"),
        ("date", "xx2026", "prefix"),
        ("date", "2026-02-30", "not a date"),
        ("date", "soon", "prefix"),
        ("value-quantity", "much", "prefix"),
        ("value-quantity", "5|kg", "number|system|code"),
        ("value-quantity", "1e999", "not a number"),
        ("subject", "Practitioner/1", "cannot reference"),
        ("subject", "a b", "not an id"),
        ("subject:Patient", "Group/1", "another type"),
        ("encounter:missing", "maybe", "true or false"),
        ("code-value-quantity", "a", "joined by $"),
        ("code-value-quantity", "a$", "empty part"),
        ("_sort", "colour", "sorted"),
        ("_sort", "code-value-quantity", "sorted"),
        ("_count", "-1", "whole number"),
        ("_count", "many", "whole number"),
        ("_count", "", "no value"),
        ("_count:exact", "1", "modifier"),
        ("_total", "all", "none of"),
        ("_summary", "some", "none of"),
        ("_elements", "colour", "does not have"),
        ("_include", "*", "not Type:parameter"),
        ("_include", "Observation:code", "reference parameter"),
        ("_include", "Spaceship:crew", "does not keep"),
        ("_include", "Observation:subject:Practitioner", "cannot reference"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_parameter_and_reason(name, text, reason):
    found = refusal((name, text), in_url=True)
    assert reason in found
    assert found.startswith("The parameter ")


def test_leniency_ignores_what_is_unknown_and_nothing_else():
    parsed = parse("Observation", [("colour", "red"), ("code", "x")], in_url=True, lenient=True)
    assert parsed.ignored == ("colour",)
    assert parsed.used == (("code", "x"),)
    assert "modifier" in refusal(("code:in", "x"), lenient=True)


@pytest.mark.parametrize(
    "pair",
    [
        ("identifier", f"{codes.FNR}|{NUMBER}"),
        ("identifier", f"{codes.FNR}|"),
        ("identifier", f"{codes.DNR}|1"),
        ("identifier", NUMBER),
        ("subject:identifier", f"2.16.578.1.12.4.1.4.3|{NUMBER}"),
        ("date", NUMBER),
        ("_id", NUMBER),
        (NUMBER, "1"),
        (f"x{NUMBER}", "1"),
        (f"identifier:{NUMBER}", "1"),
    ],
)
def test_a_person_number_in_a_url_is_refused_and_never_repeated(pair):
    for lenient in (False, True):
        found = refusal(pair, in_url=True, lenient=lenient)
        assert "POST _search" in found
        assert NUMBER not in found


def test_a_person_number_in_a_body_is_searched_for_and_masked_in_the_self_link():
    parsed = parse("Patient", [("identifier", f"{codes.FNR}|{NUMBER}"), ("identifier", NUMBER)], in_url=False)
    assert parsed.conditions[0].values == (TokenValue(codes.FNR, NUMBER),)
    assert parsed.used == (("identifier", f"{codes.FNR}|***"), ("identifier", "***"))


@pytest.mark.parametrize(
    "pair", [("date", NUMBER), (NUMBER, "x"), (f"x{NUMBER}", "x"), ("_count", NUMBER), ("_sort", NUMBER)]
)
def test_no_refusal_repeats_a_number(pair):
    assert NUMBER not in refusal(pair)
    parsed = parse("Patient", [(NUMBER, "x")], in_url=False, lenient=True)
    assert NUMBER not in str(parsed)


@pytest.mark.parametrize("system", [codes.ORGNR, codes.HPR])
def test_other_identifiers_may_stand_in_a_url(system):
    assert values("identifier", f"{system}|100100673", "Organization") == (TokenValue(system, "100100673"),)


NAMES = st.sampled_from(
    ["code", "subject", "subject:Patient", "date", "value-quantity", "code-value-quantity", "_sort", "_include", "_count",
     "_elements", "value-string:contains", "_profile:below", "patient:identifier", "encounter:missing"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.tuples(NAMES | st.text(), st.text()), max_size=4), st.booleans(), st.booleans())
def test_any_query_is_parsed_or_refused(pairs, in_url, lenient):
    try:
        parsed = parse("Observation", pairs, in_url=in_url, lenient=lenient)
    except BadRequest:
        return
    assert isinstance(parsed, query.Query)
