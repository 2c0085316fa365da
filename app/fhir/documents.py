"""Documents: whom one is about. https://hl7.org/fhir/R4/documents.html, https://hl7.org/fhir/R4/bundle.html#references"""

import re
from collections.abc import Iterator
from typing import Any, Final

from app.fhir.codes import PERSON_NUMBERS

Json = dict[str, Any]
SUBJECT: Final = "Bundle.entry[0].resource.subject"
_RESTFUL: Final = re.compile(r"(https?://.+/)[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}", re.ASCII)


def subject(bundle: Json) -> str:
    """What the subject of a document's Composition refers to: absolute, where the Composition's own address is."""
    first: Json = next(iter(bundle.get("entry", ())), {}) if bundle.get("type") == "document" else {}
    named: str = first.get("resource", {}).get("subject", {}).get("reference", "")
    address = _RESTFUL.fullmatch(first.get("fullUrl", ""))
    relative = named and "://" not in named and not named.startswith("urn:")
    return address[1] + named if address and relative else named


def numbers(bundle: Json) -> Iterator[tuple[str, str]]:
    """The person numbers in force of the Patient in the document who is its subject."""
    about = subject(bundle)
    for entry in bundle.get("entry", ()) if about else ():
        if entry.get("fullUrl") == about and entry.get("resource", {}).get("resourceType") == "Patient":
            for row in entry["resource"].get("identifier", ()):
                if row.get("system") in PERSON_NUMBERS and row.get("use") != "old" and "value" in row:
                    yield row["system"], row["value"]
