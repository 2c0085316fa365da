"""FSH of the items that have no profile of their own: fhir_profiles/input/fsh/items.fsh, printed by ``make docs``.

https://hl7.org/fhir/uv/shorthand/. The item tables (app/pregnancy/asked.py, found.py) say what is held; here stands which
profile holds it, and by which codes (app/mapping/item_codes.py) it is recognised. SUSHI compiles what is printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from app.fhir import codes as c
from app.mapping import contradictions as told
from app.mapping import elsewhere_facts, narrative, narrative_found
from app.mapping.card_to_fhir import REST
from app.mapping.item_codes import CODES
from app.pregnancy import contradictions
from app.pregnancy.answers import ANSWERS
from app.pregnancy.card import fold, view_for
from app.pregnancy.facts import OSLO, Facts
from app.pregnancy.items import ANSWERED, FREE, ITEMS, USED, Item
from app.pregnancy.rule_table import RULES
from app.pregnancy.term import WHY

SOURCES = Path(__file__).parent.parent / "fhir_profiles" / "input" / "fsh"
ALIASES = {c.LOINC: "$loinc", c.SNOMED: "$sct", c.NLK: "$nlk", c.CS_CARD: "$card"}
A_DAY = datetime(2026, 1, 1, tzinfo=OSLO)  # sections are the same on every day
HEAD = "// Printed from the item tables by tools/item_profiles.py (make docs); do not edit."


@dataclass(frozen=True, slots=True)
class Group:
    """One profile: the items that it holds (named, or all of a kind of answer or unit), and the rule set they share.

    ``rules`` is FSH with the name of the value set of codes in place of ``{codes}``, of answers of ``{answers}``.
    """

    id: str
    title: str
    rules: str
    items: tuple[str, ...] = field(default=())
    answers: tuple[str, ...] = ()
    unit: str = ""

    def holds(self, row: Item) -> bool:
        """Whether ``row`` is one of these; a group that names its items holds no others."""
        if self.items:
            return row.id in self.items
        return row.unit == self.unit if self.unit else row.answers == self.answers

    @property
    def name(self) -> str:
        """The profile's computable name."""
        return "".join(word.capitalize() for word in self.id.split("-"))


SPOKEN = {  # answers that the card's own table of words (app/pregnancy/answers.py) leaves to its pages
    "A": "A", "B": "B", "AB": "AB", "O": "O", "immune": "immun", "non-immune": "ikke immun",
    "none": "ingen", "stopped": "sluttet", "occasional": "av og til", "daily": "daglig",
    "spontaneous": "spontan", "vacuum": "vakuum", "forceps": "tang", "breech": "sete",
    "caesarean-planned": "planlagt keisersnitt", "caesarean-acute": "akutt keisersnitt", "full": "fullt", "partial": "delvis",
}  # fmt: skip
CODED, PLAIN = "Chosen({codes}, {answers})", "Plain({codes})"
GROUPS: tuple[Group, ...] = (  # the first that holds an item is its profile
    Group("urine-strip", "Glucose, nitrite or leukocytes in urine, strip", "Graded({codes})", ("urine-glucose", "urine-nitrite", "urine-leukocytes")),
    Group("rhesus-course", "What makes RhD antibodies likely, and which they are", CODED, ("antibody-type", "sensitising-event")),
    Group("anti-d", "Anti-D given", CODED, ("anti-d",)),
    Group("ultrasound-finding", "Placenta, amniotic fluid, chorions and amnions", CODED, ("placenta-site", "amniotic-fluid", "chorionicity", "amnionicity")),
    Group("amniotic-fluid-depth", "Amniotic fluid, measured", "Measured({codes}, UnitsLength)", ("amniotic-fluid-index", "deepest-pocket")),
    Group("nipt-confirmation", "How a positive NIPT was followed up", CODED, ("nipt-confirmation",)),
    Group("temperature", "Body temperature", "Measured({codes}, UnitsTemperature)", ("temperature",)),
    Group("pulse", "Pulse", "Measured({codes}, UnitsRate)", ("pulse",)),
    Group("bile-acids", "Bile acids", "Measured({codes}, UnitsBileAcids)", unit="umol/L"),
    Group("travel-time", "Time of travel to the place of birth", "Measured({codes}, UnitsTravel)", unit="min"),
    Group("years", "Years", "Measured({codes}, UnitsYears)", unit="a"),
    Group("share", "A share in per cent", "Measured({codes}, UnitsShare)", unit="%"),
    Group("count", "A number of times or pieces", PLAIN, unit="{#}"),
    Group("blood-loss", "Blood lost at birth", "Measured({codes}, UnitsVolume)", unit="mL"),
    Group("birth-mode", "Mode of birth", CODED, ("birth-mode",)),
    Group("newborn-measurement", "Length and head of the newborn", "Measured({codes}, UnitsHeight)", ("birth-length", "birth-head")),
    Group("cord-ph", "pH of the cord", PLAIN, unit="[pH]"),
    Group("child-rhd", "RhD of the newborn", CODED, ("child-rhd",)),
    Group("newborn-hepatitis-b", "Hepatitis B immunoglobulin and vaccine for the newborn", CODED, ("newborn-hepatitis-b",)),
    Group("breastfeeding", "Breastfeeding", CODED, ("breastfeeding",)),
    Group("use", "Tobacco, alcohol and other substances", CODED, answers=USED),
    Group("score", "A score or grade", PLAIN, unit="{score}"),
    Group("yes-or-no", "A question with three answers", CODED, answers=ANSWERED),
    Group("note", "What is told in words", "Told({codes})", answers=FREE),
)  # fmt: skip


