"""The tokens that this server gives apps: access, identity and refresh tokens, what they are worth, and their end.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html, ``at+jwt`` https://www.rfc-editor.org/rfc/rfc9068, DPoP
https://www.rfc-editor.org/rfc/rfc9449, introspection https://www.rfc-editor.org/rfc/rfc7662, revocation
https://www.rfc-editor.org/rfc/rfc7009. A refresh token is used once; one that comes again ends its session.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError

from app import clock
from app.access.apps import OFFLINE, ONLINE, OPENID, granted
from app.access.denied_names import of_client, of_person, of_session, of_token
from app.access.logins import UPSTREAM, closed, opened
from app.access.roles import LAUNCH
from app.access.signing import ALGORITHM, SigningKeys, key_name
from app.interactions.app_login import Login, held, login_ends, refresh_ends
from app.interactions.context import House
from app.registrations import App
from app.store.denials import deny, is_denied
from app.store.grants import Grants, new

CODE_LIVES = timedelta(seconds=60)  # FAPI 2.0
ACCESS_LIVES = timedelta(minutes=5)
CODE, REFRESH = "code", "refresh"
LOGGED_OUT = "logged out where she or he logged in"
REVOKED = "revoked by its app, or its code or refresh token came twice"


class AppError(Exception):
    """A refusal of the token endpoint: https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""

    def __init__(self, error: str, why: str, status: int = 400, **headers: str) -> None:
        super().__init__(why)
        self.error, self.why, self.status = error, why, status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


Renew = Callable[[Login], Awaitable[Login]]


