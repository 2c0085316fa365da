"""TABLE: RhD-negative women and antibodies.

Helsedirektoratet, svangerskapsomsorgen, «ABO/RhD-typing og blodtypeantistoff»
(https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen/rutinemalinger-i-blodet-til-gravide); barselomsorgen,
«Rh-immunisering». An immunised woman is given no anti-D: rows about giving it are silent then.
"""

from collections.abc import Iterator
from datetime import timedelta

from app.pregnancy.contradictions import fetal_rhesus, rhesus
from app.pregnancy.facts import BirthOutcome, RhesusD
from app.pregnancy.gestation import weeks
from app.pregnancy.kept import Answer
from app.pregnancy.occasions import due_at, fact_match, some
from app.pregnancy.rules import Case, Match, Rule, Window, match, within

BLOOD = "Helsedirektoratet, svangerskapsomsorgen, «ABO/RhD-typing og blodtypeantistoff»"
AFTER_BIRTH = "Helsedirektoratet, barselomsorgen, «Rh-immunisering» (innen 72 timer, også etter profylakse i svangerskapet)"
ENDS = Window(ends=True)
SPAN = timedelta(hours=72)


def negative(case: Case) -> RhesusD | None:
    row = rhesus(case.facts)
    return row if row and not row.positive else None


def immunised(case: Case) -> bool:
    return any(row.value == "anti-d" for row in case.facts.answers("antibody-type"))


def _declined(case: Case, item: str, *answers: str) -> bool:
    row = case.facts.answer(item)
    return row is not None and row.value in answers


def typing(case: Case) -> Iterator[Match]:
    """From week 24, until 36, where there is no result and she has not said no."""
    mother = negative(case)
    if mother is None or immunised(case) or case.facts.answers("fetal-rhd"):
        return
    if not _declined(case, "fetal-rhd-consent", "no"):
        yield from some(due_at(weeks(24), weeks(36), case, mother))


def prophylaxis(case: Case) -> Iterator[Match]:
    """From week 28, where a fetus is RhD-positive or it is not known, and it is neither given nor declined."""
    mother, latest = negative(case), fetal_rhesus(case.facts)
    told = [row for row in latest if row.value in {"positive", "inconclusive"}]
    if mother is None or immunised(case) or (latest and not told):
        return
    start = case.start_of(weeks(27))
    done = [row for row in case.facts.answers("anti-d")
            if row.value in {"given", "declined"} and start and row.when >= start]  # fmt: skip
    if not done:
        yield from some(due_at(weeks(28), None, case, mother, *told))


def _of_each(case: Case, item: str) -> tuple[Answer, ...]:
    return tuple({row.fetus: row for row in case.facts.answers(item)}.values())


def after_birth(case: Case) -> Iterator[Match]:
    """A birth from 22+0 on of a child that is not known to be RhD-negative, and anti-D is neither given nor declined."""
    mother = negative(case)
    born = [row for row in case.facts.of(BirthOutcome) if row.outcome in {"live-birth", "stillbirth"}]
    if mother is None or immunised(case) or not born:
        return
    children = _of_each(case, "child-rhd") or fetal_rhesus(case.facts)
    if children and all(row.value == "negative" for row in children):
        return
    since = born[0].when
    if any(row.value in {"given", "declined"} and row.when >= since for row in case.facts.answers("anti-d")):
        return
    yield match(mother, *born, *(row for row in children if row.value != "negative"), day=f"{born[0].day:%d.%m.%Y}")  # fmt: skip


def after_event(case: Case) -> Iterator[Match]:
    """Each event that may immunise her, an early loss too, without anti-D within 72 hours of it."""
    mother = negative(case)
    if mother is None or immunised(case):
        return
    fetal = fetal_rhesus(case.facts)
    if fetal and all(row.value == "negative" for row in fetal):
        return
    given = [row for row in case.facts.answers("anti-d") if row.value in {"given", "declined"}]
    lost = [row for row in case.facts.of(BirthOutcome) if row.outcome in {"miscarriage", "termination"}]
    for event in (*case.facts.answers("sensitising-event"), *lost):
        if not any(timedelta() <= row.when - event.when <= SPAN for row in given):
            yield fact_match(event, mother)


def control(case: Case) -> Iterator[Match]:
    """Week 18 where she is immunised; 24 for every RhD-negative; 32 and 36 where the fetus was not typed."""
    mother = negative(case)
    if mother is None:
        return
    untyped = [] if case.facts.answers("fetal-rhd") else [(weeks(32), weeks(35)), (weeks(36), weeks(39))]
    planned = [*([(weeks(18), weeks(21))] if immunised(case) else []), (weeks(24), weeks(27)), *untyped]
    taken = [case.days(row.day) for row in case.facts.answers("antibody-screen")]
    for start, end in planned:
        if not any(days is not None and start - 7 <= days <= end for days in taken):
            yield from some(due_at(start, end, case, mother))


