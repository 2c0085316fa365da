"""``helsekort audit verify``: whether the log is as it was written.

Design §5. The chain of every lane is computed again, every signed head must lie on it, and every anchor outside the
database must be such a head. Rows may be gone from a lane's beginning only by whole months: what its heads show to
have been written later than the log's oldest month must be there. What it cannot tell: rows that the database's owner
makes up or drops at the end of a lane after its last head, which are counted as not sealed; and whether a whole month
was due to be dropped, which is told as a note.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select, text

from app import clock
from app.settings import Settings
from app.store import anchors
from app.store.migrate import engine
from app.store.seals import Head, NoKey, read_former, read_signer
from app.store.tables import audit, audit_head, audit_lane
from app.store.verify_heads import Book, Keys

_MOST_TOLD = 100
_BATCH = 1000


@dataclass(slots=True)
class Report:
    """What was found: problems, and notes that are none."""

    rows: int = 0
    lanes: int = 0
    heads: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was changed."""
        return not self.problems

    def text(self) -> str:
        """The report, one finding a line."""
        verdict = "The log holds" if self.holds else f"The log does NOT hold: {len(self.problems)} problems"
        told = self.problems[:_MOST_TOLD]
        if len(self.problems) > len(told):
            told.append(f"… and {len(self.problems) - len(told)} more")
        counted = f"{self.rows} rows in {self.lanes} lanes, {self.heads} signed heads"
        return "\n".join(
            [f"{verdict}: {counted}." if self.holds else f"{verdict}; {counted}.", *told, *self.notes]
        )


@dataclass(frozen=True, slots=True)
class Link:
    """Where a lane stands: the place and hash of a row."""

    seq: int
    hash: bytes


def genesis(lane: int) -> bytes:
    """The hash before a lane's first row."""
    return hashlib.sha256(f"lane {lane}".encode()).digest()


def digest(previous: bytes, lane: int, seq: int, request: str, result: str) -> bytes:
    """The hash of a row, as ``log.digest`` computes it in the database."""
    return hashlib.sha256(previous + f"{lane}/{seq}\n{request}\n{result}".encode()).digest()


def verify(settings: Settings) -> Report:
    """Verify the whole log in one snapshot."""
    report = Report()
    anchored, unreadable = anchors.read(
        settings.audit_anchor_file
    )  # first: no anchor is younger than its head
    if unreadable:
        report.problems.append(f"anchor file: {unreadable} lines cannot be read")
    if not settings.audit_anchor_file:
        report.notes.append("No anchor file is set: the owner of the database could change the heads.")
    owner = engine(settings.owner_database_url or settings.database_url)
    try:
        with owner.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            connection.execute(text("SET TIME ZONE 'UTC'"))
            book = Book(
                _heads(connection), _keys(settings, report), report.problems, _oldest_month(connection)
            )
            book.check_keys()
            _check_lanes(connection, book, report)
            if settings.audit_anchor_file:
                book.check_anchors(anchored)
            report.heads = book.count
    finally:
        owner.dispose()
    return report


def _keys(settings: Settings, report: Report) -> Keys | None:
    try:
        signer = read_signer(settings.audit_key_file)
        former = read_former(settings.audit_former_keys_file)
        return Keys(signer.name, {**former, signer.name: signer.public})
    except (OSError, NoKey):
        report.notes.append("There is no key to check signatures with.")
        return None


def _heads(connection: Connection) -> list[Head]:
    rows = connection.execute(select(audit_head).order_by(audit_head.c.lane, audit_head.c.seq))
    return [Head(**row) for row in rows.mappings()]


