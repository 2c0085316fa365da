"""A log whose signing key was changed holds by the old key and the new one, and no old key signs anything new."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from app import clock
from app.store import seals
from app.store.database import Database
from tests.store.test_verify import Log, _seal, _write, log, written

__all__ = ["log", "written"]


def _go_on(log: Log) -> None:
    async def fill() -> None:
        database = Database(log.settings.database_url, connections=2)
        await database.start()
        await _write(database, 6)
        await _seal(database, log.settings)
        await database.stop()

    asyncio.run(fill())


@pytest.fixture
def changed(log: Log, tmp_path: Path) -> Log:
    """The log with its own copy of the key, changed once, and rows sealed with both keys."""
    key, former = tmp_path / "own.pem", tmp_path / "former.pem"
    key.write_bytes(Path(log.settings.audit_key_file).read_bytes())
    settings = replace(log.settings, audit_key_file=str(key), audit_former_keys_file=str(former))
    before = seals.read_signer(str(key)).name
    assert seals.change_key(str(key), str(former)) != before
    assert list(seals.read_former(str(former))) == [before]
    made = replace(log, settings=settings)
    _go_on(made)
    return made


def test_it_holds_by_both_keys(changed: Log) -> None:
    report = changed.verify()
    assert report.problems == []
    assert len(set(changed.sql("SELECT DISTINCT key FROM audit_head"))) == 2


def test_it_holds_after_a_second_change(changed: Log) -> None:
    seals.change_key(changed.settings.audit_key_file, changed.settings.audit_former_keys_file)
    _go_on(changed)
    assert changed.verify().problems == []
    assert len(seals.read_former(changed.settings.audit_former_keys_file)) == 2


def test_without_the_old_key_its_heads_do_not_hold(changed: Log) -> None:
    blind = replace(changed, settings=replace(changed.settings, audit_former_keys_file=""))
    assert "its signature does not hold" in blind.problems()


def test_a_key_that_was_put_away_signs_nothing_more(changed: Log, log: Log) -> None:
    old = seals.read_signer(log.settings.audit_key_file)
    seq, stored = changed.sql("SELECT seq, encode(hash, 'hex') FROM audit WHERE lane = 1 AND seq = 1")[
        0
    ].split("|")
    head = old.sign(1, int(seq), bytes.fromhex(stored), clock.now().replace(year=clock.now().year + 1))
    changed.sql(
        f"INSERT INTO audit_head VALUES (1, {seq}, '\\x{stored}', '{head.at.isoformat()}', '{head.key}',"
        f" '\\x{head.signature.hex()}')"
    )
    assert "lane 1 head 1: signed with a key that had been put away" in changed.problems()
