"""The pages for integrators say what the code does: errors."""

import re

from app.fhir.outcome import FhirError
from tests.architecture import tree

FAILURE = 500


def test_every_error_has_its_row() -> None:
    text = (tree.ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    told = [(int(status), code, meaning) for status, code, meaning, _ in rows]
    tree_of_errors = [
        (error.status, error.default_code, (error.__doc__ or "").splitlines()[0].replace("``", "`"))
        for error in FhirError.__subclasses__()
        if error.status != FAILURE
    ]
    assert told == sorted(tree_of_errors)
