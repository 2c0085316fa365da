"""A month of the log is dropped by setting, with its closings, and only so; the log still verifies, whatever went before."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from helsekort_sandbox.launcher import Cluster

from app import clock
from app.store import seals
from app.store.database import Database
from app.store.retention import NotDropped, drop, due
from migrations.partitions import create_month, months_from
from tests.fixtures.database import TEMPLATE
from tests.store.test_verify import Log, _names, _seal, _settings, _write

NOW = clock.now()
MONTHS = months_from(datetime(NOW.year - 1, NOW.month, 1, tzinfo=UTC), 13)[
    -4:
]  # three past months and this one


@pytest.fixture
def months(cluster: Cluster, tmp_path: Path) -> Iterator[Log]:
    """Rows of three past months and of this one; requests of one month end in the next, and a lane falls silent."""
    name = next(_names)
    cluster.create_database(name, TEMPLATE)
    log = Log(cluster, name, _settings(cluster, name, tmp_path))
    seals.make_key(log.settings.audit_key_file)
    for month in MONTHS[:-1]:
        log.sql("SET ROLE helsekort_owner", create_month(month))

    async def fill() -> None:
        database = Database(log.settings.database_url, connections=2)
        await database.start()
        for month in MONTHS[:-1]:
            await _write(database, 6, month + timedelta(days=3))
            await _seal(database, log.settings)
            await _write(database, 3, month + timedelta(days=32))  # a row of the next month, in between
            await _write(database, 3, month + timedelta(days=20))
        await database.stop()
        one = Database(log.settings.database_url, connections=1)
        await one.start()
        await _write(one, 4)
        await _seal(one, log.settings)
        await one.stop()

    asyncio.run(fill())
    assert log.verify().holds
    yield log
    cluster.drop_database(name)


def dropping(log: Log, kept: int) -> list[str]:
    return drop(replace(log.settings, log_months=kept), NOW)


def test_what_is_due_goes_with_closings_and_the_rest_verifies(months: Log) -> None:
    rows = months.verify().rows
    assert dropping(months, 0) == [], "nothing is dropped where nothing is set"
    assert dropping(months, 24) == []
    assert dropping(months, 2) == [f"{MONTHS[0]:%Y_%m}"]
    report = months.verify()
    assert report.problems == []
    assert report.rows == rows - 9
    assert any("went with months that were dropped" in note for note in report.notes)
    assert dropping(months, 1) == [f"{MONTHS[1]:%Y_%m}"], "the next month, behind the closings of the first"
    assert months.verify().problems == []
    assert dropping(months, 1) == []


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        ("DELETE FROM audit_closing WHERE lane = 1", "no signed closing says why"),
        ("UPDATE audit_closing SET last = last + 1 WHERE lane = 1", "does not hold"),
        ("UPDATE audit_closing SET month = '2020_01'", "does not hold"),
        (
            "DELETE FROM audit WHERE lane = 2 AND at < (SELECT min(at) + interval '10 days' FROM audit)",
            "no signed closing says why",
        ),
    ],
)
def test_closings_cover_nothing_but_what_they_signed(months: Log, attack: str, told: str) -> None:
    dropping(months, 2)
    months.sql(attack)
    assert told in months.problems()


def test_a_closing_of_the_present_month_does_not_hold(months: Log) -> None:
    """Whoever had the key for a moment could not close what is going on."""
    from app.store.closings import Closing

    signer = seals.read_signer(months.settings.audit_key_file)
    row = json.loads(months.sql(
        "SELECT json_build_array(lane, max(seq)) FROM audit GROUP BY lane ORDER BY lane LIMIT 1"
    )[0])  # fmt: skip
    made = Closing(row[0], 1, row[1], b"x" * 32, f"{NOW:%Y_%m}", NOW).signed(signer)
    months.sql(
        f"INSERT INTO audit_closing VALUES ({made.lane}, 1, {made.last}, '\\x{made.hash.hex()}', '{made.month}',"
        f" '{made.at.isoformat()}', '{made.key}', '\\x{made.signature.hex()}')"
    )
    assert "does not hold" in months.problems()


def test_a_log_that_does_not_hold_is_not_shortened(months: Log) -> None:
    months.sql("UPDATE audit SET result = replace(result, '403', '200') WHERE lane = 1 AND seq = 2")
    with pytest.raises(NotDropped):
        dropping(months, 1)
    assert "lane 1 row 2" in months.problems()


def test_which_months_are_due() -> None:
    months = ["2025_11", "2025_12", "2026_01", "2026_02"]
    at = datetime(2026, 2, 1, tzinfo=UTC)
    assert due(months, at, 0) == []
    assert due(months, at, 1) == ["2025_11", "2025_12"]
    assert due(months, at, 2) == ["2025_11"]
    assert due(months, datetime(2026, 1, 31, 23, tzinfo=UTC), 1) == ["2025_11"]
