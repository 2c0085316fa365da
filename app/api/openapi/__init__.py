"""The OpenAPI document, from the tables that route, search, describe and decide: https://spec.openapis.org/oas/v3.1.0

``/fhir/metadata`` says the same in FHIR's words. It is built by ``helsekort export-openapi``, never while serving.
"""

from typing import Any

from app.api.metadata import software_version
from app.api.openapi.components import components
from app.api.openapi.layout import laid_out
from app.api.openapi.paths import paths

DESCRIPTION = (
    "The digital pregnancy health card (digitalt helsekort for gravide) on FHIR R4. Access tokens of HelseID, and of "
    "Helsenorge's issuer for citizens, bound by DPoP. National identity numbers never stand in a URL: search for them "
    "by POST _search. Schemas say structure; where a value is absent for a reason, an extension beside it may stand "
    "for a required primitive value."
)


def document() -> str:
    """The document as JSON, always the same for the same tables."""
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Helsekort",
            "version": software_version(),
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths(),
        "components": components(),
        "security": [{"dpop": []}],
    }
    return laid_out(found)
