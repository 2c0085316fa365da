"""The resources of one card → what the quality indicators count of it.

Who held a visit is read from Encounter.participant, what she is from her Practitioner.qualification or PractitionerRole.code
(Volven 9060); her own experience from the QuestionnaireResponse to our form. docs/indicators.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.fhir import codes as c
from app.mapping.elements import Element, child, children, codes, moment, number, reference, tags, text
from app.mapping.record_facts import FINDING_KEY, source
from app.pregnancy.card import Card
from app.pregnancy.indicators import COUNTED, MIDWIFE, AlarmCourse, Care
from app.pregnancy.rule_table import BY_ID

EXPERIENCE = f"{c.CANONICAL}/Questionnaire/user-experience"
OVERALL, LOWEST, HIGHEST = "overall", 1, 5
PERSONNEL = ("Practitioner/", "PractitionerRole/")


@dataclass(frozen=True, slots=True)
class Personnel:
    """What resources of personnel say: the professions of each, and the Practitioner behind a role."""

    professions: Mapping[str, frozenset[str]]
    person: Mapping[str, str]

    @classmethod
    def of(cls, resources: Iterable[Element]) -> "Personnel":
        rows = {source(row): row for row in resources}
        person = {name: reference(row, "practitioner") or name for name, row in rows.items()}
        professions = {name: frozenset(_professions(row)) for name, row in rows.items()}
        return cls(professions, person)


def _professions(resource: Element) -> Iterator[str]:
    for row in children(resource, "qualification"):
        yield from codes(child(row, "code"), c.VOLVEN_PROFESSION)
    for row in children(resource, "code"):
        yield from codes(row, c.VOLVEN_PROFESSION)


def personnel_of(resources: Iterable[Element]) -> set[str]:
    """Whom visits and care teams name."""
    found = {name for row in resources for name in (*_holders(row), *_members(row))}
    return {name for name in found if name.startswith(PERSONNEL)}


def _holders(resource: Element) -> list[str]:
    if text(resource, "resourceType") != "Encounter":
        return []
    return [name for row in children(resource, "participant") if (name := reference(row, "individual"))]


def _members(resource: Element, profession: str = "") -> list[str]:
    if text(resource, "resourceType") != "CareTeam" or text(resource, "status") != "active":
        return []
    return [
        reference(row, "member")
        for row in children(resource, "participant")
        if not profession
        or any(profession in codes(role, c.VOLVEN_PROFESSION) for role in children(row, "role"))
    ]


def care(card: Card, resources: Iterable[Element], personnel: Personnel) -> Care:
    """What the indicators see of ``card``, which was folded from ``resources``."""
    rows = list(resources)
    visits = {source(row): _holders(row) for row in rows if text(row, "resourceType") == "Encounter"}
    named = [name for row in rows for name in _members(row, MIDWIFE)]
    return Care(
        facts=card.facts,
        due=card.term.due if card.term else None,
        alarms=tuple(_alarms(rows)),
        professions={
            visit: frozenset().union(*(personnel.professions.get(name, frozenset()) for name in holders))
            for visit, holders in visits.items()
        },
        people={
            visit: frozenset(personnel.person.get(name, name) for name in holders)
            for visit, holders in visits.items()
        },
        midwife=personnel.person.get(named[0], named[0]) if named else "",
        experience=tuple(_experiences(rows)),
    )


def _alarms(rows: Iterable[Element]) -> Iterator[AlarmCourse]:
    """By their Flags, which keep what became of an alarm when the rules hold it no longer."""
    for row in rows:
        rule = BY_ID.get(next(iter(codes(child(row, "code"), c.CS_CARD)), ""))
        start = moment(text(child(row, "period"), "start"))
        if text(row, "resourceType") != "Flag" or rule is None or start is None or not _is_ours(row):
            continue
        deadline, closed = rule.deadline(start), _closed(row)
        if text(row, "status") == "active":
            yield AlarmCourse(deadline)
        elif text(row, "status") == "inactive" and "ended-by-rule" not in tags(row):
            yield AlarmCourse(deadline, closed)
        elif text(row, "status") == "inactive" and closed and closed > deadline:
            yield AlarmCourse(deadline)  # nobody had closed it when the rules ended it


def _is_ours(flag: Element) -> bool:
    return any(text(row, "system") == FINDING_KEY for row in children(flag, "identifier"))


def _closed(flag: Element) -> datetime | None:
    """When it was closed: as it says, else when that was stored."""
    return moment(text(child(flag, "period"), "end")) or moment(text(child(flag, "meta"), "lastUpdated"))


def _experiences(rows: Iterable[Element]) -> Iterator[tuple[date, int]]:
    for row in rows:
        form = text(row, "questionnaire").partition("|")[0]
        when = moment(text(row, "authored"))
        if form == EXPERIENCE and when and text(row, "status") in {"completed", "amended"}:
            for question in children(row, "item"):
                score = _score(question)
                if text(question, "linkId") == OVERALL and score is not None:
                    yield when.date(), score


def _score(question: Element) -> int | None:
    for answer in children(question, "answer"):
        value = number(answer.get("valueInteger"))
        if value is not None and LOWEST <= value <= HIGHEST:
            return int(value)
    return None


def tally(of: Care, organization: str) -> list[dict[str, object]]:
    """What is kept of one pregnancy: for each indicator and day, how many cases and how many met it."""
    found: dict[tuple[str, date], list[int]] = {}
    for row in COUNTED:
        for count in row.count(of):
            sums = found.setdefault((row.id, count.day), [0, 0])
            sums[0] += count.met
            sums[1] += count.cases
    return [
        {"indicator": id_, "organization": organization, "day": day.isoformat(), "met": met, "cases": cases}
        for (id_, day), (met, cases) in sorted(found.items())
    ]


def holder(resources: Iterable[Element]) -> str:
    """The id of the organisation that keeps the card; empty where the card does not say."""
    cards = (row for row in resources if text(row, "resourceType") == "EpisodeOfCare")
    name = next((reference(row, "managingOrganization") for row in cards), "")
    return name.removeprefix("Organization/") if name.startswith("Organization/") else ""
