"""Which issuers are trusted, and what their tokens may say: HelseID, Helsenorge, and what the pilot file adds.

Several issuers, each with rules of its own: audience, algorithms, whom its tokens may name, and under which claims it
tells number and level of login (ID-porten: ``pid`` and ``acr``, https://docs.digdir.no/docs/idporten/).
"""

from collections.abc import Mapping
from typing import Any

from app.access.caller import CLINICIANS, Role
from app.access.roles import LEVEL, PID, SECURITY_LEVEL
from app.registrations import TrustedIssuer
from app.settings import Settings

# TABLE: what an issuer gives → the roles that its tokens may lead to
GIVES: dict[str, frozenset[Role]] = {
    "professionals": CLINICIANS | {Role.SECRETARY, Role.STUDENT, Role.AUDITOR},
    "systems": frozenset({Role.OPERATOR, Role.REGISTRY, Role.MACHINE, Role.HARNESS}),
    "citizens": frozenset({Role.CITIZEN, Role.REPRESENTATIVE, Role.DOULA}),
}


def trusted(settings: Settings) -> dict[str, TrustedIssuer]:
    """The trusted issuers by their URL."""
    rows = (
        TrustedIssuer(settings.helseid_issuer, ("professionals", "systems")),
        TrustedIssuer(settings.helsenorge_issuer, ("citizens",)),
        *settings.pilot.issuers,
        *([own(settings)] if settings.app_key_file else []),
    )
    return {row.url: row for row in rows if row.url}


def own(settings: Settings) -> TrustedIssuer:
    """This server itself, of whose tokens each says which kind of caller it gives (``logins.py``)."""
    return TrustedIssuer(settings.base_url, tuple(GIVES), algorithms=("ES256",))


def idporten(settings: Settings) -> TrustedIssuer:
    """ID-porten, at which citizens log in to apps; its access tokens open nothing here.

    ``pid`` and ``acr``: https://docs.digdir.no/docs/idporten/oidc/oidc_protocol_id_token
    """
    return TrustedIssuer(
        settings.idporten_issuer, ("citizens",), pid="pid", level="acr", levels=("idporten-loa-high",)
    )


def roles_of(issuer: TrustedIssuer) -> frozenset[Role]:
    """The roles that a token of this issuer may lead to."""
    return frozenset().union(*(GIVES[kind] for kind in issuer.gives))


def in_our_words(issuer: TrustedIssuer, claims: dict[str, Any]) -> dict[str, Any]:
    """``claims`` with number and level under HelseID's names; what the issuer itself puts there does not count."""
    told = dict(claims)
    if issuer.pid:
        told[PID] = claims.get(issuer.pid)
    if issuer.level:
        told[SECURITY_LEVEL] = LEVEL if claims.get(issuer.level) in issuer.levels else None
    return told


def audience_holds(issuer: TrustedIssuer, claims: Mapping[str, Any], ours: str) -> bool:
    """Whether the token is for this server, and for it alone."""
    wanted = issuer.audience or ours
    return claims.get("aud") in (wanted, [wanted])