@cache
def _by_hand(file: str) -> str:
    return (SOURCES / file).read_text(encoding="utf-8") + "\n"


def items_of(group: Group) -> list[Item]:
    """The items that ``group`` holds: those of no profile that is written by hand, and of no group before."""
    rows = (row for row in ITEMS.values() if f"* $card#{row.id}\n" not in _by_hand("codes.fsh"))
    return [row for row in rows if next((one for one in GROUPS if one.holds(row)), None) is group]


def _group(group: Group) -> Iterator[str]:
    rows, codes, answers = items_of(group), f"Codes{group.name}", f"Answers{group.name}"
    yield from (
        "",
        f"ValueSet: {codes}",
        f"Id: codes-{group.id}",
        f'Title: "{group.title}: the codes by which it is recognised"',
    )
    for row in rows:
        known = ((c.CS_CARD, row.id), *CODES.get(row.id, ()))
        yield from (f"* {ALIASES[system]}#{code}" for system, code in known)
    if "{answers}" in group.rules:
        yield from (
            "",
            f"ValueSet: {answers}",
            f"Id: answers-{group.id}",
            f'Title: "{group.title}: the answers"',
        )
        yield from (f"* $card#{word}" for word in dict.fromkeys(word for row in rows for word in row.answers))
    yield from (
        "",
        f"Profile: {group.name}Item",
        "Parent: Observation",
        f"Id: {group.id}",
        f'Title: "{group.title}"',
    )
    yield f'Description: "{group.title}, as the card records it."'
    yield f"* insert {group.rules.format(codes=codes, answers=answers)}"


def concepts() -> dict[str, str]:
    """Every code of ours that the tables name, and how it is read: items, answers, rules, contradictions, sections."""
    answers = {word for row in ITEMS.values() for word in row.answers if word}
    spoken = {word: (ANSWERS | SPOKEN)[word] for word in sorted(answers - ITEMS.keys())}
    rules = {row.id: row.title for row in RULES}
    differing = {f"contradiction-{row.id}": row.title for row in contradictions.ROWS}
    items = {row.id: row.name for row in ITEMS.values()}
    return {
        **dict.fromkeys(WHY, "Termin, som oppgitt"),
        **sections(),
        **differing,
        **rules,
        **spoken,
        **items,
    }


def sections() -> dict[str, str]:
    """The sections of the document, by the narrative of a card on which nothing is recorded, and those it leaves out then."""
    empty = view_for(
        fold(Facts(), today=A_DAY.date(), now=A_DAY), visible=frozenset[str](), audience="clinician"
    )
    found = {row.code: row.title for row in narrative.sections(empty)}
    return {
        **narrative_found.TITLES,
        **elsewhere_facts.TITLES,
        "contradictions": told.TITLE,
        REST.code: REST.title,
        **found,
    }


def _concepts() -> Iterator[str]:
    written = _by_hand("answers.fsh").partition("CodeSystem: Card\n")[2]
    yield from (f'* #{code} "{words}"' for code, words in concepts().items() if f"* #{code} " not in written)


def page() -> str:
    """fhir_profiles/input/fsh/items.fsh."""
    lines = [HEAD, "RuleSet: ItemCodes", *_concepts()]
    for group in GROUPS:
        lines += _group(group)
    return "\n".join(lines) + "\n"
