"""The direction of imports: the contracts of pyproject.toml, and what they cannot say."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import tree

ROOMS = {
    "api",
    "worker",
    "interactions",
    "store",
    "gateways",
    "render",
    "mapping",
    "access",
    "fhir",
    "pregnancy",
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{tree.name(path)}:{node.lineno}: imports name their module in full"
            yield node.module or ""


def test_the_contracts_hold():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_the_rooms_are_those_of_the_design():
    packages = {path.parent.name for path in tree.modules("app") if path.parent.parent == tree.ROOT / "app"}
    assert packages == ROOMS


@pytest.mark.parametrize("path", tree.modules("app/pregnancy"), ids=tree.name)
def test_the_clinical_core_is_standard_library_only(path):
    allowed = sys.stdlib_module_names | {"app"}
    foreign = {name for name in imported(path) if name.partition(".")[0] not in allowed}
    outside = {
        name for name in imported(path) if name.startswith("app") and not name.startswith("app.pregnancy")
    }
    assert not foreign | outside


@pytest.mark.parametrize("path", tree.modules("app"), ids=tree.name)
def test_the_product_never_imports_its_sandbox_or_tests(path):
    assert not {
        name for name in imported(path) if name.partition(".")[0] in {"helsekort_sandbox", "tests", "tools"}
    }


def test_sql_stands_in_the_store_only():
    tools = {"sqlalchemy", "alembic"}
    using = {
        tree.name(path)
        for path in tree.modules("app")
        if tools & {n.partition(".")[0] for n in imported(path)}
    }
    assert {name for name in using if not name.startswith("app/store/")} == set()
