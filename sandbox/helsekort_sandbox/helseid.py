"""Mock of HelseID: metadata, keys, pushed requests, logins, tokens, test tokens; and the issuer of Helsenorge's tokens.

https://utviklerportal.nhn.no/informasjonstjenester/helseid: FAPI 2.0 with ``private_key_jwt``, DPoP with a nonce, one
audience a token. Only registered clients get anything. Helsenorge publishes nothing of its issuer: that mock has
metadata, keys and test tokens, and citizens log in at ID-porten's.
"""

from pathlib import Path

from starlette.applications import Starlette

from helsekort_sandbox import positions
from helsekort_sandbox.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
    Client,
)
from helsekort_sandbox.openid.application import create
from helsekort_sandbox.openid.details import ATTEST
from helsekort_sandbox.openid.profile import Claims, Level, Login, Profile
from helsekort_sandbox.people import ORGANIZATIONS, Clinician

IDENTITY, HPR = "helseid://claims/identity/", "helseid://claims/hpr/"
PATHS = {
    "discovery": "/.well-known/openid-configuration",
    "jwks": "/.well-known/openid-configuration/jwks",
    **{
        name: f"/connect/{name}"
        for name in ("authorize", "par", "token", "userinfo", "revocation", "endsession")
    },
}
SCOPES: dict[str, tuple[str, ...]] = {  # a scope → the claims that it shows the client
    "openid": (),
    "profile": ("name", "given_name", "middle_name", "family_name"),
    **{
        f"helseid://scopes/identity/{name}": (f"{IDENTITY}{name}",)
        for name in ("pid", "pid_pseudonym", "security_level", "assurance_level", "network")
    },
    "helseid://scopes/hpr/hpr_number": (f"{HPR}hpr_number", f"{HPR}hpr_details"),
    "helseid://scopes/client/client_name": ("helseid://claims/client/client_name",),
    "helseid://scopes/client/info": (
        "helseid://claims/client/claims/orgnr_parent",
        "helseid://claims/client/claims/orgnr_child",
        "helseid://claims/client/claims/orgnr_supplier",
    ),
    ATTEST: (ATTEST,),
}
LEVELS = tuple(
    Level(
        key,
        label,
        {f"{IDENTITY}security_level": key, f"{IDENTITY}assurance_level": assurance, "amr": ["external"]},
    )
    for key, label, assurance in (
        ("4", "Nivå 4 (BankID, Buypass, Commfides)", "high"),
        ("3", "Nivå 3 (MinID)", "substantial"),
    )
)


def _named(name: str, number: str, hpr: str, profession: str, kind: tuple[str, str]) -> Claims:
    given, _, family = name.rpartition(" ")
    claims: Claims = {
        "name": name,
        "given_name": given,
        "family_name": family,
        f"{IDENTITY}pid": number,
        f"{IDENTITY}network": "internett",
    }
    if hpr:
        claims[f"{HPR}hpr_number"] = hpr
        claims[f"{HPR}hpr_details"] = positions.hpr_details(hpr, profession, kind)
    return claims


def _clinician(row: Clinician, at: str = "") -> Login:
    place = ORGANIZATIONS[row.organization]
    return Login(
        key=f"{row.key}@{at}" if at else row.key,
        person=row.name,
        detail=f"HPR-nummer {row.hpr}",
        button=f"{place.name} ({row.profession})" if at else "Logg inn",
        claims=_named(row.name, row.number, row.hpr, row.profession, positions.AUTHORISED),
        organization=(place.parent, place.orgnr) if at else None,
        professions=(row.profession,),
    )


def logins() -> tuple[Login, ...]:
    """Everybody as a person, and everybody in each position."""
    rows = positions.positions()
    persons = {row.key: _clinician(row) for row in reversed(rows)}
    others = [
        Login(key, name, f"HPR-nummer {hpr}" if hpr else "Ingen autorisasjon", "Logg inn",
              _named(name, number, hpr, profession, kind), professions=(profession,) if profession else ())
        for key, name, number, hpr, profession, kind in positions.others()
    ]  # fmt: skip
    return (
        *(persons[key] for key in sorted(persons)),
        *others,
        *(_clinician(row, row.organization) for row in rows),
    )


def _client_claims(client: Client) -> Claims:
    return {
        "helseid://claims/client/client_name": client.name,
        "helseid://claims/client/client_tenancy": client.tenancy,
        "client_amr": "private_key_jwt",
    }


HELSEID = Profile(
    name="helseid",
    title="HelseID (etterligning)",
    paths=PATHS,
    grants=(AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, TOKEN_EXCHANGE),
    levels=LEVELS,
    logins=logins(),
    scopes=SCOPES,
    always=("amr",),
    client_claims=_client_claims,
    assertion_typ="client-authentication+jwt",
    nonce_required=True,
    reads_details=True,
)
HELSENORGE = Profile(
    name="citizen-issuer",
    title="Helsenorges utsteder (etterligning)",
    paths={name: PATHS[name] for name in ("discovery", "jwks")},
)


def create_app(url: str, state: Path, algorithm: str = "RS256") -> Starlette:
    """HelseID at ``url``, with its state in the folder ``state``."""
    return create(
        HELSEID,
        url,
        state,
        algorithm,
        {"claims_supported": sorted({c for row in SCOPES.values() for c in row})},
    )


def create_citizens(url: str, state: Path, algorithm: str = "ES256") -> Starlette:
    """The issuer of Helsenorge's tokens at ``url``."""
    return create(HELSENORGE, url, state, algorithm, {})
