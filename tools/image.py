"""Runs the Dockerfile's commands without an engine, and then the image's own: ``python -m tools.image``.

An engine is not needed to learn whether the commands hold: each stage's files lie in a folder, in which /opt and /src of
the image are; what a stage does not copy on is deleted before the next. What this cannot tell: the base image, layers, the
kernel's limits. It needs a PostgreSQL, the sandbox's.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = re.compile(r"(?<![\w/.])/(opt|src)(?=[/\s:'\"]|$)")
ABSENT = ("helsekort_sandbox", "pytest", "hatchling", "pip", "mypy")
UNPRIVILEGED = 10001


class Failed(Exception):
    """The Dockerfile does not do what it says."""


@dataclass
class Image:
    """The image as it grows: its folder, and what the last stage says of how it runs."""

    root: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    user: str = "0"
    health: list[str] = field(default_factory=list)
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """``text`` with the image's absolute paths below its folder."""
        return PLACES.sub(lambda found: f"{self.root}/{found[1]}", text)

    def clean(self) -> dict[str, str]:
        """Nothing of this machine's environment, but where pip finds packages."""
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        base = {
            "PATH": f"{self.root}/bin:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.root),
            "LANG": "C.UTF-8",
        }
        return base | pip | self.environment


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile, with their continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest.strip()


def build(image: Image, text: str) -> None:
    """Do what the Dockerfile says. Raises Failed for what it does not know."""
    for name, rest in instructions(text):
        if name not in _DO:
            raise Failed(f"{name}: this check does not know it")
        _DO[name](image, rest)


def _from(image: Image, _rest: str) -> None:
    """A new stage: of the one before only what is copied stays; COPY --from says so, and finds it aside."""
    aside = image.root / "before"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for name in ("opt", "src"):
        if (image.root / name).exists():
            (image.root / name).rename(aside / name)
        (image.root / name).mkdir()
    image.folder, image.environment = image.root / "src", {}


def _workdir(image: Image, rest: str) -> None:
    image.folder = Path(image.here(rest))
    image.folder.mkdir(exist_ok=True)


def _copy(image: Image, rest: str) -> None:
    words = rest.split()
    if words[0].startswith("--from="):
        (image.root / "before" / words[1].lstrip("/")).rename(image.here(words[2]))
        return
    *sources, target = words
    for source in sources:
        path = ROOT / source
        place = image.folder if target in {".", "./"} else image.folder / target
        if path.is_dir():
            shutil.copytree(path, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, place)


def _run(image: Image, rest: str) -> None:
    began = time.monotonic()
    done = subprocess.run(
        ["/bin/sh", "-ec", image.here(rest)], cwd=image.folder, env=image.clean(), capture_output=True, text=True, check=False
    )  # fmt: skip
    print(f"{time.monotonic() - began:5.1f} s  RUN {rest[:90]}")
    if done.returncode:
        raise Failed(f"RUN {rest}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _env(image: Image, rest: str) -> None:
    for word in shlex.split(rest):
        name, _, value = word.partition("=")
        image.environment[name] = image.here(value).replace("$PATH", image.clean()["PATH"])


def _user(image: Image, rest: str) -> None:
    image.user = rest


def _health(image: Image, rest: str) -> None:
    image.health = json.loads(rest.partition("CMD ")[2])


def _entry(image: Image, rest: str) -> None:
    image.entry = json.loads(rest)


def _command(image: Image, rest: str) -> None:
    image.command = json.loads(rest)


_DO = {
    "FROM": _from, "WORKDIR": _workdir, "COPY": _copy, "RUN": _run, "ENV": _env, "USER": _user, "HEALTHCHECK": _health,
    "ENTRYPOINT": _entry, "CMD": _command, "EXPOSE": lambda *_: None,
}  # fmt: skip


def readable(image: Image) -> None:
    """The image belongs to root, and its user can only read it."""
    shutil.rmtree(image.root / "before", ignore_errors=True)
    if image.user.partition(":")[0] in {"", "0", "root"}:
        raise Failed("the image runs as root")
    left = [path.name for path in (image.root / "opt").iterdir()]
    if left != ["helsekort"] or any((image.root / "src").iterdir()):
        raise Failed(f"the last stage holds more than the product: {left}")
    python = image.root / "opt" / "helsekort" / "bin" / "python"
    asked = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    found = subprocess.run(
        [python, "-c", asked, *ABSENT], env=image.clean(), capture_output=True, text=True, check=True
    )
    if found.stdout.strip() != "[]":
        raise Failed(f"the image holds {found.stdout.strip()}")


def main() -> int:
    """Build, look, and run what the image runs."""
    from tools.image_run import serve  # noqa: PLC0415 (needs the sandbox, building does not)

    root = Path(tempfile.mkdtemp(prefix="hk-image-", dir="/var/tmp"))
    root.chmod(0o755)
    (root / "bin").mkdir()
    (root / "bin" / "python").symlink_to(
        shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable
    )
    image = Image(root, root)
    began = time.monotonic()
    try:
        build(image, (ROOT / "Dockerfile").read_text(encoding="utf-8"))
        readable(image)
        print(
            f"{time.monotonic() - began:5.1f} s  built, {sum(f.stat().st_size for f in root.rglob('*') if f.is_file()) >> 20} MB"
        )
        serve(image)
    except Failed as failure:
        print(f"image: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(f"{time.monotonic() - began:5.1f} s  the image's commands hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
