"""TABLE: the apps that the sandbox's pilot registers at this product's own authorization server."""

from typing import Any

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
