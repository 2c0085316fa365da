"""Background, ultrasound, NIPT, the RhD pathway and birth-place applications in Norwegian words, for the narrative of the FHIR document.

https://hl7.org/fhir/R4/narrative.html
"""

from app.pregnancy.answers import ANSWERS
from app.pregnancy.background import BirthPlace
from app.pregnancy.card import View
from app.pregnancy.described import FOUND
from app.pregnancy.facts import ALWAYS
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Amount, Answer
from app.pregnancy.stated import GROUPS, Stated

TITLES = {
    "background": "Bakgrunn",
    "ultrasound": "Ultralyd",
    "nipt": "NIPT",
    "rhd": "RhD-negativ",
    "birth-places": "Søknad om fødeplass",
}
APPLICATIONS = {
    "waiting": "venter på svar",
    "accepted": "plassen er gitt",
    "more-information": "flere opplysninger trengs",
    "other-place": "et annet sted er foreslått",
    "declined": "ikke innvilget",
    "cancelled": "trukket tilbake",
}
UNITS = {"{#}": "", "a": "år", "kg/m2": "kg/m²"}
Rows = list[tuple[str, tuple[str, ...]]]


def found(view: View, section: str) -> Rows:
    """The lines of one section, newest first, each with the record that it rests on."""
    if section == "background":
        return [(_group(row), row.sources) for row in view.described.stated]
    if section == "birth-places":
        return _applied(view)
    mother = view.described.rhesus
    if section == "rhd" and (mother is None or mother.positive):
        return []
    rows: Rows = [(_line(row), (row.source,)) for row in view.described.found if FOUND[row.item] == section]
    return rows[::-1]


def _group(group: Stated) -> str:
    """What is stated of one group: the latest answer to each item, and what she takes."""
    latest = (rows[-1] for rows in group.rows)
    told = [f"{ITEMS[row.item].name}: {_value(row)}" for row in latest]
    told += dict.fromkeys(row.name for row in group.medicines)
    return f"{GROUPS[group.group]}: {'. '.join(told)}"


def _applied(view: View) -> Rows:
    """Applications for a birth place, newest first."""
    return [(_application(row), (row.source,)) for row in reversed(view.described.birth_places)]


def _application(row: BirthPlace) -> str:
    asked = f" ({row.day:%d.%m.%Y})" if row.asked else ""
    note = f" {row.note}" if row.note else ""
    return f"{row.name or 'Fødested'}{asked}: {APPLICATIONS[row.answer]}.{note}"


def _line(row: Amount | Answer) -> str:
    fetus = f"Foster {row.fetus}: " if row.fetus else ""
    on = f" ({row.day:%d.%m.%Y})" if row.when > ALWAYS else ""
    return f"{fetus}{ITEMS[row.item].name}: {_value(row)}{on}"


def _value(row: Amount | Answer) -> str:
    if isinstance(row, Amount):
        unit = ITEMS[row.item].unit
        return f"{row.value:g} {UNITS.get(unit, unit)}".rstrip().replace(".", ",")
    return ANSWERS.get(row.value) or row.text or row.value
