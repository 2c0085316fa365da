"""The sandbox's commands: ``helsekort demo``, ``sandbox``, ``token`` and ``proof``.

Registered through the entry-point group ``helsekort.commands``. Modules are imported when their command runs, since
``token`` and ``proof`` stand inside other command lines.
"""
# ruff: noqa: PLC0415

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helsekort_sandbox import pilot_commands
from helsekort_sandbox.roles import ROLES

if TYPE_CHECKING:
    from helsekort_sandbox.state import Sandbox

PORT = 8080


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sandbox's commands; each parser's ``run`` takes the arguments and returns the exit status."""
    demo = commands.add_parser("demo", help="the whole system with synthetic women, played before your eyes")
    demo.add_argument("--port", type=int, default=PORT)
    demo.add_argument("--data-dir", type=Path, default=Path("data"))
    demo.add_argument("--empty", action="store_true", help="start everything, without pilot data")
    demo.add_argument(
        "--check", action="store_true", help="play once on fresh data, print one JSON line, end"
    )
    demo.set_defaults(run=run_demo)

    alone = commands.add_parser("sandbox", help="the mock national services alone, for a system of your own")
    alone.add_argument(
        "--port", type=int, default=PORT + 1000, help="the first of six ports, one after the other"
    )
    alone.add_argument("--data-dir", type=Path, default=Path("data"))
    alone.set_defaults(run=run_sandbox)

    token = commands.add_parser("token", help="print an access token of a running demo")
    token.add_argument("role", choices=ROLES, metavar="ROLE", help=", ".join(ROLES))
    token.add_argument("--port", type=int, default=PORT)
    token.add_argument("--patient", default="", metavar="ID", help="whoever has this role for this woman")
    token.add_argument(
        "--person", default="", metavar="FNR|-", help="another person; - reads the number from stdin"
    )
    token.add_argument("--organization", default="", metavar="ORGNR", help="another organisation")
    token.add_argument(
        "--purpose", default="TREAT", metavar="CODE", help="purpose of use: TREAT, COC, ETREAT, BTG"
    )
    token.add_argument("--bearer", action="store_true", help="not bound to a key (sandbox only)")
    token.add_argument(
        "--algorithm", default="ES256", choices=["ES256", "RS256", "PS256"], help="of the bound key"
    )
    token.set_defaults(run=run_token)

    proof = commands.add_parser("proof", help="print a DPoP proof for one request")
    proof.add_argument("method", metavar="METHOD")
    proof.add_argument("url", metavar="URL")
    proof.add_argument(
        "--token", required=True, metavar="T", help="the access token that goes with the request"
    )
    proof.add_argument("--nonce", help="what the server asked for with DPoP-Nonce")
    proof.set_defaults(run=run_proof)
    pilot_commands.register(commands)


def run_demo(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import check, demo

    if arguments.check:
        return check.run()
    return demo.run(arguments.port, arguments.data_dir, is_empty=arguments.empty)


def run_sandbox(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import alone

    return alone.run(arguments.port, arguments.data_dir)


def run_token(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import state, tokens

    person = sys.stdin.readline().strip() if arguments.person == "-" else arguments.person
    wish = tokens.Wish(
        role=arguments.role,
        patient=arguments.patient,
        person=person,
        organization=arguments.organization,
        purpose=arguments.purpose,
        bearer=arguments.bearer,
        algorithm=arguments.algorithm,
    )
    try:
        print(tokens.mint(state.find(arguments.port), wish))
    except (state.NotRunning, tokens.NoToken) as error:
        return _fail(str(error))
    return 0


def run_proof(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import keys, state

    try:
        bound = keys.claims_of(arguments.token).get("cnf", {}).get("jkt")
    except (ValueError, IndexError):
        return _fail("That is not an access token")
    if bound is None:
        return _fail("That token is not bound to a key: it needs no proof")
    port = urlsplit(arguments.url).port
    sandboxes = sorted(state.running(), key=lambda sandbox: sandbox.port != port)
    key = next(filter(None, (_key(sandbox, bound) for sandbox in sandboxes)), None)
    if key is None:
        return _fail("No running sandbox holds the key of that token")
    print(keys.proof(key, arguments.method, arguments.url, arguments.token, arguments.nonce))
    return 0


def _key(sandbox: "Sandbox", thumbprint: str) -> "dict[str, object] | None":
    import json

    for path in sandbox.proof_keys.glob("*.json"):
        key: dict[str, object] = json.loads(path.read_text())
        if key["kid"] == thumbprint:
            return key
    return None


def _fail(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
