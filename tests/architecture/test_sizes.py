"""Files and functions stay small. What is larger is named with its size, which may shrink and never grow."""

import ast

import pytest

from tests.architecture import tree

FILE, TEST_FILE, FUNCTION = 250, 400, 30
STEP = 10  # sizes are held rounded up to this
LARGER_FILES: dict[str, int] = {}
LONGER_FUNCTIONS: dict[str, int] = {}


def rounded(size: int) -> int:
    return -(-size // STEP) * STEP


def lines(path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def longer_functions() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in tree.modules("app", "sandbox", "tools", "bench", "migrations"):
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > FUNCTION:
                    key = f"{tree.name(path)}:{node.name}"
                    found[key] = max(found.get(key, 0), rounded(size))
    return found


def larger_files() -> dict[str, int]:
    sizes = {
        tree.name(path): lines(path)
        for path in tree.modules("app", "sandbox", "tools", "bench", "migrations")
    }
    return {name: rounded(size) for name, size in sizes.items() if size > FILE}


def grown(found: dict[str, int], held: dict[str, int]) -> dict[str, int]:
    return {name: size for name, size in found.items() if size > held.get(name, 0)}


def shrunk(found: dict[str, int], held: dict[str, int]) -> dict[str, int]:
    return {name: found.get(name, 0) for name, size in held.items() if found.get(name, 0) < size}


def test_files_are_small():
    assert grown(larger_files(), LARGER_FILES) == {}, f"over {FILE} lines, or grown: split it"


def test_functions_are_short():
    assert grown(longer_functions(), LONGER_FUNCTIONS) == {}, f"over {FUNCTION} lines, or grown: split it"


def test_what_became_smaller_stays_so():
    assert shrunk(larger_files(), LARGER_FILES) == {}, "hold the new size, or take the row out"
    assert shrunk(longer_functions(), LONGER_FUNCTIONS) == {}, "hold the new size, or take the row out"


@pytest.mark.parametrize("path", tree.modules("tests"), ids=tree.name)
def test_test_files_can_be_read(path):
    assert lines(path) <= TEST_FILE


@pytest.mark.parametrize("path", tree.modules("app"), ids=tree.name)
def test_every_module_says_what_it_is(path):
    if path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip():
        return
    docstring = ast.get_docstring(tree.parsed(path))
    assert docstring
    assert docstring.splitlines()[0].strip()


@pytest.mark.parametrize("path", tree.modules("app", "sandbox", "tests", "tools", "bench"), ids=tree.name)
def test_no_module_is_named_after_nothing(path):
    assert path.stem not in {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}