class Tokens:
    """Makes and ends the tokens of apps; ``renew`` asks at a refresh who logged in, as that is now."""

    def __init__(self, house: House, signing: SigningKeys, grants: Grants, renew: Renew) -> None:
        self._house, self._signing, self._grants, self._renew = house, signing, grants, renew

    @property
    def issuer(self) -> str:
        """The issuer of these tokens."""
        return self._house.settings.base_url

    async def code(self, login: Login) -> str:
        """A code for the app that asked."""
        return await self._grants.keep(
            CODE, login.client, asdict(login), clock.now(), CODE_LIVES, session=login.session
        )

    async def by_code(self, app: App, form: Mapping[str, str], thumbprint: str | None) -> dict[str, Any]:
        """The tokens for a code. Raises AppError."""
        login = await self._taken(CODE, app, form.get("code", ""))
        verifier = form.get("code_verifier", "")
        if form.get("redirect_uri") != login.redirect_uri:
            raise await self._spoilt(login, "redirect_uri is not that of the request")
        if create_s256_code_challenge(verifier) != login.challenge:
            raise await self._spoilt(login, "code_verifier does not fit")
        if login.thumbprint and login.thumbprint != thumbprint:
            raise await self._spoilt(login, "The code is bound to another key")
        return await self._given(app, login, thumbprint, login.scopes)

    async def by_refresh(self, app: App, form: Mapping[str, str], thumbprint: str | None) -> dict[str, Any]:
        """New tokens for a refresh token, which is used by that. Raises AppError."""
        login = await self._taken(REFRESH, app, form.get("refresh_token", ""))
        if login.thumbprint and login.thumbprint != thumbprint:
            raise await self._spoilt(login, "The refresh token is bound to another key")
        scopes = tuple(form.get("scope", " ".join(login.scopes)).split())
        if not set(scopes) <= set(login.scopes):
            raise await self._spoilt(login, "A refresh does not widen", error="invalid_scope")
        try:
            login = await self._renew(replace(login, nonce=""))
        except AppError:
            await self.end(login.session)
            raise
        return await self._given(app, login, thumbprint, scopes)

    async def machine(
        self, app: App, asked: str, claims: dict[str, Any], thumbprint: str | None
    ) -> dict[str, Any]:
        """A token of the system itself (backend services). Raises AppError."""
        scopes = granted(app, asked)
        if not scopes or set(scopes) - {one for one in scopes if one.startswith("system/")}:
            raise AppError("invalid_scope", "Scopes system/… that the client is registered for")
        login = Login(app.client_id, f"client:{app.client_id}", claims, scopes)
        return self._answer(login, thumbprint)

    async def _taken(self, kind: str, app: App, value: str) -> Login:
        """What ``value`` stands for; where it comes again its session is over. Raises AppError."""
        grant = await self._grants.take(kind, value, clock.now())
        if grant is not None and grant.client == app.client_id:
            return Login.of(grant)
        if spent := grant or await self._grants.spent(kind, value, clock.now()):
            await self.end(spent.session)
        raise AppError("invalid_grant", f"The {kind} is unknown, used or too old")

    async def _spoilt(self, login: Login, why: str, error: str = "invalid_grant") -> AppError:
        await self.end(login.session)
        return AppError(error, why)

    async def _given(
        self, app: App, login: Login, thumbprint: str | None, scopes: tuple[str, ...]
    ) -> dict[str, Any]:
        """Tokens with ``scopes``, and a refresh token with all of the login's (RFC 6749 § 6). Raises AppError."""
        now = clock.now()
        if await is_denied(self._house.database, self._names(login), now):
            raise await self._spoilt(login, "The login has ended, or the person or the app is not let in")
        if login_ends(self._house.settings, login) <= now:
            raise await self._spoilt(login, "The login is over")
        login = await held(self._grants, login, now)
        answer = self._answer(replace(login, scopes=scopes), thumbprint)
        if {OFFLINE, ONLINE} & set(login.scopes):
            bound = "" if app.confidential else thumbprint or ""
            kept, lives = (
                asdict(replace(login, thumbprint=bound)),
                refresh_ends(self._house.settings, login, now) - now,
            )
            answer["refresh_token"] = await self._grants.keep(
                REFRESH, app.client_id, kept, now, lives, session=login.session
            )
        return answer

    def _names(self, login: Login) -> list[str]:
        names = [of_session(self.issuer, login.session), of_person(login.subject), of_client(login.client)]
        return names + [login.claims[UPSTREAM]] * bool(login.claims.get(UPSTREAM))

    def _answer(self, login: Login, thumbprint: str | None) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "access_token": self._access(login, thumbprint),
            "token_type": "DPoP" if thumbprint else "Bearer",
            "expires_in": int(ACCESS_LIVES.total_seconds()),
            "scope": " ".join(login.scopes),
        }
        if login.patient is not None:
            answer |= {LAUNCH: login.patient, "need_patient_banner": True}
        if OPENID in login.scopes:
            answer["id_token"] = self._identity(login)
        return answer

    def _access(self, login: Login, thumbprint: str | None) -> str:
        claims = {
            **closed(self._house.seal, login.claims),
            **self._times(login, ACCESS_LIVES),
            "aud": self._house.settings.audience,
            "jti": new(),
            "client_id": login.client,
            "scope": " ".join(login.scopes),
            "sid": login.session,
        }
        if login.patient is not None:
            claims[LAUNCH] = login.patient
        if thumbprint:
            claims["cnf"] = {"jkt": thumbprint}
        return self._signed("at+jwt", claims)

    def _identity(self, login: Login) -> str:
        claims = self._times(login, ACCESS_LIVES) | {
            "aud": login.client,
            "auth_time": login.at,
            "sid": login.session,
        }
        claims |= {"nonce": login.nonce} if login.nonce else {}
        claims |= {"fhirUser": login.fhir_user} if login.fhir_user and "fhirUser" in login.scopes else {}
        return self._signed("JWT", claims)

    def _times(self, login: Login, lives: timedelta) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + int(lives.total_seconds())}
        return {"iss": self.issuer, "sub": login.subject, **times}

    def _signed(self, kind: str, claims: dict[str, Any]) -> str:
        key = self._signing.current
        return jwt.encode({"typ": kind, "alg": ALGORITHM, "kid": key_name(key)}, claims, key)

    async def worth(self, token: str) -> dict[str, Any]:
        """What a token is worth: its claims, less what is sealed, or that it is not active."""
        claims = self.read(token)
        if claims is None or claims["exp"] <= clock.now().timestamp() or "client_id" not in claims:
            return {"active": False}
        login = Login(claims["client_id"], claims["sub"], opened(self._house.seal, claims), (), claims["sid"])
        denied = [of_token(self.issuer, claims["jti"]), *self._names(login)]
        if await is_denied(self._house.database, denied, clock.now()):
            return {"active": False}
        shown = ("iss", "sub", "aud", "client_id", "scope", "exp", "iat", "sid", "cnf", LAUNCH)
        token_type = "DPoP" if "cnf" in claims else "Bearer"
        told = {name: claims[name] for name in shown if name in claims}
        return {"active": True, "token_type": token_type, **told}

    async def revoke(self, app: App, token: str) -> None:
        """End what the token stands for: itself, or for a refresh token the session. Of others nothing is told."""
        grant = await self._grants.look(REFRESH, token, clock.now())
        if grant is not None and grant.client == app.client_id:
            await self.end(grant.session)
        claims = self.read(token) if grant is None else None
        if claims is not None and claims.get("client_id") == app.client_id:
            name, ends = of_token(self.issuer, claims["jti"]), clock.at(claims["exp"] + 60)
            await deny(self._house.database, name, REVOKED, clock.now(), ends)

    async def end(self, session: str) -> None:
        """Nobody is let in any more by what this session gave."""
        now = clock.now()
        await self._grants.end(session, now)
        name = of_session(self.issuer, session)
        await deny(self._house.database, name, REVOKED, now, now + 2 * ACCESS_LIVES)

    async def end_login(self, name: str) -> None:
        """Nobody is let in any more by a login at HelseID or ID-porten that has ended; ``name`` as in the deny-list."""
        now, lives = clock.now(), timedelta(hours=self._house.settings.app_session_hours)
        await deny(self._house.database, name, LOGGED_OUT, now, now + lives + 2 * ACCESS_LIVES)

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that this server signed, however old."""
        for key in self._signing.keys:
            try:
                return dict(jwt.decode(token, key, algorithms=[ALGORITHM]).claims)
            except (JoseError, ValueError, TypeError):
                continue
        return None
