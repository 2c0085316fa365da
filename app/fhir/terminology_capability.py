"""What this server knows of codes: https://hl7.org/fhir/R4/terminologycapabilities.html

Named are the code systems that it brings along; those that are stored as CodeSystem are answered for as well.
"""

from typing import Any

from app.fhir.operation import in_url
from app.fhir.operations import BY_NAME
from app.fhir.terminology_shipped import code_systems
from app.settings import Settings


def terminology(settings: Settings, date: str, version: str) -> dict[str, Any]:
    """The TerminologyCapabilities, beside the CapabilityStatement."""
    parameters = [{"name": name} for name, _, _ in in_url(BY_NAME["ValueSet", "expand"])]
    return {
        "resourceType": "TerminologyCapabilities",
        "status": "active",
        "date": date,
        "description": "The code systems below come with the server. A CodeSystem, ValueSet or ConceptMap that is "
        "stored here is used as well, and before one of the same URL that came with the server.",
        "kind": "instance",
        "software": {"name": "Helsekort", "version": version},
        "implementation": {
            "description": "Digitalt helsekort for gravide",
            "url": f"{settings.base_url}/fhir",
        },
        "codeSystem": [
            {"uri": system.url, "subsumption": True}
            | ({"version": [{"code": system.version, "isDefault": True}]} if system.version else {})
            for system in code_systems()
        ],
        "expansion": {
            "hierarchical": False,
            "paging": True,
            "parameter": parameters,
            "textFilter": "The beginning of a word, without regard to case and accents",
        },
        "codeSearch": "explicit",
        "validateCode": {"translations": False},
        "translation": {"needsMap": True},
    }
