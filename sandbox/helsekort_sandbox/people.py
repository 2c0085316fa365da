"""The synthetic pilot's people and places: nobody here exists, and every number shows it.

Person numbers have the Norwegian Tax Administration's synthetic form (month + 80), with valid check digits:
https://github.com/Skatteetaten/folkeregisteret-api-dokumentasjon. Organisation numbers begin with 3, which no register
issues to real organisations.
"""

import contextlib
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from helsekort_sandbox import apps

MUNICIPALITIES = ("3301", "3303")  # Drammen, Kongsberg: the pilot is limited in geography
# Where the pilot's systems may be sent notifications: a name that nobody has, and a receiver on this machine
ENDPOINTS = ("https://helsestasjon.example", "http://127.0.0.1:8099")
AUDITOR_CLIENT, OPERATOR_CLIENT, HARNESS_CLIENT, REGISTRY_CLIENT = (
    "helsekort-auditor",
    "helsekort-operator",
    "helsekort-harness",
    "helsekort-registry",
)


def person_number(birth: date, serial: int) -> str:
    """The first synthetic number with valid check digits at or after the individual number ``serial``."""
    for individual in range(serial, 1000):
        digits = f"{birth.day:02d}{birth.month + 80:02d}{birth.year % 100:02d}{individual:03d}"
        with contextlib.suppress(ValueError):
            return digits + check_digits(digits)
    raise ValueError("No number left on that day")


