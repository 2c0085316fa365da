"""Facts about her that have no reading: who she is, who cares for her, what she is allergic to, what she wants.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide. See docs/content.md for how each is recorded.
"""

from dataclasses import dataclass
from datetime import date, datetime

from app.pregnancy.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Woman(Fact):
    """The woman whose card it is."""

    name: str = ""
    identifier: str = ""
    birth_date: date | None = None
    language: str = ""
    interpreter: bool | None = None  # None: not asked
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode(Fact):
    """The card itself."""

    status: str
    organization: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetus(Fact):
    """A fetus with a name of its own; where there is only one, none is recorded."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(Fact):
    """A born child, by the ``fetus`` that it was; its name once it has one."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CareTeamMember(Fact):
    """Someone who cares for her."""

    name: str
    role: str = ""
    organization: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergy(Fact):
    """``critical``: a clinician confirmed it, so that it is critical information."""

    name: str
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Fact):
    """An illness or problem that is active."""

    name: str
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthPlan(Fact):
    """Her birth plan (fødeplan)."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthPlace(Fact):
    """An application for a birth place (søknad om fødeplass): where, and what the place said by now.

    ``answer`` is ``waiting``, ``accepted``, ``more-information``, ``other-place``, ``declined`` or ``cancelled``; ``note``
    its words, where it proposes another place the place; ``asked`` whether ``when`` is when it was asked."""

    name: str
    answer: str
    note: str = ""
    asked: bool = False
    answered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Fact):
    """That she registered something herself: it is ``waiting``, ``confirmed`` or ``declined``, by whom, when and why.

    ``proposes``: it says that something on the card is wrong."""

    title: str
    state: str
    proposes: bool = False
    by: str = ""
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingClosed(Fact):
    """A clinician has closed the finding with this key."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionSettled(Fact):
    """A clinician has said how the records of the contradiction with this key came to differ."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine(Fact):
    """A medicine that she takes or is prescribed; ``atc`` its codes."""

    name: str
    atc: tuple[str, ...] = ()
