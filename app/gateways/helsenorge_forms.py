"""Forms and measurements by Helsenorge: tasks to answer a form go there, what she sent in comes from there.

Helsenorge publishes no such interface (https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE); the contract is ours until
one is agreed. What she sends in is a feed, in order of its numbers; each is acknowledged, and a refusal says why.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call

SYSTEM = "Helsenorge (forms)"
TAKEN, REFUSED = "mottatt", "avvist"
_JSON = {"Content-Type": "application/json"}
T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Submission:
    """What she sent in: ``id`` stays the same however often it comes; ``replaces`` is the id of an earlier one."""

    sequence: int
    id: str
    number: str = field(repr=False)
    resource: Json = field(repr=False)
    replaces: str = ""


class Forms:
    """The service at ``base``."""

    def __init__(self, base: str, http: httpx.AsyncClient) -> None:
        self._base, self._http = base.rstrip("/"), http

    async def submissions(self, token: Token, after: int) -> list[Submission]:
        """What was sent in after ``after``, a page at most. Raises Refused, Unreachable."""
        url = f"{self._base}/innsendinger?etter={after}"
        response = await call(self._http, token, SYSTEM, url, b"", {}, "GET")
        check(response, SYSTEM)
        return _read(response, lambda said: sorted(map(_submission, said["innsendinger"]), key=_place))

    async def ask(self, token: Token, recipient: str, key: str, form: str, language: str) -> None:
        """Ask ``recipient`` to answer a form, once for each ``key``. Raises Refused, Unreachable."""
        body = {"mottaker": recipient, "idempotencyKey": key, "skjema": form, "sprak": language}
        await self._post(token, "oppgaver", body)

    async def known(self, token: Token, keys: list[str]) -> set[str]:
        """Those of ``keys`` under which it has taken a task. Raises Refused, Unreachable."""
        response = await self._post(token, "oppgaver/kjente", {"idempotencyKeys": keys})
        return _read(response, lambda said: {str(key) for key in said["idempotencyKeys"]})

    async def take_back(self, token: Token, recipient: str, key: str) -> None:
        """Take away the tasks of ``recipient``, once for each ``key``. Raises Refused, Unreachable."""
        await self._post(token, "oppgaver/tilbakekalling", {"mottaker": recipient, "idempotencyKey": key})

    async def acknowledge(self, token: Token, id_: str, status: str, reason: str = "") -> None:
        """Whether it was taken; the same again changes nothing. Raises Refused, Unreachable."""
        await self._post(token, "innsendinger/kvittering", {"id": id_, "status": status, "grunn": reason})

    async def _post(self, token: Token, name: str, body: Json) -> httpx.Response:
        content = json.dumps(body, ensure_ascii=False).encode()
        response = await call(self._http, token, SYSTEM, f"{self._base}/{name}", content, _JSON)
        check(response, SYSTEM)
        return response


def _submission(row: Json) -> Submission:
    if not isinstance(row["ressurs"], dict):
        raise TypeError
    replaces = str(row.get("erstatter") or "")
    return Submission(int(row["nummer"]), str(row["id"]), str(row["innbyggerFnr"]), row["ressurs"], replaces)


def _place(row: Submission) -> int:
    return row.sequence


def _read(response: httpx.Response, reader: Callable[[Any], T]) -> T:
    try:
        return reader(response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable(f"{SYSTEM} gave an answer that cannot be read") from error
