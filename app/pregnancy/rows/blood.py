"""TABLE: haemoglobin and iron.

WHO = SMART Guidelines ANC, decision tables (https://www.who.int/publications/i/item/9789240020306); SUS = Stavanger
universitetssjukehus, Kvinneklinikken; iron by ferritin before week 16: Helsedirektoratet, svangerskapsomsorgen,
«Jerntilskudd» (https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen).
"""

from collections.abc import Iterator

from app.pregnancy.facts import Haemoglobin
from app.pregnancy.gestation import SECOND_TRIMESTER, weeks
from app.pregnancy.occasions import decimal, fact_match, last
from app.pregnancy.rules import Case, Match, Rule, Window, same_day, within
from app.pregnancy.triggers import anaemia, haemoglobin_below

IRON = "Helsedirektoratet, svangerskapsomsorgen, «Jerntilskudd» (ferritin før utgangen av uke 15: < 12 straks, < 30 60 mg, 30–70 40 mg)"
EARLY = Window(last=weeks(16) - 1, ends=True)


def concentrated(case: Case) -> Iterator[Match]:
    row = case.facts.last(Haemoglobin)
    if row and row.value > 13.5:  # noqa: PLR2004 (g/dL)
        yield fact_match(row, hb=decimal(row.value))


ROWS: tuple[Rule, ...] = (
    Rule(
        id="severe-anaemia",
        kind="alarm",
        title="Alvorlig anemi",
        fires="latest Hb < 7.0 g/dL",
        about=("Haemoglobin",),
        when=haemoglobin_below(7.0),
        window=Window(ends=True),
        deadline=same_day,
        text="Hb {hb} g/dL {day}, under {limit}. Kontakt sykehus samme dag.",
        told=None,
        self_reported=False,
        source="WHO/NMH/NHD/MNM/11.1, tabell 1 (gravide: < 70 g/L er alvorlig)",
        outranks=frozenset({"anaemia"}),
    ),
    Rule(
        id="anaemia",
        kind="task",
        title="Anemi",
        fires="latest Hb < 11.0 g/dL (to 12+6, from 28+0, undated) or < 10.5 (13+0–27+6)",
        about=("Haemoglobin",),
        when=anaemia,
        window=Window(ends=True),
        deadline=within(days=14),
        text="Hb {hb} g/dL {day}, under {limit} for trimesteret. Ta ferritin, vurder jern.",
        told="Blodprosenten din er lav. Snakk med jordmoren eller legen din om jerntilskudd ved neste time.",
        self_reported=False,
        source="WHO ANC.DT.25 (< 110 g/L til uke 12 og fra uke 28, < 105 g/L i uke 13–27)",
    ),
    Rule(
        id="haemoconcentration",
        kind="task",
        title="Høy blodprosent",
        fires="latest Hb > 13.5 g/dL, taken from 13+0",
        about=("Haemoglobin",),
        when=concentrated,
        window=Window(first=SECOND_TRIMESTER, undated=False, ends=True),
        deadline=within(days=3),
        text="Hb {hb} g/dL {day}, over 13,5 etter første trimester. Vurder hemokonsentrasjon; henvis.",
        told="Blodprosenten din er høyere enn vanlig i svangerskapet. Legen eller jordmoren din vurderer det videre.",
        self_reported=False,
        source="SUS, prosedyre om Hb i svangerskapet (> 13,5 g/dL i 2. og 3. trimester: henvis); fristen er vår",
    ),
    Rule(
        id="ferritin-empty",
        kind="task",
        title="Tomme jernlagre",
        fires="latest ferritin < 12 µg/L, taken before 16+0",
        about=("ferritin",),
        when=last("ferritin", lambda value: value < 12),  # noqa: PLR2004
        window=EARLY,
        deadline=within(days=7),
        text="Ferritin {value} µg/L {day}. Start jerntilskudd straks.",
        told="Jernlagrene dine er tomme. Du bør begynne med jerntilskudd nå; snakk med jordmoren eller legen din.",
        self_reported=False,
        source=IRON,
    ),
    Rule(
        id="low-ferritin",
        kind="task",
        title="Lave jernlagre",
        fires="latest ferritin 12 to < 30 µg/L, taken before 16+0",
        about=("ferritin",),
        when=last("ferritin", lambda value: 12 <= value < 30),  # noqa: PLR2004
        window=EARLY,
        deadline=within(days=28),
        text="Ferritin {value} µg/L {day}. Anbefal 60 mg jern daglig fra uke 18–20.",
        told="Jernlagrene dine er lave. Snakk med jordmoren eller legen din om jerntilskudd fra uke 18–20.",
        self_reported=False,
        source=IRON,
    ),
    Rule(
        id="ferritin-moderate",
        kind="information",
        title="Jerntilskudd fra uke 18–20",
        fires="latest ferritin 30 to 70 µg/L, taken before 16+0",
        about=("ferritin",),
        when=last("ferritin", lambda value: 30 <= value <= 70),  # noqa: PLR2004
        window=EARLY,
        deadline=within(days=56),
        text="Ferritin {value} µg/L {day}. Anbefal 40 mg jern daglig fra uke 18–20.",
        told="Det anbefales at du tar jerntilskudd fra uke 18–20. Snakk med jordmoren eller legen din.",
        self_reported=False,
        source=IRON,
    ),
)
