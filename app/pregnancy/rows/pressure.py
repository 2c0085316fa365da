"""TABLE: blood pressure, preeclampsia, aspirin.

NGF = Norsk gynekologisk forening, Veileder i fødselshjelp, «Hypertensive svangerskapskomplikasjoner og eklampsi», 1.2,
1.11.2024 (https://metodebok.no/index.php?action=topic&item=K4U6nNQ3); WHO = SMART Guidelines ANC, decision tables
ANC.DT (https://www.who.int/publications/i/item/9789240020306).
"""

from collections.abc import Iterator

from app.pregnancy.course import POSTPARTUM
from app.pregnancy.gestation import weeks
from app.pregnancy.occasions import due_at, either, is_yes, said, some
from app.pregnancy.risks import aspirin_risks
from app.pregnancy.rules import Case, Match, Rule, Window, same_day, within
from app.pregnancy.triggers import (
    each_pressure,
    latest_pressure_raised,
    pressure_with_protein,
    two_pressures,
)
from app.pregnancy.wording import NOBODY_WATCHES, URGENT_SIGNS

BEFORE_20 = Window(last=weeks(20) - 1, undated=False)
SYMPTOMS = ("symptom-headache", "symptom-vision", "symptom-upper-pain")
REPEAT = frozenset({"hypertension-repeat"})


def raised_after_birth(case: Case) -> Iterator[Match]:
    if case.course.stage == POSTPARTUM:
        yield from latest_pressure_raised(case)


def aspirin(case: Case) -> Iterator[Match]:
    """One high risk or two moderate ones, and she is not known to take it, from 12+0 to 16+0."""
    high, moderate = aspirin_risks(case)
    if is_yes(case, "aspirin-prophylaxis") or (not high and len(moderate) < 2):  # noqa: PLR2004 (two moderate ones)
        return
    yield from some(due_at(weeks(12), weeks(16), case, *(high or moderate)))