def check_digits(digits: str) -> str:
    """The two check digits of nine digits. Raises ValueError for digits that nobody gets."""
    first = _check_digit(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2))
    if first == 10:
        raise ValueError("These digits have no check digit")
    second = _check_digit(f"{digits}{first}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
    if second == 10:
        raise ValueError("These digits have no check digit")
    return f"{first}{second}"


def organization_number(serial: int) -> str:
    """The first synthetic organisation number with a valid check digit at or after ``serial`` (eight digits)."""
    while (digit := _check_digit(str(serial), (3, 2, 7, 6, 5, 4, 3, 2))) == 10:
        serial += 1
    return f"{serial}{digit}"


def _check_digit(digits: str, weights: tuple[int, ...]) -> int:
    return -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11


@dataclass(frozen=True, slots=True)
class Organization:
    """A point of care and the legal entity that it belongs to."""

    key: str
    name: str
    kind: str
    orgnr: str
    parent: str
    parent_name: str
    municipality: str


@dataclass(frozen=True, slots=True)
class Clinician:
    """A health worker at one point of care: profession (Volven 9060) and healthcare service (Volven 8655, 8663)."""

    key: str
    given: str
    family: str
    number: str
    hpr: str
    profession: str
    service: str
    organization: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Woman:
    """A woman in the pilot, and who cares for her."""

    key: str
    given: str
    family: str
    birth: date
    number: str
    municipality: str
    language: str
    midwife: str
    gp: str
    hospital: str
    interpreter: bool = False
    story: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


def _organization(
    key: str, name: str, kind: str, serial: int, parent: str, municipality: str
) -> Organization:
    legal = organization_number(serial + 500)
    return Organization(key, name, kind, organization_number(serial), legal, parent, municipality)


ORGANIZATIONS = {
    row.key: row
    for row in (
        _organization("gp-a", "Solsiden legesenter", "gp", 31000100, "Solsiden legesenter AS", "3301"),
        _organization("gp-b", "Nordre torg legekontor", "gp", 31000200, "Nordre torg legekontor AS", "3303"),
        _organization(
            "midwives-a", "Elvebredden helsestasjon", "municipal", 31000300, "Elvebyen kommune", "3301"
        ),
        _organization(
            "midwives-b", "Åsen jordmortjeneste", "municipal", 31000400, "Bergbyen kommune", "3303"
        ),
        _organization(
            "hospital-a", "Fjordsykehuset, fødeavdelingen", "hospital", 31001100, "Fjord HF", "3301"
        ),
        _organization("hospital-b", "Dalsykehuset, fødeavdelingen", "hospital", 31001200, "Dal HF", "3303"),
        _organization(
            "operator", "Helsekortets forvalter", "operator", 31001300, "Helsekortets forvalter", "3301"
        ),
    )
}


def _clinician(key: str, name: str, birth: date, hpr: str, post: tuple[str, str, str]) -> Clinician:
    given, family = name.rsplit(" ", 1)
    return Clinician(key, given, family, person_number(birth, 110), hpr, *post)


CLINICIANS = {
    row.key: row
    for row in (
        _clinician("gp-a", "Jonas Lyngstad", date(1979, 3, 12), "222210001", ("LE", "KA01", "gp-a")),
        _clinician("gp-b", "Marte Hovland", date(1983, 8, 4), "222210002", ("LE", "KA01", "gp-b")),
        _clinician("gp-c", "Arild Storhaug", date(1968, 1, 23), "222210003", ("LE", "KA01", "gp-b")),
        _clinician(
            "midwife-a", "Silje Aasgard", date(1985, 5, 30), "222210004", ("JO", "KF0104", "midwives-a")
        ),
        _clinician(
            "midwife-b", "Turid Nesheim", date(1972, 11, 9), "222210005", ("JO", "KF0104", "midwives-b")
        ),
        _clinician("nurse-a", "Hege Brekkhus", date(1990, 2, 17), "222210006", ("SP", "KF01", "midwives-a")),
        _clinician("nurse-b", "Ane Sundvik", date(1988, 6, 25), "222210007", ("SP", "KF01", "midwives-b")),
        _clinician(
            "hospital-a", "Farah Rahimi", date(1981, 9, 14), "222210008", ("LE", "S0403", "hospital-a")
        ),
        _clinician(
            "hospital-b", "Ingvild Moen", date(1976, 12, 2), "222210009", ("JO", "S0403", "hospital-b")
        ),
    )
}
SECRETARY = ("Gro Lindvik", person_number(date(1986, 9, 9), 110), "222210010")
AUDITOR = ("Per Kontrollberg", person_number(date(1970, 4, 21), 110))
REPRESENTATIVE = (
    "Emil Fjeldstad",
    person_number(date(1993, 10, 11), 910),
)  # her partner, with a power of attorney
DOULA = ("Vera Lundgaard", person_number(date(1984, 7, 19), 110))
STUDENT = ("Sunniva Eikeland", person_number(date(2002, 3, 6), 510))  # midwifery student: no authorisation

_A, _B = ("midwife-a", "gp-a", "hospital-a"), ("midwife-b", "gp-b", "hospital-b")


def _woman(
    key: str, name: str, birth: date, language: str, carers: tuple[str, str, str], **more: Any
) -> Woman:
    given, family = name.rsplit(" ", 1)
    number = person_number(birth, 510 if birth.year >= 2000 else 110)
    municipality = MUNICIPALITIES[0 if carers[0] == "midwife-a" else 1]
    return Woman(key, given, family, birth, number, municipality, language, *carers, **more)


WOMEN = {
    row.key: row
    for row in (
        _woman("main", "Nora Fjeldstad", date(1994, 6, 14), "nb", _A, story="week 30, healthy until today"),
        _woman(
            "first-visit",
            "Amina Warsame",
            date(1998, 2, 3),
            "so",
            _A,
            interpreter=True,
            story="first visit",
        ),
        _woman("early-scan", "Thea Kvamme", date(1991, 9, 27), "nb", _B, story="early scan"),
        _woman("routine-scan", "Solveig Haukeland", date(1996, 12, 8), "nn", _A, story="scan in week 18"),
        _woman(
            "blocked-gp",
            "Ida Rognstad",
            date(1989, 4, 19),
            "nb",
            ("midwife-b", "gp-c", "hospital-b"),
            story="has blocked her GP",
        ),
        _woman("rhd-negative", "Julie Ekrem", date(2000, 7, 1), "nb", _A, story="RhD-negative"),
        _woman(
            "not-for-patient",
            "Camilla Tveitan",
            date(1993, 3, 22),
            "nb",
            _B,
            story="an item withheld from her",
        ),
        _woman("twins", "Oda Sørbøen", date(1988, 10, 30), "nb", _A, story="twins"),
        _woman(
            "diabetes",
            "Zainab Hussein",
            date(1987, 1, 11),
            "ar",
            _B,
            interpreter=True,
            story="gestational diabetes",
        ),
        _woman("preeclampsia", "Kristin Myhrvold", date(1984, 5, 5), "nb", _A, story="preeclampsia"),
        _woman("post-term", "Agnieszka Nowak", date(1995, 8, 16), "pl", _B, story="past term"),
        _woman("postpartum", "Live Brattbakk", date(1992, 11, 28), "nb", _A, story="postpartum"),
    )
}


def pilot() -> dict[str, Any]:
    """The pilot as the server's setting ``pilot_file`` has it."""
    rows = [asdict(row) for row in ORGANIZATIONS.values()]
    return {
        "organizations": [{name: row[name] for name in ("orgnr", "name", "kind")} for row in rows],
        "municipalities": list(MUNICIPALITIES),
        "auditor_clients": [AUDITOR_CLIENT],
        "registry_clients": [REGISTRY_CLIENT],
        "operator_clients": [OPERATOR_CLIENT],
        "harness_clients": [HARNESS_CLIENT],
        "apps": apps.APPS,
        "systems": [{"client": f"epj-{key}", "orgnr": row.orgnr} for key, row in ORGANIZATIONS.items()],
        "endpoints": [{"client": f"epj-{key}", "url": url} for key in ORGANIZATIONS for url in ENDPOINTS],
    }
