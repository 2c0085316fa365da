"""What the pages and redirections on the way to an app share: the browser's cookie, the language, refusals, the log."""

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app import clock
from app.access.caller import Caller
from app.api.app_requests import Asked, Lost, Returned
from app.api.endpoint import who
from app.api.identity import Identity
from app.api.token_claims import names_of
from app.fhir.outcome import FhirError
from app.gateways.failures import Failure
from app.interactions import app_context
from app.interactions.app_tokens import AppError, Tokens
from app.interactions.context import Context, House
from app.render import login_pages
from app.store.grants import Grant, Grants
from app.store.log import Entry

_log = logging.getLogger("helsekort")
LOGIN_LIVES = timedelta(minutes=10)
Endpoint = Callable[[Request], Awaitable[Response]]


class Pages:
    """Pages and redirections of one server."""

    def __init__(self, house: House, identity: Identity, tokens: Tokens, grants: Grants) -> None:
        self._house, self._identity, self._tokens, self._grants = house, identity, tokens, grants

    def met(self, handler: Endpoint) -> Endpoint:
        """The endpoint with its refusals: to the app where it is known, else on a page."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Returned as error:
                return self._back(error.asked, {"error": error.error, "error_description": error.why})
            except (FhirError, AppError, Failure, Lost) as error:
                status = (
                    error.status
                    if isinstance(error, FhirError)
                    else 503
                    if isinstance(error, Failure)
                    else 400
                )
                return self._page(login_pages.refusal(self._language(request), str(error)), None, status)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception:  # noqa: BLE001 (whatever it was, it is logged and answered)
                _log.exception("a login failed")
                wrong = login_pages.refusal(self._language(request), "Something went wrong here")
                return self._page(wrong, None, 500)

        return answer

    async def _mine(self, request: Request, kind: str, value: str) -> Grant:
        """What this browser began under ``value``. Raises Lost."""
        browser = digest_of(request.cookies.get(self._cookie, ""))
        there = await self._grants.look(kind, value, clock.now())
        if there is None or not hmac.compare_digest(str(there.content.get("browser")), browser):
            raise Lost("This login is unknown, used or too old, or began in another browser")
        taken = await self._grants.take(kind, value, clock.now())
        if taken is None:
            raise Lost("This login is used already")
        return taken

    def _entry(self, request: Request, caller: Caller) -> Entry:
        facts = {
            "interaction": "operation",
            "operation": "$login",
            "method": request.method,
            "path": request.url.path,
        }
        facts |= {"peer": request.client.host} if request.client else {}
        names = names_of(caller, {})
        return Entry(clock.new_id(), clock.now(), facts | who(caller), names=names)

    def _context(self, request: Request, caller: Caller) -> Context:
        return app_context.context_of(self._house, caller, self._entry(request, caller))

    @property
    def _cookie(self) -> str:
        safe = self._house.settings.base_url.startswith("https://")
        return "__Host-helsekort-login" if safe else "helsekort-login"

    def _language(self, request: Request, asked: Asked | None = None) -> str:
        wished = (asked.language if asked else "").split()
        accepted = [
            part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")
        ]
        return login_pages.language_of((*wished, *accepted))

    def _with_cookie(self, response: Response, browser: str) -> Response:
        safe = self._cookie.startswith("__Host-")
        lives = int(LOGIN_LIVES.total_seconds())
        response.set_cookie(self._cookie, browser, max_age=lives, httponly=True, secure=safe, samesite="lax")
        return response

    def _page(self, page: str, browser: str | None, status: int = 200) -> Response:
        headers = {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        response = HTMLResponse(page, status, headers)
        return self._with_cookie(response, browser) if browser else response

    def _back(self, asked: Asked, answer: dict[str, str]) -> Response:
        state = {"state": asked.state} if asked.state else {}
        return sent(joined(asked.redirect_uri, answer | state | {"iss": self._tokens.issuer}))


def digest_of(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def joined(url: str, more: Mapping[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(more)}" if more else url


def sent(url: str) -> Response:
    return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
