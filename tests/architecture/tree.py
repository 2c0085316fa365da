"""What these tests look at: the repository's files, as git has them, and the modules of the product."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPPED = frozenset({".venv", ".git", "__pycache__", "data", "build", "dist"})


@cache
def files() -> tuple[Path, ...]:
    """The files that belong to the repository; where there is no git, all that no tool left behind."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _left_behind(path)]
    return tuple(path for path in sorted(found) if path.is_file())


def _left_behind(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part in SKIPPED or part.endswith(("_cache", ".egg-info")) for part in parts)


def modules(*folders: str) -> list[Path]:
    """The Python files below ``folders``."""
    tops = [ROOT / folder for folder in folders]
    return [path for path in files() if path.suffix == ".py" and any(top in path.parents for top in tops)]


def name(path: Path) -> str:
    """``path`` as it is written in this repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))
