"""TABLE: what a finding of a pregnancy cannot be, given what is known of that pregnancy: its dating, fetuses and outcome.

What one resource says of itself is held in ``plausibility``; here it is held to the other resources of the same card. Where
a clinician may know better, it is stored and the writer is warned; what may be an emergency is never refused. Printed in
docs/bad-input.md. https://hl7.org/fhir/R4/observation.html (effective, focus)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from app.fhir.course_known import DUE, PERIOD, Known, date_of, day_of, fetus_of, kinds, methods, place_of
from app.fhir.outcome import Issue
from app.fhir.plausibility import LONGEST, NOT_HELD

Json = dict[str, Any]
REFUSED: Final = "error"
WARNED: Final = "warning"
RETRIEVAL: Final = "oocyte-retrieval"
NOT_YET: Final = NOT_HELD | {"planned", "registered"}
BORN: Final = frozenset({"live-birth", "stillbirth"})
COUNTED: Final = frozenset(
    {"lmp", ""}
)  # methods of a due date that rest on the last period, or do not say on what
_RATE: Final = (110.0, 160.0)  # beyond these a fetal heart rate is an alarm and must be stored


@dataclass(frozen=True, slots=True)
class Bound:
    """A kind of finding, by its profile: what becomes of one before the last period, and of one after birth (empty:
    nothing), and whether one of several fetuses must be named."""

    profile: str
    before: str
    after: str = ""
    per_fetus: bool = False


BOUNDS: Final[tuple[Bound, ...]] = (
    Bound("fundal-height", REFUSED, WARNED),
    Bound("fetal-heart-rate", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-heart-activity", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-movement", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-presentation", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-biometry", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-weight", REFUSED, REFUSED, per_fetus=True),
    Bound("cervix-length", REFUSED, WARNED),
    Bound("nipt-result", REFUSED),
    Bound("fetal-rhd", REFUSED),
    Bound("number-of-fetuses", REFUSED),
    Bound("birth-outcome", REFUSED, per_fetus=True),
    Bound("blood-pressure", WARNED),
    Bound("body-weight", WARNED),
    Bound("urine-protein", WARNED),
    Bound("oedema", WARNED),
    Bound("haemoglobin", WARNED),
    Bound("glucose", WARNED),
    Bound("consultation", WARNED),
)
OTHERS: Final[tuple[tuple[str, str], ...]] = (  # what the table cannot say: what is sent, what becomes of it
    ("a due date more than 310 days after the stored last period, or before it", "refused"),
    (
        "… that rests on a scan, on retrieval or on a decision (code or method), more than 310 days after",
        "stored, warned",
    ),
    ("a last period after the outcome of the pregnancy", "refused"),
    ("a last period more than 310 days before the stored due date, or after it", "stored, warned"),
    ("a finding more than 310 days after the last period, where no outcome is known", "stored, warned"),
    ("a finding after a miscarriage or termination, which may have been told too early", "stored, warned"),
    ("one of several fetuses, not named: no heart, a rate outside 110–160, movement", "stored, warned"),
    ("something found, or a visit held, after today", "stored, warned"),
    ("a last period or an egg retrieval after today, or after it was stated", "refused"),
    (
        "a NIPT result or report without an order that is in force, an order without her consent in force",
        "refused",
    ),
    ("… whose order or consent is kept elsewhere", "stored, warned"),
    (
        "a NIPT result, report or order of the day on which she declined or took her consent back, or later",
        "refused",
    ),
    ("… a result from before that day (`issued`, else when the sample was taken)", "stored, warned"),
    ("an active birth plan that names no Practitioner as author or contributor", "refused"),
    ("… written by herself", "stored, warned"),
    (
        "answers that do not fit a form of this server, or to a form under its address that is not there",
        "refused",
    ),
    ("answers to a form that is not known here", "stored, warned"),
)
_BY_PROFILE: Final = {row.profile: row for row in BOUNDS}


def asks(resource: Json, today: date) -> bool:
    """Whether what is known of the pregnancy must be looked up for ``resource``, written on ``today``.

    A finding of today that is not of a fetus comes after any last period: most writes ask nothing.
    """
    of = kinds(resource)
    if of & {PERIOD, DUE}:
        return True
    rows = [_BY_PROFILE[kind] for kind in of if kind in _BY_PROFILE]
    day = day_of(resource)
    return any(row.before == REFUSED or (day is not None and day < today) for row in rows)


def ahead(resource: Json, today: date) -> Iterator[Issue]:
    """What is said to have happened after ``today`` (UTC; it may be tomorrow where she is): it counts from its day on."""
    if resource["resourceType"] not in {"Observation", "Encounter"} or resource.get("status") in NOT_YET:
        return
    latest, day = today + timedelta(days=1), day_of(resource)
    if day and day > latest:
        yield _issue(
            place_of(resource), f"{day} is in the future, and counts from then on: at most {today}", WARNED
        )
    value = date_of(resource.get("valueDateTime"))
    if day is None and value and value > latest and kinds(resource) & {PERIOD, RETRIEVAL}:
        yield _issue("Observation.value", f"{value} is in the future: at most {today}", REFUSED)


def issues(resource: Json, course: Known) -> Iterator[Issue]:
    """What of ``resource`` cannot be (error) or is hardly right (warning) in the pregnancy ``course``."""
    if resource.get("status") in NOT_HELD:
        return
    of = kinds(resource)
    for row in (_BY_PROFILE[kind] for kind in sorted(of) if kind in _BY_PROFILE):
        yield from _timed(resource, row, course)
        if row.per_fetus and course.several and not fetus_of(resource):
            yield _unnamed(resource, course)
    if DUE in of:
        yield from _due(resource, course)
    if PERIOD in of:
        yield from _period(resource, course)


def _timed(resource: Json, row: Bound, course: Known) -> Iterator[Issue]:
    day, where = day_of(resource), place_of(resource)
    if day is None:
        return
    if course.period and day < course.period:
        allowed = f"from {course.period}, the first day of the last period"
        yield _issue(where, f"{day} is before this pregnancy: {allowed}", row.before)
    ended = course.ended(fetus_of(resource)) if row.after else None
    if ended and day > ended[0]:
        severity = row.after if ended[1] in BORN else WARNED  # a loss may have been told too early
        yield _issue(where, f"{day} is after the outcome ({ended[1]}): at most {ended[0]}", severity)
    elif course.period and not course.outcomes and (day - course.period).days > LONGEST:
        days = (day - course.period).days
        text = (
            f"{day} is {days} days after the last period ({course.period}): at most {LONGEST} are plausible"
        )
        yield _issue(where, text, WARNED)


def _unnamed(resource: Json, course: Known) -> Issue:
    count = max(course.number, len(course.fetuses))
    text = f"there are {count} fetuses, and this names none: refer to its RelatedPerson"
    return _issue(f"{resource['resourceType']}.focus", text, WARNED if _urgent(resource) else REFUSED)


def _urgent(resource: Json) -> bool:
    """Whether a finding may be an emergency, of whichever fetus: no heart, a rate out of range, less movement."""
    of = kinds(resource)
    rate = resource.get("valueQuantity", {}).get("value")
    return (
        "fetal-movement" in of
        or ("fetal-heart-activity" in of and resource.get("valueBoolean") is not True)
        or ("fetal-heart-rate" in of and rate is not None and not _RATE[0] <= float(rate) <= _RATE[1])
    )


def _due(resource: Json, course: Known) -> Iterator[Issue]:
    value, where = date_of(resource.get("valueDateTime")), "Observation.value"
    if value is None or course.period is None:
        return
    days = (value - course.period).days
    if 0 < days <= LONGEST:
        return
    text = f"a due date {days} days after the last period ({course.period}) is not"
    if days > 0 and not methods(resource) & COUNTED:
        yield _issue(where, f"{text} plausible: at most {LONGEST}", WARNED)
    else:
        hint = "" if days <= 0 else "; one that rests on a scan says so by its code or method"
        yield _issue(where, f"{text} possible: 1 to {LONGEST}{hint}", REFUSED)


def _period(resource: Json, course: Known) -> Iterator[Issue]:
    value, where = date_of(resource.get("valueDateTime")), "Observation.value"
    if value is None:
        return
    births = [day for day, _ in course.outcomes.values()]
    if births and value > max(births):
        yield _issue(where, f"{value} is after the outcome of this pregnancy: at most {max(births)}", REFUSED)
    elif course.due and not 0 < (course.due - value).days <= LONGEST:
        days = (course.due - value).days
        yield _issue(
            where, f"the due date {course.due} is {days} days later: 1 to {LONGEST} are plausible", WARNED
        )


def _issue(where: str, text: str, severity: str) -> Issue:
    stored = "" if severity == REFUSED else ". It is stored as it is"
    return Issue("business-rule", f"{where}: {text}{stored}", (where,), severity)
