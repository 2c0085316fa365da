"""TABLE: habits, violence, mental health, language, the way to the place of birth.

Helsedirektoratet, svangerskapsomsorgen, «Levevaner hos gravide» and chapter 7, «Vold i nære relasjoner og
kjønnslemlestelse hos gravide» (https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen). Nothing about
violence or mutilation is told to her on a screen that somebody else may see.
"""

from collections.abc import Iterator

from app.pregnancy.background import Woman
from app.pregnancy.occasions import each, either, fact_match, last, said
from app.pregnancy.rules import Case, Match, Rule, Window, same_day, within
from app.pregnancy.tongues import called
from app.pregnancy.wishes import Wishes
from app.pregnancy.wording import NOBODY_WATCHES

HABITS = "Helsedirektoratet, svangerskapsomsorgen, «Levevaner hos gravide»"
CHAPTER_7 = (
    "Helsedirektoratet, svangerskapsomsorgen, kapittel 7, «Vold i nære relasjoner og kjønnslemlestelse»"
)
UNKNOWN = "ukjent språk"
ENDS, ALWAYS = Window(ends=True), Window()
USES = ("daily", "occasional", "yes")


def interpreter(case: Case) -> Iterator[Match]:
    """By what is registered of her, or by her own word in the birth plan, which is the later one."""
    who, plan = case.facts.last(Woman), case.facts.last(Wishes)
    if who and who.interpreter:
        yield fact_match(who, language=called(who.language) or UNKNOWN)
    elif plan and plan.interpreter:
        yield fact_match(plan, language=called(plan.language or (who.language if who else "")) or UNKNOWN)


ROWS: tuple[Rule, ...] = (
    Rule(
        id="tobacco",
        kind="task",
        title="Røyk eller snus",
        fires="latest answer: uses tobacco or snus",
        about=("smoking", "snus"),
        when=either(said("smoking", *USES), said("snus", *USES)),
        window=ENDS,
        deadline=within(days=28),
        text="Bruker tobakk ({day}). Gi råd om å slutte, tilby hjelp; spør igjen i uke 36.",
        told="Det beste for deg og barnet er å slutte med røyk og snus. Jordmoren eller legen din kan hjelpe deg.",
        self_reported=True,
        source=HABITS,
    ),
    Rule(
        id="alcohol",
        kind="task",
        title="Alkohol i svangerskapet",
        fires="latest answer: drinks alcohol",
        about=("alcohol-use",),
        when=said("alcohol-use", *USES),
        window=ENDS,
        deadline=within(days=14),
        text="Drikker alkohol ({day}). Samtale og oppfølging; det finnes ingen trygg mengde i svangerskapet.",
        told=None,
        self_reported=True,
        source=HABITS,
    ),
    Rule(
        id="substance-use",
        kind="task",
        title="Rusmidler i svangerskapet",
        fires="latest answer: uses other substances",
        about=("substances",),
        when=said("substances", *USES),
        window=ENDS,
        deadline=within(days=3),
        text="Bruker rusmidler ({day}). Samtale; henvis til tverrfaglig oppfølging av gravide.",
        told=None,
        self_reported=True,
        source=HABITS,
    ),
    Rule(
        id="violence-disclosed",
        kind="task",
        title="Har fortalt om vold",
        fires="latest answer: violence or abuse",
        about=("violence",),
        when=said("violence", "yes"),
        window=ALWAYS,
        deadline=within(days=1),
        text="Har fortalt om vold ({day}). Snakk med henne alene; vurder sikkerhet, avverge- og meldeplikt, hjelpetiltak.",
        told=None,
        self_reported=True,
        source=CHAPTER_7,
    ),
    Rule(
        id="fgm",
        kind="task",
        title="Kjønnslemlestelse",
        fires="latest answer: genital mutilation",
        about=("genital-mutilation",),
        when=said("genital-mutilation", "yes"),
        window=ENDS,
        deadline=within(days=28),
        text="Kjønnslemlestet ({day}). Tilby vurdering på sykehus før fødselen, og samtale.",
        told=None,
        self_reported=True,
        source=CHAPTER_7,
    ),
    Rule(
        id="previous-mental-illness",
        kind="task",
        title="Tidligere alvorlig psykisk sykdom",
        fires="bipolar disorder, psychosis or severe depression, now or before",
        about=("severe-mental-illness",),
        when=said("severe-mental-illness", "yes"),
        window=ALWAYS,
        deadline=within(days=14),
        text="Alvorlig psykisk sykdom, nå eller tidligere. Lag plan for svangerskap og barsel; ikke stopp legemidler uten plan.",
        told=None,
        self_reported=True,
        source="NGF, Mental helse i svangerskapet, 1.2, 13.11.2024 (individuell barselomsorg; legemidler)",
    ),
    Rule(
        id="epds-raised",
        kind="task",
        title="EPDS 10 eller mer",
        fires="latest EPDS ≥ 10",
        about=("epds",),
        when=last("epds", lambda value: value >= 10),  # noqa: PLR2004
        window=ALWAYS,
        deadline=within(days=7),
        text="EPDS {value} {day}. Samtale om svarene; vurder oppfølging hos fastlege eller psykisk helsetjeneste.",
        told=None,
        self_reported=True,
        source="EPDS (Cox, Holden, Sagovsky 1987), grense 10 som i kommunal bruk; retningslinjen anbefaler ikke screening av alle",
    ),
    Rule(
        id="epds-self-harm",
        kind="alarm",
        title="Tanker om selvskading",
        fires="EPDS item 10 ≥ 1",
        about=("epds-item-10",),
        when=each("epds-item-10", lambda value: value >= 1),
        window=ALWAYS,
        deadline=same_day,
        text="Svar på EPDS spørsmål 10: {value} ({day}). Snakk med henne i dag; vurder selvmordsfare.",
        told="Du har svart at du tenker på å skade deg selv. Du er ikke alene. Ring legen din eller legevakten, 116 117, nå. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="Cox, Holden, Sagovsky, Br J Psychiatry 1987;150:782-6 (spørsmål 10: all tanke på selvskading vurderes)",
    ),
    Rule(
        id="interpreter-needed",
        kind="information",
        title="Trenger tolk",
        fires="she needs an interpreter, as registered or by her birth plan",
        about=("Woman", "Wishes"),
        when=interpreter,
        window=ALWAYS,
        deadline=within(days=7),
        text="Trenger tolk: {language}. Bestill kvalifisert tolk til hver time; ikke bruk familie.",
        told=None,
        self_reported=True,
        source="Tolkeloven § 6 (kvalifisert tolk der det er nødvendig for forsvarlig hjelp)",
    ),
    Rule(
        id="escort-service",
        kind="information",
        title="Følgetjeneste",
        fires="real travel time to the place of birth ≥ 90 minutes",
        about=("travel-time",),
        when=last("travel-time", lambda value: value >= 90),  # noqa: PLR2004
        window=ENDS,
        deadline=within(days=140),
        text="Reisetid {value} minutter. Rett på følgetjeneste; avtal plan med jordmor og fødested i god tid.",
        told="Du har lang vei til fødestedet og har rett til følge av jordmor eller lege. Avtal plan med jordmoren din.",
        self_reported=True,
        source="St.meld. nr. 12 (2008–2009); Helsedirektoratet, Et trygt fødetilbud (halvannen times reell reisetid)",
    ),
)
