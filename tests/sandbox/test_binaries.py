"""PostgreSQL's programs for root: copied whole, once, into a folder that only root can write to."""

import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from helsekort_sandbox import binaries


def test_copy_is_whole_readable_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "SHARED_FOLDERS", (tmp_path,))
    before = stat.S_IMODE(binaries.installed().stat().st_mode)
    with ThreadPoolExecutor(3) as pool:  # three launchers at once
        found = {future.result() for future in [pool.submit(binaries.readable_by_others) for _ in range(3)]}
    (programs,) = found
    said = subprocess.run([str(programs / "initdb"), "--version"], capture_output=True, text=True, check=True)
    assert "18." in said.stdout
    for path in [programs, *programs.parents]:
        if path == tmp_path:
            break
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert [entry.name for entry in (tmp_path / "helsekort-sandbox").glob(".copying-*")] == []
    assert stat.S_IMODE(binaries.installed().stat().st_mode) == before


def test_second_folder_where_the_first_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "foreign"
    (foreign / "helsekort-sandbox").mkdir(parents=True)
    (foreign / "helsekort-sandbox").chmod(0o777)  # anybody could have put programs there
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setattr(binaries, "SHARED_FOLDERS", (tmp_path / "missing", foreign, own))
    assert binaries.shared_folder() == own / "helsekort-sandbox"
    monkeypatch.setattr(binaries, "SHARED_FOLDERS", (foreign,))
    with pytest.raises(binaries.NoBinaries, match="foreign"):
        binaries.shared_folder()


@pytest.mark.skipif(os.geteuid() != 0, reason="makes a folder of another user")
def test_folder_of_another_user_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "helsekort-sandbox"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    monkeypatch.setattr(binaries, "SHARED_FOLDERS", (tmp_path,))
    with pytest.raises(binaries.NoBinaries):
        binaries.shared_folder()