def other(case: Case) -> Iterator[Match]:
    """Antibodies are found, and they are not said to be anti-D."""
    row = case.facts.answer("antibody-screen")
    if row and row.value == "positive" and not immunised(case):
        yield fact_match(row)


ROWS: tuple[Rule, ...] = (
    Rule(
        id="rhd-typing-due",
        kind="task",
        title="RhD-typing av fosteret",
        fires="RhD-negative, fetus not typed, not declined, not immunised, from 24+0 to 36+0",
        about=("RhesusD", "fetal-rhd", "fetal-rhd-consent"),
        when=typing,
        window=ENDS,
        deadline=within(days=14),
        text="RhD-negativ, og fosteret er ikke RhD-typet. Ta prøve og antistoff fra {day} (uke 24); mulig til uke 36.",
        told="Du er RhD-negativ. Fra uke 24 kan en blodprøve vise fosterets blodtype. Spør jordmoren eller legen din.",
        self_reported=False,
        source=f"{BLOOD} (uke 24)",
        timed=True,
    ),
    Rule(
        id="anti-d-due",
        kind="task",
        title="Anti-D i uke 28",
        fires="RhD-negative, fetus RhD-positive or not known, anti-D not given or declined since 27+0, from 28+0",
        about=("RhesusD", "fetal-rhd", "anti-d"),
        when=prophylaxis,
        window=ENDS,
        deadline=within(days=7),
        text="RhD-negativ, fosteret RhD-positivt eller uavklart. Gi anti-D fra {day} (uke 28).",
        told="Du er RhD-negativ og skal få tilbud om en sprøyte med anti-D i uke 28. Spør jordmoren eller legen din.",
        self_reported=False,
        source=f"{BLOOD} (uke 28)",
        timed=True,
    ),
    Rule(
        id="anti-d-after-birth",
        kind="alarm",
        title="Anti-D etter fødselen",
        fires="RhD-negative, a child born that is not known to be RhD-negative, anti-D not given or declined since",
        about=("RhesusD", "BirthOutcome", "child-rhd", "fetal-rhd", "anti-d"),
        when=after_birth,
        window=Window(),
        deadline=within(hours=72),
        text="RhD-negativ og født {day}. Finn barnets RhD-type; er det RhD-positivt, gi anti-D innen 72 timer.",
        told=None,
        self_reported=False,
        source=AFTER_BIRTH,
    ),
    Rule(
        id="anti-d-after-event",
        kind="alarm",
        title="Anti-D etter hendelse",
        fires="RhD-negative, a sensitising event or an early loss, anti-D not given or declined within 72 hours of it",
        about=("RhesusD", "sensitising-event", "BirthOutcome", "fetal-rhd", "anti-d"),
        when=after_event,
        window=Window(),
        deadline=within(hours=72),
        text="RhD-negativ og mulig immuniserende hendelse {day}. Vurder anti-D innen 72 timer; ta antistoff først.",
        told=None,
        self_reported=False,
        source="Dansk Selskab for Klinisk Immunologi, A1.124–125 (innen 72 timer etter hendelser); norsk kilde er ikke lest",
    ),
    Rule(
        id="antibody-control-due",
        kind="task",
        title="Kontroll av blodtypeantistoff",
        fires="RhD-negative, no antibody screen: 24+0 to 27+0; 32+0 and 36+0 where the fetus is not typed; 18+0 where immunised",
        about=("RhesusD", "antibody-screen", "antibody-type", "fetal-rhd"),
        when=control,
        window=ENDS,
        deadline=within(days=14),
        text="RhD-negativ: blodtypeantistoff skal kontrolleres fra {day}.",
        told=None,
        self_reported=False,
        source=f"{BLOOD} (uke 24; 32 og 36 uten typing av fosteret; 18 ved immunisering)",
        timed=True,
    ),
    Rule(
        id="other-antibodies",
        kind="task",
        title="Blodtypeantistoff påvist",
        fires="latest antibody screen positive, not said to be anti-D",
        about=("antibody-screen", "antibody-type"),
        when=other,
        window=Window(),
        deadline=within(days=7),
        text="Blodtypeantistoff påvist {day}. Avklar type og titer med blodbanken; fødested og nyfødtlege skal vite om det.",
        told=None,
        self_reported=False,
        source=f"{BLOOD} (antistoff); fristen er vår",
    ),
)
