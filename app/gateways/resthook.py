"""A subscriber's address: connected to only where it is allowed to lie, without redirects, with little patience.

The address that was checked is the one that is connected to, so that no name can lead elsewhere in between. Opening
the line and sending are two steps: what is sent is decided only when there is somebody to send it to.
https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

import httpcore
import httpx

from app.gateways.failures import Refused, Unreachable, retry_after

SYSTEM = "The endpoint"
_CONNECT = 5.0
_MOST_ANSWER = 65_536  # bytes of an answer that are read; what it says is never used
_MOST_ADDRESSES = 3
_PORTS = {"https": 443, "http": 80}
_EMBEDDED = (  # networks whose addresses lead to the IPv4 address that they hold
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
)
_FAILURES = (
    httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, ssl.SSLError, TimeoutError,
    ValueError,
)  # fmt: skip


def may_connect(address: str, *, sandbox: bool) -> bool:
    """Whether notifications may go to this IP address: a public one, in the sandbox this machine too."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return not ip.teredo and may_connect(str(inner), sandbox=sandbox)
        if any(ip in network for network in _EMBEDDED):
            return False
    if ip.is_loopback:
        return sandbox
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


@cache
def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class Line:
    """An open connection to one endpoint, for one notification."""

    url: str
    connection: httpcore.AsyncHTTP11Connection
    patience: float

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Send ``body``. Raises Unreachable unless it was answered with success, Refused where nobody wants it."""
        try:
            async with asyncio.timeout(self.patience):
                answer = await self._exchange(body, headers)
        except _FAILURES as error:
            raise Unreachable(f"{SYSTEM} did not answer ({type(error).__name__})") from error
        if answer.status_code == httpx.codes.GONE:
            raise Refused(f"{SYSTEM} answered 410: nobody listens there any more")
        if not answer.is_success:
            raise Unreachable(f"{SYSTEM} answered {answer.status_code}", retry_after(answer))

    async def _exchange(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        parts = urlsplit(self.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"host": parts.netloc, "content-length": str(len(body)), "user-agent": "Helsekort", **headers}
        request = httpcore.Request(
            "POST",
            httpcore.URL(
                scheme=parts.scheme.encode(),
                host=(parts.hostname or "").encode(),
                port=_port(parts),
                target=target.encode(),
            ),
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
            content=body,
        )
        response = await self.connection.handle_async_request(request)
        size = 0
        async for part in response.aiter_stream():
            size += len(part)
            if size > _MOST_ANSWER:
                break
        return httpx.Response(response.status, headers=response.headers)


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


async def _addresses(parts: SplitResult, *, sandbox: bool) -> list[str]:
    """Where the host lies. Raises Unreachable, or Refused where any of it must not be spoken to."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_CONNECT):
            found = await loop.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise Unreachable(f"{SYSTEM}'s host is not known ({type(error).__name__})") from error
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    if not addresses or not all(may_connect(address, sandbox=sandbox) for address in addresses):
        raise Refused(f"{SYSTEM}'s host lies at an address that may not be spoken to")
    return addresses[:_MOST_ADDRESSES]


async def _connect(parts: SplitResult, addresses: list[str]) -> httpcore.AsyncNetworkStream:
    backend = httpcore.AnyIOBackend()
    failure: Exception | None = None
    for address in addresses:
        try:
            stream = await backend.connect_tcp(address, _port(parts), timeout=_CONNECT)
            if parts.scheme == "https":
                stream = await stream.start_tls(_trust(), server_hostname=parts.hostname, timeout=_CONNECT)
        except _FAILURES as error:
            failure = error
        else:
            return stream
    raise Unreachable(f"{SYSTEM} cannot be connected to ({type(failure).__name__})") from failure


@asynccontextmanager
async def line(url: str, *, patience: float, sandbox: bool) -> AsyncIterator[Line]:
    """A line to ``url``, closed at the end. Raises Unreachable, Refused."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not sandbox:
        raise Refused(f"{SYSTEM} is not https")
    stream = await _connect(parts, await _addresses(parts, sandbox=sandbox))
    origin = httpcore.Origin(parts.scheme.encode(), (parts.hostname or "").encode(), _port(parts))
    connection = httpcore.AsyncHTTP11Connection(origin, stream)
    try:
        yield Line(url, connection, patience)
    finally:
        await connection.aclose()
