"""TABLE: the pilot area of the generated women: Elvedalen, two hospitals and six municipalities; nobody here exists.

Municipality codes: https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle; the places
of care are made up, with synthetic numbers.
"""

from datetime import date
from typing import Any

from helsekort_sandbox import people
from helsekort_sandbox.people import Clinician, Organization, organization_number, person_number
from helsekort_sandbox.recording_lines import Actor
from helsekort_sandbox.recording_lines import Organization as Place

NAME = "Elvedalen"
# municipality, its midwives and nurses, its GP practices, share of the area's births (an estimate), nearest hospital
MUNICIPALITIES = (
    ("3301", "Elveos", 3, 4, 0.46, "ward-a"),
    ("3303", "Sølvberget", 1, 2, 0.12, "ward-a"),
    ("3305", "Fossheim", 2, 2, 0.14, "ward-b"),
    ("3312", "Lidalen", 1, 2, 0.14, "ward-a"),
    ("3314", "Eikmo", 1, 1, 0.09, "ward-a"),
    ("3316", "Skogvik", 1, 1, 0.05, "ward-b"),
)
_FIRST = (
    "Anne",
    "Berit",
    "Cecilie",
    "Dag",
    "Elin",
    "Fredrik",
    "Guro",
    "Hanne",
    "Ivar",
    "Jorunn",
    "Kari",
    "Lars",
)
_LAST = ("Bråten", "Dalen", "Enger", "Fossum", "Grini", "Hovde", "Juvet", "Kollen", "Lunde", "Myhre", "Nyhus")


def _places() -> dict[str, Organization]:
    rows: list[tuple[str, str, str, str]] = [
        ("ward-a", "Elvedal sykehus, fødeavdelingen", "hospital", "3301"),
        ("ward-b", "Fossheim sykehus, fødeavdelingen", "hospital", "3305"),
    ]
    for code, name, _, practices, _, _ in MUNICIPALITIES:
        rows.append((f"station-{code}", f"{name} helsestasjon", "municipal", code))
        rows += [
            (f"practice-{code}-{n}", f"{name} legekontor {n}", "gp", code) for n in range(1, practices + 1)
        ]
    return {
        key: Organization(
            key, name, kind, organization_number(32000000 + 10 * n), organization_number(32500000 + 10 * n),
            name.split(",")[0], code,
        )
        for n, (key, name, kind, code) in enumerate(rows)
    }  # fmt: skip


ORGANIZATIONS = _places()


def _people() -> dict[str, Clinician]:
    posts: list[tuple[str, str, str, str]] = []
    for key, kind in (("ward-a", "LE"), ("ward-a", "JO"), ("ward-b", "LE"), ("ward-b", "JO")):
        posts.append((f"{key}-{kind.lower()}", kind, "S0403", key))
    for code, _, midwives, practices, _, _ in MUNICIPALITIES:
        station = f"station-{code}"
        posts += [(f"midwife-{code}-{n}", "JO", "KF0104", station) for n in range(1, midwives + 1)]
        posts.append((f"nurse-{code}", "SP", "KF01", station))
        for n in range(1, practices + 1):
            posts += [(f"gp-{code}-{n}{letter}", "LE", "KA01", f"practice-{code}-{n}") for letter in "ab"]
    return {
        key: Clinician(
            key, _FIRST[n % len(_FIRST)], _LAST[n % len(_LAST)],
            person_number(date(1965 + n % 30, n % 12 + 1, n % 27 + 1), 210), f"22230{n:04d}", profession, service, place,
        )
        for n, (key, profession, service, place) in enumerate(posts)
    }  # fmt: skip


CLINICIANS = _people()


def pilot() -> dict[str, Any]:
    """The whole pilot of the sandbox as the server's setting ``pilot_file`` has it: the demo's and this area's."""
    found = people.pilot()
    rows = [{"orgnr": row.orgnr, "name": row.name, "kind": row.kind} for row in ORGANIZATIONS.values()]
    codes = dict.fromkeys([*found["municipalities"], *(row[0] for row in MUNICIPALITIES)])
    return found | {"organizations": [*found["organizations"], *rows], "municipalities": list(codes)}


def role_of(row: Clinician) -> str:
    """The role of the format: by profession, and at a hospital whoever works there."""
    if ORGANIZATIONS[row.organization].kind == "hospital":
        return "hospital"
    return {"JO": "midwife", "LE": "gp", "SP": "nurse"}[row.profession]


def actor(row: Clinician) -> Actor:
    """A clinician as a recording names her."""
    at = ORGANIZATIONS[row.organization]
    place = Place(at.orgnr, at.name, at.parent, at.parent_name)
    return Actor(
        row.key, role_of(row), row.name, row.number, row.hpr, row.profession, row.service, f"epj-{at.key}", place  # type: ignore[arg-type]
    )  # fmt: skip


def operator() -> Actor:
    """Who enrols."""
    at = people.ORGANIZATIONS["operator"]
    return Actor(
        "operator", "operator", at.name, organization=Place(at.orgnr, at.name, at.parent, at.parent_name)
    )
