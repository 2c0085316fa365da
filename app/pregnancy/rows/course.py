"""TABLE: prenatal diagnostics, scans, visits, and a pregnancy past its due date.

Helsedirektoratet, svangerskapsomsorgen, «Basisprogram» and «Svangerskap passert termin»
(https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen); bioteknologiloven § 4-4: prenatal diagnostics are
her choice, so that being eligible is information to the clinician, and silent once she has answered.
"""

from collections.abc import Iterator

from app.pregnancy.course import POSTPARTUM
from app.pregnancy.facts import Fact, Visit
from app.pregnancy.gestation import POST_TERM, weeks
from app.pregnancy.occasions import due_at, either, said, some
from app.pregnancy.programme import PASSERT, SVANGERSKAP, came_home, plan
from app.pregnancy.risks import age_at_term, yes
from app.pregnancy.rules import Case, Match, Rule, Window, same_day, within
from app.pregnancy.triggers import past_term
from app.pregnancy.wording import NOBODY_WATCHES

ENDS = Window(ends=True)
NIPT_WEEKS = (weeks(10), weeks(22) - 1)
TRISOMIES = ("nipt-t21", "nipt-t18", "nipt-t13")
POSITIVE = either(*(said(item, "positive", every=True) for item in TRISOMIES))


def eligible(case: Case) -> Iterator[Match]:
    """35 or older at term, or another indication, from 10+0 to 21+6, and she has not answered."""
    asked = ("nipt-consent", "nipt-ordered", *TRISOMIES)
    if any(case.facts.answers(item) for item in asked):
        return
    reasons = nipt_reasons(case)
    if reasons:
        yield from some(due_at(*NIPT_WEEKS, case, *reasons))


def nipt_reasons(case: Case) -> tuple[Fact, ...]:
    """35 or older at term, or another indication."""
    years, other = age_at_term(case), yes(case, ["nipt-indication"])
    return other or (years[1] if years and years[0] >= 35 else ())  # noqa: PLR2004


def unconfirmed(case: Case) -> Iterator[Match]:
    done = case.facts.answer("nipt-confirmation")
    if done is None or done.value == "pending":
        yield from POSITIVE(case)


def _scanned(case: Case, first: int, last: int) -> bool:
    found = (case.days(row.day) for row in case.facts.of(Visit) if row.kind == "ultrasound")
    measured = (case.days(row.day) for item in ("crl", "bpd", "hc") for row in case.facts.amounts(item))
    return any(days is not None and first <= days <= last for days in (*found, *measured))


def early_scan(case: Case) -> Iterator[Match]:
    if not _scanned(case, weeks(10), weeks(14) - 1):
        yield from some(due_at(weeks(11), weeks(14) - 1, case))


def routine_scan(case: Case) -> Iterator[Match]:
    if not _scanned(case, weeks(16), weeks(20) - 1):
        yield from some(due_at(weeks(17), weeks(20) - 1, case))


def past_due_control(case: Case) -> Iterator[Match]:
    """From 41+3 to 41+6 no visit or scan since 41+0."""
    seen = [case.days(row.day) for row in case.facts.of(Visit)]
    if not any(days is not None and days >= weeks(41) for days in seen):
        yield from some(due_at(weeks(41, 3), POST_TERM - 1, case))


def overdue(case: Case) -> Iterator[Match]:
    """The latest visit of the programme that is overdue. Scans have rows of their own."""
    states = plan(case.facts, case.term.due if case.term else None, case.course, case.now.date())
    late = [row for row in states if row.state == "overdue" and "antenatal-visit" in row.visit.kinds]
    if late:
        row = late[-1]
        yield from some(due_at(row.visit.closes + 1, None, case, visit=row.visit.title))


def home_overdue(case: Case) -> Iterator[Match]:
    """A home visit after birth is overdue."""
    if case.course.stage != POSTPARTUM or case.course.ended is None:
        return
    states = plan(case.facts, None, case.course, case.now.date())
    late = [row for row in states if row.state == "overdue" and "home-visit" in row.visit.kinds]
    if late:
        row, home = late[-1], came_home(case.facts, case.course.ended.date())
        since = (home,) if home and row.visit.from_home else ()
        yield Match(
            (*case.course.inputs, *(one.source for one in since)),
            frozenset().union(*(one.labels for one in since)),
            case.course.ended,
            values=(("visit", row.visit.title),),
        )


