"""One generated woman: who she is and how her pregnancy goes, drawn so that what belongs together comes together.

Rates: ``rates``. A factor of more than one makes it likelier for some and is taken back from the rest, so that the
share of all stays near its target; the factors are estimates.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.pregnancy.gestation import TERM, weeks
from helsekort_sandbox.area import MUNICIPALITIES
from helsekort_sandbox.people import person_number
from helsekort_sandbox.rates import RATES

GIVEN = (
    "Ingrid",
    "Emma",
    "Sofie",
    "Maja",
    "Ida",
    "Thea",
    "Sara",
    "Hedda",
    "Frida",
    "Marte",
    "Silje",
    "Vilde",
)
FAMILY = ("Aas", "Berg", "Dahl", "Eide", "Foss", "Haug", "Lien", "Moen", "Nes", "Ruud", "Sand", "Vik")
NAMESPACE = "helsekort-pilot-1"
ABROAD = (
    ("Amina", "Yusuf", "so", True), ("Zofia", "Kowalska", "pl", False), ("Olena", "Shevchenko", "uk", False),
    ("Fatima", "Khan", "ur", True), ("Selam", "Tesfaye", "ti", True), ("Linh", "Tran", "vi", True),
    ("Rasa", "Petrauskaite", "lt", False), ("Noor", "Haddad", "ar", True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Life:
    """What is true of one woman. Days are of gestation; ``born`` is None where the pregnancy is lost on ``lost``."""

    number: int
    given: str
    family: str
    birth: date
    pid: str
    municipality: str
    language: str
    immigrant: bool
    at_risk: bool  # background from Asia or Africa
    interpreter: bool
    midwife: str
    gp: str
    nurse: str
    ward: str
    parity: int
    height: int
    bmi: float
    smokes: bool
    rhd_negative: bool
    fetus_positive: bool
    gdm: bool
    preeclampsia: bool
    twins: bool
    nipt: bool
    begins: date  # the first day of gestation
    contact: int
    lost: int | None
    born: int | None
    caesarean: bool

    def on(self, day: int) -> date:
        return self.begins + timedelta(days=day)

    @property
    def due(self) -> date:
        return self.on(TERM)

    @property
    def age(self) -> float:
        """Her age at term, in years."""
        return (self.due - self.birth).days / 365.25


def draw(seed: int, number: int, start: date) -> Life:
    """Woman ``number`` of ``seed``: the same at every run. First contacts lie in the year from ``start``."""
    rng = Random(f"{NAMESPACE}:{seed}:{number}")  # noqa: S311 (nothing here is secret)
    parity, age = _parity_and_age(rng)
    is_first = parity == 0
    immigrant = rng.random() < RATES["immigrant"]
    given, family, language, is_at_risk = (
        rng.choice(ABROAD) if immigrant else (rng.choice(GIVEN), rng.choice(FAMILY), "nb", False)
    )
    bmi = round(
        min(45.0, max(17.5, 25 + 4.6 * (rng.gauss(0, 1) - 0.437))), 1
    )  # a third is 25 or more, rounded
    code, _, midwives, practices, _, ward = rng.choices(MUNICIPALITIES, [row[4] for row in MUNICIPALITIES])[0]
    twins = rng.random() < RATES["twins"]
    lost = rng.randint(weeks(9), weeks(20)) if rng.random() < RATES["loss"] else None
    gdm, preeclampsia = _ill(rng, bmi, is_at_risk, is_first, twins)
    born = None if lost else _birth_day(rng, twins=twins, ill=preeclampsia)
    caesarean = rng.random() < RATES["caesarean"] * (2.5 if twins or preeclampsia else 0.93)
    contact = min(weeks(11), max(weeks(6), round(rng.gauss(weeks(8), 8))))
    begins = start + timedelta(days=rng.randrange(365) - contact)
    birth = begins + timedelta(days=TERM - round(age * 365.25))
    letter = f"{rng.randint(1, practices)}{rng.choice('ab')}"
    return Life(
        number, given, family, birth, person_number(birth, _serial(birth, number)), code, language, immigrant,
        is_at_risk, immigrant and rng.random() < 0.35, f"midwife-{code}-{rng.randint(1, midwives)}", f"gp-{code}-{letter}",
        f"nurse-{code}", ward, parity, round(rng.gauss(167, 6)), bmi, rng.random() < RATES["smoking"],
        rng.random() < RATES["rhd-negative"], rng.random() < RATES["fetus-rhd-positive"], gdm, preeclampsia, twins,
        age >= 35 and rng.random() < RATES["nipt"], begins, contact, lost, born, caesarean,
    )  # fmt: skip


def _parity_and_age(rng: Random) -> tuple[int, float]:
    """Births before this one, and her age at term; whoever has given birth before is older."""
    is_first = rng.random() < RATES["nulliparous"]
    parity = 0 if is_first else rng.choices((1, 2, 3), (0.68, 0.24, 0.08))[0]
    rest = (RATES["age"] - RATES["nulliparous"] * RATES["age-first"]) / (1 - RATES["nulliparous"])
    return parity, min(44.0, max(19.0 + 2 * parity, rng.gauss(RATES["age-first"] if is_first else rest, 4.6)))


def _ill(rng: Random, bmi: float, is_at_risk: bool, is_first: bool, twins: bool) -> tuple[bool, bool]:
    """Gestational diabetes and preeclampsia."""
    diabetes = RATES["gdm"] * (2.2 if bmi >= 30 else 0.92) * (1.8 if is_at_risk else 0.83)
    pressure = (
        RATES["preeclampsia"]
        * (1.5 if is_first else 0.62)
        * (2 if bmi >= 30 else 0.93)
        * (3 if twins else 0.97)
    )
    return rng.random() < diabetes, rng.random() < pressure


def _birth_day(rng: Random, *, twins: bool, ill: bool) -> int:
    """The day of birth: preterm at its rate, likelier with twins and preeclampsia; induced before 42+0."""
    if rng.random() < RATES["preterm"] * (8 if twins else 3 if ill else 0.835):
        return rng.randint(weeks(29), weeks(36, 6))
    if twins or ill:
        return rng.randint(weeks(37), weeks(38, 4))
    return min(weeks(41, 6), max(weeks(37), round(rng.gauss(TERM - 1, 8))))


def _serial(birth: date, number: int) -> int:
    """The individual number: of her century, and apart from the other women's."""
    first = 500 if birth.year >= 2000 else 0
    return first + 20 + number * 7 % 400
