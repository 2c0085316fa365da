"""FHIR dates as intervals: a partial date is the whole of its day, month or year.

https://hl7.org/fhir/R4/search.html#date. A date without a zone is meant in Norway, where the women are.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from app.clock import OSLO

EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)  # a day inside what Python and PostgreSQL can shift by a zone
LATEST: Final = datetime(9999, 12, 30, tzinfo=UTC)

_FORM = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?",
    re.ASCII,
)
_DECEMBER: Final = 12
_LAST_YEAR: Final = 9999
_LEAP_SECOND: Final = "60"
_MICROSECOND_DIGITS: Final = 6


def interval(text: str) -> tuple[datetime, datetime]:
    """The half-open interval [low, high) that a date, dateTime, instant or partial date covers, in UTC.

    Raises ValueError for text of another form and for dates that do not exist.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("not a FHIR date")
    year, month, day, hour, _, second, fraction, _ = match.groups()
    if hour is not None:
        return _of_time(text, second, fraction)
    low = datetime(int(year), int(month or 1), int(day or 1), tzinfo=OSLO)
    if day is not None:
        return _utc(low), _utc(low, days=1)
    if month is None or int(month) == _DECEMBER:
        return _utc(low), _year(int(year) + 1)
    return _utc(low), _utc(low.replace(month=int(month) + 1))


def _of_time(text: str, second: str | None, fraction: str | None) -> tuple[datetime, datetime]:
    leap = second == _LEAP_SECOND
    moment = datetime.fromisoformat(text[:17] + "59" + text[19:] if leap else text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=OSLO)
    low = _utc(moment)
    if leap:
        low += timedelta(seconds=1)
    if second is None:
        return low, low + timedelta(minutes=1)
    digits = min(len(fraction or ""), _MICROSECOND_DIGITS)
    return low, low + timedelta(microseconds=10 ** (_MICROSECOND_DIGITS - digits))


def _year(year: int) -> datetime:
    return LATEST if year > _LAST_YEAR else _utc(datetime(year, 1, 1, tzinfo=OSLO))


def _utc(moment: datetime, days: int = 0) -> datetime:
    """``moment`` (moved by whole local days) in UTC, kept within what the database can hold."""
    try:
        found = (moment + timedelta(days=days)).astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST
    return min(max(found, EARLIEST), LATEST)
