"""A resource of each type as a client sends it, from the examples that the profiles come with (fhir_profiles/examples)."""

import json
from functools import cache
from importlib import resources
from typing import Any

Json = dict[str, Any]
WOMAN = "urn:uuid:0aa3a4f5-7c5b-4a26-9c51-4c1f0c1d5a51"
_BY_THE_SERVER = ("id", "meta", "text")
_LONGEST = 4096  # bytes; a longer one teaches no more


def example(name: str) -> Json | None:
    """An example of the type, or None."""
    return _transaction() if name == "Bundle" else _shortest().get(name)


@cache
def _shortest() -> dict[str, Json]:
    found: dict[str, Json] = {}
    files = (resources.files("fhir_profiles") / "examples").iterdir()
    for file in sorted(files, key=lambda one: one.name):
        body = json.loads(file.read_text(encoding="utf-8"))
        sent = {name: value for name, value in body.items() if name not in _BY_THE_SERVER}
        kept = found.setdefault(body["resourceType"], sent)
        if _length(sent) < _length(kept):
            found[body["resourceType"]] = sent
    return {name: body for name, body in found.items() if _length(body) <= _LONGEST}


def _length(body: Json) -> int:
    return len(json.dumps(body))


def _transaction() -> Json:
    """A woman and her card, both or neither."""
    card = _shortest()["EpisodeOfCare"] | {"patient": {"reference": WOMAN}}
    sent = [(WOMAN, {"resourceType": "Patient", "name": [{"family": "Prøve"}]}), ("", card)]
    entries = [
        {"resource": body, "request": {"method": "POST", "url": body["resourceType"]}}
        | ({"fullUrl": url} if url else {})
        for url, body in sent
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
