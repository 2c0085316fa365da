"""What must not stand in the repository: hosts in locks, keys, paths of somebody's machine, people's numbers."""

import re

import pytest

from app.fhir import codes
from app.fhir.identifiers import problem
from tests.architecture import tree

LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
FORBIDDEN = {  # written so that this file does not hold them itself
    "a private key": re.compile(r"BEGIN [A-Z ]*PRIVATE" + " KEY"),
    "a package registry": re.compile(r"(pypi|pythonhosted|npmjs)" + r"\.(org|com)"),
    "somebody's home": re.compile(r"(?<![\w.])/(home|Users)/" + r"[a-z]\w+"),
    "a conflict": re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE),
}
# Printed from tables, with the elements of seventy types
LARGER = {"openapi/openapi.json": 3_000_000}
NUMBER = re.compile(r"(?<![\w.\-])\d{11}(?![\w\-])")
# Published by the Norwegian Tax Administration to show the format; held by nobody.
EXAMPLE_NUMBERS = {"02013299997", "30108299920", "30108299939"}
TEXT = {
    ".py",
    ".md",
    ".json",
    ".toml",
    ".sh",
    ".tsv",
    ".lock",
    ".in",
    ".mako",
    ".yml",
    ".yaml",
    ".html",
    ".css",
    "",
}


def texts() -> list:
    return [path for path in tree.files() if path.suffix in TEXT]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_are_pinned_hashed_and_name_no_host(name):
    lines = (tree.ROOT / name).read_text(encoding="utf-8").splitlines()
    odd = [line for line in lines if not PINNED.match(line) and not HASH.match(line)]
    assert odd == []


def test_the_serving_lock_is_part_of_the_developers():
    serving, all_of_it = (
        {line for line in (tree.ROOT / name).read_text(encoding="utf-8").splitlines() if "==" in line}
        for name in LOCKS
    )
    assert serving
    assert serving < all_of_it


@pytest.mark.parametrize("path", texts(), ids=tree.name)
def test_nothing_forbidden_stands_in(path):
    text = path.read_text(encoding="utf-8")
    assert {what for what, pattern in FORBIDDEN.items() if pattern.search(text)} == set()
    assert len(tree.ROOT.parts) < 3 or str(tree.ROOT) not in text


@pytest.mark.parametrize("path", texts(), ids=tree.name)
def test_every_person_number_is_synthetic(path):
    found = set(NUMBER.findall(path.read_text(encoding="utf-8"))) - EXAMPLE_NUMBERS
    real = {number for number in found if problem(codes.FNR, number, synthetic=False) is None}
    assert not real, f"{len(real)} of them"


@pytest.mark.parametrize("path", tree.files(), ids=tree.name)
def test_files_have_a_size_that_can_be_reviewed(path):
    assert path.stat().st_size < LARGER.get(tree.name(path), 1_000_000)
