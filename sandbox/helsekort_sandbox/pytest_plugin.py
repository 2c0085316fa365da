"""A pytest plugin for harnesses: a test plays a recording at a server and looks at the report.

https://docs.pytest.org/en/stable/how-to/writing_plugins.html. Options say which server and whose tokens; the fixture
``helsekort_replay`` takes a recording's path and the members of ``Pace``. Described in docs/recordings.md.
"""
# ruff: noqa: PLC0415

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from helsekort_sandbox.bearers import Bearers
    from helsekort_sandbox.replay import Report

Play = Callable[..., "Report"]
OPTIONS = {
    "base": "the server, without /fhir",
    "helseid": "an issuer with a test-token service",
    "citizens": "the citizens' issuer, if it is another",
    "auth-key-file": "the key to those services",
    "tokens": "a file of tokens: JSON, actor id → access token",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--helsekort-base`` and the rest; each also as a variable of the environment, ``HELSEKORT_TEST_BASE``."""
    group = parser.getgroup("helsekort", "recordings of the pregnancy card")
    for name, text in OPTIONS.items():
        default = os.environ.get(f"HELSEKORT_TEST_{name.upper().replace('-', '_')}", "")
        group.addoption(f"--helsekort-{name}", default=default, metavar="VALUE", help=text)


def _option(config: pytest.Config, name: str) -> str:
    found: str = config.getoption(f"--helsekort-{name}")
    return found


def _bearers(config: pytest.Config) -> "Bearers":
    from helsekort_sandbox.replay import bearers_from

    tokens, key = _option(config, "tokens"), _option(config, "auth-key-file")
    return bearers_from(
        _option(config, "base"),
        tokens=Path(tokens) if tokens else None,
        helseid=_option(config, "helseid"),
        citizens=_option(config, "citizens"),
        auth_key_file=Path(key) if key else None,
    )


@pytest.fixture(scope="session")
def helsekort_base(pytestconfig: pytest.Config) -> str:
    """The server that is tested."""
    base = _option(pytestconfig, "base").rstrip("/").removesuffix("/fhir")
    if not base:
        pytest.fail("No server is named: --helsekort-base URL, or HELSEKORT_TEST_BASE", pytrace=False)
    return base


@pytest.fixture(scope="session")
def helsekort_replay(helsekort_base: str, pytestconfig: pytest.Config) -> Play:
    """Plays the recording in a file and gives its report; a malformed recording fails the test with line and reason."""
    from helsekort_sandbox.recording import Malformed
    from helsekort_sandbox.replay import Pace, load, play
    from helsekort_sandbox.tokens import NoToken

    try:
        bearers = _bearers(pytestconfig)
    except NoToken as error:
        pytest.fail(str(error), pytrace=False)

    def run(path: Path | str, **pace: Any) -> "Report":
        try:
            recording = load(Path(path))
        except Malformed as error:
            pytest.fail(f"{path}, {error}", pytrace=False)
        return play(recording, helsekort_base, bearers, Pace(**{"stop": False, **pace}))

    return run
