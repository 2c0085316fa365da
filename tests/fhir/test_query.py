from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import OSLO
from app.fhir import codes, query
from app.fhir.outcome import BadRequest
from app.fhir.query import (
    Chain,
    CompositeValue,
    DateValue,
    Has,
    Listed,
    MissingValue,
    QuantityValue,
    ReferenceValue,
    Scope,
    StringValue,
    TokenValue,
    UriValue,
    ValueSetValue,
    params_of,
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
    assert [(one.source, one.params[0].code, one.target, one.iterate) for one in parsed.includes] == [
        ("Observation", "subject", "Patient", False),
        ("Patient", "general-practitioner", None, True),
    ]
    assert parsed.form.elements == ("code", "valueQuantity")
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
        ("colour", "red", "The parameter colour asks for colour, which is not known for Observation"),
        ("patient.colour", "x", "not known for Patient"),
        ("code.name", "x", "which is no reference"),
        ("subject:Practitioner.name", "x", "cannot reference"),
        ("patient.birthdate", "soon", "prefix"),
        (
            "patient.general-practitioner:PractitionerRole.organization.partof.partof.name",
            "x",
            "more than 4 references",
        ),
        ("_has", "x", "not known"),
        ("_has:Provenance:target", "x", "is not _has:"),
        ("_has:Observation:patient:code", "x", "does not refer to Observation"),
        ("_has:Provenance:recorded:agent", "x", "names no reference"),
        ("_has:Spaceship:crew:name", "x", "names no reference"),
        ("_has:AuditEvent:patient:date", "2026", "names no reference"),
        ("_has:Provenance:target:colour", "x", "not known for Provenance"),
        ("_list", "$current-allergies", "functional list"),
        ("_list", "a b", "id of a List"),
        ("_contained", "true", "contained resources"),
        ("_contained", "some", "none of"),
        ("_text", "x", "name people"),
        ("_content", "x", "names people"),
        ("_filter", "code eq x", "not known"),
        ("code:of-type", "a|b|c", "modifier"),
        ("code:code-text", "x", "modifier"),
        ("method:identifier", "x", "modifier"),
        ("code:text", "-", "no letter"),
        ("date:exact", "2026", "modifier"),
        ("subject:Practitioner", "1", "modifier"),
        ("code", ",", "no value"),
        ("code", ",".join("x" * 1001), "more than 1000 values"),
        ("code", "a|b|c", "unescaped"),
        ("code", "|", "needs a code"),
        ("date", "xx2026", "prefix"),
        ("date", "2026-02-30", "not a date"),
        ("date", "soon", "prefix"),
        ("value-quantity", "much", "prefix"),
        ("value-quantity", "5|kg", "is not number"),
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
        ("_count:exact", "1", "modifier"),
        ("_total", "all", "none of"),
        ("_summary", "some", "none of"),
        ("_elements", "colour", "does not have"),
        ("_include", "Observation", "not Type:parameter"),
        ("_include:exact", "Observation:subject", "modifier"),
        ("_revinclude", "Spaceship:crew", "does not keep"),
        ("_include", "Observation:subject:Spaceship", "does not keep"),
        ("_sort", ",".join(["date"] * 7), "more than 6 keys"),
        ("_include", "Observation:code", "reference parameter"),
        ("_include", "Spaceship:crew", "does not keep"),
        ("_include", "Observation:subject:Practitioner", "cannot reference"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_parameter_and_reason(name, text, reason):
    found = refusal((name, text), in_url=True)
    assert any(part in found for part in reason.split("|"))
    assert found.startswith("The parameter ")


def test_leniency_ignores_what_is_unknown_and_nothing_else():
    parsed = parse("Observation", [("colour", "red"), ("code", "x")], in_url=True, lenient=True)
    assert parsed.ignored == ("colour",)
    assert parsed.used == (("code", "x"),)
    assert "modifier" in refusal(("code:exact", "x"), lenient=True), (
        "R4: an unknown modifier SHALL be refused"
    )
    chained = parse("Observation", [("patient.colour", "x"), ("_text", "y")], in_url=True, lenient=True)
    assert chained.ignored == ("patient", "_text")


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


def test_parameters_without_a_value_are_left_out():
    parsed = parse(
        "Observation", [("code", ""), ("_count", ""), ("colour", ""), ("status", "final")], in_url=True
    )
    assert parsed.used == (("status", "final"),)


def test_a_chain_goes_through_each_type_that_can_be_asked():
    [chain] = parse("Observation", [("subject.name", "Ågot")], in_url=True).conditions
    assert isinstance(chain, Chain)
    assert [name for name, _ in chain.branches] == ["Patient", "Location"]
    [chain] = parse("Observation", [("subject:Patient.birthdate", "ge1990")], in_url=True).conditions
    [(name, inner)] = chain.branches
    assert (name, inner.param.code, inner.values[0].prefix) == ("Patient", "birthdate", "ge")


def test_chains_and_reversed_chains_nest():
    name = "encounter.service-provider.name:exact"
    [chain] = parse("Observation", [(name, "Nordre torg")], in_url=True).conditions
    assert [param.code for param in params_of(chain)] == ["encounter", "service-provider", "name"]
    name = "_has:Observation:patient:_has:Provenance:target:agent"
    [has] = parse("Patient", [(name, "Practitioner/1")], in_url=True).conditions
    assert isinstance(has, Has)
    assert [(param.type, param.code) for param in params_of(has)] == [
        ("Observation", "patient"), ("Provenance", "target"), ("Provenance", "agent"),
    ]  # fmt: skip
    [chain] = parse("Encounter", [("patient._has:Flag:patient:date", "2026")], in_url=True).conditions
    assert isinstance(chain.branches[0][1], Has)


def test_a_chain_that_may_lead_anywhere_must_name_a_type():
    assert "name one, as in" in refusal(("target._id", "1"), type_name="Provenance")
    parse("Provenance", [("target:Observation._id", "1")], in_url=True)


def test_how_deep_a_chain_may_go_is_set():
    asked = [("encounter.service-provider.name", "x")]
    parse(Scope(("Observation",), most_chained=2), asked, in_url=True)
    with pytest.raises(BadRequest, match="more than 1 reference"):
        parse(Scope(("Observation",), most_chained=1), asked, in_url=True)


@pytest.mark.parametrize(
    "name", ["patient.identifier", "_has:Patient:link:identifier", "subject:Patient.identifier"]
)
def test_a_person_number_at_the_end_of_a_chain_is_refused_in_a_url(name):
    found = refusal((name, f"{codes.FNR}|{NUMBER}"), in_url=True)
    assert "POST _search" in found
    assert NUMBER not in found


def test_a_reference_to_ourselves_is_local():
    scope = Scope(("Observation",), home="https://x.example/fhir")
    [condition] = parse(scope, [("subject", "https://x.example/fhir/Patient/1")], in_url=True).conditions
    assert condition.values == (ReferenceValue("Patient", "1"),)


def test_canonicals_keep_their_version():
    [value] = values("questionnaire", "http://x/q|1.0", "QuestionnaireResponse")
    assert value == ReferenceValue(url="http://x/q|1.0")
    [value] = values("questionnaire:below", "http://x/q|1", "QuestionnaireResponse")
    assert value == ReferenceValue(url="http://x/q|1")


def test_tokens_of_other_kinds():
    assert values("identifier:of-type", "s|MR|1", "Patient") == (TokenValue("s", "MR|1"),)
    assert values("code:in", "http://x/vs") == (ValueSetValue("http://x/vs"),)
    assert values("version", "V1.A", "Questionnaire") == (TokenValue(None, "V1.A"), TokenValue(None, "v1.a"))
    assert values("code:text", "Ågot") == (StringValue("agot", "Ågot"),)


def test_quantities_in_known_units_are_asked_for_in_base_units():
    [value] = values("value-quantity", "70.5|http://unitsofmeasure.org|kg")
    assert (value.base, value.value, value.low) == ("g", Decimal(70500), Decimal(70450))
    [value] = values("value-quantity", "70.5|http://unitsofmeasure.org|stone")
    assert (value.base, value.value) == (None, Decimal("70.5"))


def test_the_parts_of_a_composite_come_as_the_index_holds_them():
    [value] = values("relationship", "DocumentReference/1$replaces", "DocumentReference")
    assert value.parts == (TokenValue(None, "replaces"), ReferenceValue("DocumentReference", "1"))


def test_lists():
    [listed] = parse("Observation", [("_list", "1,2")], in_url=True).conditions
    assert listed == Listed(("1", "2"))


def test_several_types_are_searched_by_what_they_share():
    scope = Scope(("Observation", "Condition"))
    [condition] = parse(scope, [("code", "x")], in_url=True).conditions
    assert [param.type for param in condition.params] == ["Observation", "Condition"]
    with pytest.raises(BadRequest, match="not known for Condition"):
        parse(scope, [("value-quantity", "1")], in_url=True)
    with pytest.raises(BadRequest, match="not the same for"):
        parse(Scope(("Encounter", "BodyStructure")), [("location", "x")], in_url=True)


def test_everything_that_is_referred_to():
    parsed = parse(
        "Observation",
        [("_include", "*"), ("_revinclude", "Provenance:*"), ("_include", "Observation:*:Patient")],
        in_url=True,
    )
    every, back, narrow = parsed.includes
    assert every.every
    assert {param.type for param in every.params} == {"Observation"}
    assert (back.reverse, back.source) == (True, "Provenance")
    assert narrow.target == "Patient"
    with pytest.raises(BadRequest, match="_summary=text"):
        parse("Observation", [("_include", "*"), ("_summary", "text")], in_url=True)


def test_too_many_criteria_are_refused():
    with pytest.raises(BadRequest, match="40 criteria"):
        parse("Observation", [("code", str(n)) for n in range(41)], in_url=True)


NAMES = st.sampled_from(
    ["code", "subject", "subject:Patient", "date", "value-quantity", "code-value-quantity", "_sort", "_include", "_count",
     "_elements", "value-string:contains", "_profile:below", "patient:identifier", "encounter:missing", "_revinclude",
     "patient.name", "subject.birthdate", "_has:Provenance:target:recorded", "_list", "code:in", "_contained", "_summary"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.tuples(NAMES | st.text(), st.text()), max_size=4), st.booleans(), st.booleans())
def test_any_query_is_parsed_or_refused(pairs, in_url, lenient):
    try:
        parsed = parse("Observation", pairs, in_url=in_url, lenient=lenient)
    except BadRequest:
        return
    assert isinstance(parsed, query.Query)
