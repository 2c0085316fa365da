"""What the session reads at its end (``conftest.py``) finds what it looks for."""

from app.fhir.codes import PERSON_NUMBERS
from tests.journeys.conftest import Leftovers


def test_what_must_not_be_found_would_be() -> None:
    """The control: each kind, in each place."""
    left = Leftovers()
    left._learn(
        {
            "resourceType": "Patient",
            "name": [{"family": "Lekkasjetest", "given": ["Prøvekvinne"]}],
            "address": [{"line": ["Gjemmestedet 7"]}],
            "identifier": [{"system": min(PERSON_NUMBERS), "value": "01810112345"}],
        },
        "",
    )
    left._learn(
        {"resourceType": "Observation", "note": [{"text": "hemmeligfunn"}], "valueString": "blødning"}, ""
    )
    assert left.secrets == {
        "Lekkasjetest",
        "Prøvekvinne",
        "Gjemmestedet 7",
        "01810112345",
        "hemmeligfunn",
        "blødning",
    }
    for secret in left.secrets:
        for where in ("text logs and traces", "addresses"):
            other = Leftovers(secrets=left.secrets)
            other.leave(where, f"noe om {secret}, og mer")
            assert (where, secret) in other.found()
