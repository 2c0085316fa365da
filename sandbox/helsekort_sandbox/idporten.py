"""Mock of ID-porten: citizens log in, strongly (``idporten-loa-high``) or less so (``idporten-loa-substantial``).

https://docs.digdir.no/docs/idporten/oidc/: pushed requests, PKCE, ``private_key_jwt``; ``pid`` and ``acr`` in ID token
and access token, which DPoP binds where the client proves a key.
"""

from pathlib import Path

from starlette.applications import Starlette

from helsekort_sandbox import people
from helsekort_sandbox.clients import AUTHORIZATION_CODE, REFRESH_TOKEN, Client
from helsekort_sandbox.openid.application import create
from helsekort_sandbox.openid.profile import Claims, Level, Login, Profile

HIGH, SUBSTANTIAL = "idporten-loa-high", "idporten-loa-substantial"
PATHS = {
    "discovery": "/.well-known/openid-configuration",
    "jwks": "/jwks.json",
    "endsession": "/logout",
    "revocation": "/revoke",
    **{name: f"/{name}" for name in ("authorize", "par", "token", "userinfo")},
}
LEVELS = (
    Level(HIGH, "Høyt (BankID, Buypass, Commfides)", {"acr": HIGH, "amr": ["BankID"]}),
    Level(SUBSTANTIAL, "Betydelig (MinID)", {"acr": SUBSTANTIAL, "amr": ["Minid-PIN"]}),
)
SCOPES: dict[str, tuple[str, ...]] = {"openid": ("pid", "locale"), "profile": ()}


def logins() -> tuple[Login, ...]:
    """The women of the pilot, her partner with a power of attorney, the doula."""
    rows = [
        (key, row.name, row.number, f"{row.birth:%d.%m.%Y}, {row.story}") for key, row in people.WOMEN.items()
    ]
    rows.append(("representative", *people.REPRESENTATIVE, "partner med fullmakt"))
    rows.append(("doula", *people.DOULA, "doula"))
    return tuple(
        Login(key, name, detail, "Logg inn", {"pid": number, "locale": "nb"})
        for key, name, number, detail in rows
    )


def _client_claims(client: Client) -> Claims:
    consumer = {"authority": "iso6523-actorid-upis", "ID": f"0192:{client.orgnr_parent}"}
    return {"client_amr": "private_key_jwt", "client_orgno": client.orgnr_parent, "consumer": consumer}


IDPORTEN = Profile(
    name="idporten",
    title="ID-porten (etterligning)",
    paths=PATHS,
    grants=(AUTHORIZATION_CODE, REFRESH_TOKEN),
    levels=LEVELS,
    logins=logins(),
    scopes=SCOPES,
    always=("acr", "amr"),
    client_claims=_client_claims,
    keys="idporten",
    bearer=True,
)


def create_app(url: str, state: Path) -> Starlette:
    """ID-porten at ``url``, with its state in the folder ``state``."""
    levels = [row.key for row in LEVELS]
    more = {"acr_values_supported": levels, "ui_locales_supported": ["nb", "nn", "en", "se"]}
    return create(IDPORTEN, url, state, "RS256", more)
