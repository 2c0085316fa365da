"""``helsekort conformance --listen PORT``: stands between a vendor's client and the server, and tells what the client does wrong.

The client is pointed at the port and signs its proofs for it; each is checked as the server would, and replaced by one for
the server, made with the key of the token (``--key``). Nothing of bodies or numbers is kept when it ends, and told is only
the method, the path and the reason. DPoP: https://www.rfc-editor.org/rfc/rfc9449#section-4.3.
"""

import json
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox import keys, loopback
from helsekort_sandbox.client_rules import NUMBER, RULES, Exchange, against
from helsekort_sandbox.proofs import ProofChecker, Refused

RESULT = "/_conformance"
MOST_REMEMBERED, MOST_REFUSALS = 500, 20
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_BETWEEN = frozenset(
    {
        "host",
        "content-length",
        "connection",
        "transfer-encoding",
        "content-encoding",
        "accept-encoding",
        "dpop",
    }
)


@dataclass(slots=True)
class Watch:
    """What was seen: how often each rule was broken, first by which request, and what the server refused."""

    base: str
    own: str
    key: keys.Jwk | None
    client: httpx.AsyncClient
    proofs: ProofChecker = field(default_factory=ProofChecker)
    before: deque[Exchange] = field(default_factory=lambda: deque(maxlen=MOST_REMEMBERED))
    broken: dict[str, list[str]] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    requests: int = 0

    async def pass_on(self, request: Request) -> Response:
        """One request, asked of the server, judged, and answered."""
        body = await request.body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        one = Exchange(request.method, request.url.path, request.url.query, headers, body, time.monotonic())
        one = replace(one, proof=self._proof(one))
        try:
            answer = await self._ask(one)
        except httpx.HTTPError as error:
            return JSONResponse({"error": f"{self.base} does not answer ({type(error).__name__})"}, 502)
        one = replace(one, status=answer.status_code, answered=dict(answer.headers))
        self.judge(one, answer.content)
        sent = {name: value for name, value in answer.headers.items() if name.lower() not in _BETWEEN}
        sent = {name: value.replace(self.base, self.own) for name, value in sent.items()}
        content = answer.content.replace(self.base.encode(), self.own.encode())
        return Response(content, answer.status_code, sent)

    def _proof(self, one: Exchange) -> str:
        """Why the client's own proof is wrong; empty where it is right, or where the token is not bound."""
        scheme, _, token = one.headers.get("authorization", "").partition(" ")
        if not token:
            return "there is no Authorization header"
        if self.key is None:
            return ""
        if scheme.lower() != "dpop":
            return "the scheme of a bound token is DPoP"
        try:
            made_by = self.proofs.check(one.headers.get("dpop"), one.method, f"{self.own}{one.path}", token)
            bound_to = keys.claims_of(token).get("cnf", {}).get("jkt")
        except Refused as error:
            return error.why
        except (ValueError, IndexError):
            return "the token is no JWT"
        return "" if made_by == bound_to else "it is signed by another key than the token is bound to"

    async def _ask(self, one: Exchange) -> httpx.Response:
        url = f"{self.base}{one.path}"
        headers = {name: value for name, value in one.headers.items() if name not in _BETWEEN}
        token = one.headers.get("authorization", "").partition(" ")[2]
        if self.key is not None and token and not one.proof:
            nonce = keys.claims_of(one.headers["dpop"]).get("nonce")
            headers["dpop"] = keys.proof(self.key, one.method, url, token, nonce)
        content = one.body.replace(self.own.encode(), self.base.encode())
        whole = f"{url}?{one.query}" if one.query else url
        return await self.client.request(one.method, whole, headers=headers, content=content)

    def judge(self, one: Exchange, content: bytes) -> None:
        """Note what ``one`` is against, and what it was refused for."""
        self.requests += 1
        for rule in against(one, self.before):
            self.broken.setdefault(rule.name, []).append(f"{one}{': ' + one.proof if one.proof else ''}")
        if 400 <= one.status < 500 and len(self.refusals) < MOST_REFUSALS:
            for why in _reasons(content):
                told = f"{one}: {one.status} {why}"
                self.refusals[told] = self.refusals.get(told, 0) + 1
        self.before.append(one)

    def result(self) -> dict[str, Any]:
        """All of it: each rule with its remedy where it was broken."""
        rules = [
            {"rule": rule.name, "times": len(found), "first": found[0], "remedy": rule.remedy}
            for rule in RULES
            if (found := self.broken.get(rule.name))
        ]
        refused = [{"what": what, "times": times} for what, times in self.refusals.items()]
        return {"requests": self.requests, "wrong": rules, "refused": refused}

    def text(self) -> str:
        """The same for a reader."""
        lines = [f"{self.requests} requests"]
        for rule in RULES:
            found = self.broken.get(rule.name, [])
            lines.append(
                f"WRONG {rule.name}, {len(found)} times, first {found[0]}: {rule.remedy}"
                if found
                else f"ok   {rule.name}"
            )
        lines += [f"refused {times} times: {what}" for what, times in self.refusals.items()]
        return "\n".join(lines)


def _reasons(content: bytes) -> list[str]:
    try:
        told = json.loads(content)
        issues = told.get("issue") or [{"diagnostics": str(told.get("detail") or told.get("error") or "")}]
        return [
            NUMBER.sub("(number)", " ".join([*row.get("expression", ()), row.get("diagnostics", "")])).strip()
            for row in issues
        ]
    except (ValueError, AttributeError, TypeError):
        return [""]


def application(base: str, own: str, key: keys.Jwk | None) -> tuple[Starlette, Watch]:
    """The door for the client, and what is seen through it; ``GET /_conformance`` tells it at any time."""
    watch = Watch(base, own, key, httpx.AsyncClient(trust_env=False, timeout=60))

    async def result(_: Request) -> Response:
        return JSONResponse(watch.result())

    everything = Route("/{path:path}", watch.pass_on, methods=METHODS)
    return Starlette(routes=[Route(RESULT, result), everything]), watch


def run(base: str, port: int, key: keys.Jwk | None) -> int:
    """Watch until Ctrl-C; 0 where nothing was wrong."""
    own = f"http://{loopback.HOST}:{port}"
    served, watch = application(base, own, key)
    print(
        f"Point your client at {own} (instead of {base}); Ctrl-C ends, {own}{RESULT} tells so far", flush=True
    )
    uvicorn.run(served, host=loopback.HOST, port=port, log_level="warning", access_log=False)
    print(watch.text())
    return int(bool(watch.broken))
