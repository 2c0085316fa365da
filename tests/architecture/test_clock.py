"""Time is an argument: only ``app/clock.py`` reads the machine's clock, but for the places named here."""

import ast

import pytest

from tests.architecture import tree

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime",
    "time.gmtime",
}  # fmt: skip
READS = {  # the module → why
    "app/clock.py": "the clock",
    "app/api/identity.py": "a token's exp, nbf and iat; never moved",
    "app/api/proof.py": "a proof's iat; never moved",
    "app/gateways/helseid.py": "exp of tokens that other systems gave, nbf and iat of our own assertions",
}


def reads(path) -> set[str]:
    calls = (node.func for node in ast.walk(tree.parsed(path)) if isinstance(node, ast.Call))
    dotted = (ast.unparse(call) for call in calls if isinstance(call, ast.Attribute))
    return {name for name in dotted if ".".join(name.split(".")[-2:]) in CLOCKS}


@pytest.mark.parametrize("path", tree.modules("app"), ids=tree.name)
def test_only_these_read_the_clock(path):
    assert bool(reads(path)) == (tree.name(path) in READS), reads(path)


def test_the_clinical_core_knows_no_clock():
    assert not [name for name in READS if name.startswith(("app/pregnancy/", "app/mapping/", "app/fhir/"))]
