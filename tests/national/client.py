"""A client written for the national record's contract: it knows its paths, headers and JSON, and nothing of FHIR."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from tests.fixtures.server import Person

Json = dict[str, Any]
PROFESSIONS = {"midwife": "JO", "gp": "LE", "hospital": "LE"}


@dataclass
class Client:
    """A vendor's system with a user at it, and the woman whom it asks for."""

    person: Person
    nin: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        role = {
            "system": "urn:oid:2.16.578.1.12.4.1.1.9060",
            "code": PROFESSIONS.get(self.person.wish.role, ""),
        }
        sent = {
            "nhn-user-role": quote(json.dumps(role)),
            "nhn-source-system": "Journalsystemet 7.1",
            "nhn-patient-nin": self.nin,
            "nhn-event-id": "hendelse-1",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if body is not None:
            sent["Content-Type"] = "application/json"
        url = f"{self.person.server.base}/api/maternity-record/v1{path}"
        return self.person.request(method, url, body, **sent)

    def ok(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Json:
        answer = self.call(method, path, body, **headers)
        assert answer.status_code == status, answer.text
        told: Json = answer.json() if answer.content else {}
        return told
