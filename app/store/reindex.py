"""``helsekort reindex``: index rows computed again from the bodies, compared, repaired and proved.

https://hl7.org/fhir/R4/search.html. A repair is proved by a second comparison: what still differs is told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Table, any_, bindparam, delete, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.fhir import json as fhir_json
from app.fhir.card_index import index_with_card
from app.store import tables
from app.store.migrate import engine

BATCH = 500
INDEXES: Mapping[str, Table] = {
    "tokens": tables.index_token,
    "references": tables.index_reference,
    "dates": tables.index_date,
    "strings": tables.index_string,
    "numbers": tables.index_number,
    "quantities": tables.index_quantity,
    "uris": tables.index_uri,
    "composites": tables.index_composite,
}
_RIDS = bindparam("rids", type_=ARRAY(BigInteger))
Rows = dict[str, Counter[tuple[Any, ...]]]  # by kind of index: the rows of one resource


@dataclass(slots=True)
class Report:
    """How many resources there are, how many differed, and how many still do."""

    total: int = 0
    differing: int = 0
    remaining: int = 0
    repaired: bool = False

    def text(self) -> str:
        """One line."""
        found = f"{self.total} resources compared with their index rows: {self.differing} differed"
        if not self.repaired:
            return f"{found}."
        return f"{found}, {self.differing - self.remaining} repaired, {self.remaining} differ still."


def reindex(owner_url: str, home: str, *, repair: bool = True) -> Report:
    """Compare every resource with its index rows; with ``repair`` put right what differs, and compare again.

    ``home`` is the base of this server's own FHIR addresses.
    """
    owner = engine(owner_url)
    try:
        report = _pass(owner, home, repair=repair)
        if repair:
            report.repaired = True
            report.remaining = _pass(owner, home, repair=False).differing if report.differing else 0
    finally:
        owner.dispose()
    return report


def _pass(owner: Engine, home: str, *, repair: bool) -> Report:
    report = Report()
    last = -1
    while True:
        with owner.begin() as connection:
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
            resources = _batch(connection, last, locked=repair)
            if not resources:
                break
            expected = {row.rid: _expected(row, home) for row in resources}
            stored = _stored(connection, list(expected))
            differing = [rid for rid, rows in expected.items() if rows != stored[rid]]
            if repair and differing:
                _repair(connection, {rid: expected[rid] for rid in differing})
            report.total += len(resources)
            report.differing += len(differing)
            last = resources[-1].rid
    report.differing += _orphans(owner, repair=repair)
    return report


def _batch(connection: Connection, after: int, *, locked: bool) -> Sequence[Any]:
    """The next resources; locked, so that no writer changes them between comparison and repair."""
    columns = (tables.resource.c[name] for name in ("rid", "type", "deleted", "episode", "body"))
    rows = select(*columns).where(tables.resource.c.rid > after).order_by(tables.resource.c.rid).limit(BATCH)
    return connection.execute(rows.with_for_update(read=True) if locked else rows).all()


def _expected(row: Any, home: str) -> Rows:
    """The rows that the body gives, and the card that the server derived; none of what is deleted."""
    if row.deleted:
        return {}
    rows = index_with_card(fhir_json.parse(row.body), row.episode, home)
    counted = {kind: Counter(map(tuple, getattr(rows, kind))) for kind in INDEXES}
    return {kind: counter for kind, counter in counted.items() if counter}


def _stored(connection: Connection, rids: list[int]) -> Mapping[int, Rows]:
    found: dict[int, Rows] = defaultdict(dict)
    for kind, table in INDEXES.items():
        for row in connection.execute(select(table).where(table.c.rid == any_(_RIDS)), {"rids": rids}):
            rid, *cells = row
            found[rid].setdefault(kind, Counter())[tuple(cells)] += 1
    return found


def _repair(connection: Connection, expected: Mapping[int, Rows]) -> None:
    for kind, table in INDEXES.items():
        connection.execute(delete(table).where(table.c.rid == any_(_RIDS)), {"rids": list(expected)})
        names = [column.name for column in table.columns]
        fresh = [
            dict(zip(names, (rid, *cells), strict=True))
            for rid, rows in expected.items()
            for cells in rows.get(kind, Counter()).elements()
        ]
        if fresh:
            connection.execute(insert(table), fresh)


def _orphans(owner: Engine, *, repair: bool) -> int:
    """Index rows of resources that are not there at all; how many resources they would have been."""
    rids: set[int] = set()
    with owner.begin() as connection:
        for table in INDEXES.values():
            known = select(tables.resource.c.rid).where(tables.resource.c.rid == table.c.rid).exists()
            rids.update(_first(connection.execute(select(table.c.rid).where(~known).distinct())))
        if repair and rids:
            for table in INDEXES.values():
                connection.execute(delete(table).where(table.c.rid == any_(_RIDS)), {"rids": sorted(rids)})
    return len(rids)


def _first(rows: Any) -> Iterator[int]:
    return (row[0] for row in rows)
