"""Access tokens for the people and systems of the pilot, from the sandbox's test-token services.

Nothing here signs: the issuers do (``POST /v2/create-test-token-with-key``), and a token is bound to a key that lies in
the sandbox's state. Imports little, since a command line waits for it.
"""

import http.client
import json
import uuid
import zlib
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from helsekort_sandbox import people
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS, Clinician, Organization
from helsekort_sandbox.roles import CITIZENS, CLINICAL
from helsekort_sandbox.state import Sandbox

AUDIENCE = "nhn:helsekort"
CLIENTS = {
    "operator": people.OPERATOR_CLIENT,
    "harness": people.HARNESS_CLIENT,
    "registry": people.REGISTRY_CLIENT,
}
PORTAL = "helsenorge-portal"


class NoToken(Exception):
    """The token cannot be made."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. ``key`` names one of the pilot's people; ``person`` and ``organization`` override numbers."""

    role: str
    key: str = ""
    patient: str = ""
    person: str = ""
    organization: str = ""
    purpose: str = "TREAT"
    bearer: bool = False
    algorithm: str = "ES256"
    represented: str = ""  # the number of the woman for whom a representative's session speaks
    scope: str = ""  # SMART scopes, beside the one of the API: they narrow
    guardian: bool = False  # by parental responsibility or guardianship, not by a power of attorney


def mint(sandbox: Sandbox, wish: Wish) -> str:
    """An access token. Raises NoToken."""
    body = request_body(wish, _roster(sandbox))
    if not wish.bearer:
        body["clientClaimsParameters"]["cnfJkt"] = proof_key(sandbox, wish.role, wish.algorithm)["kid"]
    issuer = sandbox.citizen_issuer if wish.role in CITIZENS else sandbox.helseid
    return create(issuer, (sandbox.state / "test-token-key").read_text().strip(), body)


def request_body(wish: Wish, roster: dict[str, Any]) -> dict[str, Any]:
    """The request to the test-token service that makes the token of ``wish``."""
    carers = _carers(wish, roster)
    body: dict[str, Any] = {"audience": AUDIENCE, "withoutDefaultUserClaims": True}
    if wish.role in CLINICAL:
        clinician = _clinician(wish, carers)
        user = {"pid": clinician.number, "name": clinician.name, "hprNumber": clinician.hpr}
        body |= _attested(clinician.organization, wish, clinician.profession, clinician.service)
    elif wish.role == "student":
        user = {"pid": wish.person or people.STUDENT[1], "name": people.STUDENT[0]}
        body |= _attested(wish.key or "midwives-a", wish, "", "KF0104")
        body |= _claim("nhn:helsekort:supervisor", {"hpr_number": CLINICIANS["midwife-a"].hpr})
    elif wish.role == "secretary":
        name, number, hpr = people.SECRETARY
        user = {"pid": wish.person or number, "name": name, "hprNumber": hpr}
        body |= _attested(wish.key or "midwives-a", wish, "HE", "KF0104")
    elif wish.role == "auditor":
        user = {"pid": wish.person or people.AUDITOR[1], "name": people.AUDITOR[0]}
        body["clientClaimsParameters"] = _client(people.AUDITOR_CLIENT, _place("operator", wish.organization))
    elif wish.role == "machine":
        key = wish.key or "midwives-a"
        user = {"subject": f"epj-{key}"}
        body["clientClaimsParameters"] = _client(f"epj-{key}", _place(key, wish.organization))
    elif wish.role in CLIENTS:
        user = {"subject": CLIENTS[wish.role]}
        body["clientClaimsParameters"] = _client(CLIENTS[wish.role], _place("operator", wish.organization))
    else:
        user, more = _citizens(wish, carers)
        body |= more
    if "pid" in user:
        user |= {"subject": str(uuid.uuid5(uuid.NAMESPACE_OID, user["pid"]))}
        user |= {"securityLevel": "4", "assuranceLevel": "high"}
    return _scoped(body, wish.scope) | {"userClaimsParameters": user}


def _scoped(body: dict[str, Any], scope: str) -> dict[str, Any]:
    """With the scopes beside that of the API."""
    client = body["clientClaimsParameters"]
    more = {"scope": [*client.get("scope", [f"{AUDIENCE}/api"]), *scope.split()]} if scope else {}
    return body | {"clientClaimsParameters": client | more}


