"""Runs one mock service as a process of its own: ``python -m helsekort_sandbox.servers NAME …``.

The listening socket comes from the parent, so that a port is taken before anybody is told of it.
"""

import argparse
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from helsekort_sandbox import helseid, helsenorge, idporten, kjernejournal, maternity, persontjenesten

APPS: dict[str, Callable[[str, Path], Starlette]] = {
    "helseid": helseid.create_app,
    "citizen-issuer": helseid.create_citizens,
    "idporten": idporten.create_app,
    "kjernejournal": kjernejournal.create_app,
    "helsenorge": helsenorge.create_app,
    "persontjenesten": persontjenesten.create_app,
    "maternity-record": maternity.create_app,
}


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="helsekort_sandbox.servers")
    parser.add_argument("name", choices=APPS)
    parser.add_argument("--issuer", required=True, help="the issuer: for the services the one they trust")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--fd", type=int, required=True, help="a listening socket")
    arguments = parser.parse_args()
    app = APPS[arguments.name](arguments.issuer, arguments.state)
    listener = socket.socket(fileno=arguments.fd)
    configuration = uvicorn.Config(app, log_level="warning", server_header=False, lifespan="off")
    uvicorn.Server(configuration).run(sockets=[listener])


if __name__ == "__main__":
    main()
