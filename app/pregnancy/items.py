"""Every single thing that is asked, measured or found and has no fact of its own: the rows of ``asked`` and ``found``.

How each is recorded in FHIR: docs/content.md. https://www.nhn.no/tjenester/digitalt-helsekort-for-gravide
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.pregnancy import asked, found
from app.pregnancy.asked import TEXT, YN, Row

ANSWERED = ("yes", "no", "unknown")
FOUND = ("positive", "negative", "inconclusive")
IMMUNE = ("immune", "non-immune", "inconclusive")
SCREENED = ("positive", "negative", "not-reportable", "insufficient")
GIVEN = ("given", "declined", "not-given")
USED = ("none", "stopped", "occasional", "daily", "yes", "no", "unknown")
SITES = ("anterior", "posterior", "fundal", "lateral", "low", "praevia")
EVENTS = ("vaginal-bleeding", "invasive-test", "trauma", "external-version", "other")
MODES = ("spontaneous", "vacuum", "forceps", "breech", "caesarean-planned", "caesarean-acute")
FREE = ("",)  # any text


@dataclass(frozen=True, slots=True)
class Item:
    """One row. ``unit`` makes it an amount, ``answers`` an answer; ``plausible`` is what is hardly a slip of the pen."""

    id: str
    section: str
    name: str
    answers: tuple[str, ...] = ()
    unit: str = ""
    plausible: tuple[float, float] | None = None
    dhg: str = ""
    per_fetus: bool = False


PER_FETUS = frozenset(
    {"fetal-rhd", "child-rhd", "fetus-note"}
    | {row[0] for row in (*found.ULTRASOUND, *found.BIRTH)}
    - {"cervix-length", "chorionicity", "amnionicity", "blood-loss", "perineal-tear", "discharged", "breastfeeding"}
)  # fmt: skip
SETS = {
    YN: ANSWERED, TEXT: FREE, "found": FOUND, "immune": IMMUNE, "screened": SCREENED, "given": GIVEN, "used": USED,
    "site": SITES, "event": EVENTS, "mode": MODES,
}  # fmt: skip
SECTIONS: dict[str, tuple[Row, ...]] = {
    "mother": asked.MOTHER, "pregnancy": asked.PREGNANCY, "previous": asked.PREVIOUS, "heredity": asked.HEREDITY, "illness": asked.CONDITIONS,
    "medication": asked.MEDICATION, "lifestyle": asked.LIFESTYLE, "tests": found.TESTS, "rhd": found.RHD, "vitals": found.VITALS,
    "ultrasound": found.ULTRASOUND, "nipt": found.NIPT, "symptoms": found.SYMPTOMS, "mental-health": asked.NEEDS, "birth": found.BIRTH,
}  # fmt: skip


def _items() -> Iterator[Item]:
    for section, rows in SECTIONS.items():
        for id_, name, holds, dhg in rows:
            first, *range_ = holds.split()
            low, high = (float(range_[0]), float(range_[1])) if _measured(range_) else (0.0, 0.0)
            yield Item(
                id=id_,
                section=section,
                name=name,
                answers=() if _measured(range_) else SETS.get(holds, tuple(holds.split())),
                unit=first if _measured(range_) else "",
                plausible=(low, high) if _measured(range_) else None,
                dhg=dhg,
                per_fetus=id_ in PER_FETUS,
            )


def _measured(words: list[str]) -> bool:
    return len(words) == 2 and words[1].replace(".", "", 1).isdigit()  # noqa: PLR2004 (a unit, low, high)


ITEMS: dict[str, Item] = {row.id: row for row in _items()}
_FIRST = ("Hb", "ABO", "RhD", "ABO og RhD", "Blodtypeantistoff", "Hvilket antistoff", "Ferritin")
_NAMES = (*_FIRST, *(row.name for row in ITEMS.values() if row.section in {"tests", "rhd"}))
ANALYSES: dict[str, int] = {
    name: at for at, name in enumerate(dict.fromkeys(_NAMES))
}  # the order on the card
