"""The short way in: a request for a guarded URL goes straight to its door, past the framework's own middleware.

https://asgi.readthedocs.io. A table of more than a hundred URLs, tried one after the other as regular expressions, costs
more than the handler; here rows are found by method and number of segments. What is not found goes the long way, so
that the answer to it is the framework's and that of ``routes``.
"""

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.counters import Counter

Endpoint = Callable[[Request], Awaitable[Response]]
_MOST_KNOWN = 4096
_Row = tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...], Endpoint, Counter]


class Dispatcher:
    """An ASGI application before another one: answers what its rows name, hands on everything else.

    Which row answers depends on the method and on which steps are words of some row, or empty. That is looked up once.
    """

    def __init__(self, rest: ASGIApp, rows: Iterable[tuple[str, str, Endpoint]]) -> None:
        self._rest = rest
        self._rows: dict[tuple[str, int], list[_Row]] = {}
        self._known: dict[tuple[str, ...], _Row] = {}
        self._words = {""}
        self.counters: list[Counter] = []
        for path, method, endpoint in rows:
            steps = path.split("/")
            named = tuple((n, step[1:-1]) for n, step in enumerate(steps) if step.startswith("{"))
            fixed = tuple((n, step) for n, step in enumerate(steps) if not step.startswith("{"))
            self._words.update(step for _, step in fixed)
            self.counters.append(Counter(method, path))
            row = (fixed, named, endpoint, self.counters[-1])
            self._rows.setdefault((method, len(steps)), []).append(row)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """https://asgi.readthedocs.io/en/latest/specs/www.html"""
        if scope["type"] == "http":
            steps = scope["path"].split("/")
            words = self._words
            key = (scope["method"], *[step if step in words else "{}" for step in steps])
            row = self._known.get(key) or self._find(key, steps)
            if row is not None:
                scope["path_params"] = {name: steps[n] for n, name in row[1]}
                began = perf_counter()
                response = await row[2](Request(scope, receive, send))
                row[3].count(response.status_code, perf_counter() - began)
                await response(scope, receive, send)
                return
        await self._rest(scope, receive, send)

    def _find(self, key: tuple[str, ...], steps: list[str]) -> _Row | None:
        for row in self._rows.get((key[0], len(steps)), ()):
            if all(steps[n] == step for n, step in row[0]) and all(steps[n] for n, _ in row[1]):
                if len(self._known) < _MOST_KNOWN:
                    self._known[key] = row
                return row
        return None


class Application(FastAPI):
    """FastAPI with a ``front``: what must see every request wraps that, what is behind it the router's own way."""

    front: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Through the front, if there is one."""
        if self.front is not None and scope["type"] == "http":
            scope["app"] = self
            await self.front(scope, receive, send)
        else:
            await self.behind(scope, receive, send)

    async def behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The framework's own way."""
        await super().__call__(scope, receive, send)
