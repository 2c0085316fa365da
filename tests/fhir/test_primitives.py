import pytest

from app.fhir.json import Number
from app.fhir.primitives import FORMS, PRIMITIVES

GOOD = {
    "boolean": [True, False],
    "integer": [0, -1, 2147483647, -2147483648, Number("-0")],
    "unsignedInt": [0, 2147483647],
    "positiveInt": [1, 2147483647],
    "decimal": [0, 1, Number("1.50"), Number("1E2"), Number("-0.0"), 2.5, 10**17],
    "string": ["a", " a ", "å\n\tb", "\u00a0", "a" * 1024 * 1024],
    "markdown": ["# a\n\nb"],
    "code": ["final", "text/plain", "a b", "<"],
    "id": ["a", "A-1.b", "x" * 64],
    "uri": ["http://x", "urn:oid:1.2.3", "urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281", "relative/1", "#a"],
    "url": ["https://x.example/a?b=c"],
    "canonical": ["http://x|1.0", "urn:x:y"],
    "oid": ["urn:oid:2.16.578.1"],
    "uuid": ["urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281"],
    "base64Binary": ["YQ==", "YWJj", "YWJj \nYWJj"],
    "date": ["2026", "2026-07", "2024-02-29", "1896-02-29"],
    "dateTime": [
        "2026",
        "2026-07-14",
        "2026-07-14T09:30:00+02:00",
        "2026-07-14T09:30:00.123456Z",
        "2016-12-31T23:59:60Z",
    ],
    "instant": ["2026-07-14T09:30:00Z", "2026-07-14T09:30:00.001-14:00"],
    "time": ["09:30:00", "23:59:60", "00:00:00.5"],
}
BAD = {
    "boolean": ["true", 1, 0, None, [], {}],
    "integer": [1.0, Number("1.0"), Number("1E2"), "1", True, 2147483648, -2147483649, Number("12345678901234567890"), None],
    "unsignedInt": [-1, True, "0", 2147483648],
    "positiveInt": [0, -1, Number("-0"), True],
    "decimal": ["1.5", True, None, Number("1E400"), Number("1E-400"), Number("0." + "1" * 80), float("nan"), float("inf")],
    "string": ["", 1, None, [], "a\x00b", "\x1b[0m", "a" * (1024 * 1024 + 1)],
    "markdown": ["", 1],
    "code": ["", " a", "a ", "a  b", "a\tb", "\t", 1],
    "id": ["", "a_b", "x" * 65, "a b", "å", "a\n", 1],
    "uri": ["", "a b", "urn:uuid:1", "urn:oid:9.1", "urn:oid:1.02", "urn:uuid:187E0C12-8DD2-67E2-99B2-BF273C878281", 1],
    "url": ["", "http://x y"],
    "canonical": ["", " ", "a", "a/b", "//x"],
    "oid": ["1.2.3", "urn:oid:3.1", "urn:oid:1"],
    "uuid": ["187e0c12-8dd2-67e2-99b2-bf273c878281", "urn:uuid:187E0C12-8DD2-67E2-99B2-BF273C878281"],
    "base64Binary": ["", "a", "a===", "ab=c", "å", "YWJj!", "YW Jj", "YQ==YQ==", 1],
    "date": ["2026-02-30", "2025-02-29", "1900-02-29", "2026-13", "2026-7-1", "26", "0000", "2026-07-14T00:00:00Z", 2026, ""],
    "dateTime": ["2026-07-14T09:30:00", "2026-07-14T09:30Z", "2026-07-14T25:00:00Z", "2026-04-31", "2026-07-14T09:30:00+15:00", "2026-07-14 09:30:00Z", "2026-07-14\n"],
    "instant": ["2026", "2026-07-14", "2026-07-14T09:30:00", "2026-02-30T09:30:00Z"],
    "time": ["9:30:00", "24:00:00", "09:30", "09:30:00Z"],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PRIMITIVES))
def test_every_primitive_accepts_and_refuses(name):
    check = PRIMITIVES[name]
    assert [value for value in GOOD[name] if check(value, 0) is not None] == []
    assert [value for value in BAD[name] if check(value, 0) is None] == []


def test_no_reason_repeats_the_value():
    for name, values in BAD.items():
        for value in values:
            if isinstance(value, str) and len(value) > 4:
                assert value not in PRIMITIVES[name](value, 0)[0].reason


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [("mimetypes", "application/fhir+json; charset=utf-8", "a b"), ("currencies", "NOK", "kr")],
)
def test_open_value_sets_have_a_form(form, good, bad):
    assert FORMS[form](good, 0) is None
    assert FORMS[form](bad, 0)
    assert FORMS[form](1, 0)
