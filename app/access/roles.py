"""From verified claims to a caller: the role is derived, never claimed.

HelseID's claims: https://utviklerportal.nhn.no (HelseID, technical reference); the attest of *tillitsrammeverk*:
https://github.com/NorskHelsenett/Tillitsrammeverk. Profession is Volven 9060; healthcare service Volven 8663, 8655,
8666 and 7750.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.access.authorisations import backed
from app.access.caller import LAY, PERSONNEL, Caller, Role
from app.access.machines import is_registered, machine, role_of_client
from app.settings import Settings

_MOST_SECONDS = 2**31  # of an unsignedInt: https://hl7.org/fhir/R4/datatypes.html#unsignedInt
PID = "helseid://claims/identity/pid"
SECURITY_LEVEL = "helseid://claims/identity/security_level"
HPR_NUMBER = "helseid://claims/hpr/hpr_number"
PARENT = "helseid://claims/client/claims/orgnr_parent"
CHILD = "helseid://claims/client/claims/orgnr_child"
ATTEST = "nhn:tillitsrammeverk:parameters"
LEVEL = "4"
LAUNCH = "patient"  # SMART's launch context: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
# Of our own making, until the issuers publish theirs (docs/integrators.md): under whom a student works, for whom a
# representative's session speaks, and that a citizen's session is a doula's
SUPERVISOR = "nhn:helsekort:supervisor"
REPRESENTED = "nhn:helsekort:represented"
GUARDIAN = "guardian"  # ``as`` of whom it represents: parental responsibility or guardianship, by the national register
DOULA_SCOPE = "nhn:helsekort/doula"

_GP_SERVICES = frozenset({"KA01", "KX17", "7750"})
_MIDWIFERY = frozenset({"KF0104", "KF01"})
_OBSTETRICS = frozenset({"S04", "S0403", "S0405"})
_STUDENTS = frozenset({"", "LE", "JO", "SP"})  # without authorisation, or with a student's licence
# TABLE: profession × healthcare service × kind of organisation → role; students are those whose token names a supervisor
ROLES: tuple[tuple[frozenset[str], frozenset[str], str, Role], ...] = (
    (frozenset({"LE"}), _GP_SERVICES, "gp", Role.GP),
    (frozenset({"JO"}), _MIDWIFERY, "municipal", Role.MIDWIFE),
    (frozenset({"SP"}), frozenset({"KF01"}), "municipal", Role.NURSE),
    (frozenset({"LE", "JO", "SP"}), _OBSTETRICS, "hospital", Role.HOSPITAL),
    (frozenset({"HE"}), _GP_SERVICES, "gp", Role.SECRETARY),
    (frozenset({"HE"}), _MIDWIFERY, "municipal", Role.SECRETARY),
    (frozenset({"HE"}), _OBSTETRICS, "hospital", Role.SECRETARY),
    (_STUDENTS, _GP_SERVICES, "gp", Role.STUDENT),
    (_STUDENTS, _MIDWIFERY, "municipal", Role.STUDENT),
    (_STUDENTS, _OBSTETRICS, "hospital", Role.STUDENT),
)


class NoRole(Exception):
    """The token holds, but gives no role here; the text says what is missing."""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _at(claims: Any, *path: str) -> str:
    for name in path:
        claims = claims.get(name) if isinstance(claims, Mapping) else None
    return _text(claims)


def _expiry(claims: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(claims["exp"], UTC)


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    scope = claims.get("scope", "")
    return frozenset(scope if isinstance(scope, list) else _text(scope).split())


def citizen(claims: Mapping[str, Any], token: str, pseudonym: str) -> Caller:
    """The woman herself, whom she invited, or who represents her, by a token of Helsenorge's issuer. Raises NoRole."""
    number = _at(claims, PID)
    if not number:
        raise NoRole(f"The token lacks {PID}")
    if _at(claims, SECURITY_LEVEL) != LEVEL:
        raise NoRole("Login at security level 4 is required")
    scopes = _scopes(claims)
    role, her_number, reference, guardian = Role.CITIZEN, number or None, None, False
    if REPRESENTED in claims:
        role, her_number = Role.REPRESENTATIVE, _at(claims, REPRESENTED, "pid")
        reference = _at(claims, REPRESENTED, "reference")
        guardian = _at(claims, REPRESENTED, "as") == GUARDIAN
        if not her_number or not reference or her_number == number:
            raise NoRole(f"{REPRESENTED} names neither whom it is for nor the power of attorney")
    elif DOULA_SCOPE in scopes:
        role, her_number = Role.DOULA, None
    return Caller(
        role=role,
        subject=f"citizen:{pseudonym}",
        client=_at(claims, "client_id"),
        name=_at(claims, "name"),
        number=her_number,
        own_number=None if role is Role.CITIZEN else number,
        guardian=guardian,
        purpose="PATRQT" if role is Role.CITIZEN else "FAMRQT",
        decision=reference,
        scopes=scopes,
        launch=_at(claims, LAUNCH) or None,
        token=token,
        expires=_expiry(claims),
    )


