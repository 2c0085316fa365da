"""Files and functions stay small. What is larger is held with its size, which may shrink and never grow."""

import ast
import json

import pytest

from tests.architecture import sizes, tree

HELD = json.loads(sizes.HELD.read_text(encoding="utf-8"))
MEASURED = sizes.measured()


@pytest.mark.parametrize("kind", sizes.LIMITS)
def test_nothing_grows_over_its_limit(kind):
    grown = {name: size for name, size in MEASURED[kind].items() if size > HELD[kind].get(name, 0)}
    assert grown == {}, f"over {sizes.LIMITS[kind]} lines, or grown: split it"


@pytest.mark.parametrize("kind", sizes.LIMITS)
def test_what_became_smaller_stays_so(kind):
    shrunk = {name: MEASURED[kind].get(name, 0) for name in HELD[kind]}
    assert {name: size for name, size in shrunk.items() if size < HELD[kind][name]} == {}, (
        "hold the new size: python -m tests.architecture.sizes"
    )


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