ROWS: tuple[Rule, ...] = (
    Rule(
        id="nipt-eligible",
        kind="information",
        title="Kan tilbys NIPT",
        fires="35 or older at term or another indication, not asked or answered, from 10+0 to 21+6",
        about=("Woman", "nipt-indication", "nipt-consent", "nipt-ordered"),
        when=eligible,
        window=ENDS,
        deadline=within(days=28),
        text="Hun har rett til tilbud om NIPT (fra {day}), etter tidlig ultralyd. Hun avgjør selv; noter svaret.",
        told=None,
        self_reported=False,
        source=f"{SVANGERSKAP} (NIPT ved 35 år eller eldre ved termin, eller annen indikasjon)",
        timed=True,
    ),
    Rule(
        id="nipt-positive-unconfirmed",
        kind="task",
        title="Positiv NIPT uten bekreftende prøve",
        fires="NIPT positive for trisomy 21, 18 or 13 and no confirmation, refutation or refusal",
        about=(*TRISOMIES, "nipt-confirmation"),
        when=unconfirmed,
        window=ENDS,
        deadline=within(days=2),
        text="Positiv NIPT {day}. Samtale og tilbud om bekreftende prøve (morkake- eller fostervannsprøve).",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, fosterdiagnostikk (positiv NIPT skal bekreftes); fristen er vår",
    ),
    Rule(
        id="early-ultrasound-due",
        kind="task",
        title="Tidlig ultralyd",
        fires="no scan since 10+0, from 11+0 to 13+6",
        about=("Visit", "crl", "bpd", "hc"),
        when=early_scan,
        window=ENDS,
        deadline=within(days=20),
        text="Tidlig ultralyd er ikke registrert. Tilbys fra {day} (11+0) til 13+6.",
        told=None,
        self_reported=False,
        source=f"{SVANGERSKAP} (tidlig ultralyd 11+0–13+6)",
        timed=True,
    ),
    Rule(
        id="routine-ultrasound-due",
        kind="task",
        title="Ultralyd i uke 17–19",
        fires="no scan since 16+0, from 17+0 to 19+6",
        about=("Visit", "crl", "bpd", "hc"),
        when=routine_scan,
        window=ENDS,
        deadline=within(days=20),
        text="Ultralyd i uke 17–19 er ikke registrert. Tilbys fra {day}.",
        told=None,
        self_reported=False,
        source=f"{SVANGERSKAP} (ultralyd i uke 17–19)",
        timed=True,
    ),
    Rule(
        id="post-term",
        kind="alarm",
        title="Overtidig svangerskap",
        fires="42+0 reached, no outcome recorded",
        about=("DueDateStatement",),
        when=past_term,
        window=Window(first=POST_TERM, ends=True),
        deadline=same_day,
        text="42+0 ble nådd {day} uten at fødsel er registrert. Avklar igangsetting med fødeavdelingen i dag.",
        told="Du er 42 uker på vei. Har du ikke avtalt igangsetting av fødselen, ring fødeavdelingen i dag. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="Helsedirektoratet, svangerskapsomsorgen, «Svangerskap passert termin» (dag 294)",
        timed=True,
    ),
    Rule(
        id="post-term-control-due",
        kind="task",
        title="Kontroll på sykehus i uke 41",
        fires="no visit since 41+0, from 41+3 to 41+6",
        about=("Visit", "VisitSkipped"),
        when=past_due_control,
        window=ENDS,
        deadline=within(days=2),
        text="Kontroll 7–9 dager over termin er ikke registrert. Avtal time på fødestedet fra {day}.",
        told="Du er over termin og skal til kontroll på sykehuset nå. Ring fødestedet hvis du ikke har fått time.",
        self_reported=True,
        source=PASSERT,
        timed=True,
    ),
    Rule(
        id="visit-overdue",
        kind="task",
        title="Forfalt konsultasjon",
        fires="a visit of the programme is overdue",
        about=("Visit", "VisitSkipped"),
        when=overdue,
        window=ENDS,
        deadline=within(days=7),
        text="{visit} er forfalt fra {day}. Kontakt henne.",
        told=None,
        self_reported=False,
        source=SVANGERSKAP,
        timed=True,
    ),
    Rule(
        id="home-visit-overdue",
        kind="task",
        title="Forfalt hjemmebesøk",
        fires="a home visit after birth is overdue: the midwife's from day 4 after coming home, from day 7 after birth "
        "where that is not noted; the health nurse's from day 11 after birth",
        about=("Visit", "VisitSkipped", "BirthOutcome", "discharged"),
        when=home_overdue,
        window=Window(after=True),
        deadline=within(days=14),
        text="{visit} etter fødselen er forfalt. Kontakt henne.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, barselomsorgen, «Hjemmebesøk» (jordmor de tre første døgnene etter hjemreisen, helsesykepleier 7.–10. dag etter fødselen)",
        timed=True,
    ),
)
