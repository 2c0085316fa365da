"""Writing resources: one set-wise statement decides, stores, indexes, projects, enqueues and logs.

https://hl7.org/fhir/R4/http.html#create. Either every write of the set is stored or none is; a refused set leaves its
audit row and nothing else. Access is evaluated again here, on the rows that the statement has locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.access.caller import CLINICIANS
from app.access.decide import Decision
from app.fhir.indexing import IndexRows
from app.fhir.outcome import Issue
from app.store.session import Session
from app.store.write_columns import COLUMNS, Shape, encode
from app.store.write_sql import put_statement

SEPARATOR = "\x1f"


@dataclass(slots=True)
class Write:
    """One resource to be stored. ``version`` is the version that this write makes; it holds only on the one before."""

    method: str  # create | update | delete
    type: str
    id: str
    version: int
    body: bytes
    patient: str | None = None
    episode: str | None = None
    status: str | None = None
    labels: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()
    governed: bool = True
    flaw: str | None = (
        None  # "masked" (hides what the caller would erase) or "invalid"; told only to who may write
    )
    rows: IndexRows = field(default_factory=IndexRows)
    persons: list[tuple[str, str, str]] = field(default_factory=list)  # system, number, patient
    relations: list[tuple[Any, ...]] = field(default_factory=list)
    choices: list[tuple[Any, ...]] = field(default_factory=list)
    withdrawals: list[tuple[Any, ...]] = field(default_factory=list)  # id, patient, subject, when it is due
    subscription: tuple[Any, ...] | None = None  # topic, whose rights, sealed headers, heartbeat, end
    unsettled: bool = False  # what is closed or opened with it must be, in its transaction
    warned: tuple[Issue, ...] = ()  # what its writer is told that is stored all the same


@dataclass(frozen=True, slots=True)
class Delivery:
    """What another system shall be told; ``token`` is the sealed session token where one is needed."""

    id: str
    kind: str
    patient: str
    type: str | None = None
    resource: str | None = None
    version: int | None = None
    token: bytes | None = None
    token_expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A woman whose card this write changes, by which row of the log; ``notify``: she is told that something is new."""

    patient: str
    episode: str | None
    entry: str
    notify: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one write: None, or the problem (refused, missing, moved, masked, invalid, late, gone, stale, referenced)."""

    problem: str | None
    decision: Decision


@dataclass(slots=True)
class WriteSet:
    """Writes that are stored together, with what follows from them."""

    writes: Sequence[Write]
    deliveries: Sequence[Delivery] = ()
    changed: Sequence[Changed] = ()
    declared: Sequence[str] = ()  # women whom the attest of this request registers
    relations_end: datetime | None = (
        None  # when relations end that were declared for a card which ends by this
    )
    rearm: tuple[bytes, datetime] | None = (
        None  # a fresh session token for deliveries that wait for a clinician
    )
    act: str = ""  # what the access rows are asked for in place of create and update


def _tables(change: WriteSet) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every index table and projection, each led by the ordinal of its write."""
    tables: dict[str, list[tuple[Any, ...]]] = {name: [] for name in COLUMNS if name != "write"}
    names = {
        "index_token": "tokens",
        "index_reference": "references",
        "index_date": "dates",
        "index_string": "strings",
        "index_number": "numbers",
        "index_quantity": "quantities",
        "index_uri": "uris",
        "index_composite": "composites",
    }
    for n, write in enumerate(change.writes, 1):
        for table, attribute in names.items():
            tables[table].extend((n, *row) for row in getattr(write.rows, attribute))
        tables["person"].extend((n, *row) for row in write.persons)
        tables["relation"].extend((n, *row) for row in write.relations)
        tables["choice"].extend((n, *row) for row in write.choices)
        tables["subscription"].extend((n, *row) for row in (write.subscription,) if row is not None)
    tables["delivery"] = [
        (row.id, row.kind, row.patient, row.type, row.resource, row.version, row.token, row.token_expires)
        for row in change.deliveries
    ]
    tables["withdrawal"] = [row for write in change.writes for row in write.withdrawals]
    tables["changed"] = [(row.patient, row.episode, row.entry, row.notify) for row in change.changed]
    return tables


def _write_row(write: Write) -> tuple[Any, ...]:
    return (
        write.method,
        write.type,
        write.id,
        write.version,
        write.body,
        write.patient,
        write.episode,
        write.status,
        SEPARATOR.join(sorted(write.labels)),
        SEPARATOR.join(write.categories),
        write.governed,
        write.flaw,
    )


def given(change: WriteSet) -> dict[str, Any]:
    """The values that decide: the writes, and whom the request itself declares."""
    cells = zip(*(_write_row(write) for write in change.writes), strict=True)
    values: dict[str, Any] = {"declared": list(change.declared)}
    return values | {
        f"write_{column}": list(column_cells)
        for (column, _), column_cells in zip(COLUMNS["write"], cells, strict=True)
    }


async def put(session: Session, change: WriteSet) -> list[Outcome]:
    """Store ``change`` or nothing of it; one outcome a write.

    Raises Replayed, and asyncpg's errors for a broken unique rule, a deadlock or a lost connection.
    """
    tables = {name: rows for name, rows in _tables(change).items() if rows}
    types = {write.type for write in change.writes}
    shape = Shape(
        role=session.caller.role,
        methods=frozenset(write.method for write in change.writes),
        tables=frozenset(tables),
        type=types.pop() if len(types) == 1 else None,
        rearm=change.rearm is not None and session.caller.role in CLINICIANS,
        ends=change.relations_end is not None and "update" in {write.method for write in change.writes},
        act=change.act,
    )
    values = given(change)
    values |= {f"{name}_rows": encode(name, rows) for name, rows in tables.items()}
    if change.rearm is not None:
        values["rearm_token"], values["rearm_expires"] = change.rearm
    if shape.ends:
        values["relations_end"] = change.relations_end
    rows_back = await session.fetch_logged(put_statement(shape), **values)
    return [Outcome(row["problem"], Decision(row["problem"] != "refused", row["rule"])) for row in rows_back]
