"""Starts the mock national services, each a process with a port of its own on the loopback interface."""

import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from helsekort_sandbox import keys, loopback, processes
from helsekort_sandbox.loopback import answers
from helsekort_sandbox.openid import registered

ISSUERS = ("citizen-issuer", "idporten")  # beside HelseID, which the services trust


@dataclass(frozen=True, slots=True)
class Mocks:
    """The running services: base addresses and processes."""

    helseid: str
    citizen_issuer: str
    idporten: str
    kjernejournal: str
    helsenorge: str
    persontjenesten: str
    maternity_record: str
    children: tuple[processes.Child, ...]

    @property
    def documents(self) -> str:
        """Document sharing, below kjernejournal."""
        return f"{self.kjernejournal}/mhd"

    @property
    def medicines(self) -> str:
        """Her medicines, below kjernejournal."""
        return f"{self.kjernejournal}/medicines"

    def addresses(self) -> dict[str, str]:
        """Where each is, by its name as an attribute."""
        return {name: getattr(self, name) for name in (one.replace("-", "_") for one in NAMES)}

    @property
    def portal(self) -> str:
        """Kjernejournal's portal."""
        return f"{self.kjernejournal}/portal"

    def stop(self) -> None:
        for child in self.children:
            child.stop()


NAMES = ("helseid", *ISSUERS, "kjernejournal", "helsenorge", "persontjenesten", "maternity-record")


def start(state: Path, logs: Path, server_key: keys.Jwk, port: int = 0) -> Mocks:
    """Start all of them at ``port`` and the ports after it (0: any); raises OSError where one is taken.

    ``server_key`` is the key of this product's own clients at HelseID and ID-porten.
    """
    registered.write(state, server_key)
    names = NAMES
    listeners = {name: listen(port and port + n) for n, name in enumerate(names)}
    urls = {name: address(listener) for name, listener in listeners.items()}
    children = []
    for name, listener in listeners.items():
        issuer = urls[name if name in ISSUERS else "helseid"]
        command: list[str | Path] = [sys.executable, "-m", "helsekort_sandbox.servers", name]
        command += ["--issuer", issuer, "--state", state, "--fd", str(listener.fileno())]
        children.append(processes.start(name, command, logs / f"{name}.log", pass_fds=[listener.fileno()]))
        listener.close()
    for name, child in zip(names, children, strict=True):
        processes.wait_until(lambda name=name: answers(f"{urls[name]}/health/live"), child)  # type: ignore[misc]
    return Mocks(**{name.replace("-", "_"): url for name, url in urls.items()}, children=tuple(children))


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
