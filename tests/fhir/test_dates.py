from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import OSLO
from app.fhir.dates import EARLIEST, LATEST, interval


def oslo(*parts):
    return datetime(*parts, tzinfo=OSLO)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", oslo(2026, 1, 1), oslo(2027, 1, 1)),
        ("2026-02", oslo(2026, 2, 1), oslo(2026, 3, 1)),
        ("2026-12", oslo(2026, 12, 1), oslo(2027, 1, 1)),
        ("2024-02-29", oslo(2024, 2, 29), oslo(2024, 3, 1)),
        ("2026-07-14T09:30", oslo(2026, 7, 14, 9, 30), oslo(2026, 7, 14, 9, 31)),
        ("2026-07-14T09:30:15", oslo(2026, 7, 14, 9, 30, 15), oslo(2026, 7, 14, 9, 30, 16)),
        (
            "2026-07-14T09:30:15.25Z",
            datetime(2026, 7, 14, 9, 30, 15, 250000, UTC),
            datetime(2026, 7, 14, 9, 30, 15, 260000, UTC),
        ),
        (
            "2026-07-14T09:30:15.123456789+02:00",
            datetime(2026, 7, 14, 7, 30, 15, 123456, UTC),
            datetime(2026, 7, 14, 7, 30, 15, 123457, UTC),
        ),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 1, 1, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_date_covers_all_it_leaves_open(text, low, high):
    assert interval(text) == (low, high)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-14", 24)])
def test_a_day_in_norway_is_as_long_as_its_clocks_say(day, hours):
    low, high = interval(day)
    assert high - low == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    [
        "", "26", "2026-1", "2026-13", "2026-00", "2026-02-30", "2025-02-29", "2026-07-14T", "2026-07-14T9:30",
        "2026-07-14T24:00", "2026-07-14T09:60", "2026-07-14T09:30:61", "2026-07-14 09:30", "20260714", "2026-W01",
        "2026-07-14T09:30:15+25:00", "2026-07-14T09:30:15z", " 2026", "٢٠٢٦", "2026-07-14T09:30:15.", "0000",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 (the message is the standard library's for days that do not exist)
        interval(text)


@pytest.mark.parametrize(
    "text",
    [
        "0001",
        "0001-01-01",
        "0001-01-01T00:00:00+14:00",
        "9999",
        "9999-12",
        "9999-12-31",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_the_ends_of_time_stay_within_what_the_database_can_hold(text):
    low, high = interval(text)
    assert EARLIEST <= low <= high <= LATEST + timedelta(seconds=1)
    low.astimezone(OSLO)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_parts_nest(moment):
    texts = [
        moment.strftime(form) for form in ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
    ]
    intervals = [interval(text) for text in texts]
    for (outer_low, outer_high), (inner_low, inner_high) in pairwise(intervals):
        assert outer_low <= inner_low < inner_high <= outer_high


@given(st.text())
def test_any_text_is_a_date_or_a_value_error(text):
    try:
        low, high = interval(text)
    except ValueError:
        return
    assert low <= high
