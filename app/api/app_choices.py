"""Where a login comes to its context: the woman of the launch, herself, or whom is chosen; and her leave.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html. HelseID's profile asks no consent of
personnel; she is asked before an app is let in.
"""

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.access.apps import find, needs_patient
from app.access.caller import LAY, Caller
from app.access.roles import NoRole
from app.access.scopes import grant_of
from app.api import app_requests
from app.api.app_clients import form_of
from app.api.app_pages import LOGIN_LIVES, Pages
from app.api.app_requests import Asked, Lost, Returned
from app.api.token_claims import names_of
from app.interactions import app_context
from app.interactions.app_login import Login
from app.interactions.launching import LAUNCHED
from app.registrations import App
from app.render import login_pages
from app.store.denials import is_denied
from app.store.log import refuse

CHOOSING = "choosing"


@dataclass(frozen=True, slots=True)
class Standing:
    """A login that has come as far as its context: who it is, and what the app asked."""

    app: App
    asked: Asked
    claims: dict[str, Any]
    caller: Caller
    browser: str
    at: int
    renewal: str = ""  # HelseID's refresh token


class Choices(Pages):
    """From who logged in to the app's code."""

    async def _standing(self, asked: Asked, claims: dict[str, Any], browser: str) -> Standing:
        app = find(self._house.settings, asked.client)
        if app is None:
            raise Lost("The app is no longer registered")
        try:
            caller = self._identity.caller_of(claims, client_id=app.client_id)
        except NoRole as error:
            raise Returned(asked, "access_denied", str(error)) from error
        names = names_of(caller, {})
        if await is_denied(self._house.database, names, clock.now()):
            raise Returned(asked, "access_denied", "The person or the app is not let in")
        return Standing(app, asked, claims, caller, browser, int(clock.now().timestamp()))

    async def _in_context(self, request: Request, standing: Standing) -> Response:
        """On with the login: the woman of the launch, herself, or whom is chosen. Raises Returned."""
        asked, caller = standing.asked, standing.caller
        patient = None
        if asked.launch:
            patient = await self._launched(request, standing)
        elif needs_patient(asked.scopes) and caller.role in LAY:
            patient = await app_context.own_patient(self._context(request, caller))
            if patient is None:
                raise Returned(asked, "access_denied", "There is no card of who logged in")
        elif needs_patient(asked.scopes):
            return await self._choice(request, standing, "")
        if caller.role in LAY:
            return await self._approval(request, standing, patient)
        return await self._done(request, standing, patient)

    async def _launched(self, request: Request, standing: Standing) -> str:
        """The woman about whom the record system opened the app, for this person. Raises Returned."""
        asked = standing.asked
        launch = await self._grants.take(LAUNCHED, asked.launch, clock.now())
        if launch is None or launch.client != asked.client:
            raise Returned(
                asked, "invalid_request", "The launch is unknown, used, too old or for another app"
            )
        if launch.content["subject"] != standing.caller.subject:
            raise Returned(asked, "access_denied", "The app was opened by somebody else than logged in")
        patient = str(launch.content["patient"])
        if not await app_context.is_hers(self._context(request, standing.caller), patient):
            raise Returned(asked, "access_denied", "You may not read the woman about whom the app was opened")
        return patient

    async def _choice(self, request: Request, standing: Standing, name: str) -> Response:
        rows = await app_context.listed(self._context(request, standing.caller), name)
        hidden = {"ticket": await self._ticket(standing, None)}
        page = login_pages.women(
            self._language(request, standing.asked), standing.app.name, self._action, hidden,
            [(row.id, row.name, row.born) for row in rows], more=len(rows) == app_context.MOST_LISTED,
        )  # fmt: skip
        return self._page(page, None)

    async def _approval(self, request: Request, standing: Standing, patient: str | None) -> Response:
        asked = []
        for scope in standing.asked.scopes:
            grant = grant_of(scope)
            if grant is not None:
                asked.append((grant.type, grant.letters, bool(grant.where)))
            elif scope in {"openid", "offline_access"}:
                asked.append((scope, "", False))
        hidden = {"ticket": await self._ticket(standing, patient, approving=True)}
        page = login_pages.approval(
            self._language(request, standing.asked), standing.app.name, self._action, hidden, asked,
            min(60 * self._house.settings.app_session_hours, self._house.settings.citizen_session_minutes),
        )  # fmt: skip
        return self._page(page, None)

    async def _ticket(self, standing: Standing, patient: str | None, *, approving: bool = False) -> str:
        content = {
            "asked": standing.asked.content(), "claims": standing.claims, "browser": standing.browser,
            "at": standing.at, "patient": patient, "approving": approving,
            "renewal": standing.renewal,
        }  # fmt: skip
        return await self._grants.keep(CHOOSING, standing.app.client_id, content, clock.now(), LOGIN_LIVES)

    async def chosen(self, request: Request) -> Response:
        """POST /auth/context: the woman is chosen, or the app approved"""
        form = await form_of(request)
        grant = await self._mine(request, CHOOSING, form.get("ticket", ""))
        asked, content = app_requests.of_grant(grant), grant.content
        if "cancel" in form:
            raise Returned(asked, "access_denied", "Whoever logged in did not want it")
        standing = replace(
            await self._standing(asked, content["claims"], content["browser"]),
            at=content["at"],
            renewal=content.get("renewal", ""),
        )
        if content["approving"]:
            if "allow" not in form:
                raise Returned(asked, "access_denied", "Whoever logged in did not want it")
            return await self._done(request, standing, content["patient"])
        if "patient" not in form:
            return await self._choice(request, standing, form.get("name", "")[:64])
        if not await app_context.is_hers(self._context(request, standing.caller), form["patient"]):
            raise Returned(asked, "access_denied", "You may not read the woman who was chosen")
        return await self._done(request, standing, form["patient"])

    async def _done(self, request: Request, standing: Standing, patient: str | None) -> Response:
        """To the app, with its code; that it was let in stands in the log."""
        asked, base = standing.asked, self._house.fhir_base
        fhir_user = f"{base}/Patient/{patient}" if standing.caller.role in LAY and patient else ""
        if "fhirUser" in asked.scopes and not fhir_user:
            found = await app_context.practitioner(self._context(request, standing.caller))
            fhir_user = f"{base}/Practitioner/{found}" if found else ""
        login = Login(
            asked.client, standing.caller.subject, standing.claims, asked.scopes, at=standing.at, patient=patient,
            fhir_user=fhir_user, nonce=asked.nonce, redirect_uri=asked.redirect_uri, challenge=asked.challenge,
            thumbprint=asked.thumbprint, renewal=standing.renewal,
        )  # fmt: skip
        entry = self._entry(request, standing.caller)
        patients = (patient,) if patient else ()
        if not await refuse(self._house.database, entry, "told", patients):
            raise Returned(asked, "access_denied", "The person or the app is not let in")
        return self._back(asked, {"code": await self._tokens.code(login)})

    @property
    def _action(self) -> str:
        return f"{self._house.settings.base_url}/auth/context"
