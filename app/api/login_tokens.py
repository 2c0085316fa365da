"""What HelseID and ID-porten sign for this server as their client: who logged in, and that a session has ended.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation,
https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
"""

from typing import Any

from app.access.denied_names import of_session
from app.api.identity import Identity
from app.api.proof import refusal

_ENDED = "http://schemas.openid.net/event/backchannel-logout"
_TYPES = frozenset({"logout+jwt", "jwt", ""})  # the first is recommended, the others are allowed


async def told(identity: Identity, id_token: str, issuer: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token for this login. Raises Unauthenticated."""
    claims, _ = await identity.of_login(id_token)
    if claims.get("iss") != issuer or claims.get("nonce") != nonce:
        raise refusal("The ID token is not for this login", error="invalid_token")
    return claims


async def ended(identity: Identity, logout_token: str) -> str:
    """The name, for the deny-list, of the session that has ended. Raises Unauthenticated.

    This server registers ``backchannel_logout_session_required``: a token without ``sid`` is refused.
    """
    claims, header = await identity.of_login(logout_token)
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    events = claims.get("events")
    event = events.get(_ENDED) if isinstance(events, dict) else None
    if kind not in _TYPES or not isinstance(event, dict) or "nonce" in claims:
        raise refusal("The token is no logout token", error="invalid_token")
    if not isinstance(claims.get("sid"), str) or not isinstance(claims.get("jti"), str):
        raise refusal("A logout token names its session (sid) and itself (jti)", error="invalid_token")
    return of_session(claims["iss"], claims["sid"])
