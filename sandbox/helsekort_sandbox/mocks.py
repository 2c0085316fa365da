"""Starts the mock national services, each a process with a port of its own on the loopback interface."""

import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from helsekort_sandbox import clients, helsenorge, keys, kjernejournal, loopback, processes
from helsekort_sandbox.clients import CLIENT_CREDENTIALS, TOKEN_EXCHANGE, Client
from helsekort_sandbox.loopback import answers
from helsekort_sandbox.people import OPERATOR_CLIENT, ORGANIZATIONS
from helsekort_sandbox.tokens import AUDIENCE

SERVER_CLIENT = "helsekort"


@dataclass(frozen=True, slots=True)
class Mocks:
    """The running services: base addresses and processes."""

    helseid: str
    citizen_issuer: str
    kjernejournal: str
    helsenorge: str
    children: tuple[processes.Child, ...]

    def stop(self) -> None:
        for child in self.children:
            child.stop()


def start(state: Path, logs: Path, server_key: keys.Jwk) -> Mocks:
    """Start all four; ``server_key`` is the key of this product's own client at HelseID."""
    _register(state, server_key)
    names = ("helseid", "citizen-issuer", "kjernejournal", "helsenorge")
    listeners = {name: listen() for name in names}
    urls = {name: address(listener) for name, listener in listeners.items()}
    children = []
    for name, listener in listeners.items():
        issuer = urls["citizen-issuer" if name == "citizen-issuer" else "helseid"]
        command: list[str | Path] = [sys.executable, "-m", "helsekort_sandbox.servers", name]
        command += ["--issuer", issuer, "--state", state, "--fd", str(listener.fileno())]
        children.append(processes.start(name, command, logs / f"{name}.log", pass_fds=[listener.fileno()]))
        listener.close()
    for name, child in zip(names, children, strict=True):
        processes.wait_until(lambda name=name: answers(f"{urls[name]}/health/live"), child)  # type: ignore[misc]
    return Mocks(
        urls["helseid"], urls["citizen-issuer"], urls["kjernejournal"], urls["helsenorge"], tuple(children)
    )


def _register(state: Path, server_key: keys.Jwk) -> None:
    operator = ORGANIZATIONS["operator"]
    server = Client(
        SERVER_CLIENT,
        "Helsekort",
        audiences=(kjernejournal.AUDIENCE, helsenorge.AUDIENCE),
        api=AUDIENCE,
        grants=(CLIENT_CREDENTIALS, TOKEN_EXCHANGE),
        orgnr_parent=operator.parent,
        orgnr_child=operator.orgnr,
        keys=(server_key,),
    )
    key = keys.keep(state / "operator-client.json")
    system = Client(OPERATOR_CLIENT, "Forvalterens system", audiences=(AUDIENCE,), keys=(key,))
    clients.register(state / "clients.json", [server, system])
    if not (state / "test-token-key").exists():
        keys.write_private(state / "test-token-key", secrets.token_urlsafe(24).encode())


def listen(port: int = 0) -> socket.socket:
    """A listening socket on the loopback interface; port 0 is any free one. Raises OSError."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((loopback.HOST, port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    return listener


def address(listener: socket.socket) -> str:
    return f"http://{loopback.HOST}:{listener.getsockname()[1]}"