def professional(claims: Mapping[str, Any], token: str, settings: Settings) -> Caller:
    """A clinician, secretary, student, auditor, operator, registry or harness, by a token of HelseID. Raises NoRole."""
    client = _at(claims, "client_id")
    organizations = tuple(number for number in (_at(claims, CHILD), _at(claims, PARENT)) if number)
    role = role_of_client(client, settings) or machine(claims, client, organizations, settings.pilot)
    if role is Role.AUDITOR and not (_at(claims, PID) and _at(claims, SECURITY_LEVEL) == LEVEL):
        raise NoRole("An auditor is a person who logged in at security level 4")
    if role is not None:
        return Caller(
            role=role,
            subject=f"client:{client}" if role is Role.HARNESS else f"client:{client}:{_at(claims, 'sub')}",
            client=client,
            name=_at(claims, "name"),
            organizations=organizations,
            organization_name=_name(organizations, settings),
            scopes=_scopes(claims),
            launch=_at(claims, LAUNCH) or None,
            token=token,
            expires=_expiry(claims),
        )
    return _clinician(claims, token, settings, organizations)


def _clinician(
    claims: Mapping[str, Any], token: str, settings: Settings, organizations: tuple[str, ...]
) -> Caller:
    hpr, supervisor = _at(claims, HPR_NUMBER), _supervisor(claims)
    if not hpr and not supervisor:
        raise NoRole(f"The token lacks {HPR_NUMBER}: no authorised health personnel")
    if _at(claims, SECURITY_LEVEL) != LEVEL:
        raise NoRole("Login at security level 4 is required")
    if not _at(claims, CHILD) or not _at(claims, PARENT):
        raise NoRole(f"The token lacks {PARENT} or {CHILD}")
    attest = claims.get(ATTEST)
    profession = _at(attest, "practitioner", "authorization", "code")
    service = _at(attest, "care_relationship", "healthcare_service", "code") or _at(
        attest, "care_relation", "healthcare_service", "code"
    )
    if not (profession or supervisor) or not service:
        raise NoRole(f"The token lacks {ATTEST} with authorization and healthcare_service")
    for place, claim in (("legal_entity", PARENT), ("point_of_care", CHILD)):
        if _at(attest, "practitioner", place, "id") != _at(claims, claim):
            raise NoRole(f"The attest's {place} is not the token's organisation")
    if not backed(claims, profession, supervised=bool(supervisor)):
        raise NoRole(
            "The register of health personnel has no approval that lets you work as what is attested"
        )
    if not _kinds(organizations, settings):
        raise NoRole("The organisation takes no part in the pilot")
    role = _derived(profession, service, organizations, settings, supervised=bool(supervisor))
    if role is None:
        raise NoRole(
            f"Profession {profession or '(none)'} in service {service} has no role at this kind of organisation"
        )
    relation = (
        attest.get("care_relationship") or attest.get("care_relation") if isinstance(attest, Mapping) else {}
    )
    return Caller(
        role=role,
        subject=f"hpr:{hpr}" if hpr else f"student:{_at(claims, 'sub')}",
        client=_at(claims, "client_id"),
        name=_at(claims, "name"),
        hpr=hpr or None,
        supervisor=supervisor or None,
        profession=profession or None,
        service=service,
        organizations=organizations,
        organization_name=_at(attest, "practitioner", "point_of_care", "name")
        or _name(organizations, settings),
        purpose=_at(relation, "purpose_of_use", "code") or None,
        decision=_at(relation, "decision_ref", "id") or None,
        toa=_seconds(attest),
        scopes=_scopes(claims),
        launch=_at(claims, LAUNCH) or None,
        token=token,
        expires=_expiry(claims),
    )


def _seconds(attest: Any) -> int | None:
    """When it was attested (``toa``), where the attest says so."""
    said = attest.get("toa") if isinstance(attest, Mapping) else None
    return said if isinstance(said, int) and 0 < said < _MOST_SECONDS else None


def _supervisor(claims: Mapping[str, Any]) -> str:
    """HPR number of the named supervisor of a student; empty for everybody else. Raises NoRole."""
    if SUPERVISOR not in claims:
        return ""
    number = _at(claims, SUPERVISOR, "hpr_number")
    if not re.fullmatch(r"\d{7,9}", number) or number == _at(claims, HPR_NUMBER):
        raise NoRole(f"{SUPERVISOR} names no other by hpr_number: a student works under a named supervisor")
    return number


def _kinds(organizations: tuple[str, ...], settings: Settings) -> set[str | None]:
    return {settings.pilot.kind(number) for number in organizations} - {None}


def _derived(
    profession: str | None,
    service: str | None,
    organizations: tuple[str, ...],
    settings: Settings,
    *,
    supervised: bool,
) -> Role | None:
    kinds = _kinds(organizations, settings)
    return next(
        (
            role
            for who, what, kind, role in ROLES
            if (profession or "") in who
            and service in what
            and kind in kinds
            and (role is Role.STUDENT) is supervised
        ),
        None,
    )


def still_holds(caller: Caller, settings: Settings) -> bool:
    """Whether what an earlier token said gives the same role today: the pilot's list may have changed."""
    if caller.role in LAY:
        return True
    if caller.role is Role.MACHINE:
        return is_registered(caller.client, caller.organizations, settings.pilot)
    named = role_of_client(caller.client, settings)
    if named is not None or caller.role not in PERSONNEL:
        return named is caller.role
    supervised = caller.supervisor is not None
    derived = _derived(
        caller.profession, caller.service, caller.organizations, settings, supervised=supervised
    )
    return derived is caller.role


def _name(organizations: tuple[str, ...], settings: Settings) -> str:
    names = {row.orgnr: row.name for row in settings.pilot.organizations}
    return next((names[number] for number in organizations if number in names), "")
