"""TABLE: what of her birth plan (fødeplan) stands on the card: the questions by their ``linkId``, grouped and in order.

The form is ours (fhir_profiles/questionnaires/Questionnaire-birth-plan-nb.json); the paper card has room for a short
birth plan on its continuation sheet IS-2254: https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide.
"""

from dataclasses import dataclass

from app.pregnancy.facts import Fact

SHORT = 80  # characters that she may have written for it to stand on the card; more stands in the plan
GROUPS: dict[str, str] = {
    "companion": "Med på fødselen",
    "language": "Språk",
    "experience": "Erfaring og frykt",
    "pain": "Smertelindring",
    "birth": "Fødselen",
    "after": "Etter fødselen",
}
QUESTIONS: dict[str, str] = {  # what stands before the answer; nothing where the answer says it
    "companion.has": "",
    "companion.who": "",
    "companion.doula": "Doula",
    "language.preferred": "",
    "language.interpreter": "Tolk",
    "experience.previous": "",
    "experience.fears": "Gruer seg til",
    "pain.relief": "",
    "pain.words": "",
    "birth.place": "",
    "birth.culture": "Tro, kultur, kropp",
    "birth.wishes": "Ønsker",
    "after.breastfeeding": "",
    "after.skin": "Hud mot hud",
    "after.words": "",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What she answered to one question: ``codes`` that she chose, or what she wrote."""

    question: str
    codes: tuple[str, ...] = ()
    written: str = ""

    @property
    def group(self) -> str:
        return self.question.partition(".")[0]

    @property
    def is_short(self) -> bool:
        """Whether it stands on the card as it was written."""
        return len(self.written) <= SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes(Fact):
    """Her answers, in the order of the table."""

    wishes: tuple[Wish, ...]

    def of(self, group: str) -> tuple[Wish, ...]:
        return tuple(one for one in self.wishes if one.group == group)

    @property
    def interpreter(self) -> bool:
        """Whether she says that she needs one."""
        return any(one.question == "language.interpreter" and "yes" in one.codes for one in self.wishes)

    @property
    def language(self) -> str:
        """The language that she speaks best, in her words; empty where she does not say."""
        return next((one.written for one in self.wishes if one.question == "language.preferred"), "")
