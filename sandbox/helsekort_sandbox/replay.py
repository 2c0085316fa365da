"""Replay as a library and as ``helsekort replay``: a recording is played through the public API of any server.

``from helsekort_sandbox.replay import load, play`` is the documented entry point: docs/recordings.md.
"""

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from helsekort_sandbox import bearers as b
from helsekort_sandbox import journal, state
from helsekort_sandbox.bearers import Bearers
from helsekort_sandbox.playing import Pace, Player, Tell
from helsekort_sandbox.recording import Malformed, Recording, read
from helsekort_sandbox.replay_report import Progress, Report
from helsekort_sandbox.sending import Sender, Unreachable, golden
from helsekort_sandbox.tokens import NoToken

AS_AWAITED, SURPRISED, WRONG_USE, NO_SERVER, INTERRUPTED = 0, 1, 2, 3, 130


def load(path: Path) -> Recording:
    """The recording in the file ``path``. Raises Malformed, OSError."""
    with path.open("rb") as lines:
        return read(lines)


def play(
    recording: Recording,
    base: str,
    bearers: Bearers,
    pace: Pace | None = None,
    *,
    state_file: Path | None = None,
    resume: bool = False,
    tell: Tell = lambda _done, _total, _at: None,
) -> Report:
    """Play ``recording`` at the server ``base`` with the tokens of ``bearers``.

    Without ``state_file`` it cannot be resumed. Raises CannotResume, NoToken, Unreachable.
    """
    kept = journal.begin(state_file, recording.digest, base, resume=resume)
    sender = Sender(base, bearers, kept)
    try:
        return Report(recording, Player(recording, sender, kept, pace or Pace(), tell).play())
    finally:
        sender.close()
        kept.close()


def write_golden(report: Report, path: Path) -> int:
    """Write the recording with what was answered as what is awaited; how many lines differ from before."""
    outcomes, recording = report.played.outcomes, report.recording
    changed = 0
    with path.open("wb") as file:
        file.writelines(line + b"\n" for line in recording.head)
        for item in recording.items:
            raw = recording.raw[item.id]
            line = golden(item, raw, outcomes.get(item.id))
            changed += line != golden(item, raw, None)
            file.write(line + b"\n")
    return changed


def bearers_from(
    base: str,
    *,
    tokens: Path | None = None,
    helseid: str = "",
    citizens: str = "",
    auth_key_file: Path | None = None,
) -> Bearers:
    """The supplied tokens, those of test-token services, or of the sandbox at the server's port.

    Raises NoToken, OSError, ValueError.
    """
    if tokens:
        return b.of_file(tokens)
    if helseid:
        if not auth_key_file:
            raise NoToken("An issuer of test tokens needs the file of the key to it (auth-key-file)")
        return b.of_issuers(helseid, citizens or helseid, auth_key_file.read_text().strip())
    try:
        return b.of_sandbox(state.find(urlsplit(base).port or 80))
    except state.NotRunning as error:
        raise NoToken(f"{error}. Or say whose tokens: --helseid, or --tokens") from error


def run(arguments: argparse.Namespace) -> int:
    """The command; its exit status: 0 as awaited, 1 surprises, 2 wrong use, 3 no server, 130 interrupted."""
    try:
        recording = load(arguments.file)
        bearers = bearers_from(
            arguments.base,
            tokens=arguments.tokens,
            helseid=arguments.helseid or "",
            citizens=arguments.citizens or "",
            auth_key_file=arguments.auth_key_file,
        )
        report = _play(arguments, recording, bearers)
    except Malformed as error:
        return _fail(f"{arguments.file}, {error}", WRONG_USE)
    except Unreachable as error:
        return _fail(f"{error}; --resume goes on", NO_SERVER)
    except (NoToken, journal.CannotResume, OSError, ValueError) as error:
        return _fail(str(error), WRONG_USE)
    print(report.text())
    if arguments.report:
        arguments.report.write_text(json.dumps(report.as_json(), indent=1, ensure_ascii=False) + "\n")
    if report.played.ended == "interrupted":
        return INTERRUPTED
    if arguments.record:
        changed = write_golden(report, arguments.record)
        print(f"  recorded     {arguments.record}: {changed} lines differ from {arguments.file}")
        return AS_AWAITED
    return AS_AWAITED if report.as_awaited else SURPRISED


def _play(arguments: argparse.Namespace, recording: Recording, bearers: Bearers) -> Report:
    stops = not (arguments.collect or arguments.record)
    pace = Pace(arguments.speed, arguments.actors, arguments.until, stops)
    kept = arguments.state or arguments.file.with_name(f"{arguments.file.name}.state")
    base = arguments.base.rstrip("/").removesuffix("/fhir")
    return play(recording, base, bearers, pace, state_file=kept, resume=arguments.resume, tell=Progress())


def _fail(why: str, status: int) -> int:
    with suppress(BrokenPipeError):
        print(why, file=sys.stderr)
    return status


__all__ = ["Pace", "Recording", "Report", "bearers_from", "load", "play", "write_golden"]
