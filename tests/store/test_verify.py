"""Ten ways to change the log unseen, and that none is: real rows, a real owner with every right in the database."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from helsekort_sandbox.launcher import Cluster

from app import clock
from app.settings import Settings
from app.store import seals
from app.store.anchors import Anchors
from app.store.database import Database
from app.store.log import Entry, refuse
from app.store.verify import Report, digest, genesis, verify
from migrations.partitions import create_month, months_from
from tests.fixtures.database import TEMPLATE

_names = (f"log_{n}" for n in itertools.count(1))
BEFORE = months_from(clock.now(), 1)[0] - timedelta(days=3)  # a day of last month


@dataclass(frozen=True)
class Log:
    """A database with a log in it, as its owner sees it."""

    cluster: Cluster
    name: str
    settings: Settings

    def sql(self, *statements: str) -> list[str]:
        return self.cluster.execute("; ".join(statements), self.name).splitlines()

    def verify(self) -> Report:
        return verify(self.settings)

    def problems(self) -> str:
        report = self.verify()
        assert not report.holds
        assert report.text().startswith("The log does NOT hold")
        return "\n".join(report.problems)


async def _write(database: Database, count: int, at: datetime | None = None) -> None:
    """``count`` refusals at once, so that every lane gets some."""
    entries = [
        Entry(clock.new_id(), at or clock.now(), {"interaction": "read", "name": "Ågot «Prøve»"})
        for _ in range(count)
    ]
    await asyncio.gather(*(refuse(database, row, "error:403:forbidden", ("w1",)) for row in entries))


async def _seal(database: Database, settings: Settings) -> None:
    await seals.seal(database, seals.read_signer(settings.audit_key_file), clock.now())
    anchors = Anchors(settings.audit_anchor_file)
    anchors.append(())
    anchors.append(await seals.heads_after(database, anchors.known))


async def _fill(settings: Settings) -> None:
    database = Database(settings.database_url, connections=2)
    await database.start()
    await _write(database, 12)
    await _seal(database, settings)
    await _write(database, 12)
    await _seal(database, settings)
    await _write(database, 4)
    await database.stop()


def _settings(cluster: Cluster, name: str, folder: Path) -> Settings:
    return replace(
        Settings(),
        database_url=cluster.url("helsekort_serving", name),
        owner_database_url=cluster.url("helsekort_owner", name),
        audit_key_file=str(folder / "key.pem"),
        audit_anchor_file=str(folder / "anchors.ndjson"),
    )


@pytest.fixture(scope="module")
def written(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """A log of two lanes with two sealed heads each and rows that are not sealed yet."""
    name, folder = next(_names), tmp_path_factory.mktemp("log")
    cluster.create_database(name, TEMPLATE)
    settings = _settings(cluster, name, folder)
    seals.make_key(settings.audit_key_file)
    asyncio.run(_fill(settings))
    yield Log(cluster, name, settings)
    cluster.drop_database(name)


@pytest.fixture
def log(written: Log, tmp_path: Path) -> Iterator[Log]:
    """A copy to attack."""
    name = next(_names)
    written.cluster.create_database(name, written.name)
    settings = replace(
        _settings(written.cluster, name, tmp_path), audit_key_file=written.settings.audit_key_file
    )
    Path(settings.audit_anchor_file).write_bytes(Path(written.settings.audit_anchor_file).read_bytes())
    yield Log(written.cluster, name, settings)
    written.cluster.drop_database(name)


def test_an_untouched_log_holds(written: Log) -> None:
    report = written.verify()
    assert report.problems == []
    assert (report.rows, report.lanes, report.heads) == (28, 2, 4)
    assert report.text().startswith("The log holds: 28 rows in 2 lanes, 4 signed heads.")


def test_what_is_not_sealed_yet_is_told_for_each_lane(written: Log) -> None:
    tail = [note for note in written.verify().notes if "not sealed yet" in note]
    counted = sum(int(note.split()[2]) for note in tail)
    assert counted == 4


def test_the_hash_is_that_of_the_database(written: Log) -> None:
    request, result, stored = written.sql(
        "SELECT request, result, encode(hash, 'hex') FROM audit WHERE lane = 1 AND seq = 1"
    )[0].split("|")
    assert digest(genesis(1), 1, 1, request, result).hex() == stored


def test_changed_row(log: Log) -> None:
    log.sql("UPDATE audit SET result = replace(result, '403', '200') WHERE lane = 1 AND seq = 3")
    assert "lane 1 row 3: does not follow from the row before it" in log.problems()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("patients = '{}'", "its women are not the logged ones"),
        ("id = 'another'", "its id is not the logged one"),
        ("at = at - interval '1 second'", "its time is not the logged one"),
    ],
)
def test_changed_column_beside_the_hashed_text(log: Log, change: str, told: str) -> None:
    log.sql(f"UPDATE audit SET {change} WHERE lane = 2 AND seq = 2")
    assert f"lane 2 row 2: {told}" in log.problems()


def test_removed_row(log: Log) -> None:
    log.sql("DELETE FROM audit WHERE lane = 1 AND seq = 4")
    assert "lane 1 row 5: rows before it are missing" in log.problems()


def test_last_rows_removed_below_a_signed_head(log: Log) -> None:
    sealed = int(log.sql("SELECT max(seq) FROM audit_head WHERE lane = 1")[0])
    log.sql(
        f"DELETE FROM audit WHERE lane = 1 AND seq >= {sealed}",
        "UPDATE audit_lane l SET seq = a.seq, hash = a.hash FROM audit a"
        f" WHERE l.lane = 1 AND a.lane = 1 AND a.seq = {sealed - 1}",
    )
    assert f"lane 1: rows {sealed} to {sealed} were sealed and are gone" in log.problems()


def test_emptied_lane(log: Log) -> None:
    log.sql(
        "DELETE FROM audit WHERE lane = 2",
        "UPDATE audit_lane SET seq = 0, hash = sha256(convert_to('lane 2', 'UTF8')) WHERE lane = 2",
    )
    assert "lane 2: rows 1 to" in log.problems()


def test_lane_removed_with_its_counter(log: Log) -> None:
    log.sql("DELETE FROM audit WHERE lane = 2", "DELETE FROM audit_lane WHERE lane = 2")
    assert "lane 2: its counter is gone" in log.problems()


def _rehash(log: Log, lane: int, first: int, old: str, new: str) -> None:
    """What an owner who knows the scheme does: change a row and make the chain fit again, counter included."""
    rows = [json.loads(line) for line in log.sql(
        "SELECT json_build_array(seq, request, result, encode(hash, 'hex')) FROM audit"
        f" WHERE lane = {lane} ORDER BY seq"
    )]  # fmt: skip
    before = genesis(lane)
    changes = []
    for seq, request, result, stored in rows:
        if seq < first:
            before = bytes.fromhex(stored)
            continue
        wanted = result.replace(old, new) if seq == first else result
        before = digest(before, lane, seq, request, wanted)
        quoted = wanted.replace("'", "''")
        changes.append(
            f"UPDATE audit SET result = '{quoted}', hash = '\\x{before.hex()}' WHERE lane = {lane} AND seq = {seq}"
        )
    changes.append(f"UPDATE audit_lane SET hash = '\\x{before.hex()}' WHERE lane = {lane}")
    log.sql(*changes)


def test_suffix_hashed_again_by_the_owner(log: Log) -> None:
    sealed = int(log.sql("SELECT max(seq) FROM audit_head WHERE lane = 1")[0])
    _rehash(log, 1, 2, "403", "200")
    assert f"lane 1 row {sealed}: is not the one that was sealed" in log.problems()


def test_what_an_owner_can_still_do_after_the_last_head(log: Log) -> None:
    """The limit, so that nobody believes more: rows after the last head can be replaced with a chain that fits."""
    sealed = int(log.sql("SELECT max(seq) FROM audit_head WHERE lane = 1")[0])
    last = int(log.sql("SELECT seq FROM audit_lane WHERE lane = 1")[0])
    assert last > sealed
    _rehash(log, 1, last, "403", "200")
    assert log.verify().holds


def test_rewritten_head(log: Log) -> None:
    log.sql("UPDATE audit_head SET hash = sha256(hash) WHERE lane = 1")
    problems = log.problems()
    assert "lane 1 head" in problems
    assert "its signature does not hold" in problems


def test_head_signed_with_another_key(log: Log, tmp_path: Path) -> None:
    seals.make_key(str(tmp_path / "other.pem"))
    other = seals.read_signer(str(tmp_path / "other.pem"))
    row = json.loads(log.sql(
        "SELECT json_build_array(seq, encode(hash, 'hex')) FROM audit_head WHERE lane = 2 ORDER BY seq DESC LIMIT 1"
    )[0])  # fmt: skip
    head = other.sign(2, row[0], bytes.fromhex(row[1]), clock.now())
    log.sql(
        f"UPDATE audit_head SET at = '{head.at.isoformat()}', key = '{head.key}',"
        f" signature = '\\x{head.signature.hex()}' WHERE lane = 2 AND seq = {head.seq}"
    )
    assert f"lane 2 head {head.seq}: its signature does not hold" in log.problems()


def test_removed_head(log: Log) -> None:
    log.sql("DELETE FROM audit_head WHERE lane = 1")
    assert "differs from its anchor or is gone" in log.problems()


def test_swapped_lanes(log: Log) -> None:
    log.sql(
        "UPDATE audit SET lane = 3 - lane",
        "UPDATE audit_lane SET lane = lane + 10",
        "UPDATE audit_lane SET lane = 13 - lane",
        "UPDATE audit_head SET lane = lane + 10",
        "UPDATE audit_head SET lane = 13 - lane",
    )
    problems = log.problems()
    assert "lane 1 row 1: does not follow from the row before it" in problems
    assert "its signature does not hold" in problems


def test_inserted_row(log: Log) -> None:
    log.sql(
        "INSERT INTO audit SELECT at + interval '1 second', lane, seq, 'made-up', patients, request, result, hash"
        " FROM audit WHERE lane = 1 AND seq = 3"
    )
    assert "lane 1 row 3: inserted" in log.problems()


def _month(log: Log, *, closed: bool) -> str:
    """Rows of last month, then of this one; whether a head closes last month. The name of its partition."""
    log.sql(create_month(months_from(BEFORE, 1)[0]))

    async def fill() -> None:
        database = Database(log.settings.database_url, connections=1)
        await database.start()
        await _write(database, 3, BEFORE)
        if closed:
            await _seal(database, log.settings)
        await _write(database, 3)
        await _seal(database, log.settings)
        await database.stop()

    asyncio.run(fill())
    return f"audit_{BEFORE:%Y_%m}"


@pytest.fixture
def months(cluster: Cluster, tmp_path: Path) -> Iterator[Log]:
    name = next(_names)
    cluster.create_database(name, TEMPLATE)
    log = Log(cluster, name, _settings(cluster, name, tmp_path))
    seals.make_key(log.settings.audit_key_file)
    yield log
    cluster.drop_database(name)


@pytest.mark.parametrize("closed", [False, True])
def test_month_dropped_without_its_closing_heads(months: Log, closed: bool) -> None:
    """A head at its last row is not enough: it says what was there, not that it was to go."""
    partition = _month(months, closed=closed)
    assert months.verify().holds
    months.sql(f"DROP TABLE {partition}")
    assert "lane 1: rows 1 to 3 are gone and no signed closing says why" in months.problems()


def test_beginning_of_a_lane_removed_up_to_a_signed_head(log: Log) -> None:
    """It looks like months that were dropped, but the month is still there."""
    last = int(log.sql("SELECT max(seq) FROM audit_head WHERE lane = 1")[0])
    log.sql(f"DELETE FROM audit WHERE lane = 1 AND seq <= {last}")
    assert f"lane 1: rows 1 to {last} are gone and no signed closing says why" in log.problems()


def test_beginning_of_every_lane_removed_up_to_a_signed_head(log: Log) -> None:
    log.sql(
        "DELETE FROM audit a USING (SELECT lane, max(seq) AS seq FROM audit_head GROUP BY lane) h"
        " WHERE a.lane = h.lane AND a.seq <= h.seq"
    )
    assert log.problems().count("no signed closing says why") == 2


def test_lane_emptied_back_to_a_signed_head(log: Log) -> None:
    log.sql(
        "DELETE FROM audit WHERE lane = 2",
        "UPDATE audit_lane l SET seq = h.seq, hash = h.hash FROM audit_head h WHERE l.lane = 2 AND h.lane = 2"
        " AND h.seq = (SELECT max(seq) FROM audit_head WHERE lane = 2)",
    )
    assert "lane 2: its counter says" in log.problems()
    assert "were sealed and are gone" in log.problems()


def test_whole_log_removed(log: Log) -> None:
    """With counters that fit the last heads."""
    log.sql(
        "DELETE FROM audit",
        "UPDATE audit_lane l SET seq = h.seq, hash = h.hash FROM audit_head h WHERE l.lane = h.lane"
        " AND h.seq = (SELECT max(seq) FROM audit_head WHERE lane = l.lane)",
    )
    assert log.problems().count("were sealed and are gone") == 2


def _anchors(log: Log) -> list[str]:
    return Path(log.settings.audit_anchor_file).read_text().splitlines(keepends=True)


def test_altered_anchor(log: Log) -> None:
    lines = _anchors(log)
    changed = json.loads(lines[0])
    changed["hash"] = "00" * 32
    Path(log.settings.audit_anchor_file).write_text(json.dumps(changed) + "\n" + "".join(lines[1:]))
    problems = log.problems()
    assert "its signature does not hold" in problems
    assert "differs from its anchor or is gone" in problems


def test_anchor_that_cannot_be_read(log: Log) -> None:
    with Path(log.settings.audit_anchor_file).open("a") as file:
        file.write("nothing\n")
    assert "anchor file: 1 lines cannot be read" in log.problems()


def test_removed_anchor(log: Log) -> None:
    """Also where the file was cut at its end; a head of the last minutes may not have reached it yet."""
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    signer = seals.read_signer(log.settings.audit_key_file)
    row = json.loads(log.sql(
        "SELECT json_build_array(seq, encode(hash, 'hex')) FROM audit WHERE lane = 1 AND seq = 1"
    )[0])  # fmt: skip
    head = signer.sign(1, row[0], bytes.fromhex(row[1]), long_ago)
    log.sql(
        "DELETE FROM audit_head WHERE lane = 1 AND seq = 1",  # a quick worker has signed it already
        f"INSERT INTO audit_head VALUES (1, 1, '\\x{row[1]}', '{long_ago.isoformat()}', '{head.key}',"
        f" '\\x{head.signature.hex()}')",
    )
    assert "lane 1: 1 heads from 1 on are not in the anchor file" in log.problems()


def test_head_that_is_not_anchored_yet(log: Log) -> None:
    Path(log.settings.audit_anchor_file).write_text("".join(_anchors(log)[:-1]))
    assert log.verify().holds


def test_without_the_key_nothing_is_vouched_for(log: Log) -> None:
    blind = replace(log.settings, audit_key_file=f"{log.settings.audit_key_file}.gone")
    report = verify(blind)
    assert "signatures cannot be checked: the signing key is not there" in report.problems
