"""A first consultation, as a midwife's system sends it: a proof for each request, one transaction, and the card.

Needs joserfc and httpx. The token is HelseID's: ask for it with the attest (tillitsrammeverk: authorisation, point of
care, healthcare service, purpose TREAT and the id of the decision that it rests on), bound to the key below by DPoP.

    HELSEKORT_URL=https://…/fhir HELSEKORT_TOKEN=… HELSEKORT_KEY=key.json python first_consultation.py NUMBER
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
Json = dict[str, Any]


class Helsekort:
    """The server, asked with one token that is bound to one key."""

    def __init__(self, base: str, token: str, key: Json) -> None:
        self.base, self.token = base, token
        self.key = jwk.import_key(key)
        self.client = httpx.Client(timeout=30)

    def proof(self, method: str, url: str) -> str:
        """A proof for this request and no other (RFC 9449)."""
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
        """The answer; what is refused is raised with its words."""
        url = f"{self.base}{path}"
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


def consultation(number: str) -> Json:
    """She is registered, her card is opened and her first blood pressure is written down: all or nothing."""
    woman = f"urn:uuid:{uuid.uuid4()}"
    subject = {"reference": woman}
    parts = [("8480-6", 118), ("8462-4", 76)]
    resources: list[tuple[str, Json]] = [
        (woman, {"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}]}),
        ("", {"resourceType": "EpisodeOfCare", "status": "active", "type": [concept(CARD, "pregnancy")], "patient": subject}),
        ("", {
            "resourceType": "Observation",
            "status": "final",
            "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")],
            "code": concept("http://loinc.org", "85354-9"),
            "subject": subject,
            "effectiveDateTime": datetime.now().astimezone().isoformat(timespec="seconds"),
            "component": [
                {
                    "code": concept("http://loinc.org", code),
                    "valueQuantity": {"value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
                }
                for code, value in parts
            ],
        }),
    ]  # fmt: skip
    entries = [
        {
            "fullUrl": full_url or f"urn:uuid:{uuid.uuid4()}",
            "resource": body,
            "request": {"method": "POST", "url": body["resourceType"]},
        }
        for full_url, body in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def main(number: str) -> None:
    key = json.loads(Path(os.environ["HELSEKORT_KEY"]).read_text(encoding="utf-8"))
    server = Helsekort(os.environ["HELSEKORT_URL"], os.environ["HELSEKORT_TOKEN"], key)
    made = server.ask("POST", "", consultation(number)).json()
    places = [entry["response"]["location"].split("/_history")[0] for entry in made["entry"]]
    episode = places[1].rpartition("/")[2]
    card = server.ask("GET", f"/EpisodeOfCare/{episode}/$card").json()
    news = server.ask("GET", "/$changes").json()
    print(
        json.dumps(
            {"episode": episode, "card": card["type"], "entries": len(card["entry"]), "news": news["type"]}
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
