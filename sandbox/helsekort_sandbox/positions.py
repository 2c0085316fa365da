"""TABLE: who holds which positions, and with which authorisation: what HelseID's logins show of the pilot's personnel.

A combined position (*kombinert stilling*) is one person with two organisations: she chooses one for each session.
Professions are Volven 9060, kinds of authorisation Volven 7704 (https://volven.no/).
"""

from dataclasses import replace
from typing import Any

from helsekort_sandbox import people
from helsekort_sandbox.people import CLINICIANS, Clinician

AUTHORISED, LICENSED_STUDENT, LICENSED = (
    ("1", "Autorisasjon"),
    ("3", "Studentlisens"),
    ("4", "Lisens"),
)
COMBINED = {"midwife-b": ("JO", "S0403", "hospital-b")}  # municipality and hospital


def positions() -> list[Clinician]:
    """Every position, a person's own beside each other."""
    rows = []
    for key, clinician in CLINICIANS.items():
        rows.append(clinician)
        if key in COMBINED:
            profession, service, organization = COMBINED[key]
            rows.append(replace(clinician, profession=profession, service=service, organization=organization))
    return rows


Other = tuple[str, str, str, str, str, tuple[str, str]]


def others() -> list[Other]:
    """Who logs in at HelseID and treats nobody: key, name, number, HPR number, profession, kind of authorisation."""
    name, number, hpr = people.SECRETARY
    return [
        ("secretary", name, number, hpr, "HE", AUTHORISED),
        ("student", *people.STUDENT, "", "", LICENSED_STUDENT),
        ("auditor", *people.AUDITOR, "", "", AUTHORISED),
    ]


def hpr_details(hpr: str, profession: str, authorisation: tuple[str, str] = AUTHORISED) -> dict[str, Any]:
    """``helseid://claims/hpr/hpr_details``: the approvals that stand in the register of health personnel."""
    value, description = authorisation
    approval = {
        "profession": profession,
        "authorization": {"value": value, "description": description},
        "requisition_rights": [],
        "specialities": [],
    }
    return {"approvals": [approval], "hpr_number": int(hpr)}
