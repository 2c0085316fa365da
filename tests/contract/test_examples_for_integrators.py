"""The examples for integrators do what they say, against the running server."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.architecture import tree
from tests.fixtures.resources import new_number
from tests.fixtures.server import Server

EXAMPLES = tree.ROOT / "docs" / "examples"


def test_python(server: Server, tmp_path: Path) -> None:
    midwife = server.person("midwife")
    token = midwife.token()
    key = tmp_path / "key.json"
    key.write_text(json.dumps(server.issuers.proof_key()))
    names = {"HELSEKORT_URL": server.fhir, "HELSEKORT_TOKEN": token, "HELSEKORT_KEY": str(key)}
    script = EXAMPLES / "python" / "first_consultation.py"
    found = subprocess.run(
        [sys.executable, str(script), new_number()],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | names,
    )
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["card"] == "document"
    assert told["entries"] > 3
    card = midwife.get(f"/EpisodeOfCare/{told['episode']}/$card").text
    assert '"value":118' in card.replace(" ", "")