def _oldest_month(connection: Connection) -> datetime:
    """Where the oldest month begins that the log still has; this month where there is no row: it is never dropped."""
    now = clock.now()
    oldest = connection.execute(select(func.min(audit.c.at))).scalar()
    first = min(oldest or now, now).astimezone(UTC)
    return first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _check_lanes(connection: Connection, book: Book, report: Report) -> None:
    lanes = {row.lane: Link(row.seq, bytes(row.hash)) for row in connection.execute(select(audit_lane))}
    ends: dict[int, Link | None] = dict.fromkeys({*lanes, *book.lanes()})
    rows = connection.execution_options(yield_per=_BATCH).execute(
        select(audit).order_by(audit.c.lane, audit.c.seq, audit.c.at)
    )
    for lane, members in groupby(rows.mappings(), key=lambda row: int(row["lane"])):
        ends[lane] = _walk(lane, members, book, report)
    for lane in sorted(ends):
        _check_end(lane, ends[lane], lanes.get(lane), book, report)
    report.lanes = len(ends)


def _walk(lane: int, rows: Iterable[Any], book: Book, report: Report) -> Link:
    """Every row of one lane; the last one."""
    link: Link | None = None
    for row in rows:
        link = link or _beginning(lane, row["seq"], book, report)
        name = f"lane {lane} row {row['seq']}"
        if row["seq"] != link.seq + 1:
            missing = row["seq"] > link.seq + 1
            report.problems.append(f"{name}: rows before it are missing" if missing else f"{name}: inserted")
        stored = bytes(row["hash"])
        if digest(link.hash, lane, row["seq"], row["request"], row["result"]) != stored:
            report.problems.append(f"{name}: does not follow from the row before it")
        report.problems.extend(f"{name}: {problem}" for problem in _contradictions(row))
        book.meet(lane, row["seq"], stored)
        link = Link(row["seq"], stored)
        report.rows += 1
    return link or Link(0, genesis(lane))


def _beginning(lane: int, first: int, book: Book, report: Report) -> Link:
    """What the first row follows: the lane's genesis, or the closing head of months that were dropped."""
    if first == 1:
        return Link(0, genesis(lane))
    closing = book.at(lane, first - 1)
    if closing is None:
        report.problems.append(f"lane {lane}: rows 1 to {first - 1} are gone and no signed head closes them")
        return Link(first - 1, b"")
    book.check_dropped(lane, first - 1)
    report.notes.append(f"Lane {lane} begins after its head {first - 1}: earlier months were dropped.")
    return Link(first - 1, closing.hash)


def _contradictions(row: Any) -> Iterator[str]:
    """The columns repeat what the hashed texts say; a column that differs was changed."""
    try:
        request, result = json.loads(row["request"]), json.loads(row["result"])
        if datetime.fromisoformat(request["at"]) != row["at"]:
            yield "its time is not the logged one"
        if request["id"] != row["id"]:
            yield "its id is not the logged one"
        if result["patients"] != list(row["patients"]):
            yield "its women are not the logged ones"
    except (ValueError, KeyError, TypeError):
        yield "it cannot be read"


def _check_end(lane: int, end: Link | None, counter: Link | None, book: Book, report: Report) -> None:
    """The lane's counter and its heads agree with its last row."""
    last = end or _dropped(lane, counter, book, report)
    if counter is None:
        report.problems.append(f"lane {lane}: its counter is gone")
    elif (counter.seq, counter.hash) != (last.seq, last.hash):
        report.problems.append(f"lane {lane}: its counter says {counter.seq}, its last row is {last.seq}")
    beyond = book.beyond(lane, last.seq)
    if beyond:
        report.problems.append(f"lane {lane}: rows {last.seq + 1} to {beyond} were sealed and are gone")
    unsealed = last.seq - book.last(lane)
    if unsealed > 0:
        report.notes.append(f"Lane {lane}: {unsealed} rows after its last head are not sealed yet.")


def _dropped(lane: int, counter: Link | None, book: Book, report: Report) -> Link:
    """The end of a lane without rows: where a head closes dropped months, or its genesis."""
    closing = book.at(lane, counter.seq) if counter else None
    if closing is None:
        return Link(0, genesis(lane))
    book.check_dropped(lane, closing.seq)
    report.notes.append(f"Lane {lane} ends at its head {closing.seq}: all its months were dropped.")
    return Link(closing.seq, closing.hash)
