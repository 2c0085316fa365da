"""All examples in one transaction, so that a server keeps a resource of every type."""

import json
import uuid
from pathlib import Path
from typing import Any

import fhir_profiles
from tests.fixtures.server import Person

Json = dict[str, Any]
EXAMPLES = Path(fhir_profiles.__file__).parent / "examples"


def read_all() -> dict[str, Json]:
    """Every example by the reference to it, ``Patient/selma``."""
    found = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("*.json")))
    return {f"{body['resourceType']}/{body['id']}": body for body in found}


def urn(reference: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, reference)}"


def between(node: Any, known: set[str]) -> Any:
    """``node`` with references to the other examples as URNs, and those to nothing as mere words."""
    if isinstance(node, list):
        return [between(item, known) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("reference")
    if isinstance(reference, str) and not reference.startswith(("#", "urn:", "http")):
        return {"reference": urn(reference)} if reference in known else {"display": "noe annet"}
    return {name: between(value, known) for name, value in node.items()}


def sent(body: Json, known: set[str]) -> Json:
    """``body`` as a client sends it for the first time."""
    found: Json = between({name: value for name, value in body.items() if name != "id"}, known)
    return found


def keep_all(harness: Person) -> dict[str, Json]:
    """Store the examples; one stored resource of every type but AuditEvent, which the server writes itself."""
    bodies = {
        key: body for key, body in read_all().items() if body["resourceType"] not in {"AuditEvent", "Bundle"}
    }
    entries = [
        {"fullUrl": urn(key), "resource": sent(body, set(bodies)),
         "request": {"method": "POST", "url": body["resourceType"]}}
        for key, body in bodies.items()
    ]  # fmt: skip
    answer = harness.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200, answer.text
    stored = dict(zip(bodies, (entry["resource"] for entry in answer.json()["entry"]), strict=True))
    found = {body["resourceType"]: body for body in reversed(list(stored.values()))}
    return found | {"Bundle": _document(harness, stored["Patient/selma"]["id"])}


def _document(harness: Person, patient: str) -> Json:
    """Her document, in which all that it refers to stands, she under the id that she has here."""
    body = next(body for key, body in read_all().items() if key.startswith("Bundle/"))
    text = json.dumps({name: value for name, value in body.items() if name != "id"})
    text = text.replace("Patient/selma", f"Patient/{patient}").replace('"id": "selma"', f'"id": "{patient}"')
    answer = harness.post("/Bundle", text)
    assert answer.status_code == 201, answer.text
    stored: Json = answer.json()
    return stored
