"""TABLE: the clients that the mock issuers know, as HelseID Selvbetjening and Digdir's Samarbeidsportal hold them."""

import secrets
from pathlib import Path
from typing import Any

from helsekort_sandbox import (
    clients,
    documents,
    helsenorge,
    hpr,
    keys,
    kjernejournal,
    maternity,
    medicines,
    persontjenesten,
    portal,
)
from helsekort_sandbox.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
    Client,
)
from helsekort_sandbox.people import OPERATOR_CLIENT, ORGANIZATIONS
from helsekort_sandbox.tokens import AUDIENCE, PORTAL

SERVER_CLIENT, LOGIN_CLIENT = "helsekort", "helsekort-login"
_LOGIN = (AUTHORIZATION_CODE, REFRESH_TOKEN)
_APP = ("http://127.0.0.1/callback",)  # an app on somebody's own machine, at any port


def write(state: Path, server_key: keys.Jwk) -> None:
    """Write the registrations into ``state``; ``server_key`` is the key of this product's own two clients."""
    clients.register(state / "clients.json", [*_own(server_key), *_systems(state)])
    if not (state / "test-token-key").exists():
        keys.write_private(state / "test-token-key", secrets.token_urlsafe(24).encode())


_SERVICES = (kjernejournal, helsenorge, persontjenesten, hpr, documents, medicines, maternity, portal)


def _own(key: keys.Jwk) -> list[Client]:
    operator = ORGANIZATIONS["operator"]
    own: dict[str, Any] = {"orgnr_parent": operator.parent, "orgnr_child": operator.orgnr, "keys": (key,)}
    server = Client(
        SERVER_CLIENT,
        "Helsekort",
        audiences=tuple(row.AUDIENCE for row in _SERVICES),
        rights=(persontjenesten.RIGHT, documents.PROVIDE, portal.RIGHT),
        api=AUDIENCE,
        grants=(CLIENT_CREDENTIALS, TOKEN_EXCHANGE),
        **own,
    )
    login = Client(
        LOGIN_CLIENT,
        "Helsekort",
        audiences=(AUDIENCE,),
        grants=_LOGIN,
        tenancy="multi",
        redirect_uris=tuple(f"http://127.0.0.1/login/{name}" for name in ("helseid", "idporten")),
        post_logout_redirect_uris=("http://127.0.0.1/",),
        backchannel_logout="/login/logout",
        **own,
    )
    return [server, login]


def _systems(state: Path) -> list[Client]:
    """The operator's system, each organisation's own record system, and Helsenorge; their keys lie in ``state``."""
    operator = ORGANIZATIONS["operator"]
    rows = [
        Client(
            OPERATOR_CLIENT,
            "Forvalterens system",
            (AUDIENCE,),
            keys=(keys.keep(state / "operator-client.json"),),
        )
    ]
    rows += [
        Client(
            f"epj-{key}",
            f"Journalsystemet hos {place.name}",
            audiences=(AUDIENCE, kjernejournal.AUDIENCE),
            grants=(*_LOGIN, CLIENT_CREDENTIALS),
            orgnr_parent=place.parent,
            orgnr_child=place.orgnr,
            keys=(keys.keep(state / "clients" / f"epj-{key}.json"),),
            redirect_uris=_APP,
        )
        for key, place in ORGANIZATIONS.items()
    ]
    rows.append(
        Client(
            PORTAL,
            "Helsenorge",
            audiences=(AUDIENCE,),
            grants=_LOGIN,
            orgnr_parent=operator.parent,
            keys=(keys.keep(state / "clients" / f"{PORTAL}.json"),),
            redirect_uris=_APP,
        )
    )
    return rows
