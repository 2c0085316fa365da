"""The anchor file survives crashes in the middle of a line and several writers, and is never rewritten."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock
from app.store import anchors, seals
from app.store.anchors import Anchors
from app.store.seals import Head, NoKey, Signer


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    seals.make_key(str(tmp_path / "key.pem"))
    return seals.read_signer(str(tmp_path / "key.pem"))


def _heads(signer: Signer, *places: tuple[int, int]) -> list[Head]:
    return [signer.sign(lane, seq, os.urandom(32), clock.now()) for lane, seq in places]


def test_what_is_appended_is_read_again(tmp_path: Path, signer: Signer) -> None:
    file = str(tmp_path / "anchors")
    heads = _heads(signer, (1, 4), (2, 9), (1, 6))
    assert Anchors(file).append(heads) == 3
    assert anchors.read(file) == (heads, 0)
    assert Path(file).stat().st_mode & 0o777 == 0o600


def test_no_head_is_appended_twice(tmp_path: Path, signer: Signer) -> None:
    file = str(tmp_path / "anchors")
    heads = _heads(signer, (1, 4), (2, 9))
    first, second = Anchors(file), Anchors(file)
    assert first.append(heads[:1]) == 1
    assert second.append(heads) == 1
    assert first.append(heads) == 0
    assert Anchors(file).append(heads) == 0
    assert first.known == {1: 4, 2: 9}
    assert len(anchors.read(file)[0]) == 2


def test_a_line_cut_short_is_written_again(tmp_path: Path, signer: Signer) -> None:
    file = tmp_path / "anchors"
    heads = _heads(signer, (1, 4), (2, 9))
    Anchors(str(file)).append(heads)
    file.write_bytes(file.read_bytes()[:-20])
    assert Anchors(str(file)).append(heads) == 1
    assert anchors.read(str(file)) == (heads, 0)


def test_a_strange_line_does_not_stop_anchoring(tmp_path: Path, signer: Signer) -> None:
    file = tmp_path / "anchors"
    file.write_text("nothing\n")
    heads = _heads(signer, (1, 4))
    assert Anchors(str(file)).append(heads) == 1
    assert anchors.read(str(file)) == (heads, 1)


def test_a_head_is_vouched_for_by_its_key_alone(tmp_path: Path, signer: Signer) -> None:
    head = _heads(signer, (1, 4))[0]
    assert seals.is_signed(head, signer.public)
    later = Head(head.lane, head.seq, head.hash, head.at + timedelta(seconds=1), head.key, head.signature)
    assert not seals.is_signed(later, signer.public)
    moved = Head(2, head.seq, head.hash, head.at, head.key, head.signature)
    assert not seals.is_signed(moved, signer.public)


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    seals.make_key(str(file))
    first = file.read_bytes()
    seals.make_key(str(file))
    assert file.read_bytes() == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("nothing")
    with pytest.raises(NoKey):
        seals.read_signer(str(file))
