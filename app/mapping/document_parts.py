"""What every resource that is computed for a document needs: its address in the Bundle, its labels, a code.

https://hl7.org/fhir/R4/bundle.html#references
"""

import uuid
from typing import Any

from app.fhir import codes as c

CONFIDENTIALITY = frozenset("ULMNRV")
Json = dict[str, Any]


def security(labels: frozenset[str]) -> Json:
    """The ``meta`` that carries ``labels``; nothing where there are none."""
    codings = [
        {"system": c.CONFIDENTIALITY if code in CONFIDENTIALITY else c.ACT_CODE, "code": code}
        for code in sorted(labels)
    ]
    return {"meta": {"security": codings}} if codings else {}


def code(system: str, code: str, words: str = "") -> Json:
    """A CodeableConcept with one coding."""
    concept: Json = {"coding": [{"system": system, "code": code}]}
    return concept | {"text": words} if words else concept


def urn(name: str) -> str:
    """The same name has the same address in every document."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{c.CANONICAL}/{name}')}"
