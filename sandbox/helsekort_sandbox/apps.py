"""TABLE: the apps that the sandbox's pilot registers at this product's own authorization server."""

from typing import Any

from helsekort_sandbox import keys

APP, CITIZENS_APP = "svangerskapsappen", "min-graviditet"
_CONTEXT = ["openid", "fhirUser", "launch/patient", "offline_access"]
APPS: list[dict[str, Any]] = [  # public clients, whose tokens are bound by DPoP
    {
        "client_id": APP,
        "name": "Svangerskapsappen",
        "gives": ["professionals"],
        "scopes": [*_CONTEXT, "launch", "patient/*.rs", "user/*.cruds"],
        "redirect_uris": ["http://127.0.0.1:8090/callback"],
        "launch_url": "http://127.0.0.1:8090/launch",
    },
    {
        "client_id": CITIZENS_APP,
        "name": "Min graviditet",
        "gives": ["citizens"],
        "scopes": [*_CONTEXT, "patient/*.rs"],
        "redirect_uris": ["http://127.0.0.1:8090/callback"],
    },
]


def backend(client_id: str, key: keys.Jwk) -> dict[str, Any]:
    """A system (https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html), known by the public part of ``key``."""
    return {
        "client_id": client_id,
        "name": "Register",
        "gives": ["systems"],
        "scopes": ["system/*.rs"],
        "keys": [keys.public(key)],
    }
