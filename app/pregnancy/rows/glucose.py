"""TABLE: glucose, body mass index, weight.

Helsedirektoratet, retningslinje for svangerskapsdiabetes, kapittel 1 and 3
(https://www.helsedirektoratet.no/retningslinjer/svangerskapsdiabetes).
"""

from collections.abc import Iterator

from app.pregnancy.bands import outside
from app.pregnancy.course import POSTPARTUM
from app.pregnancy.facts import Fact
from app.pregnancy.gestation import weeks
from app.pregnancy.occasions import decimal, due_at, each, either, last, said, some
from app.pregnancy.risks import bmi, gdm_early, gdm_late
from app.pregnancy.rules import Case, Match, Rule, Window, match, within

GDM = "Helsedirektoratet, svangerskapsdiabetes, kapittel 1"
WEIGHT = "Helsedirektoratet, svangerskapsomsorgen, «Vekt og vektøkning» (12,5–18; 11,5–16; 7–11,5; 5–9 kg etter KMI)"
DIABETIC = either(
    each("hba1c", lambda value: value >= 48),  # noqa: PLR2004
    each("glucose-fasting", lambda value: value >= 7.0),  # noqa: PLR2004
    each("glucose-2h", lambda value: value >= 11.1),  # noqa: PLR2004
    each("glucose-random", lambda value: value >= 11.1),  # noqa: PLR2004
)
RAISED = last("hba1c", lambda value: 41 <= value < 48)  # noqa: PLR2004
GESTATIONAL = either(
    last("glucose-fasting", lambda value: 5.3 <= value < 7.0),  # noqa: PLR2004
    last("glucose-2h", lambda value: 9.0 <= value < 11.1),  # noqa: PLR2004
)
KNOWN = either(said("gestational-diabetes-diagnosed", "yes"), said("diabetes", "yes"))
TOLERANCE_WEEKS = (weeks(24), weeks(29) - 1)
TESTED = weeks(22)  # a tolerance test from here on counts as the one of weeks 24-28


def hba1c_due(case: Case) -> Iterator[Match]:
    if case.facts.amounts("hba1c") or any(said("diabetes", "yes")(case)):
        return
    found = gdm_early(case)
    if found:
        yield from some(due_at(weeks(6), weeks(16) - 1, case, *found))


def tested(case: Case) -> bool:
    """Whether a tolerance test that counts as the one of weeks 24-28 is there, or diabetes known."""
    taken: list[Fact] = [*case.facts.amounts("glucose-fasting"), *case.facts.amounts("glucose-2h")]
    late = any((case.days(row.day) or 0) >= TESTED for row in taken)
    return late or any(KNOWN(case)) or any(DIABETIC(case))


def raised(case: Case) -> Iterator[Match]:
    """The latest HbA1c is raised, and no tolerance test since has answered it."""
    if tested(case):
        return
    for found in RAISED(case):
        if not any(row.when >= found.seen for row in case.facts.amounts("glucose-2h")):
            yield found


def diagnostic(case: Case) -> Iterator[Match]:
    """The latest values that say gestational diabetes, fasting and after two hours: one finding."""
    found = sorted(GESTATIONAL(case), key=lambda row: row.seen)
    if found:
        said_of = [dict(row.values) for row in found]
        yield Match(
            inputs=tuple(source for row in found for source in row.inputs),
            labels=frozenset().union(*(row.labels for row in found)),
            seen=found[-1].seen,
            confirmed=all(row.confirmed for row in found),
            values=tuple((said_of[-1] | {"value": " / ".join(row["value"] for row in said_of)}).items()),
        )


def tolerance_due(case: Case) -> Iterator[Match]:
    """In weeks 24-28 where she is at risk, and no tolerance test is there nor diabetes known."""
    if tested(case):
        return
    found = tolerance_reasons(case)
    if found:
        yield from some(due_at(*TOLERANCE_WEEKS, case, *found))


def tolerance_reasons(case: Case) -> tuple[Fact, ...]:
    """Why glucose tolerance is tested: her risks, and an HbA1c of 41-47."""
    high = [row for row in case.facts.amounts("hba1c") if 41 <= row.value < 48]  # noqa: PLR2004
    return (*gdm_late(case), *high)


def heavy(case: Case) -> Iterator[Match]:
    found = bmi(case.facts)
    if found and found[0] > 35:  # noqa: PLR2004
        yield match(*found[1], bmi=decimal(found[0]))


def follow_up(case: Case) -> Iterator[Match]:
    """After a live birth, where she had diabetes in the pregnancy."""
    born = case.course.ended
    if case.course.stage != POSTPARTUM or born is None:
        return
    reasons = sorted((*GESTATIONAL(case), *KNOWN(case)), key=lambda row: row.seen)
    if reasons:
        yield Match(
            inputs=(*reasons[0].inputs, *case.course.inputs),
            labels=reasons[0].labels,
            seen=born,
            values=(("day", f"{born:%d.%m.%Y}"),),
        )


