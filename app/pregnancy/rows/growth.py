"""TABLE: growth, fluid, placenta, twins, how the fetus lies.

NGF = Norsk gynekologisk forening, Veileder i fødselshjelp (https://metodebok.no); ISUOG = Practice Guidelines: role of
ultrasound in twin pregnancy, Ultrasound Obstet Gynecol 2016; 47: 247-263.
"""

from collections.abc import Iterator

from app.pregnancy.facts import FundalHeight, Presentation
from app.pregnancy.gestation import weeks
from app.pregnancy.occasions import decimal, due_at, either, fact_match, last, of_fetus, said, some
from app.pregnancy.rules import Case, Match, Rule, Window, match, within

NO_BAND = "Norwegian percentiles for symphysis-fundus height could not be read; no other country's stand in for them"
GROWING = (weeks(24), weeks(37))  # between these a height that stands still for two weeks is a flat curve
ENDS = Window(ends=True)


def flat(case: Case) -> Iterator[Match]:
    """The latest height is not above one taken at least fourteen days before it, both from 24+0 to 36+6."""
    rows = [row for row in case.facts.of(FundalHeight)
            if (days := case.days(row.day)) is not None and GROWING[0] <= days < GROWING[1]]  # fmt: skip
    if not rows:
        return
    latest = rows[-1]
    before = [row for row in rows if (latest.day - row.day).days >= 14]  # noqa: PLR2004
    if before and latest.value <= before[-1].value:
        yield match(before[-1], latest, sf=decimal(latest.value), before=decimal(before[-1].value),
                    day=f"{latest.day:%d.%m.%Y}")  # fmt: skip


def nothing(_: Case) -> Iterator[Match]:
    """Without an established band nothing can be outside it."""
    return iter(())


def lying(case: Case) -> Iterator[Match]:
    """The latest presentation of a fetus, seen from 36+0 on, is not the head."""
    latest = {row.fetus: row for row in case.facts.of(Presentation)}
    for row in latest.values():
        days = case.days(row.day)
        if row.value in {"breech", "transverse"} and days is not None and days >= weeks(36):
            yield fact_match(row)


def low_placenta(case: Case) -> Iterator[Match]:
    """Low or praevia at the latest scan, seen from 17+0 on."""
    for found in said("placenta-site", "low", "praevia")(case):
        days = case.days(found.seen.date())
        if days is None or days >= weeks(17):
            yield found


def monochorionic(case: Case) -> Iterator[Match]:
    row = case.facts.answer("chorionicity")
    if row and row.value == "monochorionic":
        yield from some(due_at(weeks(16), None, case, row))


def small(case: Case) -> Iterator[Match]:
    """The latest estimated weight of a fetus is below the tenth percentile, or 15 % or more below the mean."""
    found: dict[str, Match] = {}
    low = last("efw-percentile", lambda value: value < 10), last("efw-deviation", lambda value: value <= -15)  # noqa: PLR2004
    for row in either(*low)(case):
        found.setdefault(of_fetus(row.fetus), row)
    yield from found.values()


def fluid(case: Case) -> Iterator[Match]:
    """Said to be reduced or increased, or measured below what the post-term control calls little."""
    found: dict[str, Match] = {}
    signs = (
        said("amniotic-fluid", "reduced", "increased"),
        last("amniotic-fluid-index", lambda value: value < 5),  # noqa: PLR2004
        last("deepest-pocket", lambda value: value < 2),  # noqa: PLR2004
    )
    for row in either(*signs)(case):
        found.setdefault(of_fetus(row.fetus), row)
    yield from found.values()


