"""TABLE: the heart and the movements of the fetus.

WHO = SMART Guidelines ANC, decision tables (https://www.who.int/publications/i/item/9789240020306); NGF = Norsk
gynekologisk forening, Veileder i fødselshjelp, «Lite liv», 1.2, 13.11.2024
(https://metodebok.no/index.php?action=topic&item=bTNzAXSx).
"""

from collections.abc import Iterator

from app.pregnancy.facts import FetalMovement
from app.pregnancy.gestation import weeks
from app.pregnancy.occasions import fact_match
from app.pregnancy.rules import Case, Match, Rule, When, Window, same_day, within
from app.pregnancy.triggers import each_heart_rate, latest_heart_rate, no_heart
from app.pregnancy.wording import NOBODY_WATCHES

FROM_20 = Window(first=weeks(20), ends=True)
FROM_24 = Window(first=weeks(24), ends=True)


def felt(value: str) -> When:
    """Every time that she felt ``value``."""

    def when(case: Case) -> Iterator[Match]:
        return (fact_match(row) for row in case.facts.of(FetalMovement) if row.value == value)

    return when


ROWS: tuple[Rule, ...] = (
    Rule(
        id="no-fetal-heart",
        kind="alarm",
        title="Hjerteaktivitet ikke påvist",
        fires="looked for and not found, or a rate of 0",
        about=("FetalHeartActivity", "FetalHeartRate"),
        when=no_heart,
        window=Window(ends=True),
        deadline=same_day,
        text="Fosterets{fetus} hjerteaktivitet ble ikke funnet {day}. Ring fødeavdelingen for ultralyd nå.",
        told=None,
        self_reported=False,
        source="WHO ANC.DT.06 (ikke hjerteaktivitet ≥ uke 20: henvis); her ved enhver alder, siden det er lett etter den",
    ),
    Rule(
        id="fetal-heart-rate-abnormal",
        kind="alarm",
        title="Unormal hjertefrekvens hos fosteret",
        fires="< 100 or > 180/min",
        about=("FetalHeartRate",),
        when=each_heart_rate(100, 180),
        window=FROM_20,
        deadline=within(hours=2),
        text="Fosterets{fetus} hjertefrekvens {rate}/min {day}. Lytt på nytt nå; ring fødeavdelingen for CTG.",
        told=None,
        self_reported=False,
        source="WHO ANC.DT.06 (< 100 eller > 180/min fra uke 20)",
        outranks=frozenset({"fetal-heart-rate-repeat"}),
    ),
    Rule(
        id="fetal-heart-rate-repeat",
        kind="task",
        title="Lytt til fosterets hjerte på nytt",
        fires="latest < 110 or > 160/min",
        about=("FetalHeartRate",),
        when=latest_heart_rate(110, 160),
        window=FROM_20,
        deadline=same_day,
        text="Fosterets{fetus} hjertefrekvens {rate}/min {day}, utenfor 110–160. Lytt på nytt i samme konsultasjon.",
        told=None,
        self_reported=False,
        source="FIGO 2015, Intrapartum fetal monitoring: Cardiotocography, tabell over grunnlinje (110–160/min)",
    ),
    Rule(
        id="reduced-fetal-movements",
        kind="alarm",
        title="Mindre liv",
        fires="movements felt as reduced",
        about=("FetalMovement",),
        when=felt("reduced"),
        window=FROM_24,
        deadline=within(hours=12),
        text="Hun kjenner mindre liv{fetus} {day}. Undersøkes på fødeavdelingen innen 12 timer.",
        told="Du kjenner mindre liv enn før. Ring fødeavdelingen nå; du skal undersøkes innen 12 timer. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Lite liv (vedvarende redusert: undersøkes innen 12 timer)",
    ),
    Rule(
        id="no-fetal-movements",
        kind="alarm",
        title="Ikke kjent liv",
        fires="no movements felt",
        about=("FetalMovement",),
        when=felt("none"),
        window=FROM_24,
        deadline=within(hours=2),
        text="Hun kjenner ikke liv{fetus} {day}. Undersøkes på fødeavdelingen innen 2 timer.",
        told="Du kjenner ikke liv. Ring fødeavdelingen nå; du skal undersøkes innen 2 timer. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Lite liv (opphørt aktivitet: undersøkes innen 2 timer)",
    ),
)
