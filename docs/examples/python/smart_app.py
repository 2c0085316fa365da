"""A SMART app: logs somebody in and reads her card (``standalone``), or reads as a system (``backend KEY.json``).

Needs joserfc and httpx. docs/integrators.md says what to set. https://hl7.org/fhir/smart-app-launch/STU2.2/
"""

import base64
import hashlib
import json
import os
import secrets
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwk, jwt

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Json = dict[str, Any]


def digest(text: str) -> str:
    """base64url of the SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class App:
    """An app at the server whose FHIR base is ``base``; its tokens are bound to a key of its own."""

    def __init__(self, base: str, client_id: str) -> None:
        self.base, self.client_id = base, client_id
        self.key = jwk.ECKey.generate_key("P-256")
        self.http = httpx.Client(timeout=30)
        self.found: Json = self.http.get(f"{base}/.well-known/smart-configuration").json()

    def proof(self, method: str, url: str, token: str = "") -> str:
        """A proof for this request and no other (RFC 9449)."""
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        claims: Json = {
            "htm": method,
            "htu": url.partition("?")[0],
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
        }
        if token:
            claims["ath"] = digest(token)
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])

    def token(self, **form: str) -> Json:
        """What the token endpoint answers; a refusal is raised with its words."""
        url = self.found["token_endpoint"]
        answer = self.http.post(
            url, data={"client_id": self.client_id, **form}, headers={"DPoP": self.proof("POST", url)}
        )
        if answer.is_error:
            raise RuntimeError(f"{answer.status_code}: {answer.text}")
        told: Json = answer.json()
        return told

    def get(self, path: str, token: str) -> Json:
        """A resource or bundle."""
        url = f"{self.base}{path}"
        answer = self.http.get(
            url, headers={"Authorization": f"DPoP {token}", "DPoP": self.proof("GET", url, token)}
        )
        if answer.is_error:
            raise RuntimeError(f"{answer.status_code}: {answer.text}")
        told: Json = answer.json()
        return told

    def login(self, callback: str, scope: str, details: str) -> Json:
        """Tokens for whoever logs in with a browser: authorization code, PKCE, ``state`` and ``iss`` checked."""
        verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": callback, "scope": scope, "state": state,
            "aud": self.base, "code_challenge": digest(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        if details:
            asked["authorization_details"] = details
        print(f"Log in with a browser: {self.found['authorization_endpoint']}?{urlencode(asked)}", flush=True)
        back = returned(callback)
        if back.get("state") != state or back.get("iss") != self.found["issuer"] or "code" not in back:
            raise RuntimeError(f"The login did not come to its end: {back}")
        return self.token(
            grant_type="authorization_code", code=back["code"], redirect_uri=callback, code_verifier=verifier
        )


def returned(callback: str) -> dict[str, str]:
    """What the browser brings back to ``callback`` on this machine."""
    came: dict[str, str] = {}

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.update({name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"You may close this page.")

        def log_message(self, *_: Any) -> None:
            """The address holds the code: it is written nowhere."""

    address = urlsplit(callback)
    with HTTPServer((address.hostname or "", address.port or 80), Callback) as server:
        while not came:
            server.handle_request()
    return came


def standalone(base: str) -> Json:
    """Log somebody in, read the card of the woman of the launch, renew the tokens once, and end the session."""
    app = App(base, os.environ.get("APP_CLIENT", "min-graviditet"))
    details = (
        Path(os.environ["APP_DETAILS"]).read_text(encoding="utf-8") if "APP_DETAILS" in os.environ else ""
    )
    callback = os.environ.get("APP_CALLBACK", "http://127.0.0.1:8090/callback")
    told = app.login(callback, "openid fhirUser launch/patient offline_access patient/*.rs", details)
    told = app.token(grant_type="refresh_token", refresh_token=told["refresh_token"])
    cards = app.get(f"/EpisodeOfCare?patient={told['patient']}&status=active", told["access_token"])
    episode = cards["entry"][0]["resource"]["id"]
    card = app.get(f"/EpisodeOfCare/{episode}/$card", told["access_token"])
    app.http.post(
        app.found["revocation_endpoint"], data={"client_id": app.client_id, "token": told["refresh_token"]}
    )
    return {"scope": told["scope"], "patient": told["patient"], "entries": len(card["entry"])}


def backend(base: str, key_file: str) -> Json:
    """A system of its own: ``client_credentials`` with ``private_key_jwt``; what its scopes and the rows give it."""
    app = App(base, os.environ.get("APP_CLIENT", "helsekort-registry"))
    key = jwk.import_key(json.loads(Path(key_file).read_text(encoding="utf-8")))
    now = int(time.time())
    claims = {
        "iss": app.client_id, "sub": app.client_id, "aud": app.found["token_endpoint"], "iat": now, "exp": now + 60,
        "jti": str(uuid.uuid4()),
    }  # fmt: skip
    header = {"typ": "JWT", "alg": "ES256", "kid": key.thumbprint()}
    assertion = jwt.encode(header, claims, key, algorithms=["ES256"])
    told = app.token(
        grant_type="client_credentials",
        scope="system/*.rs",
        client_assertion_type=ASSERTION,
        client_assertion=assertion,
    )
    cards = app.get("/EpisodeOfCare?status=active&_count=5", told["access_token"])
    return {"scope": told["scope"], "cards": len(cards.get("entry", []))}


if __name__ == "__main__":
    server = os.environ["HELSEKORT_URL"]
    print(json.dumps(standalone(server) if sys.argv[1] == "standalone" else backend(server, sys.argv[2])))
