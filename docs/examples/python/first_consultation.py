"""A first consultation, as a midwife's system sends it: token, a proof for each request, one transaction, the card, news.

Needs joserfc and httpx. docs/integrators.md says what to set; her number is read from standard input.
"""

import base64
import hashlib
import json
import os
import sys
import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwk, jwt

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
CARD = "https://helsekort.example/fhir/CodeSystem/card"
OURS = "https://epj.example/id"  # the namespace of this system's own ids
Json = dict[str, Any]


def access_token(key: jwk.ECKey, decision: str) -> str:
    """A token bound to ``key``, attesting who works where, why, and the decision that her access rests on.

    From HelseID's test-token service. In production the attest stands in ``assertion_details`` of the client assertion
    that goes to the token endpoint, with a proof of the same key.
    """
    wanted = json.loads(Path(os.environ["HELSEID_ATTEST"]).read_text(encoding="utf-8"))
    wanted["tillitsrammeverkClaimsParameters"]["careRelationshipDecisionRefId"] = decision
    wanted["clientClaimsParameters"]["cnfJkt"] = key.thumbprint()
    answer = httpx.post(
        f"{os.environ['HELSEID_URL']}/v2/create-test-token-with-key",
        json=wanted,
        headers={"X-Auth-Key": os.environ["HELSEID_TEST_KEY"]},
        timeout=30,
    ).json()
    if answer["isError"]:
        raise RuntimeError(answer["errorResponse"]["errorMessage"])
    token: str = answer["successResponse"]["accessTokenJwt"]
    return token


class Helsekort:
    """The server, asked with one token that is bound to one key."""

    def __init__(self, base: str, token: str, key: jwk.ECKey) -> None:
        self.base, self.token, self.key = base, token, key
        self.client = httpx.Client(timeout=30)

    def proof(self, method: str, url: str) -> str:
        """A proof for this request and no other (RFC 9449); the URL without its query."""
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        digest = hashlib.sha256(self.token.encode()).digest()
        claims = {
            "htm": method,
            "htu": url.partition("?")[0],
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
            "ath": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])

    def ask(self, method: str, path: str, body: Json | None = None, **headers: str) -> httpx.Response:
        """The answer; a refusal is raised with its words."""
        url = path if path.startswith("http") else f"{self.base}{path}"
        sent = {"Authorization": f"DPoP {self.token}", "DPoP": self.proof(method, url)}
        if body is not None:
            sent["Content-Type"] = "application/fhir+json"
        content = None if body is None else json.dumps(body).encode()
        answer = self.client.request(method, url, content=content, headers=sent | headers)
        if answer.is_error:
            issues = answer.json()["issue"]
            raise RuntimeError(f"{answer.status_code}: {'; '.join(issue['diagnostics'] for issue in issues)}")
        return answer


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def measured(subject: str, code: str, **more: Any) -> Json:
    """An observation of today."""
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [concept(category, "vital-signs")],
        "code": concept("http://loinc.org", code),
        "subject": {"reference": subject},
        "effectiveDateTime": datetime.now().astimezone().isoformat(timespec="seconds"),
        **more,
    }


def consultation(number: str) -> Json:
    """She is registered, her card is opened and her first blood pressure is written down: all or nothing."""
    woman = f"urn:uuid:{uuid.uuid4()}"
    pressure = [
        {"code": concept("http://loinc.org", code), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, value in (("8480-6", 118), ("8462-4", 76))
    ]
    resources = [
        {"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}]},
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "type": [concept(CARD, "pregnancy")],
            "patient": {"reference": woman},
        },
        measured(woman, "85354-9", component=pressure),
    ]
    urls = [woman, *(f"urn:uuid:{uuid.uuid4()}" for _ in resources[1:])]
    entries = [
        {"fullUrl": url, "resource": body, "request": {"method": "POST", "url": body["resourceType"]}}
        for url, body in zip(urls, resources, strict=True)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def main(number: str) -> None:
    key = jwk.ECKey.generate_key("P-256")
    token = access_token(key, decision=str(uuid.uuid4()))
    server = Helsekort(os.environ["HELSEKORT_URL"], token, key)

    begin = {link["relation"]: link["url"] for link in server.ask("GET", "/$changes").json()["link"]}

    made = server.ask("POST", "", consultation(number)).json()["entry"]
    woman, episode = (f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in made[:2])

    own = {"system": OURS, "value": str(uuid.uuid4())}
    weight = measured(woman, "29463-7", identifier=[own], valueQuantity=quantity(70.5, "kg"))
    once = {"If-None-Exist": f"identifier={own['system']}|{own['value']}"}  # sent again, it makes no other
    statuses = [server.ask("POST", "/Observation", weight, **once).status_code for _ in range(2)]

    card = server.ask("GET", f"/{episode}/$card").json()
    news = server.ask("GET", begin["next"]).json().get("entry", [])
    found = {
        "episode": episode,
        "statuses": statuses,
        "card": card["type"],
        "entries": len(card["entry"]),
        "news": [entry["request"]["url"] for entry in news],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.stdin.readline().strip())
