import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir import codes, identifiers
from app.fhir.identifiers import looks_like_person_number, problem

# Published by Skatteetaten as examples of real-format numbers; the third only holds under the rule from 2032.
REAL_FORMAT = ("02013299997", "30108299920", "30108299939")
TENOR = ("05898597468", "16858399649")
NHN = "13717404089"


@pytest.mark.parametrize("number", [*TENOR, NHN])
def test_synthetic_numbers_belong_in_the_sandbox_only(number):
    assert problem(codes.FNR, number, synthetic=True) is None
    assert "synthetic" in problem(codes.FNR, number, synthetic=False)


@pytest.mark.parametrize("number", REAL_FORMAT)
def test_real_format_numbers_belong_in_production_only(number):
    assert problem(codes.FNR, number, synthetic=False) is None
    assert "synthetic" in problem(codes.FNR, number, synthetic=True)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("0589859746", "11 digits"),
        ("058985974688", "11 digits"),
        ("0589859746x", "11 digits"),
        ("٠٥٨٩٨٥٩٧٤٦٨", "11 digits"),
        ("05898597469", "control digits"),
        ("05898597458", "control digits"),
        ("10086055555", "control digits"),
        ("13057444850", "control digits"),
        ("", "11 digits"),
    ],
)
def test_a_wrong_number_is_refused_without_being_repeated(number, reason):
    found = problem(codes.FNR, number, synthetic=True)
    assert reason in found
    assert not number or number not in found


def numbered(first_nine: str) -> str:
    """``first_nine`` with the control digits of the rule before 2032, or "" if there are none."""
    digits = [int(digit) for digit in first_nine]
    for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
        control = -sum(a * b for a, b in zip(weights, digits, strict=True)) % 11
        if control == 10:
            return ""
        digits.append(control)
    return "".join(map(str, digits))


def some_number(six: str) -> str:
    return next(found for i in range(100, 200) if (found := numbered(f"{six}{i}")))


@pytest.mark.parametrize(
    ("birth", "exists"),
    [
        ("310894", True),
        ("300294", False),
        ("290296", True),
        ("290295", False),
        ("290200", True),
        ("310694", False),
        ("000194", False),
        ("320194", False),
        ("011394", False),
        ("010094", False),
    ],
)
def test_the_date_of_birth_must_exist(birth, exists):
    real = some_number(birth)
    synthetic = some_number(f"{birth[:2]}{int(birth[2:4]) + 80}{birth[4:]}")
    assert (problem(codes.FNR, real, synthetic=False) is None) is exists
    assert (problem(codes.FNR, synthetic, synthetic=True) is None) is exists


def test_month_plus_40_is_a_help_number_in_both_worlds():
    number = some_number("014594")
    assert problem(codes.FNR, number, synthetic=False)
    assert problem(codes.FNR, number, synthetic=True)


def test_a_d_number_is_not_a_national_identity_number():
    number = some_number("548194")  # day + 40, month + 80
    assert problem(codes.DNR, number, synthetic=True) is None
    assert "another kind" in problem(codes.FNR, number, synthetic=True)
    assert "another kind" in problem(codes.DNR, TENOR[0], synthetic=True)


def test_a_common_help_number_has_no_date_but_needs_the_synthetic_mark_in_the_sandbox():
    unmarked, marked = some_number("809999"), some_number("808199")
    assert problem(codes.FHN, unmarked, synthetic=False) is None
    assert "synthetic" in problem(codes.FHN, unmarked, synthetic=True)
    assert problem(codes.FHN, marked, synthetic=True) is None
    assert "another kind" in problem(codes.FHN, TENOR[0], synthetic=True)


@pytest.mark.parametrize("number", ["100100673", "998570328", "994598759"])
def test_organisation_numbers(number):
    assert problem(codes.ORGNR, number, synthetic=True) is None
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "control digit" in problem(codes.ORGNR, wrong, synthetic=True)
    assert "9 digits" in problem(codes.ORGNR, number + "0", synthetic=False)


@pytest.mark.parametrize(
    ("number", "fine"), [("9144897", True), ("222200063", True), ("12345", False), ("91448970x", False)]
)
def test_health_personnel_numbers(number, fine):
    assert (problem(codes.HPR, number, synthetic=True) is None) is fine


def test_an_unknown_system_is_nobody_s_business():
    assert problem("urn:oid:1.2.3", "anything", synthetic=True) is None


@pytest.mark.parametrize(
    "text",
    [
        TENOR[0],
        NHN,
        REAL_FORMAT[2],
        f"urn:x|{TENOR[0]}",
        f"Patient/{TENOR[0]}",
        f"{TENOR[0][:6]} {TENOR[0][6:]}",
        f"{TENOR[0][:6]}-{TENOR[0][6:]}",
        f"fnr{TENOR[0]}",
        f"a,{TENOR[0]},b",
    ],
)
def test_a_person_number_is_seen_in_a_text(text):
    assert looks_like_person_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-07-14",
        "05898597469",
        f"9{TENOR[0]}",
        f"{TENOR[0]}1",
        f"0190a1b2-0000-7000-8000-a{TENOR[0]}",
        "20260714093000",
        "00000000000",
    ],
)
def test_other_digits_are_not(text):
    assert not looks_like_person_number(text)


@given(st.text(), st.sampled_from(sorted(identifiers._RULES)), st.booleans())
def test_any_text_gets_an_answer(text, system, synthetic):
    found = problem(system, text, synthetic=synthetic)
    if found is not None and any(one.isdigit() for one in text) and len(text) > 3:
        assert text not in found  # what could be somebody's number is repeated nowhere
    looks_like_person_number(text)
