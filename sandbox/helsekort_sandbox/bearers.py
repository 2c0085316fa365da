"""Tokens of a recording's actors, each its own and bound to its own key, from whoever may issue them.

HelseID's test-token service: https://utviklerportal.nhn.no/informasjonstjenester/helseid; the sandbox's issuers speak
the same contract. DPoP: https://www.rfc-editor.org/rfc/rfc9449.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helsekort_sandbox import keys, people
from helsekort_sandbox.recording_lines import Actor
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.tokens import AUDIENCE, PORTAL, NoToken, create

REUSED = 240  # seconds that a token is used again
CITIZENS = ("citizen", "representative")
SYSTEMS = {"operator": people.OPERATOR_CLIENT, "harness": people.HARNESS_CLIENT}
Issue = Callable[[Actor, str], str]  # an actor and the thumbprint of its key → an access token


@dataclass(slots=True)
class _Held:
    key: keys.Jwk = field(default_factory=keys.generate)
    token: str = ""
    since: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class Bearers:
    """The tokens in use; safe to be asked by several threads."""

    issue: Issue
    bound: bool = True
    _held: dict[str, _Held] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def headers(self, actor: Actor, method: str, url: str) -> dict[str, str]:
        """What authorises one request. Raises NoToken."""
        with self._lock:
            if actor.id not in self._held:
                self._held[actor.id] = _Held()
            held = self._held[actor.id]
        with held.lock:
            if not held.token or time.monotonic() - held.since > REUSED:
                held.token, held.since = self.issue(actor, held.key["kid"]), time.monotonic()
            token = held.token
        if not self.bound:
            return {"Authorization": f"Bearer {token}"}
        return {"Authorization": f"DPoP {token}", "DPoP": keys.proof(held.key, method, url, token)}


def of_sandbox(sandbox: Sandbox) -> Bearers:
    """Tokens of a running sandbox of this user."""
    key = (sandbox.state / "test-token-key").read_text().strip()
    return of_issuers(sandbox.helseid, sandbox.citizen_issuer, key)


def of_issuers(helseid: str, citizens: str, auth_key: str) -> Bearers:
    """Tokens of two test-token services to which ``auth_key`` gives access."""

    def issue(actor: Actor, thumbprint: str) -> str:
        issuer = citizens if actor.role in CITIZENS else helseid
        return create(issuer, auth_key, request_body(actor, thumbprint))

    return Bearers(issue)


def of_file(path: Path) -> Bearers:
    """Tokens that were supplied: a JSON object, actor id → access token, not bound to a key. Raises NoToken."""
    supplied: dict[str, str] = json.loads(path.read_text())

    def issue(actor: Actor, _thumbprint: str) -> str:
        if actor.id not in supplied:
            raise NoToken(f"{path} has no token of the actor {actor.id}")
        return supplied[actor.id]

    return Bearers(issue, bound=False)


def request_body(actor: Actor, thumbprint: str) -> dict[str, Any]:
    """The request to a test-token service that makes the actor's token."""
    body: dict[str, Any] = {"audience": AUDIENCE, "withoutDefaultUserClaims": True}
    if actor.role in SYSTEMS:
        client = {"clientId": actor.client or SYSTEMS[actor.role], **_organizations(actor)}
        user: dict[str, str] = {"subject": client["clientId"]}
    elif actor.role in CITIZENS:
        client = {"clientId": PORTAL, "clientName": "Helsenorge"}
        user = {"pid": actor.number, "name": actor.name}
    else:
        client = {"clientId": actor.client or "helsekort-replay", **_organizations(actor)}
        user = {"pid": actor.number, "name": actor.name, "hprNumber": actor.hpr}
        body |= _attested(actor)
    if "pid" in user:
        user |= {"subject": str(uuid.uuid5(uuid.NAMESPACE_OID, user["pid"]))}
        user |= {"securityLevel": "4", "assuranceLevel": "high"}
    body["clientClaimsParameters"] = {**client, "cnfJkt": thumbprint}
    return body | {"userClaimsParameters": user}


def _organizations(actor: Actor) -> dict[str, str]:
    place = actor.organization
    if place is None:
        return {}
    return {"orgnrParent": place.parent or place.orgnr, "orgnrChild": place.orgnr, "clientName": place.name}


def _attested(actor: Actor) -> dict[str, Any]:
    place = actor.organization
    if place is None:
        raise NoToken(f"The actor {actor.id} works nowhere")
    parameters = {
        "practitionerAuthorizationCode": actor.profession,
        "practitionerLegalEntityId": place.parent or place.orgnr,
        "practitionerLegalEntityName": place.parent_name or place.name,
        "practitionerPointOfCareId": place.orgnr,
        "practitionerPointOfCareName": place.name,
        "careRelationshipHealthcareServiceCode": actor.service,
        "careRelationshipPurposeOfUseCode": "TREAT",
        "careRelationshipDecisionRefId": str(uuid.uuid4()),
    }
    return {"createTillitsrammeverkClaims": True, "tillitsrammeverkClaimsParameters": parameters}