ROWS: tuple[Rule, ...] = (
    Rule(
        id="severe-hypertension",
        kind="alarm",
        title="Svært høyt blodtrykk",
        fires="any reading ≥ 160 or ≥ 110 mmHg",
        about=("BloodPressure",),
        when=each_pressure(160, 110),
        window=Window(),
        deadline=within(hours=1),
        text="Blodtrykk {bp} mmHg {day}. Ring fødeavdelingen nå; vurder behandling og innleggelse.",
        told="Blodtrykket ditt er svært høyt. Ring fødeavdelingen nå. " + NOBODY_WATCHES,
        self_reported=True,
        source="WHO ANC.DT.17 (≥ 160/110: alvorlig); NGF, Blodtrykksbehandling",
        outranks=REPEAT | {"postpartum-hypertension"},
    ),
    Rule(
        id="preeclampsia-suspected",
        kind="alarm",
        title="Mistanke om preeklampsi",
        fires="≥ 140/90 and strip ≥ 1+ within 24 hours of it",
        about=("BloodPressure", "UrineProtein"),
        when=pressure_with_protein,
        window=Window(first=weeks(20)),
        deadline=same_day,
        text="Blodtrykk {bp} mmHg og protein {protein} i urinen {day}. Skal vurderes på sykehus samme dag.",
        told="Blodtrykket ditt er høyt og det er protein i urinen. Du skal undersøkes i dag. Ring fødeavdelingen. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Ny definisjon av preeklampsi (≥ 140/90 etter uke 20 med proteinuri); WHO ANC.DT.17",
        outranks=REPEAT | {"postpartum-hypertension"},
    ),
    Rule(
        id="preeclampsia-symptoms",
        kind="alarm",
        title="Symptomer på preeklampsi",
        fires="severe headache, disturbed vision or pain high in the belly",
        about=SYMPTOMS,
        when=either(*(said(item, "yes", every=True) for item in SYMPTOMS)),
        window=Window(first=weeks(20)),
        deadline=same_day,
        text="Kraftig hodepine, synsforstyrrelser eller smerter øverst i magen {day}. Mål blodtrykk, undersøk urinen; "
        "skal vurderes samme dag.",
        told="Det du kjenner, kan være tegn på svangerskapsforgiftning. Ring fødeavdelingen nå. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Hypertensive svangerskapskomplikasjoner (symptomer på preeklampsi); fristen er vår",
    ),
    Rule(
        id="early-hypertension-proteinuria",
        kind="alarm",
        title="Høyt blodtrykk og protein i urinen før uke 20",
        fires="≥ 140/90 and strip ≥ 1+ within 24 hours of it",
        about=("BloodPressure", "UrineProtein"),
        when=pressure_with_protein,
        window=BEFORE_20,
        deadline=same_day,
        text="Blodtrykk {bp} mmHg og protein {protein} i urinen {day}, før uke 20+0. Skal vurderes av lege samme dag.",
        told="Blodtrykket ditt er høyt og det er protein i urinen. Du skal vurderes av lege i dag. "
        "Ring legen eller jordmoren din. " + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Ny definisjon av preeklampsi (før uke 20 er det ikke preeklampsi); WHO ANC.DT.17",
        outranks=REPEAT,
    ),
    Rule(
        id="hypertension",
        kind="task",
        title="Svangerskapshypertensjon",
        fires="two readings ≥ 140/90",
        about=("BloodPressure",),
        when=two_pressures(first=weeks(20)),
        window=Window(first=weeks(20), ends=True),
        deadline=within(days=3),
        text="To målinger på 140/90 eller mer etter uke 20+0: {bp} mmHg. Henvis til spesialisthelsetjenesten.",
        told="Blodtrykket ditt har vært høyt to ganger. Legen eller jordmoren din skal avtale videre oppfølging. "
        + URGENT_SIGNS,
        self_reported=True,
        source="NGF, definisjon av svangerskapshypertensjon (≥ 140/90 ved to målinger etter uke 20)",
        outranks=REPEAT,
    ),
    Rule(
        id="chronic-hypertension",
        kind="task",
        title="Høyt blodtrykk før uke 20",
        fires="two readings ≥ 140/90",
        about=("BloodPressure",),
        when=two_pressures(last=weeks(20) - 1),
        window=BEFORE_20,
        deadline=within(days=7),
        text="To målinger på 140/90 eller mer før uke 20+0: {bp} mmHg. Trolig kronisk hypertensjon; henvis.",
        told="Blodtrykket ditt har vært høyt to ganger tidlig i svangerskapet. "
        "Legen eller jordmoren din skal avtale videre oppfølging.",
        self_reported=True,
        source="NGF, Kvinner med kronisk hypertensjon; Helsedirektoratet, svangerskapsomsorgen, «Preeklampsi»",
        outranks=REPEAT,
    ),
    Rule(
        id="hypertension-repeat",
        kind="task",
        title="Mål blodtrykket på nytt",
        fires="≥ 140/90 and no confirmed normal reading after it",
        about=("BloodPressure",),
        when=latest_pressure_raised,
        window=Window(),
        deadline=same_day,
        text="Siste blodtrykk var {bp} mmHg {day}. Mål på nytt etter 10–15 minutters hvile og undersøk urinen.",
        told="Blodtrykket ditt var litt høyt sist. Det skal måles på nytt. " + URGENT_SIGNS,
        self_reported=True,
        source="WHO ANC.DT.04 (≥ 140/90: ny måling etter 10–15 minutter)",
    ),
    Rule(
        id="postpartum-hypertension",
        kind="task",
        title="Høyt blodtrykk etter fødselen",
        fires="≥ 140/90 after birth and no confirmed normal reading after it",
        about=("BloodPressure",),
        when=raised_after_birth,
        window=Window(after=True),
        deadline=within(days=1),
        text="Blodtrykk {bp} mmHg {day}, etter fødselen. Mål på nytt og undersøk urinen; fra 150/100 behandles det.",
        told="Blodtrykket ditt er høyt etter fødselen. Det skal måles igjen innen ett døgn. " + URGENT_SIGNS,
        self_reported=True,
        source="NGF, Blodtrykksbehandling (≥ 150/100 behandles) og Postpartumoppfølging; fristen er vår",
        outranks=REPEAT,
    ),
    Rule(
        id="aspirin-indicated",
        kind="information",
        title="Vurder acetylsalisylsyre mot preeklampsi",
        fires="one high or two moderate risk factors, not taken, from 12+0 to 16+0",
        about=("aspirin-prophylaxis",),
        when=aspirin,
        window=Window(first=weeks(12), last=weeks(16), undated=False, ends=True),
        deadline=within(days=14),
        text="Risiko for preeklampsi fra {day}. Vurder acetylsalisylsyre 75–150 mg om kvelden; se etter kontraindikasjoner.",
        told=None,
        self_reported=False,
        source="NGF, Reduksjon av risiko (75–150 mg fra uke 12)",
        timed=True,
        off="NGF's table of high and moderate risk factors could not be read; the factors here are the report's",
    ),
)
