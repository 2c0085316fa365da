"""The example app for integrators, run as a program of its own against the server and the mock logins."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helsekort_sandbox import people

from tests.fixtures.resources import Woman, an_episode, register
from tests.identity.apps import EXAMPLE_CALLBACK, Apps, Browser
from tests.identity.test_apps import apps, nora

__all__ = ["apps", "nora"]
pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PROGRAM = [sys.executable, str(EXAMPLES / "python" / "smart_app.py")]


def environment(apps: Apps, **more: str) -> dict[str, str]:
    return {**os.environ, "HELSEKORT_URL": apps.server.fhir, "APP_CALLBACK": EXAMPLE_CALLBACK, **more}


def test_a_system_reads_with_its_key(apps: Apps, tmp_path: Path) -> None:
    register(apps.server.person("midwife"))
    key = tmp_path / "key.json"
    key.write_text(json.dumps(apps.key))
    done = subprocess.run([*PROGRAM, "backend", str(key)], env=environment(apps), capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["scope"] == "system/*.rs"
    assert told["cards"] >= 1


@pytest.mark.parametrize("who", ["woman", "carer"])
def test_somebody_logs_in_and_reads_a_card(apps: Apps, nora: str, who: str) -> None:
    midwife = apps.server.person("midwife")
    woman: Woman | None = None
    if who == "carer":
        woman = register(midwife)
        more = {"APP_CLIENT": "app-example", "APP_DETAILS": str(EXAMPLES / "midwife.json")}
    else:
        midwife.post("/EpisodeOfCare", an_episode(f"Patient/{nora}"))
        more = {"APP_CLIENT": "app-example-her"}
    program = subprocess.Popen([*PROGRAM, "standalone"], env=environment(apps, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert program.stdout is not None
    try:
        line = program.stdout.readline()
        assert "browser: " in line, program.communicate(timeout=20)[1]
        browser: Browser = apps.browser()
        url = line.partition("browser: ")[2].strip()
        if woman:
            browser.submit(browser.carer(url), patient=woman.id)
        else:
            browser.submit(browser.woman(url), allow="1")
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
        program.wait()
    assert program.returncode == 0, err
    told = json.loads(out)
    assert told["patient"] == (woman.id if woman else nora)
    assert told["entries"] > 1
    assert people.WOMEN["main"].number not in out
