"""What a mock issuer has given out and not taken back: pushed requests, codes, refresh tokens. A fold of its log.

Of what is secret only a digest stands in the log. A code or refresh token that comes twice ends its whole session:
https://www.rfc-editor.org/rfc/rfc9700#section-4.14.
"""

import hashlib
import secrets
import time
from typing import Any

from starlette.requests import Request

from helsekort_sandbox.effects import EffectLog
from helsekort_sandbox.proofs import Refused

Grant = dict[str, Any]


def digest(value: str) -> str:
    """Under what a secret stands in the log."""
    return hashlib.sha256(value.encode()).hexdigest()


class Grants:
    """The living grants by the digest of what stands for them."""

    def __init__(self, log: EffectLog) -> None:
        self._log = log
        self._living: dict[str, Grant] = {}
        self._used: dict[str, str] = {}  # digest → session
        self.sessions: dict[str, Grant] = {}  # a login that has not ended → its code
        for entry in log.effects():
            self._fold(entry)

    def _fold(self, entry: dict[str, Any]) -> None:
        used, given, ended = entry.get("uses"), entry.get("gives"), entry.get("ends")
        if used:
            self._used[used] = self._living.pop(used, {}).get("session", "")
        if given:
            self._living[given] = entry["grant"]
            if entry["grant"]["kind"] == "code":
                self.sessions[entry["grant"]["session"]] = entry["grant"]
        if ended:
            self.sessions.pop(ended, None)
            self._living = {key: row for key, row in self._living.items() if row.get("session") != ended}

    def note(
        self, request: Request, status: int, *, uses: str = "", grant: Grant | None = None, **more: Any
    ) -> str:
        """Write down a request that ``uses`` one grant and gives another; what stands for the new one."""
        value = secrets.token_urlsafe(32) if grant is not None else ""
        details: dict[str, Any] = {"uses": digest(uses)} if uses else {}
        if grant is not None:
            details |= {"gives": digest(value), "grant": grant}
        self._fold(self._log.append(request, status, details | more, effect=True))
        return value

    def living(self, kind: str, value: str, client_id: str) -> Grant:
        """The grant of this kind that ``value`` stands for. Raises KeyError."""
        grant = self._living[digest(value)]
        if grant["kind"] != kind or grant["client"] != client_id or grant["expires"] <= time.time():
            raise KeyError(kind)
        return grant

    def taken(self, request: Request, kind: str, value: str, client_id: str) -> Grant:
        """The grant, for use; one that was used before ends its session. Raises Refused."""
        try:
            return self.living(kind, value, client_id)
        except KeyError as error:
            if session := self._used.get(digest(value)):
                self.note(request, 400, ends=session)
            raise Refused("invalid_grant", f"The {kind} is unknown, used or too old") from error
