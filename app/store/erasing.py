"""Erasing a woman, by the erase role: all of it in one transaction, or nothing (design §3).

So a worker that is killed leaves either everything or nothing, and the next one begins again. The table of what goes is
``erasure_table.py``; the log gets a row that names each resource that went, and the receipt is kept beside it.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Text,
    and_,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store import shared_with
from app.store.database import Connection
from app.store.erasure_table import GONE, HER
from app.store.log import Entry, logged
from app.store.resources import KEPT_FROM_HER
from app.store.standing_sql import ALL_CARERS, AT, chosen
from app.store.statement import Statement, build
from app.store.tables import emergency, index_reference, person, resource, resource_version
from app.store.withdrawal_tables import ASKED, ERASED, OVERTAKEN, withdrawal

RULE = "erasure"
_ID = bindparam("id", type_=Text)


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of her: rid, type, id, version, versions, whether it is kept from her."""

    rows: list[Any]

    @property
    def keys(self) -> dict[str, Any]:
        """As the conditions of ``GONE`` take them."""
        return {"rids": [row["rid"] for row in self.rows], "ids": [row["id"] for row in self.rows]}

    def counted(self) -> list[dict[str, Any]]:
        """For each type the resources and versions; those that are kept from her apart, for she must not learn of them."""
        found = Counter[tuple[str, bool, str]]()
        for row in self.rows:
            found[row["type"], row["kept"], "resources"] += 1
            found[row["type"], row["kept"], "versions"] += row["versions"]
        return [
            {"type": type_, "kept": kept, **{name: found[type_, kept, name] for name in ("resources", "versions")}}
            for type_, kept in sorted({key[:2] for key in found})
        ]  # fmt: skip


@cache
def _locked() -> Statement:
    return build(
        select(withdrawal.c.patient)
        .where(withdrawal.c.id == _ID, withdrawal.c.state == literal_column(f"'{ASKED}'"))
        .with_for_update()
    )


@cache
def _takes_part() -> Statement:
    """Whether she has thought better of it: consents again, and denies nothing to everyone."""
    parts, blocked = chosen(HER, "part", ALL_CARERS), chosen(HER, "block", ALL_CARERS)
    return build(select(and_(parts, ~blocked).label("takes_part")))


@cache
def _found() -> Statement:
    count = (
        select(func.count()).where(resource_version.c.rid == resource.c.rid).correlate(resource).scalar_subquery()
    )  # fmt: skip
    kept = func.bool_or(resource_version.c.labels.op("&&")(KEPT_FROM_HER))
    ever = select(kept).where(resource_version.c.rid == resource.c.rid).correlate(resource).scalar_subquery()
    now = resource.c.labels.op("&&", is_comparison=True, return_type=Boolean())(KEPT_FROM_HER)
    return build(
        select(
            resource.c.rid, resource.c.type, resource.c.id, resource.c.version, count.label("versions"),
            or_(now, func.coalesce(ever, False)).label("kept"),
        )
        .where(resource.c.patient == HER)
        .order_by(resource.c.type, resource.c.id)
        .with_for_update(of=resource)
    )  # fmt: skip


@cache
def _going() -> tuple[tuple[str, Statement], ...]:
    """Each table with the statement that counts and takes away its rows."""
    found = []
    for table, condition in GONE:
        gone = delete(table).where(condition).returning(literal_column("1")).cte("gone")
        found.append((table.name, build(select(func.count().label("count")).select_from(gone))))
    return tuple(found)


@cache
def _blank() -> Statement:
    """What was said of her when access was granted, and when it was reviewed; a grant that lasts ends."""
    return build(
        update(emergency)
        .where(emergency.c.patient == HER)
        .values(reason="", comment=None, ends=func.least(emergency.c.ends, AT))
    )


@cache
def _named() -> Statement:
    """References to her that stand in what others keep: lists and subscriptions of theirs."""
    count = func.count(resource.c.rid.distinct()).label("count")
    joined = index_reference.join(resource, resource.c.rid == index_reference.c.rid)
    about_her = index_reference.c.target_type == literal_column("'Patient'")
    return build(select(count).select_from(joined).where(about_her, index_reference.c.target_id == HER))


@cache
def _log() -> Statement:
    shown: ColumnElement[Any] = bindparam("shown", type_=Text).cast(JSONB)
    women = func.array_append(literal_column("'{}'::text[]", ARRAY(Text)), HER)
    row = logged(verdict=literal("erased", Text), shown=shown, patients=women, fresh=true())
    return build(select(row.label("logged")))


@cache
def _end() -> Statement:
    """Her others of the same time are done with too."""
    return build(
        update(withdrawal)
        .where(withdrawal.c.patient == HER, withdrawal.c.state == literal_column(f"'{ASKED}'"))
        .values(
            state=bindparam("state", type_=Text),
            ended=AT,
            receipt=bindparam("receipt", type_=Text),
        )
    )


@cache
def _number() -> Statement:
    return build(select(person.c.number).where(person.c.patient == HER).limit(literal_column("1")))


async def number(held: Connection, patient: str) -> str | None:
    """Her identity number, as long as it is there."""
    rows = await held.fetch(_number(), {"patient": patient})
    return rows[0]["number"] if rows else None


async def locked(held: Connection, id_: str) -> str | None:
    """The woman of a withdrawal that waits, locked; None where there is none any more."""
    rows = await held.fetch(_locked(), {"id": id_})
    return rows[0]["patient"] if rows else None


async def takes_part(held: Connection, patient: str, at: datetime) -> bool:
    """Whether she takes part all the same."""
    return bool((await held.fetch(_takes_part(), {"patient": patient, "at": at}))[0]["takes_part"])


async def overtaken(held: Connection, patient: str, at: datetime) -> None:
    """Nothing is erased: she takes part again."""
    await held.fetch(_end(), {"patient": patient, "at": at, "state": OVERTAKEN, "receipt": None})


async def erase(held: Connection, patient: str, entry: Entry, sealed: bytes | None) -> None:
    """Take away all that is kept of her, leave the log's row, the receipt and the messages that take back.

    ``sealed`` is her number for those who know her by nothing else. The caller holds the transaction.
    """
    given: dict[str, Any] = {"patient": patient, "at": entry.at}
    found = Found(await held.fetch(_found(), given))
    given |= found.keys
    receipt: dict[str, Any] = {
        "erased": found.counted(),
        "recipients": await shared_with.recipients(held, patient),
    }
    await shared_with.take_back(held, patient, entry.at, sealed)
    receipt["rows"] = {name: (await held.fetch(statement, given))[0]["count"] for name, statement in _going()}
    await held.fetch(_blank(), given)
    receipt["named"] = (await held.fetch(_named(), given))[0]["count"]
    shown = [[row["type"], row["id"], row["version"], RULE, patient, row["kept"]] for row in found.rows]
    await held.fetch(_log(), {**entry.parameters(), **given, "shown": json.dumps(shown)})
    await held.fetch(_end(), {**given, "state": ERASED, "receipt": json.dumps(receipt)})
