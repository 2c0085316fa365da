"""How large files and functions are; ``sizes.json`` holds what is larger than the house allows.

``python -m tests.architecture.sizes`` writes it anew: what grew shows in the change, and wants a reason there.
"""

import ast
import json
from collections.abc import Iterable
from pathlib import Path

from tests.architecture import tree

LIMITS = {"files": 250, "tests": 400, "functions": 30}
STEP = 10  # sizes are held rounded up to this
HELD = Path(__file__).with_name("sizes.json")
CODE = ("app", "sandbox", "tools", "bench", "migrations")
Sizes = dict[str, int]


def measured() -> dict[str, Sizes]:
    """What is over its limit now, by kind."""
    return {
        "files": _files(LIMITS["files"], tree.modules(*CODE)),
        "tests": _files(LIMITS["tests"], tree.modules("tests")),
        "functions": _functions(LIMITS["functions"], tree.modules(*CODE)),
    }


def _rounded(size: int) -> int:
    return -(-size // STEP) * STEP


def _files(limit: int, paths: Iterable[Path]) -> Sizes:
    sizes = {tree.name(path): path.read_text(encoding="utf-8").count("\n") for path in paths}
    return {name: _rounded(size) for name, size in sizes.items() if size > limit}


def _functions(limit: int, paths: Iterable[Path]) -> Sizes:
    found: Sizes = {}
    for path in paths:
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                key = f"{tree.name(path)}:{node.name}"
                if size > limit:
                    found[key] = max(found.get(key, 0), _rounded(size))
    return found


if __name__ == "__main__":
    HELD.write_text(json.dumps(measured(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
