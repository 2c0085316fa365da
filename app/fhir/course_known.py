"""What is known of a pregnancy from what is stored of it: its last period, due date, fetuses and outcomes.

https://hl7.org/fhir/R4/observation.html (effective, focus). Read from resources that are valid as R4, by their profiles.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from app.fhir import profiles
from app.fhir.codes import CS_CARD

Json = dict[str, Any]
PERIOD, DUE, NUMBER, OUTCOME = "last-period", "due-date", "number-of-fetuses", "birth-outcome"
FETUS = "fetus-person"
KNOWN_BY: Final = (
    PERIOD,
    DUE,
    NUMBER,
    OUTCOME,
)  # the profiles of the Observations that a pregnancy is known by
_DAY: Final = 10  # YYYY-MM-DD


@dataclass(slots=True)
class Known:
    """What is known of one pregnancy; ``outcomes`` by fetus (empty: all of them), ``fetuses`` the RelatedPersons."""

    period: date | None = None
    due: date | None = None
    number: int = 1
    fetuses: frozenset[str] = frozenset()
    outcomes: dict[str, tuple[date, str]] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether a finding must say of which fetus it is."""
        return self.number > 1 or len(self.fetuses) > 1

    def ended(self, fetus: str) -> tuple[date, str] | None:
        """When and how it ended for ``fetus`` (empty: not named); None while it may go on."""
        if fetus in self.outcomes or "" in self.outcomes:
            return self.outcomes.get(fetus) or self.outcomes[""]
        ended = (
            []
            if fetus or len(self.outcomes) < max(self.number, len(self.fetuses))
            else self.outcomes.values()
        )
        return max(ended, default=None)


def known(resources: Iterable[Json]) -> Known:
    """What ``resources`` of one card tell; the latest word on each counts."""
    found = Known()
    for one in sorted(resources, key=lambda one: (_stated(one), one.get("id", ""))):
        of = kinds(one)
        value, day = date_of(one.get("valueDateTime")), day_of(one)
        if PERIOD in of:
            found.period = value or found.period
        elif DUE in of:
            found.due = value or found.due
        elif NUMBER in of:
            found.number = int(one.get("valueInteger") or one.get("valueQuantity", {}).get("value") or 1)
        elif OUTCOME in of and day is not None:
            found.outcomes[fetus_of(one)] = day, _outcome(one)
        elif FETUS in of and one.get("active", True):
            found.fetuses |= {f"RelatedPerson/{one.get('id', '')}"}
    return found


def kinds(resource: Json) -> set[str]:
    return {profile.id for profile in profiles.chosen(resource)}


def methods(resource: Json) -> set[str]:
    """By what a due date was set; empty text where nothing says it."""
    codes = {coding.get("code") for coding in resource.get("code", {}).get("coding", ())}
    said = {
        coding.get("code", "")
        for coding in resource.get("method", {}).get("coding", ())
        if coding.get("system") == CS_CARD
    }
    if said:
        return said
    return {"scan"} if codes & {"11781-2", "53692-0"} else {"lmp"} if "11779-6" in codes else {""}


def _outcome(resource: Json) -> str:
    rows = resource.get("valueCodeableConcept", {}).get("coding", ())
    return next((row["code"] for row in rows if row.get("system") == CS_CARD and "code" in row), "")


def fetus_of(resource: Json) -> str:
    """The fetus that a finding is of; empty where none is named."""
    for focus in resource.get("focus", ()):
        if isinstance(focus, dict) and ("reference" in focus or "identifier" in focus):
            return str(focus.get("reference", "identified"))
    return ""


def _stated(resource: Json) -> str:
    return str(resource.get("effectiveDateTime") or resource.get("issued") or "")


def date_of(text: Any) -> date | None:
    """The day of a date or dateTime; None where it is less exact."""
    return date.fromisoformat(text[:_DAY]) if isinstance(text, str) and len(text) >= _DAY else None


def day_of(resource: Json) -> date | None:
    """The day on which something was found, or on which a visit began."""
    if resource["resourceType"] == "Encounter":
        return date_of(resource.get("period", {}).get("start"))
    return date_of(resource.get("effectiveDateTime") or resource.get("effectivePeriod", {}).get("start"))


def place_of(resource: Json) -> str:
    return "Encounter.period.start" if resource["resourceType"] == "Encounter" else "Observation.effective"


def codes_of(profile_id: str) -> list[str]:
    """The codes by which a profile of Observation is chosen."""
    found = next(one for one in profiles.profiles().values() if one.id == profile_id)
    binding = found.root.children["code"].binding
    return sorted(code for codes in binding.codes.values() for code in codes) if binding else []
