"""TABLE: infections of the mother, and what the newborn needs because of them.

NGF = Norsk gynekologisk forening, Veileder i fødselshjelp (https://metodebok.no); Helsedirektoratet, barselomsorgen
(https://www.helsebiblioteket.no/retningslinjer/barselomsorgen) and svangerskapsomsorgen.
"""

from collections.abc import Iterator

from app.pregnancy.facts import BirthOutcome
from app.pregnancy.occasions import either, said
from app.pregnancy.rules import Case, Match, Rule, Window, match, within

ENDS = Window(ends=True)


def newborn(case: Case) -> Iterator[Match]:
    """She carries hepatitis B, a child is born, and it has neither been given nor declined."""
    row = case.facts.answer("hbsag")
    born = [fact for fact in case.facts.of(BirthOutcome) if fact.outcome == "live-birth"]
    given = [fact for fact in case.facts.answers("newborn-hepatitis-b") if fact.value != "not-given"]
    if row and row.value == "positive" and born and not given:
        yield match(row, *born, day=f"{born[0].day:%d.%m.%Y}")


ROWS: tuple[Rule, ...] = (
    Rule(
        id="bacteriuria",
        kind="task",
        title="Bakterier i urinen",
        fires="latest urine culture positive",
        about=("bacteriuria-culture",),
        when=said("bacteriuria-culture", "positive"),
        window=ENDS,
        deadline=within(days=3),
        text="Positiv urindyrkning {day}. Vurder ny prøve og behandling etter resistens; kontrollprøve etterpå.",
        told="Urinprøven viser bakterier. Legen eller jordmoren din vurderer behandling.",
        self_reported=False,
        source="SUS, GBS-prosedyre 2.3 (≥ 100 000/ml i to prøver behandles også uten symptomer); fristen er vår",
    ),
    Rule(
        id="gbs-positive",
        kind="information",
        title="Gruppe B-streptokokker",
        fires="GBS found, GBS in the urine, or an earlier child with invasive GBS disease",
        about=("gbs", "gbs-urine", "previous-gbs-child"),
        when=either(
            said("gbs", "positive"), said("gbs-urine", "positive"), said("previous-gbs-child", "yes")
        ),
        window=ENDS,
        deadline=within(days=140),
        text="GBS {day}. Antibiotika i fødsel ved GBS i urin eller tidligere sykt barn; ellers ved risikofaktorer.",
        told=None,
        self_reported=False,
        source="NGF, Gruppe B streptokokker hos gravide og fødende, 1.3, 1.11.2024",
    ),
    Rule(
        id="chlamydia",
        kind="task",
        title="Klamydia",
        fires="latest test positive",
        about=("chlamydia-test",),
        when=said("chlamydia-test", "positive"),
        window=ENDS,
        deadline=within(days=7),
        text="Klamydia påvist {day}. Tilby antibiotika og partnerundersøkelse.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, antibiotika, Genital klamydiainfeksjon, 1.0, 27.6.2024; fristen er vår",
    ),
    Rule(
        id="hepatitis-b-positive",
        kind="task",
        title="Hepatitt B",
        fires="latest HBsAg positive",
        about=("hbsag",),
        when=said("hbsag", "positive"),
        window=ENDS,
        deadline=within(days=7),
        text="HBsAg positiv {day}. Ta HBV DNA; henvis til infeksjonsmedisiner innen utgangen av andre trimester. Meld til fødested.",
        told=None,
        self_reported=False,
        source="Norsk barnelegeforening, nyfødtveileder 4.14, 15.3.2023 (henvises innen utgangen av 2. trimester)",
    ),
    Rule(
        id="hepatitis-b-newborn",
        kind="alarm",
        title="Barnet trenger hepatitt B-profylakse",
        fires="HBsAg positive and a live birth, prophylaxis neither given nor declined",
        about=("hbsag", "BirthOutcome", "newborn-hepatitis-b"),
        when=newborn,
        window=Window(after=True),
        deadline=within(hours=24),
        text="Mor er HBsAg-positiv og barnet født {day}. Immunglobulin og vaksine så snart som mulig, innen 24 timer.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, barselomsorgen, «Forebygging av hepatitt B» (innen 24 timer)",
    ),
    Rule(
        id="hiv-positive",
        kind="task",
        title="HIV",
        fires="latest test positive",
        about=("hiv",),
        when=said("hiv", "positive"),
        window=Window(),
        deadline=within(days=1),
        text="HIV-prøve positiv {day}. Bekreft, og henvis til infeksjonsmedisiner og fødested samme dag.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, svangerskapsomsorgen, basisprogram (HIV i første trimester); fristen er vår",
    ),
    Rule(
        id="syphilis-positive",
        kind="task",
        title="Syfilis",
        fires="latest test positive",
        about=("syphilis",),
        when=said("syphilis", "positive"),
        window=Window(),
        deadline=within(days=1),
        text="Syfilisprøve positiv {day}. Bekreft, og henvis til spesialist for behandling nå.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, svangerskapsomsorgen, basisprogram (syfilis i første trimester); fristen er vår",
    ),
    Rule(
        id="rubella-non-immune",
        kind="information",
        title="Ikke immun mot røde hunder",
        fires="latest rubella antibodies: not immune",
        about=("rubella",),
        when=said("rubella", "non-immune"),
        window=Window(),
        deadline=within(days=280),
        text="Ikke immun mot røde hunder ({day}). Ikke vaksine i svangerskapet; tilby MMR før utskriving fra barsel.",
        told="Du er ikke beskyttet mot røde hunder. Du får tilbud om vaksine etter fødselen.",
        self_reported=False,
        source="Helsedirektoratet, barselomsorgen, «Rubellavaksine» (MMR før utskriving; ikke til gravide)",
    ),
)
