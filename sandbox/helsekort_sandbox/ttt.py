"""The test-token service (*test-token-tjenesten*, TTT): any token, also a wrong one, for tests and for this sandbox.

Request and answer in the shape of https://utviklerportal.nhn.no/informasjonstjenester/helseid (``POST
/v2/create-test-token-with-key``), as far as this product's tokens go.
"""

import secrets
import time
from typing import Any

from helsekort_sandbox import keys

LIFETIME = 600  # seconds
ATTEST = "nhn:tillitsrammeverk:parameters"
ORGNR_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.101"
PURPOSES = "urn:oid:2.16.840.1.113883.1.11.20448"
PROFESSIONS = "urn:oid:2.16.578.1.12.4.1.1.9060"
SERVICE_SYSTEMS = {  # Volven: which list a healthcare service's code stands in
    "KX": "urn:oid:2.16.578.1.12.4.1.1.8666",
    "KA": "urn:oid:2.16.578.1.12.4.1.1.8663",
    "KF": "urn:oid:2.16.578.1.12.4.1.1.8663",
    "S0": "urn:oid:2.16.578.1.12.4.1.1.8655",
}
CLIENT_CLAIMS = {
    "clientId": "client_id",
    "clientName": "helseid://claims/client/client_name",
    "orgnrParent": "helseid://claims/client/claims/orgnr_parent",
    "orgnrChild": "helseid://claims/client/claims/orgnr_child",
    "orgnrSupplier": "helseid://claims/client/claims/orgnr_supplier",
    "jti": "jti",
}
USER_CLAIMS = {
    "pid": "helseid://claims/identity/pid",
    "hprNumber": "helseid://claims/hpr/hpr_number",
    "securityLevel": "helseid://claims/identity/security_level",
    "assuranceLevel": "helseid://claims/identity/assurance_level",
    "name": "name",
    "subject": "sub",
}
SWITCHES = {
    "audience",
    "withoutDefaultClientClaims",
    "withoutDefaultUserClaims",
    "clientClaimsParameters",
    "userClaimsParameters",
    "createTillitsrammeverkClaims",
    "tillitsrammeverkClaimsParameters",
    "createDPoPTokenWithDPoPProof",
    "dPoPProofParameters",
    "signJwtWithInvalidSigningKey",
    "setInvalidIssuer",
    "setInvalidAudience",
    "setSubject",
    "expirationParameters",
    "headerParameters",
    "apiSpecificClaims",
}


def failure(why: str) -> dict[str, Any]:
    """The service's own form of an error."""
    return {"isError": True, "errorResponse": {"errorMessage": why}}


def answer(wanted: dict[str, Any], issuer: str, key: keys.Jwk) -> dict[str, Any]:
    """The answer to one request. Raises ValueError for what the service does not know."""
    if not wanted.get("audience"):
        raise ValueError("audience is required")
    if unknown := set(wanted) - SWITCHES:
        raise ValueError(f"Unknown: {', '.join(sorted(unknown))}")
    claims = claims_of(wanted, issuer)
    signer, proof_key = key, None
    if wanted.get("createDPoPTokenWithDPoPProof"):
        proof_key = keys.generate()
        claims["cnf"] = {"jkt": proof_key["kid"]}
    if wanted.get("signJwtWithInvalidSigningKey"):
        signer = keys.generate(key["alg"]) | {"kid": key["kid"]}
    typ = wanted.get("headerParameters", {}).get("typ") or "at+jwt"
    token = keys.sign(signer, {"typ": typ, "kid": signer["kid"]}, claims)
    success = {"accessTokenJwt": token}
    if proof_key is not None:
        request = wanted["dPoPProofParameters"]
        success["dPoPProof"] = keys.proof(
            proof_key, request["htmClaimValue"], request["htuClaimValue"], token
        )
    return {"isError": False, "successResponse": success}


def claims_of(wanted: dict[str, Any], issuer: str) -> dict[str, Any]:
    """The claims that are asked for."""
    claims: dict[str, Any] = {
        "iss": "https://invalid-issuer.example" if wanted.get("setInvalidIssuer") else issuer,
        "aud": "nhn:invalid-audience" if wanted.get("setInvalidAudience") else wanted["audience"],
        "jti": secrets.token_hex(16),
        **_times(wanted.get("expirationParameters", {})),
    }
    client = wanted.get("clientClaimsParameters", {})
    if not wanted.get("withoutDefaultClientClaims"):
        claims |= {"client_id": "test-token-service", "scope": f"{wanted['audience']}/api"}
    claims |= {name: client[field] for field, name in CLIENT_CLAIMS.items() if client.get(field)}
    if client.get("scope"):
        claims["scope"] = " ".join(client["scope"])
    if client.get("cnfJkt"):
        claims["cnf"] = {"jkt": client["cnfJkt"]}
    user = wanted.get("userClaimsParameters", {})
    claims |= {name: user[field] for field, name in USER_CLAIMS.items() if user.get(field)}
    if wanted.get("createTillitsrammeverkClaims"):
        claims[ATTEST] = _attest(wanted.get("tillitsrammeverkClaimsParameters", {}))
    return claims | {row["type"]: row["value"] for row in wanted.get("apiSpecificClaims", [])}


def _times(parameters: dict[str, Any]) -> dict[str, int]:
    days, seconds = parameters.get("expirationTimeInDays"), parameters.get("expirationTimeInSeconds")
    lifetime = int(days) * 86400 if days else int(seconds or LIFETIME)
    begin = int(time.time())
    if parameters.get("setExpirationTimeAsExpired"):
        begin -= lifetime + 60
    return {"iat": begin, "nbf": begin, "exp": begin + lifetime}


def _attest(given: dict[str, str]) -> dict[str, Any]:
    """The attest as it stands on the wire; what is not given is left out."""

    def identity(prefix: str) -> dict[str, str] | None:
        number = given.get(f"{prefix}Id")
        name = {"name": given[f"{prefix}Name"]} if given.get(f"{prefix}Name") else {}
        return {"id": number, "system": ORGNR_SYSTEM, "authority": "Brreg"} | name if number else None

    def code(prefix: str, system: str) -> dict[str, str] | None:
        value = given.get(f"{prefix}Code")
        return {"code": value, "system": system} if value else None

    service = given.get("careRelationshipHealthcareServiceCode", "")
    decision = given.get("careRelationshipDecisionRefId") or given.get("careRelationshipTracingRefId")
    practitioner = {
        "authorization": code("practitionerAuthorization", PROFESSIONS),
        "legal_entity": identity("practitionerLegalEntity"),
        "point_of_care": identity("practitionerPointOfCare"),
    }
    relationship = {
        "healthcare_service": code("careRelationshipHealthcareService", SERVICE_SYSTEMS.get(service[:2], "")),
        "purpose_of_use": code("careRelationshipPurposeOfUse", PURPOSES),
        "decision_ref": {"id": decision, "user_selected": False} if decision else None,
    }
    return {
        "type": ATTEST,
        "practitioner": {name: value for name, value in practitioner.items() if value},
        "care_relationship": {name: value for name, value in relationship.items() if value},
        "toa": int(time.time()),
    }
