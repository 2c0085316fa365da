"""A row of the log is one event that both IHE BALP and HL7 Norway's trust framework take.

The constraints are written here as the two profiles state them: https://profiles.ihe.net/ITI/BALP (1.1.4) and
https://github.com/HL7Norway/AuditEvent (no-domain-Trustframework-Auditevent 0.9.8).
"""

import base64
from typing import Any

import pytest

from app.fhir.json import dump, parse
from app.fhir.validation import validate
from app.mapping.audit_to_fhir import BALP, Reader, audit_event

WOMAN, OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
SERVER = "https://helsekort.example"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
WHO = {
    "id": "request-1", "at": "2026-07-14T07:30:00.123456+00:00", "method": "GET", "path": "/fhir/Observation/a",
    "role": "midwife", "subject": "hpr:222210005", "client": "epj-a", "name": "Silje Aasgard", "hpr": "222210005",
    "profession": "JO", "service": "KF0104", "organizations": ["999000017", "999000009"], "peer": "192.0.2.7",
    "organizationName": "Fjordbyen jordmortjeneste", "purpose": "TREAT", "decision": "d-1", "toa": 1784014200,
    "type": "Observation", "system": "EPJ 4.2",
}  # fmt: skip
CASES = (  # interaction, query, pattern, action, client, server, user
    ("read", "", "Read", "R", "110152", "110153", "IRCP"),
    ("vread", "", "Read", "R", "110152", "110153", "IRCP"),
    ("search-type", "code=29463-7", "Query", "E", "110153", "110152", "IRCP"),
    ("create", "", "Create", "C", "110153", "110152", "AUT"),
    ("update", "", "Update", "U", "110153", "110152", "AUT"),
    ("patch", "", "Update", "U", "110153", "110152", "AUT"),
    ("delete", "", "Delete", "D", "110150", "custodian", "AUT"),
)


def _row(interaction: str, query: str = "", verdict: str = "allow.carer.read", women: int = 1) -> Any:
    request = WHO | {"interaction": interaction} | ({"query": query} if query else {})
    shown = [
        ["Observation", f"o{at}", 2, "allow.carer.read", woman, False]
        for at, woman in enumerate((WOMAN, OTHER)[:women])
    ]
    return request, {"verdict": verdict, "shown": shown, "patients": [WOMAN, OTHER][:women]}


def _event(*row: Any, **said: Any) -> dict[str, Any]:
    request, result = _row(*row)
    event = audit_event("request-1", request, result, Reader(SERVER, **said))
    assert [row for row in validate(parse(dump(event))) if row.severity != "warning"] == []
    return event


def _of_type(rows: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        kind = row.get("type", {})
        codes = [one["code"] for one in kind.get("coding", [kind]) if "code" in one]
        if code in codes:
            found.append(row)
    return found


@pytest.mark.parametrize(("interaction", "query", "pattern", "action", "client", "server", "user"), CASES)
def test_what_balp_fixes(
    interaction: str, query: str, pattern: str, action: str, client: str, server: str, user: str
) -> None:
    event = _event(interaction, query)
    assert f"{BALP}.Patient{pattern}" in event["meta"]["profile"]
    assert (event["type"]["code"], event["subtype"][0]["code"]) == ("rest", interaction)
    assert (event["action"], event["outcome"]) == (action, "0")
    for code in (client, server):
        (agent,) = _of_type(event["agent"], code)
        assert agent["who"]["identifier"]["value"]
        assert agent["network"]["address"]
        assert "media" not in agent
    (person,) = _of_type(event["agent"], user)
    assert person["requestor"] is True
    assert person["who"]
    assert "network" not in person
    assert len(_of_type(event["entity"], "1")) == 1
    assert _of_type(event["entity"], "1")[0]["what"]["reference"] == f"Patient/{WOMAN}"
    assert len(_of_type(event["entity"], "XrequestId")) == 1
    (data,) = _of_type(event["entity"], "2")
    assert ("query" in data) is (pattern == "Query")
    if pattern == "Query":
        assert "what" not in data
        assert "detail" not in data
        assert data["role"]["code"] == "24"
        assert base64.b64decode(data["query"]).decode() == "/fhir/Observation/a?code=29463-7"
    else:
        assert data["what"]["reference"] == "Observation/o0/_history/2"
        assert data["role"]["code"] == "4"


def test_what_the_norwegian_profile_asks() -> None:
    """The person as a contained PractitionerRole, one patient, decision and time of the attest.

    Read in the profile's source on 2026-12-01: https://github.com/HL7Norway/AuditEvent, igs/AuditEvent/input/fsh. The
    official validator holds every kind of event to the whole of it: ``tests/conformance/trust_framework.py``.
    """
    event = _event("read")
    assert (
        "http://hl7.no/fhir/StructureDefinition/no-domain-Trustframework-Auditevent"
        in event["meta"]["profile"]
    )
    held = {row["resourceType"]: row for row in event["contained"]}
    assert event["agent"][0]["who"]["reference"] == f"#{held['PractitionerRole']['id']}"
    assert all(agent["who"].get("reference", "#").startswith("#") for agent in event["agent"]), (
        "no agent is another kind of resource"
    )
    assert held["Practitioner"]["identifier"][0]["value"] == "222210005"
    assert held["Practitioner"]["qualification"][0]["code"]["coding"][0]["code"] == "JO"
    assert held["Organization"]["identifier"][0]["value"] == "999000009"
    assert held["Location"]["managingOrganization"]["identifier"]["value"] == "999000017"
    patient, meta = event["extension"]
    assert patient["valueReference"]["reference"] == f"Patient/{WOMAN}"
    assert [
        (part["url"], part.get("valueString") or part["valueUnsignedInt"]) for part in meta["extension"]
    ] == [
        ("decision-ref-id", "d-1"),
        ("toa", 1784014200),
    ]
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    role = held[
        "PractitionerRole"
    ]  # practitioner, organization and location 1..1, the person's identifier 1..*
    assert {name: role[name] for name in ("practitioner", "organization", "location")} == {
        "practitioner": {"reference": f"#{held['Practitioner']['id']}"},
        "organization": {"reference": f"#{held['Organization']['id']}"},
        "location": [{"reference": f"#{held['Location']['id']}"}],
    }


def test_an_event_is_about_one_woman_or_claims_no_pattern() -> None:
    both = _event("search-type", "code=1", "searched", 2)
    assert "profile" not in both["meta"]
    assert len(_of_type(both["entity"], "1")) == 2
    one = _event("search-type", "patient=x", "searched", 2, woman=OTHER, hers=True)
    assert f"{BALP}.PatientQuery" in one["meta"]["profile"]
    assert WOMAN not in str(one)
    assert "patient=x" not in str(one)
    assert base64.b64decode(_of_type(one["entity"], "2")[0]["query"]) == b"/fhir/Observation"


@pytest.mark.parametrize("verdict", ["not-found", "block.her-choice", "error:400:invalid"])
def test_what_was_refused_claims_no_pattern_of_success(verdict: str) -> None:
    event = _event("read", "", verdict)
    assert event["outcome"] == "4"
    assert not [url for url in event["meta"].get("profile", []) if url.startswith(BALP)]


def test_who_may_not_be_named_yet_is_named_nowhere() -> None:
    event = _event("read", woman=WOMAN, hers=True, named=False)
    assert "Silje" not in str(event)
    assert "222210005" not in str(event)
    assert not [url for url in event["meta"]["profile"] if "hl7.no" in url], (
        "it wants an identifier of the person"
    )
    assert "Fjordbyen jordmortjeneste" in str(event)
    assert event["agent"][0]["name"] == "Jordmor"