ROWS: tuple[Rule, ...] = (
    Rule(
        id="hba1c-indicated",
        kind="task",
        title="Ta HbA1c før uke 16",
        fires="at risk of diabetes and no HbA1c, from 6+0 to 15+6",
        about=("hba1c",),
        when=hba1c_due,
        window=Window(ends=True),
        deadline=within(days=14),
        text="Risiko for diabetes og ingen HbA1c fra {day}. Ta HbA1c før uke 16.",
        told="Du bør ta en blodprøve (HbA1c) før uke 16. Spør legen eller jordmoren din.",
        self_reported=True,
        source=f"{GDM} (HbA1c før uke 16 ved risiko)",
        timed=True,
    ),
    Rule(
        id="hba1c-raised",
        kind="task",
        title="HbA1c i risikoområdet",
        fires="latest HbA1c 41–47 mmol/mol, taken before 16+0, until a tolerance test or a diagnosis answers it",
        about=("hba1c", "glucose-fasting", "glucose-2h"),
        when=raised,
        window=Window(last=weeks(16) - 1, ends=True),
        deadline=within(days=7),
        text="HbA1c {value} mmol/mol {day}. Økt risiko; henvis, og glukosebelastning i uke 24–28.",
        told="Langtidsblodsukkeret ditt er litt høyt. Legen eller jordmoren din avtaler videre oppfølging.",
        self_reported=False,
        source=f"{GDM} (HbA1c 41–46 mmol/mol i første trimester: henvis; 47 regnes her som risiko)",
    ),
    Rule(
        id="overt-diabetes",
        kind="alarm",
        title="Diabetes oppdaget i svangerskapet",
        fires="HbA1c ≥ 48 mmol/mol, fasting glucose ≥ 7.0, 2 hours ≥ 11.1 or random ≥ 11.1 mmol/L",
        about=("hba1c", "glucose-fasting", "glucose-2h", "glucose-random"),
        when=DIABETIC,
        window=Window(ends=True),
        deadline=within(days=1),
        text="Verdi {value} {unit} {day} er diagnostisk for diabetes. Henvis til spesialisthelsetjenesten i dag.",
        told=None,
        self_reported=False,
        source=f"{GDM} (HbA1c ≥ 48, fastende ≥ 7,0, 2 timer ≥ 11,1: henvis)",
        outranks=frozenset({"hba1c-raised", "gestational-diabetes"}),
    ),
    Rule(
        id="ogtt-indicated",
        kind="task",
        title="Glukosebelastning i uke 24–28",
        fires="at risk of gestational diabetes and not tested from 22+0, from 24+0 to 28+6",
        about=("glucose-fasting", "glucose-2h"),
        when=tolerance_due,
        window=Window(ends=True),
        deadline=within(days=34),
        text="Glukosebelastning (75 g) er aktuelt fra {day}: risiko er registrert, og prøven er ikke tatt.",
        told="Du bør få tilbud om en sukkerbelastning i uke 24–28. Spør jordmoren eller legen din.",
        self_reported=True,
        source=f"{GDM} (75 g i uke 24–28: nullipara > 25 år, multipara > 40 år, KMI > 25, bakgrunn, arv, tidligere)",
        outranks=frozenset({"hba1c-raised"}),
        timed=True,
    ),
    Rule(
        id="gestational-diabetes",
        kind="task",
        title="Svangerskapsdiabetes",
        fires="latest fasting glucose 5.3–6.9 or 2 hours 9.0–11.0 mmol/L",
        about=("glucose-fasting", "glucose-2h"),
        when=diagnostic,
        window=Window(ends=True),
        deadline=within(days=3),
        text="Glukose {value} mmol/L {day}: svangerskapsdiabetes. Veiledning, egenmåling, kontrollplan.",
        told="Prøven viser svangerskapsdiabetes. Legen eller jordmoren din forklarer hva du skal gjøre, og følger deg opp.",
        self_reported=False,
        source=f"{GDM} (fastende 5,3–6,9 eller 2 timer 9,0–11,0 mmol/L)",
    ),
    Rule(
        id="glucose-follow-up",
        kind="task",
        title="HbA1c fire måneder etter fødselen",
        fires="a live birth after diabetes in the pregnancy",
        about=("glucose-fasting", "glucose-2h", "gestational-diabetes-diagnosed", "diabetes", "BirthOutcome"),
        when=follow_up,
        window=Window(after=True),
        deadline=within(days=122),
        text="Svangerskapsdiabetes og født {day}. Fastlegen tar HbA1c fire måneder etter fødselen og siden årlig.",
        told="Du hadde svangerskapsdiabetes. Ta HbA1c hos fastlegen fire måneder etter fødselen, og siden hvert år.",
        self_reported=False,
        source="Helsedirektoratet, svangerskapsdiabetes, 3.1 (HbA1c fire måneder etter fødsel, siden årlig)",
        timed=True,
    ),
    Rule(
        id="bmi-specialist",
        kind="task",
        title="KMI over 35",
        fires="body mass index before the pregnancy > 35",
        about=("bmi", "weight-before", "height"),
        when=heavy,
        window=Window(ends=True),
        deadline=within(days=14),
        text="KMI {bmi} før svangerskapet. Over 35 følges i spesialisthelsetjenesten; henvis.",
        told=None,
        self_reported=True,
        source="Helsedirektoratet, svangerskapsomsorgen (KMI 30–35 i kommunen, over 35 i spesialisthelsetjenesten)",
    ),
    Rule(
        id="weight-gain-outside-band",
        kind="information",
        title="Vektøkning utenfor anbefalt område",
        fires="gain above the band of her BMI at any time, or below it from 37+0",
        about=("Weight", "bmi", "weight-before", "height"),
        when=outside,
        window=Window(ends=True),
        deadline=within(days=28),
        text="Vektøkning {gain} kg {day}; anbefalt i hele svangerskapet er {low}–{high} kg. Snakk om kosthold og aktivitet.",
        told=None,
        self_reported=False,
        source=WEIGHT,
    ),
)
