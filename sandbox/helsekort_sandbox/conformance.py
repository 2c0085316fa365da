"""``helsekort conformance``: an onboarding check of a vendor's token: what is wrong with it, and what it can do.

First the token is read as HelseID's documentation asks for it, each fault with its remedy; then the server is asked
with it. Claims: https://utviklerportal.nhn.no/informasjonstjenester/helseid; at+jwt: https://www.rfc-editor.org/rfc/rfc9068.
"""

import argparse
import http.client
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from helsekort_sandbox import keys
from helsekort_sandbox.client import JSON, Answer
from helsekort_sandbox.tokens import AUDIENCE

PARENT, CHILD = (f"helseid://claims/client/claims/orgnr_{name}" for name in ("parent", "child"))
ATTEST = "nhn:tillitsrammeverk:parameters"
IN_THE_ATTEST = (
    ("practitioner.authorization.code", "her profession (Volven 9060)"),
    ("practitioner.point_of_care.id", "where she works (organisation number)"),
    ("practitioner.legal_entity.id", "the legal entity (organisation number)"),
    ("care_relationship.healthcare_service.code", "the healthcare service (Volven 8655 or 8663)"),
    ("care_relationship.purpose_of_use.code", "why she looks (TREAT, COC, ETREAT, BTG)"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the result: what was looked at, whether it holds, and what to do where it does not."""

    name: str
    holds: bool
    remedy: str = ""

    def __str__(self) -> str:
        return f"{'ok  ' if self.holds else 'WRONG'} {self.name}" + ("" if self.holds else f": {self.remedy}")


def of_token(token: str, now: float) -> Iterator[Check]:
    """What a token must have. A token that cannot be read is one fault."""
    try:
        head = json.loads(keys.decode(token.split(".", maxsplit=1)[0]))
        claims = keys.claims_of(token)
    except (ValueError, IndexError):
        yield Check("the token is a JWT", False, "send the access token of HelseID's answer, unchanged")
        return
    yield Check(
        "typ is at+jwt", head.get("typ") == "at+jwt", "this is no access token (an id_token, perhaps)"
    )
    audience = claims.get("aud")
    meant = AUDIENCE in (audience if isinstance(audience, list) else [audience])
    yield Check(f"aud is {AUDIENCE}", meant, f"it is for {audience}: ask HelseID for a scope of {AUDIENCE}")
    left = float(claims.get("exp", 0)) - now
    yield Check("it has not expired", left > 0, f"it expired {-left:.0f} s ago: renew it before that")
    bound = "jkt" in claims.get("cnf", {})
    yield Check(
        "it is bound to a key (cnf.jkt)",
        bound,
        "send a DPoP proof to HelseID's token endpoint; Bearer is refused",
    )
    yield Check("it has a jti", "jti" in claims, "by it a single token is withdrawn: HelseID sets it")
    if "helseid://claims/hpr/hpr_number" in claims:
        yield from _of_clinician(claims)


def _of_clinician(claims: dict[str, Any]) -> Iterator[Check]:
    for claim in (PARENT, CHILD):
        name = claim.rsplit("/", 1)[-1]
        yield Check(
            name,
            bool(claims.get(claim)),
            "both organisation numbers are required: set them in assertion_details",
        )
    level = str(claims.get("helseid://claims/identity/security_level", ""))
    yield Check(
        "security level 4", level == "4", f"it is {level or 'absent'}: she must log in at the high level"
    )
    attest = claims.get(ATTEST)
    yield Check(
        "there is an attest",
        attest is not None,
        f"send {ATTEST} in authorization_details or assertion_details",
    )
    for path, meaning in IN_THE_ATTEST if attest is not None else ():
        yield Check(f"attest: {path}", bool(_at(attest, path)), f"{meaning} is missing")
    for place, claim in (("point_of_care", CHILD), ("legal_entity", PARENT)):
        attested, named = _at(attest, f"practitioner.{place}.id"), claims.get(claim)
        if attested and named:
            yield Check(
                f"attest and client name one {place.replace('_', ' ')}",
                attested == named,
                f"{attested} in the attest, {named} in {claim.rsplit('/', 1)[-1]}",
            )


def _at(node: Any, path: str) -> Any:
    for name in path.split("."):
        node = node.get(name) if isinstance(node, dict) else None
    return node


def of_server(base: str, token: str, key: keys.Jwk | None) -> Iterator[Check]:
    """What the server says to the token: one harmless search."""
    url = f"{base}/fhir/Organization?_count=1"
    headers = {"Accept": JSON, "Authorization": f"{'DPoP' if key else 'Bearer'} {token}"}
    if key:
        headers["DPoP"] = keys.proof(key, "GET", url, token)
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        got = connection.getresponse()
        answer = Answer(got.status, {}, got.read())
    finally:
        connection.close()
    yield Check("the server takes it", answer.status == 200, f"{answer.status}: {answer.outcome()}")


def run(arguments: argparse.Namespace) -> int:
    """The command; 0 where everything holds, 1 where something does not, 3 where the server does not answer."""
    token = sys.stdin.readline().strip() if arguments.token.strip() == "-" else arguments.token
    base = arguments.base.rstrip("/").removesuffix("/fhir")
    found = list(of_token(token, time.time()))
    status = 0
    try:
        key = json.loads(arguments.key.read_text()) if arguments.key else None
        found += of_server(base, token, key)
    except (OSError, http.client.HTTPException, ValueError) as error:
        print(f"{base}: {error}", file=sys.stderr)
        status = 3
    print("\n".join(map(str, found)))
    return status or int(not all(row.holds for row in found))
