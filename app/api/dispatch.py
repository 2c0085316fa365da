"""The short way in: a request for a guarded URL goes straight to its door, past the framework's own middleware.

https://asgi.readthedocs.io. A table of more than a hundred URLs, tried one after the other as regular expressions, costs
more than the handler; here rows are found by method and number of segments. What is not found goes the long way, so
that the answer to it is the framework's and that of ``routes``.
"""

from collections.abc import Awaitable, Callable, Iterable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]
_Row = tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...], Endpoint]


class Dispatcher:
    """An ASGI application before another one: answers what its rows name, hands on everything else."""

    def __init__(self, rest: ASGIApp, rows: Iterable[tuple[str, str, Endpoint]]) -> None:
        self._rest = rest
        self._rows: dict[tuple[str, int], list[_Row]] = {}
        for path, method, endpoint in rows:
            steps = path.split("/")
            named = tuple((n, step[1:-1]) for n, step in enumerate(steps) if step.startswith("{"))
            fixed = tuple((n, step) for n, step in enumerate(steps) if not step.startswith("{"))
            self._rows.setdefault((method, len(steps)), []).append((fixed, named, endpoint))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """https://asgi.readthedocs.io/en/latest/specs/www.html"""
        if scope["type"] == "http":
            steps = scope["path"].split("/")
            for fixed, named, endpoint in self._rows.get((scope["method"], len(steps)), ()):
                if all(steps[n] == step for n, step in fixed) and all(steps[n] for n, _ in named):
                    scope["path_params"] = {name: steps[n] for n, name in named}
                    response = await endpoint(Request(scope, receive, send))
                    await response(scope, receive, send)
                    return
        await self._rest(scope, receive, send)


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
