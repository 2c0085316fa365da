"""A load generator on raw sockets: replays requests that are ready as bytes over kept-alive connections.

https://www.rfc-editor.org/rfc/rfc9112. As little as possible happens between answer and next request, since client,
server and database share the machine.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"
PATIENCE = 120.0  # seconds for a round


class Unexpected(Exception):
    """An answer that the measurement did not ask for."""


@dataclass(slots=True)
class Round:
    """What one round of requests took: seconds in all, and seconds of each."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def add(self, more: "Round") -> None:
        """Count ``more`` in."""
        self.seconds += more.seconds
        self.latencies += more.latencies

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that ``share`` of the requests stay below, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class Connection(asyncio.Protocol):
    """One connection that sends the next waiting request as soon as the answer to the last is whole."""

    def __init__(self, waiting: deque[bytes], status: bytes, latencies: list[float]) -> None:
        self._waiting, self._status, self._latencies = waiting, status, latencies
        self._buffer = b""
        self._needed = 0
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._next()

    def _next(self) -> None:
        transport = self._transport
        if transport is None:
            return
        if not self._waiting:
            transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        request = self._waiting.popleft()
        self._sent = time.perf_counter()
        transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._needed:
            head = self._buffer.find(_END)
            if head < 0:
                return
            length = _LENGTH.search(self._buffer, 0, head + 2)
            self._needed = head + len(_END) + (int(length[1]) if length else 0)
        if len(self._buffer) < self._needed:
            return
        self._latencies.append(time.perf_counter() - self._sent)
        if not self._buffer.startswith(self._status, 9):
            self.fail(Unexpected(self._buffer[:1500].decode(errors="replace")))
            return
        self._buffer, self._needed = b"", 0
        self._next()

    def fail(self, error: Exception) -> None:
        """End here."""
        self._waiting.clear()
        if not self.done.done():
            self.done.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.fail(exc or Unexpected("the server closed the connection"))


async def _replay(port: int, requests: Sequence[bytes], status: int, connections: int) -> Round:
    waiting, found = deque(requests), Round()
    loop = asyncio.get_running_loop()
    expected = str(status).encode()
    began = time.perf_counter()
    opened = [
        await loop.create_connection(
            lambda: Connection(waiting, expected, found.latencies), "127.0.0.1", port
        )
        for _ in range(min(connections, len(requests)))
    ]
    await asyncio.wait_for(asyncio.gather(*(protocol.done for _, protocol in opened)), PATIENCE)
    found.seconds = time.perf_counter() - began
    return found


def replay(port: int, requests: Sequence[bytes], status: int, connections: int = 16) -> Round:
    """Send ``requests``, each once; every answer must have ``status``. Raises Unexpected."""
    import uvloop  # noqa: PLC0415 (only the load generator needs it)

    return uvloop.run(_replay(port, requests, status, connections))