def _citizens(wish: Wish, carers: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Who logs in at the citizens' issuer, and as what."""
    name, number = _citizen(wish, carers)
    client: dict[str, Any] = {"clientId": PORTAL, "clientName": "Helsenorge"}
    if wish.role == "doula":
        client["scope"] = [f"{AUDIENCE}/api", f"{AUDIENCE}/doula"]
    body = {"clientClaimsParameters": client}
    if wish.role == "representative":
        her = wish.represented or people.WOMEN[carers.get("citizen") or "main"].number
        named = {"pid": her, "reference": str(uuid.uuid4())}
        body |= _claim("nhn:helsekort:represented", named | ({"as": "guardian"} if wish.guardian else {}))
    return {"pid": number, "name": name}, body


def _claim(name: str, value: dict[str, str]) -> dict[str, Any]:
    """A claim of this product's own, as the service takes it."""
    return {"apiSpecificClaims": [{"type": name, "value": value}]}


def _clinician(wish: Wish, carers: dict[str, Any]) -> Clinician:
    """Whoever is meant; an unknown person gets the profession of the role and an HPR number of her own."""
    usual = CLINICIANS[wish.key or carers.get(wish.role) or CLINICAL[wish.role]]
    if not wish.person:
        return usual
    known = next((row for row in CLINICIANS.values() if row.number == wish.person), None)
    hpr = f"2299{zlib.crc32(wish.person.encode()) % 100_000:05d}"
    return known or replace(usual, given="Ukjent", family="Helsepersonell", number=wish.person, hpr=hpr)


def _citizen(wish: Wish, carers: dict[str, Any]) -> tuple[str, str]:
    if wish.person:
        names = {woman.number: woman.name for woman in people.WOMEN.values()}
        return names.get(wish.person, "Ukjent Innbygger"), wish.person
    if wish.role == "citizen":
        woman = people.WOMEN[wish.key or carers.get("citizen") or "main"]
        return woman.name, woman.number
    return people.REPRESENTATIVE if wish.role == "representative" else people.DOULA


def _place(key: str, orgnr: str) -> Organization:
    """The organisation ``key``, or the one with the wanted number, which need not be in the pilot."""
    usual = ORGANIZATIONS[key]
    if not orgnr:
        return usual
    known = next((row for row in ORGANIZATIONS.values() if row.orgnr == orgnr), None)
    return known or replace(
        usual, orgnr=orgnr, parent=orgnr, name="Ukjent virksomhet", parent_name="Ukjent virksomhet"
    )


def _client(client_id: str, place: Organization) -> dict[str, Any]:
    return {
        "clientId": client_id,
        "clientName": f"{client_id} ({place.name})",
        "orgnrParent": place.parent,
        "orgnrChild": place.orgnr,
    }


def _attested(organization: str, wish: Wish, profession: str, service: str) -> dict[str, Any]:
    """The clinician's system and her attest: with what authorisation, where, in which service and why."""
    place = _place(organization, wish.organization)
    return {
        "clientClaimsParameters": _client(f"epj-{organization}", place),
        "createTillitsrammeverkClaims": True,
        "tillitsrammeverkClaimsParameters": {
            "practitionerAuthorizationCode": profession,
            "practitionerLegalEntityId": place.parent,
            "practitionerLegalEntityName": place.parent_name,
            "practitionerPointOfCareId": place.orgnr,
            "practitionerPointOfCareName": place.name,
            "careRelationshipHealthcareServiceCode": service,
            "careRelationshipPurposeOfUseCode": wish.purpose,
            "careRelationshipDecisionRefId": str(uuid.uuid4()),
        },
    }


def _roster(sandbox: Sandbox) -> dict[str, Any]:
    roster: dict[str, Any] = json.loads(sandbox.roster.read_text()) if sandbox.roster.exists() else {}
    return roster


def _carers(wish: Wish, roster: dict[str, Any]) -> dict[str, Any]:
    """Who is who to the wanted woman, or to the demo's main woman: ``{"gp": "gp-a", …, "citizen": "main"}``."""
    if not wish.patient:
        return {}
    patient = wish.patient.removeprefix("Patient/")
    if patient not in roster.get("patients", {}):
        raise NoToken(f"The demo knows no Patient/{patient[:64]}")
    carers: dict[str, Any] = roster["patients"][patient]
    return carers


def proof_key(sandbox: Sandbox, role: str, algorithm: str = "ES256") -> dict[str, Any]:
    """The private key to which tokens of ``role`` are bound; made on first use."""
    path = sandbox.proof_keys / f"{role}-{algorithm}.json"
    if path.exists():
        key: dict[str, Any] = json.loads(path.read_text())
        return key
    from helsekort_sandbox import keys  # noqa: PLC0415 (costs a tenth of a second, needed once)

    return keys.keep(path, algorithm)


def create(issuer: str, auth_key: str, body: dict[str, Any]) -> str:
    """A token from the test-token service of ``issuer``. Raises NoToken."""
    address = urlsplit(issuer)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    headers = {"X-Auth-Key": auth_key, "Content-Type": "application/json"}
    try:
        connection.request("POST", "/v2/create-test-token-with-key", json.dumps(body), headers)
        answer = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoToken(f"The issuer {issuer} does not answer") from error
    finally:
        connection.close()
    if answer["isError"]:
        raise NoToken(answer["errorResponse"]["errorMessage"])
    token: str = answer["successResponse"]["accessTokenJwt"]
    return token
