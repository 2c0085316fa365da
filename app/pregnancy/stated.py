"""What is stated about her once, of earlier pregnancies, family, illness, medicine and habits: the front of the paper card.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide (IS-2253). Violence, genital mutilation and EPDS are not
listed here: rules tell of them to whoever may see them.
"""

from dataclasses import dataclass

from app.pregnancy.background import Medicine
from app.pregnancy.facts import Facts
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Amount, Answer

GROUPS = {  # in the order in which a midwife asks for them, with their names on the card
    "previous": "Tidligere svangerskap",
    "illness": "Sykdommer",
    "medication": "Legemidler og folat",
    "lifestyle": "Levevaner",
    "before": "Før svangerskapet",
    "heredity": "Familie og arv",
    "pregnancy": "Dette svangerskapet",
    "mother": "Arbeid og familie",
}
BEFORE = ("height", "weight-before", "bmi")
STATED: dict[str, str] = {  # item → its group
    **{row.id: row.section for row in ITEMS.values() if row.section in GROUPS},
    **dict.fromkeys(BEFORE, "before"),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """One group: what is stated of each item, oldest first, and what she takes."""

    group: str
    rows: tuple[tuple[Amount | Answer, ...], ...]
    medicines: tuple[Medicine, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(one.source for rows in (*self.rows, self.medicines) for one in rows)


def stated(facts: Facts) -> tuple[Stated, ...]:
    """The groups of which something is stated, in the order in which a midwife asks for them."""
    found = []
    for group in GROUPS:
        kept = (facts.by_kind.get(item, ()) for item, section in STATED.items() if section == group)
        rows = tuple(tuple(one for one in some if isinstance(one, Amount | Answer)) for some in kept if some)
        medicines = facts.of(Medicine) if group == "medication" else ()
        if rows or medicines:
            found.append(Stated(group, rows, medicines))
    return tuple(found)
