"""TABLE: signs of danger, risk from her history, medicine that harms the fetus.

NGF = Norsk gynekologisk forening, Veileder i fødselshjelp (https://metodebok.no); DMP = Direktoratet for medisinske
produkter, https://www.dmp.no/nyheter/paminnelse-om-graviditetsforebyggende-tiltak-ved-bruk-av-orale-retinoider and its
notices on valproate (28.9.2017) and thalidomide.
"""

from collections.abc import Iterator

from app.pregnancy.background import Medicine
from app.pregnancy.facts import BirthOutcome
from app.pregnancy.gestation import weeks
from app.pregnancy.occasions import each, either, fact_match, last, said
from app.pregnancy.rules import Case, Match, Rule, Window, same_day, within
from app.pregnancy.wording import NOBODY_WATCHES

ENDS = Window(ends=True)
# ATC: acitretin, isotretinoin, alitretinoin (oral retinoids), valproate, thalidomide
HARMFUL = frozenset({"D05BB02", "D10BA01", "D11AH04", "N03AG01", "L04AX02"})


def harmful(case: Case) -> Iterator[Match]:
    for row in case.facts.of(Medicine):
        if HARMFUL & set(row.atc):
            yield fact_match(row, medicine=row.name)


def in_family(case: Case) -> Iterator[Match]:
    own, family = case.facts.answer("thrombophilia"), case.facts.answer("family-thrombosis")
    if own and family and own.value == family.value == "yes":
        yield fact_match(own, family)


def feverish(case: Case) -> Iterator[Match]:
    """A temperature of 38.0 or more, or what she says, before birth."""
    if not case.facts.of(BirthOutcome):
        yield from either(each("temperature", lambda value: value >= 38.0), said("symptom-fever", "yes", every=True))(case)  # noqa: PLR2004  # fmt: skip


ROWS: tuple[Rule, ...] = (
    Rule(
        id="bleeding",
        kind="alarm",
        title="Blødning i svangerskapet",
        fires="bleeding from the vagina",
        about=("symptom-bleeding",),
        when=said("symptom-bleeding", "yes", every=True),
        window=ENDS,
        deadline=within(hours=2),
        text="Blødning fra skjeden {day}. Vurderes nå; ingen vaginal undersøkelse før morkakens plassering er kjent. RhD?",
        told="Du har oppgitt at du blør. Ring fødeavdelingen eller legevakten nå. " + NOBODY_WATCHES,
        self_reported=True,
        source="Norsk elektronisk legehåndbok, Placenta previa (blødning sent i svangerskapet: innleggelse); fristen er vår",
    ),
    Rule(
        id="ruptured-membranes",
        kind="alarm",
        title="Vannavgang",
        fires="leaking of amniotic fluid before 37+0",
        about=("symptom-fluid",),
        when=said("symptom-fluid", "yes", every=True),
        window=Window(last=weeks(37) - 1, ends=True),
        deadline=within(hours=2),
        text="Vannavgang {day} før uke 37. Ring fødeavdelingen nå.",
        told="Vannet kan ha gått for tidlig. Ring fødeavdelingen nå. " + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Preterm vannavgang (pPROM), 1.2, 15.11.2024 (før uke 37); fristen er vår",
    ),
    Rule(
        id="preterm-labour",
        kind="alarm",
        title="Truende for tidlig fødsel",
        fires="regular contractions before 37+0",
        about=("symptom-contractions",),
        when=said("symptom-contractions", "yes", every=True),
        window=Window(last=weeks(37) - 1, undated=False, ends=True),
        deadline=within(hours=2),
        text="Regelmessige rier {day} før uke 37. Ring fødeavdelingen nå.",
        told="Du kan ha rier for tidlig. Ring fødeavdelingen nå. " + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Preterm vannavgang og preterm fødsel (før uke 37); fristen er vår",
    ),
    Rule(
        id="cholestasis-suspected",
        kind="task",
        title="Mistanke om svangerskapskolestase",
        fires="itching without a rash, bile acids > 19 µmol/L, or > 10 fasting",
        about=("symptom-itching", "bile-acids", "bile-acids-fasting"),
        when=either(
            said("symptom-itching", "yes"),
            last("bile-acids", lambda value: value > 19),  # noqa: PLR2004
            last("bile-acids-fasting", lambda value: value > 10),  # noqa: PLR2004
        ),
        window=ENDS,
        deadline=within(days=1),
        text="Kløe uten utslett eller forhøyede gallesyrer {day}. Ta gallesyrer, ASAT, ALAT, gamma-GT og bilirubin.",
        told="Kløe uten utslett skal undersøkes med blodprøver. Ring legen eller jordmoren din i dag eller i morgen.",
        self_reported=True,
        source="NGF, Intrahepatisk svangerskapskolestase, 1.2, 11.11.2024 (> 10 fastende, > 19 ikke-fastende)",
    ),
    Rule(
        id="fever-sepsis",
        kind="alarm",
        title="Feber",
        fires="temperature ≥ 38.0 °C, or fever by her own word",
        about=("temperature", "symptom-fever"),
        when=feverish,
        window=ENDS,
        deadline=same_day,
        text="Feber {day}. Mål puls, pust, blodtrykk og våkenhet; vurder sepsis og svangerskapsrelatert infeksjon i dag.",
        told="Feber i svangerskapet skal vurderes i dag. Ring legen eller legevakten, 116 117. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="NGF, Feber under fødsel og chorioamnionitt, 2.1, 9.8.2025 (≥ 38,0 °C; mål alle vitale parametere)",
    ),
    Rule(
        id="vte-risk",
        kind="task",
        title="Risiko for blodpropp",
        fires="an earlier thrombosis, or thrombophilia with thrombosis in the family",
        about=("thrombosis", "thrombophilia", "family-thrombosis"),
        when=either(said("thrombosis", "yes"), in_family),
        window=Window(),
        deadline=within(days=7),
        text="Tidligere blodpropp, eller trombofili i belastet familie. Vurder tromboseprofylakse; også 6 uker etter fødselen.",
        told=None,
        self_reported=True,
        source="NGF, Trombose, antikoagulasjon og svangerskap, 1.1, 17.7.2024 (profylakse ved tidligere venøs trombose)",
    ),
    Rule(
        id="previous-caesarean",
        kind="task",
        title="Tidligere keisersnitt",
        fires="one or more earlier caesareans",
        about=("previous-caesareans",),
        when=last("previous-caesareans", lambda value: value >= 1),
        window=ENDS,
        deadline=within(days=140),
        text="{value} tidligere keisersnitt. Samtale om fødemåte på fødestedet; se etter morkakens plassering ved ultralyd.",
        told=None,
        self_reported=True,
        source="NGF, Keisersnitt",
        off="NGF's chapter on birth after a caesarean could not be read",
    ),
    Rule(
        id="teratogenic-medicine",
        kind="alarm",
        title="Legemiddel som kan skade fosteret",
        fires="a medicine by ATC: oral retinoids, valproate, thalidomide",
        about=("Medicine",),
        when=harmful,
        window=ENDS,
        deadline=within(days=1),
        text="{medicine} kan skade fosteret. Kontakt den som forskriver i dag; ikke stopp uten plan.",
        told="Du har oppført et legemiddel som kan skade fosteret. Ikke slutt på egen hånd. Ring legen din i dag. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="DMP: orale retinoider, valproat og talidomid (skal ikke brukes i svangerskap); flere legemidler kan skade",
    ),
)
