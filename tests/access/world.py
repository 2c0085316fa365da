"""The people of the access tests, two women with an open card each, and how answers are compared."""

import re
from dataclasses import dataclass
from typing import Any

import httpx
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS

from app.fhir import codes
from tests.fixtures.resources import Woman, choose, concept, register
from tests.fixtures.server import Person, Server

Json = dict[str, Any]
NOBODY = "018f0000-0000-7000-8000-000000000000"  # an id of the form of ours that nothing has


@dataclass(frozen=True)
class World:
    """Who acts. ``woman`` is cared for by midwife-a and by gp-a, whom she chose; ``other`` by midwife-a alone."""

    server: Server
    woman: Woman
    other: Woman

    def person(self, role: str, **wish: Any) -> Person:
        return self.server.person(role, **wish)

    @property
    def midwife(self) -> Person:
        return self.person("midwife")

    @property
    def stranger(self) -> Person:
        """A midwife of another municipality: no relation to either woman."""
        return self.person("midwife", key="midwife-b")

    @property
    def gp(self) -> Person:
        return self.person("gp")

    @property
    def nurse(self) -> Person:
        """Works where midwife-a works, so her organisation is related to both women."""
        return self.person("nurse")

    @property
    def operator(self) -> Person:
        return self.person("operator")

    @property
    def her(self) -> Person:
        return self.person("citizen", person=self.woman.number)

    @property
    def other_her(self) -> Person:
        return self.person("citizen", person=self.other.number)


def made(server: Server) -> World:
    """The world on ``server``."""
    midwife = server.person("midwife")
    woman, other = register(midwife), register(midwife)
    her = server.person("citizen", person=woman.number)
    choose(woman, her, server.person("operator"), ORGANIZATIONS["gp-a"].orgnr)
    return World(server, woman, other)


def stored(person: Person, resource: Json) -> str:
    """Store ``resource`` as ``person``; its id."""
    answer = person.post(f"/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def practitioner(operator: Person, hpr: str) -> str:
    return stored(
        operator, {"resourceType": "Practitioner", "identifier": [{"system": codes.HPR, "value": hpr}]}
    )


def organization(operator: Person, orgnr: str) -> str:
    identifier = [{"system": codes.ORGNR, "value": orgnr}]
    return stored(operator, {"resourceType": "Organization", "name": "Virksomhet", "identifier": identifier})


def a_block(patient: str, actor: Json, **provision: Any) -> Json:
    """Her Consent that denies ``actor`` access."""
    role = concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [concept(codes.LOINC, "59284-0")],
        "patient": {"reference": patient},
        "policyRule": concept(codes.ACT_CODE, "OPTIN"),
        "provision": {"type": "deny", "actor": [{"role": role, "reference": actor}], **provision},
    }


def a_choice(patient: str, kind: str, *categories: Json, **provision: Any) -> Json:
    """Her Consent that permits or denies, of privacy; ``categories`` come first."""
    consent = a_block(patient, {})
    consent["category"] = [*categories, *consent["category"]]
    return consent | {"provision": {"type": kind, **provision}}


def an_actor(orgnr: str = "", hpr: str = "") -> Json:
    """Who is denied or permitted, by number."""
    role = concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")
    number = {"system": codes.ORGNR, "value": orgnr} if orgnr else {"system": codes.HPR, "value": hpr}
    return {"role": role, "reference": {"identifier": number}}


def a_restriction(patient: str, *, opened_for: str = "", **provision: Any) -> Json:
    """Her Consent that closes all, or what ``provision`` names, but for the organisation that it opens for."""
    opening = {"provision": [{"type": "permit", "actor": [an_actor(opened_for)]}]} if opened_for else {}
    return a_choice(patient, "deny", **opening, **provision)


def a_team(patient: str, *organizations: str, **more: Any) -> Json:
    """A CareTeam whose members are the Organizations with these ids."""
    members = [{"member": {"reference": f"Organization/{id_}"}} for id_ in organizations]
    team = {"resourceType": "CareTeam", "status": "active", "subject": {"reference": patient}, **more}
    return team | {"participant": members} if members else team


def an_encounter(patient: str, **more: Any) -> Json:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "subject": {"reference": patient},
        **more,
    }


def get_entry(url: str) -> Json:
    """A Bundle entry that reads."""
    return {"request": {"method": "GET", "url": url}}


def orgnr(key: str) -> str:
    return ORGANIZATIONS[key].orgnr


def hpr(key: str) -> str:
    return CLINICIANS[key].hpr


def as_told(answer: httpx.Response, *names: str) -> tuple[int, str, dict[str, str]]:
    """What an answer tells: status, body and headers, each of ``names`` and the request's own id taken out."""
    volatile = {"date", "x-request-id", "content-length"}
    headers = {name: value for name, value in answer.headers.items() if name not in volatile}
    text = answer.text.replace(answer.headers["x-request-id"], "<request>")
    text = re.sub(r'"lastUpdated":"[^"]+"', '"lastUpdated":"<then>"', text)
    for name in names:
        text = text.replace(name, "<it>")
        headers = {key: value.replace(name, "<it>") for key, value in headers.items()}
    return answer.status_code, text, headers


def outcome_text(answer: httpx.Response) -> str:
    """The diagnostics of an OperationOutcome."""
    return " ".join(issue["diagnostics"] for issue in answer.json()["issue"])


def resources(bundle: Json) -> list[Json]:
    """The resources of a Bundle."""
    return [part["resource"] for part in bundle.get("entry", []) if "resource" in part]


def ids(bundle: Json) -> set[str]:
    return {f"{row['resourceType']}/{row['id']}" for row in resources(bundle)}


def is_hers(world: World, her: Person, path: str) -> None:
    """She and her carers see it; a midwife without relation and another woman do not."""
    assert her.get(path).status_code == 200
    assert world.midwife.get(path).status_code == 200
    assert world.stranger.get(path).status_code == 404
    assert world.other_her.get(path).status_code == 404
