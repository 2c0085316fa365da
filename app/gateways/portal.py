"""Kjernejournal's portal, opened about one woman from the record system of the clinician who works in it.

https://github.com/NorskHelsenett/kjernejournal-innlogging-klient: the record system makes a session in the clinician's own
(token exchange, DPoP) and gets a code; only who knows the verifier of its challenge (RFC 7636) opens the portal with it.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from app.fhir.codes import DNR, FNR, VOLVEN_PROFESSION
from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call
from app.gateways.kjernejournal import SOURCE_SYSTEM

SYSTEM = "Kjernejournal's portal"
RIGHT = "innlogging"  # the scope's last part
BASES = ("SAMTYKKE", "AKUTT", "UNNTAK")  # consent, emergency, exemption
_PROFESSIONS_BY = "https://www.helsedirektoratet.no/"
_REGISTER = "https://www.skatteetaten.no"


@dataclass(frozen=True, slots=True)
class Opened:
    """The address that opens the portal, once and soon, and the session that is ended by its id."""

    url: str = field(repr=False)
    session: str


class Portal:
    """The portal: ``base`` makes sessions, ``web`` is what the clinician sees."""

    def __init__(self, base: str, web: str, http: httpx.AsyncClient) -> None:
        self._base, self._web, self._http = base.rstrip("/"), web.rstrip("/"), http

    async def open(self, token: Token, number: str, profession: str, basis: str) -> Opened:
        """A session about the woman with this ``number``, on the ``basis`` (one of BASES). Raises Refused, Unreachable."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        system = DNR if number[:1] in "4567" else FNR
        claims = {
            "patient_identifier": {"id": number, "system": system, "authority": _REGISTER},
            "practitioner_authorization": {
                "code": profession,
                "system": VOLVEN_PROFESSION,
                "assigner": _PROFESSIONS_BY,
            },
            "access_basis": {"code": basis, "system": "SYSTEM_GRUNNLAG"},
        }
        said = await self._post(token, "create", {"ehr_code_challenge": challenge, "claims": claims})
        try:
            code, session = str(said.json()["code"]), str(said.json()["sessionId"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable(f"{SYSTEM} gave a session that cannot be read") from error
        asked = urlencode({"code": code, "ehr_code_verifier": verifier})
        return Opened(f"{self._web}/hentpasient.html?{asked}", session)

    async def end(self, token: Token, session: str) -> None:
        """The clinician left the woman. Raises Refused, Unreachable."""
        await self._post(token, "end", {"sessionId": session})

    async def refresh(self, token: Token, session: str) -> None:
        """The clinician still works with her. Raises Refused, Unreachable."""
        await self._post(token, "refresh", {"sessionId": session})

    async def _post(self, token: Token, what: str, body: dict[str, object]) -> httpx.Response:
        headers = {"Content-Type": "application/json", "X-SOURCE-SYSTEM": SOURCE_SYSTEM}
        url = f"{self._base}/api/session/{what}"
        response = await call(self._http, token, SYSTEM, url, json.dumps(body).encode(), headers)
        check(response, SYSTEM)
        return response
