"""Random searches find what a plain reading of the JSON finds, and no junk is a fault of the server's.

The oracle knows no index, no SQL and nothing of the server's own code: https://hl7.org/fhir/R4/search.html
"""

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.asking import Asker

Json = dict[str, Any]
Pair = tuple[str, str]
S, T, STATUS = "http://one.example", "http://two.example", "http://hl7.org/fhir/observation-status"
STEADY = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _observation(n: int) -> Json:
    """The ``n``-th of a set in which everything occurs beside everything else."""
    codings = [[{"system": S, "code": "x"}], [{"system": T, "code": "x"}], [{"code": "x"}], [{"system": S, "code": "y"}],
               [{"system": T, "code": "z"}, {"system": S, "code": "x"}]]  # fmt: skip
    times: list[Json] = [
        {}, {"effectiveDateTime": "2025"}, {"effectiveDateTime": "2026-03"}, {"effectiveDateTime": "2026-03-14"},
        {"effectivePeriod": {"start": "2026-02-20", "end": "2026-03-14"}}, {"effectivePeriod": {"start": "2026-04"}},
        {"effectivePeriod": {"end": "2025-12-31"}},
    ]  # fmt: skip
    texts = [None, "Ågot sov", "agot", "Øyvind-Åge", "MARIE", "rolig natt, Marie sov"]
    subjects = [None, "Patient/1", "Patient/2", "Group/1"]
    made: Json = {
        "resourceType": "Observation",
        "id": f"o{n}",
        "status": ("final", "amended")[n % 2],
        "code": {"coding": codings[n % 5]},
        **times[n % 7],
    }
    subject, words = subjects[n * 3 % 4], texts[n * 5 % 6]
    return (
        made
        | ({"subject": {"reference": subject}} if subject else {})
        | ({"valueString": words} if words else {})
    )


OBSERVATIONS = [_observation(n) for n in range(84)]


@pytest.fixture(scope="module", autouse=True)
def kept(asker: Asker) -> None:
    for id_ in "12":
        asker.keep("Patient", id_)
    asker.keep("Group", "1", type="person", actual=True)
    entry = [
        {"resource": row, "request": {"method": "PUT", "url": f"Observation/{row['id']}"}}
        for row in OBSERVATIONS
    ]
    answer = asker.person.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entry})
    assert answer.status_code == 200, answer.text


# The oracle


def _span(text: str) -> tuple[date, date]:
    """The first day of a partial date, and the day after its last."""
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    if day:
        return first, first + timedelta(days=1)
    return first, date(year + 1, 1, 1) if month in {0, 12} else date(year, month + 1, 1)


def _when(row: Json) -> tuple[date, date] | None:
    if "effectiveDateTime" in row:
        return _span(row["effectiveDateTime"])
    period = row.get("effectivePeriod")
    if period is None:
        return None
    low = _span(period["start"])[0] if "start" in period else date.min
    return low, _span(period["end"])[1] if "end" in period else date.max


DATES: dict[str, Callable[[date, date, date, date], bool]] = {  # the resource's span, the value's
    "eq": lambda low, high, first, end: first <= low and high <= end,
    "ne": lambda low, high, first, end: not (first <= low and high <= end),
    "gt": lambda _low, high, _first, end: high > end,
    "lt": lambda low, _high, first, _end: low < first,
    "ge": lambda low, high, first, end: high > end or (first <= low and high <= end),
    "le": lambda low, high, first, end: low < first or (first <= low and high <= end),
    "sa": lambda low, _high, _first, end: low >= end,
    "eb": lambda _low, high, first, _end: high <= first,
}


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("Ø", "O").replace("ø", "o"))
    return " ".join(
        "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c)).lower().split()
    )


def _token(codings: list[Json], value: str) -> bool:
    system, bar, code = value.rpartition("|")
    return any(
        (not code or coding.get("code") == code) and (not bar or coding.get("system", "") == system)
        for coding in codings
    )


def _date(row: Json, value: str) -> bool:
    prefix, text = (value[:2], value[2:]) if value[0].isalpha() else ("eq", value)
    when = _when(row)
    return when is not None and DATES[prefix](*when, *_span(text))


def _string(row: Json, modifier: str, value: str) -> bool:
    words = row.get("valueString")
    if words is None or modifier == "exact":
        return bool(words == value)
    inside = _plain(value) in _plain(words)
    return inside if modifier == "contains" else inside and _plain(words).startswith(_plain(value))


