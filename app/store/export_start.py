"""Beginning a bulk export: one statement decides whether it may begin, keeps what was asked for, enqueues and logs.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-kick-off-request
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.access.caller import Caller, Role
from app.fhir.search_params import number
from app.store.access_sql import allowed, rule
from app.store.export_tables import export
from app.store.log import finish, fresh_proof, logged
from app.store.resources import NO_ROW, NOTHING, facets, shown
from app.store.session import Session
from app.store.standing_sql import AT, own_patient
from app.store.statement import Statement, build
from app.store.tables import INSTANT, index_reference, resource

TASK = "export"
AT_LEISURE = -10  # what somebody waits for goes first
THROTTLED, STORED = "throttled", "stored"
_ONE: ColumnElement[Any] = literal_column("1")
_ID, _GROUP = bindparam("export", type_=Text), bindparam("group", type_=Text)


@dataclass(frozen=True, slots=True)
class Start:
    """An export that is to begin; ``most`` run at a time for one client of one organisation."""

    id: str
    moment: datetime
    expires: datetime
    caller: dict[str, Any]
    request: dict[str, Any]
    most: int
    group: str | None = None
    patients: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Started:
    """Whether it began; else why not: the Group cannot be seen, these women cannot, or too many run."""

    begun: bool
    group: bool = True
    missing: tuple[str, ...] = ()


def organization_of(caller: Caller) -> str:
    """For whom exports are counted and kept: the organisation, or the person where there is none."""
    return caller.organizations[0] if caller.organizations else caller.subject


def _group(role: Role) -> CTE:
    columns = (resource.c[name] for name in ("rid", "type", "id", "version", "patient", "labels"))
    return (
        select(*columns, rule(role, "read", facets(), "Group").label("rule"))
        .where(resource.c.type == literal_column("'Group'"), resource.c.id == _GROUP, ~resource.c.deleted)
        .cte("asked_group")
    )


def _missing(role: Role, group: CTE | None) -> CTE:
    """Women who are asked for and whom the caller does not see, or who are not in the Group."""
    asked: Any = func.unnest(bindparam("patients", type_=ARRAY(Text))).table_valued(column("id", Text))
    asked = asked.render_derived(name="asked_women")
    seen = select(_ONE).where(
        resource.c.type == literal_column("'Patient'"),
        resource.c.id == asked.c.id,
        resource.c.patient == resource.c.id,  # a child's record is exported with the mother's
        ~resource.c.deleted,
        allowed(rule(role, "read", facets(), "Patient")),
    )
    known: ColumnElement[bool] = seen.exists()
    if group is not None:
        member = select(_ONE).where(
            index_reference.c.rid.in_(select(group.c.rid)),
            index_reference.c.param == literal_column(str(number("Group", "member"))),
            index_reference.c.target_type == literal_column("'Patient'"),
            index_reference.c.target_id == asked.c.id,
        )
        known = and_(known, member.exists())
    return select(asked.c.id).where(~known).cte("missing")


def _new(role: Role) -> dict[str, ColumnElement[Any]]:
    """The values of the row, but for its slot."""
    names = ("subject", "organization", "role", "client", "caller", "request")
    words = {"state": "running", "stage": "waiting", "unit": "", "after_type": "", "after_id": ""}
    return {
        "id": _ID,
        **{name: bindparam(f"export_{name}", type_=Text) for name in names},
        "patient": own_patient() if role is Role.CITIZEN else null().cast(Text),
        **{name: literal_column(f"'{word}'") for name, word in words.items()},
        "moment": bindparam("moment", type_=INSTANT),
        "resources": literal_column("0"),
        "attempts": literal_column("0"),
        "touched": AT,
        "expires": bindparam("expires", type_=INSTANT),
    }


def _begun(role: Role, ok: ColumnElement[bool]) -> CTE:
    """The row, in the first slot that is free; a race for it has one winner."""
    slots: Any = func.generate_series(_ONE, bindparam("most", type_=Integer)).table_valued(
        column("n", Integer)
    )
    slots = slots.render_derived(name="slots")
    new = _new(role)
    taken = select(_ONE).where(
        export.c.client == new["client"],
        export.c.organization == new["organization"],
        export.c.state == new["state"],
        export.c.slot == slots.c.n,
    )
    row = select(*new.values(), slots.c.n).where(ok, ~taken.exists()).order_by(slots.c.n).limit(_ONE)
    return (
        insert(export)
        .from_select([*new, "slot"], row)
        .on_conflict_do_nothing()
        .returning(export.c.id)
        .cte("begun")
    )


@cache
def _group_body(role: Role) -> Statement:
    group = resource.c
    may = allowed(rule(role, "read", facets(), "Group"))
    there = (group.type == literal_column("'Group'"), group.id == _GROUP, ~group.deleted, may)
    return build(select(group.body, group.updated).where(*there))


async def group(session: Session, id_: str) -> tuple[bytes, datetime] | None:
    """The Group as the caller may see it now, which the log has named when the export began."""
    rows = await session.fetch(_group_body(session.caller.role), group=id_)
    return (rows[0]["body"], rows[0]["updated"]) if rows else None


@cache
def _statement(role: Role, of_group: bool) -> Statement:
    consumed, fresh = fresh_proof()
    group = _group(role) if of_group else None
    missing = _missing(role, group)
    complete = ~select(_ONE).select_from(missing).exists()
    seen: ColumnElement[bool] = true()
    if group is not None:
        seen = select(_ONE).select_from(group).where(allowed(group.c.rule)).exists()
    begun = _begun(role, and_(fresh, seen, complete))
    there = select(_ONE).select_from(begun).exists()
    deferred: ColumnElement[Any] = literal_column(
        f"procrastinate_defer_jobs_v1(ARRAY[ROW('default', '{TASK}', {AT_LEISURE}, 'export ' || begun.id, begun.id,"
        " jsonb_build_object('export', begun.id), NULL)::procrastinate_job_to_defer_v1])"
    )
    jobs = select(deferred).select_from(begun).scalar_subquery()
    not_seen: Any = literal(NOTHING, Text)
    if group is not None:
        said = select(func.coalesce(group.c.rule, literal(NO_ROW, Text))).scalar_subquery()
        not_seen = case((~seen, func.coalesce(said, literal(NOTHING, Text))), else_=literal(NOTHING, Text))
    refused = case((or_(~seen, ~complete), not_seen), else_=literal(THROTTLED, Text))
    log = logged(
        verdict=case((there, literal(STORED, Text)), else_=refused),
        shown=literal_column("'[]'::jsonb", JSONB)
        if group is None
        else select(func.jsonb_agg(shown(group.c), type_=JSONB)).where(there).scalar_subquery(),
        patients=literal_column("'{}'::text[]", ARRAY(Text)),
        fresh=fresh,
    )
    answer: Select[Any] = select(
        there.label("begun"), seen.label("seen"),
        func.array(select(missing.c.id).scalar_subquery(), type_=ARRAY(Text)).label("missing"), jobs.label("jobs"),
    )  # fmt: skip
    return build(finish(answer, log, fresh).add_cte(consumed))


async def start(session: Session, asked: Start) -> Started:
    """Begin ``asked``, or say why it cannot begin; logged. Raises Replayed."""
    caller = session.caller
    rows = await session.fetch_logged(
        _statement(caller.role, asked.group is not None),
        export=asked.id, group=asked.group, patients=list(asked.patients), most=asked.most, moment=asked.moment,
        expires=asked.expires, export_subject=caller.subject, export_organization=organization_of(caller),
        export_role=caller.role.value, export_client=caller.client, export_caller=json.dumps(asked.caller),
        export_request=json.dumps(asked.request),
    )  # fmt: skip
    row = rows[0]
    return Started(row["begun"], row["seen"], tuple(row["missing"]))