ROWS: tuple[Rule, ...] = (
    Rule(
        id="sf-flattening",
        kind="task",
        title="SF-kurven flater ut",
        fires="latest fundal height not above one at least 14 days older, both from 24+0 to 36+6",
        about=("FundalHeight",),
        when=flat,
        window=ENDS,
        deadline=within(days=3),
        text="SF-mål {sf} cm {day}, ikke økt fra {before} cm. Vurder ultralyd; henvis.",
        told="Magen har ikke vokst siden sist. Jordmoren eller legen din vurderer en ekstra ultralyd.",
        self_reported=False,
        source="Helsedirektoratet, svangerskapsomsorgen, «Symfyse-fundus-mål» (avflating: henvis); 14 dager er vår grense",
    ),
    Rule(
        id="sf-below-curve",
        kind="task",
        title="SF-mål under kurven",
        fires="fundal height below its band",
        about=("FundalHeight",),
        when=nothing,
        window=ENDS,
        deadline=within(days=3),
        text="SF-mål under kurven. Vurder ultralyd; henvis.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, svangerskapsomsorgen, «Symfyse-fundus-mål» (avvikende kurve: henvis)",
        off=NO_BAND,
    ),
    Rule(
        id="sf-above-curve",
        kind="task",
        title="SF-mål over kurven",
        fires="fundal height above its band",
        about=("FundalHeight",),
        when=nothing,
        window=ENDS,
        deadline=within(days=7),
        text="SF-mål over kurven. Vurder ultralyd; henvis.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, svangerskapsomsorgen, «Symfyse-fundus-mål» (avvikende kurve: henvis)",
        off=NO_BAND,
    ),
    Rule(
        id="efw-below-10",
        kind="task",
        title="Estimert vekt under tiende persentil",
        fires="latest estimated weight below the 10th percentile, or a deviation of −15 % or lower",
        about=("efw-percentile", "efw-deviation"),
        when=small,
        window=ENDS,
        deadline=within(days=2),
        text="Fosterets{fetus} estimerte vekt {day}: {value} {unit}. Vurder veksthemming; fostermedisinsk oppfølging.",
        told=None,
        self_reported=False,
        source="NGF, Intrauterin veksthemming, 1.1, 17.7.2024 (SGA: under tiende persentil eller avvik ≥ 15 %)",
    ),
    Rule(
        id="fluid-abnormal",
        kind="task",
        title="Avvikende fostervannsmengde",
        fires="fluid said to be reduced or increased, index < 5 cm or deepest pocket < 2 cm",
        about=("amniotic-fluid", "amniotic-fluid-index", "deepest-pocket"),
        when=fluid,
        window=ENDS,
        deadline=within(days=1),
        text="Avvikende mengde fostervann{fetus} {day}. Vurderes i spesialisthelsetjenesten.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, svangerskapsomsorgen, «Svangerskap passert termin» (AFI < 5 cm, lomme < 2 cm)",
    ),
    Rule(
        id="low-placenta-rescan",
        kind="task",
        title="Lavtliggende morkake: ny ultralyd",
        fires="placenta low or praevia at the latest scan, from 17+0",
        about=("placenta-site",),
        when=low_placenta,
        window=ENDS,
        deadline=within(days=28),
        text="Lavtliggende morkake {day}. Avtal ny ultralyd i spesialisthelsetjenesten; hun skal vite hva hun gjør ved blødning.",
        told="Morkaken ligger lavt. Du skal ha en ny ultralyd senere. Blør du, ring fødeavdelingen med en gang.",
        self_reported=False,
        source="Norsk elektronisk legehåndbok, Placenta previa (påvist i uke 18: følges i spesialisthelsetjenesten)",
    ),
    Rule(
        id="monochorionic-surveillance",
        kind="information",
        title="Monokoriale tvillinger: ultralyd hver 14. dag",
        fires="monochorionic, from 16+0",
        about=("chorionicity",),
        when=monochorionic,
        window=ENDS,
        deadline=within(days=14),
        text="Monokoriale tvillinger. Ultralyd hver 14. dag fra {day} (uke 16) på sykehus.",
        told="Tvillingene deler morkake. Du skal ha ultralyd på sykehuset omtrent hver 14. dag fra uke 16.",
        self_reported=False,
        source="ISUOG 2016 (hver 14. dag fra uke 16); NGF, Tvillinger (tilpasset korionisitet)",
        timed=True,
    ),
    Rule(
        id="malpresentation-at-36",
        kind="task",
        title="Ikke hodeleie etter uke 36",
        fires="latest presentation breech or transverse, seen from 36+0",
        about=("Presentation",),
        when=lying,
        window=ENDS,
        deadline=within(days=2),
        text="Fosteret{fetus} ligger ikke med hodet ned {day}. Henvis til ultralyd og samtale om vending og fødemåte.",
        told="Barnet ligger ikke med hodet ned. Du skal til ultralyd på sykehuset og få snakke om vending og fødsel.",
        self_reported=False,
        source="Helsedirektoratet, svangerskapsomsorgen, basisprogram (leie fra uke 36); fristen er vår",
    ),
)