def _reference(row: Json, modifier: str, value: str) -> bool:
    target = row.get("subject", {}).get("reference", "")
    wanted = f"{modifier}/{value}" if modifier else value
    return bool(target == wanted) if "/" in wanted else bool(target.partition("/")[2] == wanted)


def holds(row: Json, pair: Pair) -> bool:
    """Whether a resource passes one criterion: any of its values, or for :not none of them."""
    (name, _, modifier), values = pair[0].partition(":"), pair[1].split(",")
    if modifier == "missing":
        there = {
            "date": _when(row) is not None,
            "subject": "subject" in row,
            "value-string": "valueString" in row,
        }
        return there[name] is (values == ["false"])
    if name in {"code", "status"}:
        codings = row["code"]["coding"] if name == "code" else [{"system": STATUS, "code": row["status"]}]
        return any(_token(codings, value) for value in values) is (modifier != "not")
    if name == "date":
        return any(_date(row, value) for value in values)
    if name == "value-string":
        return any(_string(row, modifier, value) for value in values)
    return any(_reference(row, modifier, value) for value in values)


# Searches


def _some(names: list[str], *values: str) -> st.SearchStrategy[Pair]:
    joined = st.lists(st.sampled_from(values), min_size=1, max_size=3).map(",".join)
    return st.tuples(st.sampled_from(names), joined)


def _one(names: list[str], *values: str) -> st.SearchStrategy[Pair]:
    return st.tuples(st.sampled_from(names), st.sampled_from(values))


DAYS = ("2025", "2026", "2026-02", "2026-03", "2026-12", "2026-03-14", "2025-12-31", "2026-04-01", "1999")
CRITERIA = st.one_of(
    _some(["code", "code:not"], "x", "y", "nothing", f"{S}|x", f"{T}|x", "|x", f"{S}|", f"{T}|z"),
    _some(["status", "status:not"], "final", "amended", f"{STATUS}|final", f"{S}|final"),
    _some(["date"], *(prefix + day for prefix in ("", *DATES) for day in DAYS)),
    _some(["value-string", "value-string:contains", "value-string:exact"],
          "Ågot", "agot", "AG", "sov", "øyvind", "oyvind age", "Marie", "MARIE", "natt marie", "Ågot sov", "e"),
    _some(["subject"], "Patient/1", "Patient/2", "Group/1", "1", "2", "Patient/3"),
    _some(["subject:Patient"], "1", "2", "3"),
    _one(["date:missing", "subject:missing", "value-string:missing"], "true", "false"),
)  # fmt: skip


@settings(STEADY, max_examples=200)
@given(st.lists(CRITERIA, min_size=1, max_size=4))
def test_a_search_finds_what_a_plain_reading_finds(asker: Asker, pairs: list[Pair]) -> None:
    expected = sorted(row["id"] for row in OBSERVATIONS if all(holds(row, pair) for pair in pairs))
    assert asker.ids(f"Observation?{urlencode([*pairs, ('_count', '500')])}") == expected


ODD = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.sampled_from(
    ["code", "date", "subject", "patient", "value-quantity", "value-string:contains", "code-value-quantity", "_id", "_tag",
     "_lastUpdated", "_sort", "_count", "_include", "_revinclude:iterate", "_elements", "_summary", "_total", "_list",
     "_has:Provenance:target:recorded", "patient.name", "code:in", "code:below", "_profile:below", "_cursor", "identifier",
     "subject:identifier", "encounter.service-provider:missing", "value-concept:text", "based-on:Patient", "_type"]
)  # fmt: skip
PIECES = st.sampled_from(
    [
        "ge",
        "|",
        "$",
        ",",
        "\\",
        "1e99",
        "0",
        "-",
        "*",
        "Observation:",
        "http://",
        "%",
        "'",
        '"',
        "2026-02-30",
        "\u0000",
        "\ud7ff",
    ]
)
JUNK = st.lists(st.one_of(ODD, PIECES), min_size=1, max_size=4).map("".join)


@settings(STEADY, max_examples=300)
@given(st.lists(st.tuples(st.one_of(NAMES, ODD), JUNK), min_size=1, max_size=3), st.booleans())
def test_no_junk_is_a_fault_of_the_servers(asker: Asker, pairs: list[Pair], lenient: bool) -> None:
    prefer = {"Prefer": "handling=lenient"} if lenient else {}
    answer = asker.ask(f"Observation?{urlencode(pairs)}", **prefer)
    assert answer.status_code in {200, 400, 404, 406}, answer.text
    assert answer.json()["resourceType"] in {"Bundle", "OperationOutcome"}
