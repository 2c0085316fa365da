"""The arguments of ``helsekort replay``; imports little, since every command waits for it.

https://docs.python.org/3/library/argparse.html
"""

import argparse
from datetime import date
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the recording")
    parser.add_argument("--base", required=True, metavar="URL", help="the server, without /fhir")
    parser.add_argument("--speed", default="max", type=_speed, help="1000x, or max (the default)")
    parser.add_argument(
        "--until", type=date.fromisoformat, metavar="DATE", help="the last day that is played"
    )
    parser.add_argument("--resume", action="store_true", help="go on where a replay of this file ended")
    parser.add_argument("--actors", type=_positive, default=8, metavar="N", help="how many act at a time")
    parser.add_argument("--state", type=Path, metavar="FILE", help="default: the recording's name and .state")
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument("--stop", action="store_true", help="end at the first surprise (the default)")
    ends.add_argument("--collect", action="store_true", help="play on after a surprise")
    ends.add_argument(
        "--record", type=Path, metavar="OUT", help="write the recording with what was answered as awaited"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")
    tokens = parser.add_argument_group("tokens, where no sandbox of this user runs at the server's port")
    tokens.add_argument("--helseid", metavar="URL", help="an issuer with a test-token service")
    tokens.add_argument("--citizens", metavar="URL", help="the citizens' issuer, if it is another")
    tokens.add_argument("--auth-key-file", type=Path, metavar="FILE", help="the key to those services")
    tokens.add_argument("--tokens", type=Path, metavar="FILE", help="JSON: actor id → access token")


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    value = float(text.removesuffix("x"))
    if value <= 0:
        raise ValueError(text)
    return value


def _positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)
