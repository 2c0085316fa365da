"""``helsekort audit verify``: whether the log is as it was written.

Design §5. The chain of every lane is computed again, every signed head must lie on it, and every anchor outside the
database must be such a head. Rows may be gone only with a month that was dropped, and a signed closing says which. What
it cannot tell: rows that the database's owner makes up or drops at the end of a lane after its last head, which are
counted as not sealed; and whether a whole month was due to be dropped, which is told as a note.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select, text

from app.settings import Settings
from app.store import anchors
from app.store.closing_table import audit_closing
from app.store.closings import Closed, Closing
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
            keys = _keys(settings, report)
            book = Book(_heads(connection), keys, report.problems)
            book.check_keys()
            closed = Closed(_closings(connection), keys.public if keys else {}, report.problems)
            _check_lanes(connection, book, closed, report)
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


def _closings(connection: Connection) -> list[Closing]:
    rows = connection.execute(select(audit_closing).order_by(audit_closing.c.lane, audit_closing.c.first))
    return [
        Closing(**{**row, "hash": bytes(row["hash"]), "signature": bytes(row["signature"])})
        for row in rows.mappings()
    ]


def _check_lanes(connection: Connection, book: Book, closed: Closed, report: Report) -> None:
    lanes = {row.lane: Link(row.seq, bytes(row.hash)) for row in connection.execute(select(audit_lane))}
    ends: dict[int, Link | None] = dict.fromkeys({*lanes, *book.lanes()})
    rows = connection.execution_options(yield_per=_BATCH).execute(
        select(audit).order_by(audit.c.lane, audit.c.seq, audit.c.at)
    )
    for lane, members in groupby(rows.mappings(), key=lambda row: int(row["lane"])):
        ends[lane] = _walk(lane, members, book, closed, report)
    for lane in sorted(ends):
        end = ends[lane] or Link(0, genesis(lane))
        counter = lanes.get(lane)
        if counter is not None and counter.seq > end.seq:
            end = _gone(lane, end, counter.seq, closed, report) or end
        _check_end(lane, end, counter, book, report)
    report.lanes = len(ends)


def _walk(lane: int, rows: Iterable[Any], book: Book, closed: Closed, report: Report) -> Link:
    """Every row of one lane; the last one."""
    link = Link(0, genesis(lane))
    for row in rows:
        if row["seq"] > link.seq + 1:
            link = _gone(lane, link, row["seq"] - 1, closed, report) or _removed(
                lane, link, row["seq"], report
            )
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
    return link


def _gone(lane: int, link: Link, last: int, closed: Closed, report: Report) -> Link | None:
    """What the chain goes on from, where all rows after ``link`` to ``last`` went with months that were dropped."""
    digest_of_last = closed.hash_of(lane, link.seq + 1, last)
    if digest_of_last is None:
        return None
    report.notes.append(f"Lane {lane}: rows {link.seq + 1} to {last} went with months that were dropped.")
    return Link(last, digest_of_last)


def _removed(lane: int, link: Link, seq: int, report: Report) -> Link:
    """Rows that are gone without a closing; from a lane's beginning, what is left has nothing to follow from."""
    if link.seq:
        return link
    report.problems.append(f"lane {lane}: rows 1 to {seq - 1} are gone and no signed closing says why")
    return Link(seq - 1, b"")


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


def _check_end(lane: int, last: Link, counter: Link | None, book: Book, report: Report) -> None:
    """The lane's counter and its heads agree with its last row."""
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
