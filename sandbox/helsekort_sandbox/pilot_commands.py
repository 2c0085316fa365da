"""``helsekort replay`` and ``helsekort pilot``: registered with the sandbox's other commands."""
# ruff: noqa: PLC0415

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

from helsekort_sandbox.replay_arguments import add_arguments


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands; each parser's ``run`` takes the arguments and returns the exit status."""
    replaying = commands.add_parser("replay", help="play a recording through the public API of a server")
    add_arguments(replaying)
    replaying.set_defaults(run=run_replay)
    checking = commands.add_parser(
        "conformance", help="what is wrong with a vendor's token or client, and what to do about it"
    )
    checking.add_argument("--base", required=True, metavar="URL", help="the server, without /fhir")
    checking.add_argument("--token", metavar="T|-", help="an access token; - reads it from stdin")
    checking.add_argument(
        "--listen",
        type=int,
        metavar="PORT",
        help="stand between a client and the server, and tell what the client does wrong",
    )
    checking.add_argument("--key", type=Path, metavar="FILE", help="the private JWK that it is bound to")
    checking.set_defaults(run=run_conformance)
    does = _pilot(commands)
    generate = does.add_parser("generate", help="whole pregnancies as a recording, on stdout")
    generate.add_argument("--women", type=int, required=True, metavar="N")
    generate.add_argument("--seed", type=int, required=True, metavar="S")
    generate.add_argument(
        "--start", type=date.fromisoformat, metavar="DATE", help="first contacts lie in the year from it"
    )
    generate.set_defaults(run=run_generate)
    report = does.add_parser("report", help="the rates that a recording reaches, beside their targets")
    report.add_argument("file", type=Path)
    report.set_defaults(run=run_report)
    schema = does.add_parser("schema", help="the format of a recording's lines as JSON Schema")
    schema.set_defaults(run=run_schema)
    enrol = does.add_parser("area", help="the pilot as a server's HELSEKORT_PILOT_FILE has it")
    enrol.set_defaults(run=run_area)


def _pilot(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    """What the product's own ``pilot`` does, where it is there; a test may register these commands alone."""
    there = commands.choices.get("pilot")
    for action in there._actions if there else ():  # noqa: SLF001 (argparse has no other way to add to a command)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            return action
    pilot = commands.add_parser("pilot", help="synthetic women of a pilot area")
    return pilot.add_subparsers(required=True, metavar="WHAT")


def run_replay(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import replay

    return replay.run(arguments)


def run_conformance(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import conformance

    if arguments.listen is not None:
        return run_watch(arguments)
    if not arguments.token:
        print("Give a token (--token), or a port at which a client is watched (--listen)", file=sys.stderr)
        return 2
    return conformance.run(arguments)


def run_watch(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import watching

    try:
        key = json.loads(arguments.key.read_text()) if arguments.key else None
    except (OSError, ValueError) as error:
        print(f"{arguments.key}: {error}", file=sys.stderr)
        return 2
    return watching.run(arguments.base.rstrip("/").removesuffix("/fhir"), arguments.listen, key)


def run_generate(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import generate

    try:
        for line in generate.generate(arguments.women, arguments.seed, arguments.start or generate.START):
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def run_report(arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import replay
    from helsekort_sandbox.rate_report import text
    from helsekort_sandbox.recording import Malformed

    try:
        print(text(replay.load(arguments.file)))
    except (Malformed, OSError) as error:
        print(f"{arguments.file}, {error}", file=sys.stderr)
        return 2
    return 0


def run_schema(_arguments: argparse.Namespace) -> int:
    from helsekort_sandbox.recording import schema

    print(json.dumps(schema(), indent=1))
    return 0


def run_area(_arguments: argparse.Namespace) -> int:
    from helsekort_sandbox import area

    print(json.dumps(area.pilot(), indent=1, ensure_ascii=False))
    return 0
