"""The statement behind ``export_steps.take``, built once for a role, a stage and a set of filters.

It decides by the access rows as they are now, on the versions as they were at the export's moment.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    column,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from app.access.caller import CLINICIANS, Role
from app.store.access_sql import allowed, rule
from app.store.export_tables import export, export_chunk
from app.store.log import finish, logged
from app.store.resources import facets_of, shown
from app.store.standing_sql import ACTORS, AT, ORGANIZATIONS
from app.store.statement import Statement, build
from app.store.tables import INSTANT, choice, relation, resource, resource_version

WOMEN, OTHERS = "women", "others"  # stages: woman by woman, then what is about none, type by type
OUTPUT, DELETED = "output", "deleted"
Bool = ColumnElement[bool]
_ID = bindparam("export", type_=Text)
_UNIT = bindparam("unit", type_=Text)
_MOMENT, _SINCE = bindparam("moment", type_=INSTANT), bindparam("since", type_=INSTANT)
_NO_LABELS: Any = literal_column("'{}'::text[]", ARRAY(Text))
_ONE: ColumnElement[Any] = literal_column("1")


def _earlier() -> Any:
    """The version that was there at the moment, where a later one has come since."""
    then = resource_version.c
    return (
        select(
            then.version, then.labels, then.updated, (then.method == literal_column("'delete'")).label("deleted"),
            func.length(then.body).label("size"),
        )
        .where(then.rid == resource.c.rid, resource.c.updated > _MOMENT, then.updated <= _MOMENT)
        .order_by(then.version.desc())
        .limit(_ONE)
        .lateral("earlier")
    )  # fmt: skip


def _gained(role: Role) -> Bool:
    """Whether the caller may see more of this woman than at ``since``: then she comes whole."""
    whole: Bool = bindparam("whole", type_=Boolean)
    if role not in CLINICIANS:
        return whole
    source, consent = resource.alias("source"), resource.alias("consent")
    registered = relation.c.kind != literal_column("'declared'")  # else its source is the Patient
    related = select(_ONE).select_from(relation.join(source, source.c.rid == relation.c.rid)).where(
        relation.c.patient == _UNIT,
        relation.c.organization == any_(ORGANIZATIONS),
        or_(relation.c.begins > _SINCE, and_(registered, source.c.updated > _SINCE)),
    )  # fmt: skip
    chosen = select(_ONE).where(
        consent.c.patient == _UNIT,
        consent.c.type == literal_column("'Consent'"),
        consent.c.updated > _SINCE,
    )
    over = select(_ONE).where(
        choice.c.patient == _UNIT, choice.c.actor == any_(ACTORS), choice.c.ends > _SINCE, choice.c.ends <= AT
    )
    return or_(whole, related.exists(), chosen.exists(), over.exists())


def _page(role: Role, stage: str, filters: Bool) -> CTE:
    """The next rows of the unit that go into the files, each with its version at the moment and the row that speaks."""
    earlier = _earlier()
    later = resource.c.updated > _MOMENT
    now_or_then = {
        name: case((later, earlier.c[name]), else_=resource.c[name]) for name in ("version", "updated", "deleted")
    }  # fmt: skip
    size = func.coalesce(earlier.c.size, func.length(resource.c.body))
    about = _UNIT if stage == WOMEN else resource.c.patient
    labels = resource.c.labels.op("||")(func.coalesce(earlier.c.labels, _NO_LABELS))
    spoken = rule(role, "read", facets_of(about)._replace(labels=labels))
    place = tuple_(resource.c.type, resource.c.id) > tuple_(
        bindparam("after_type", type_=Text), bindparam("after_id", type_=Text)
    )
    unit = (
        [resource.c.patient == _UNIT]
        if stage == WOMEN
        else [resource.c.type == _UNIT, resource.c.patient.is_(None)]
    )
    changed = now_or_then["updated"] > _SINCE
    stays = and_(~now_or_then["deleted"], or_(_SINCE.is_(None), changed, _gained(role)), filters)
    return (
        select(
            resource.c.rid, resource.c.type, resource.c.id, resource.c.patient, labels.label("labels"),
            now_or_then["version"].label("version"), now_or_then["deleted"].label("deleted"), size.label("size"),
            spoken.label("rule"),
        )
        .select_from(resource.outerjoin(earlier, true()))
        .where(
            *unit,
            place,
            resource.c.type == any_(bindparam("types", type_=ARRAY(Text))),
            or_(~later, earlier.c.version.is_not(None)),
            or_(stays, and_(now_or_then["deleted"], changed)),
            allowed(spoken),
        )
        .order_by(resource.c.type, resource.c.id)
        .limit(bindparam("most_rows", type_=Integer))
        .cte("due")
    )  # fmt: skip


def _fitting(page: CTE) -> CTE:
    """As many of the page as have room in memory, at least one."""
    running = func.sum(page.c.size).over(order_by=[page.c.type, page.c.id])
    sized = select(page, (running - page.c.size).label("before")).subquery("sized")
    listed = [column_ for column_ in sized.c if column_.name != "before"]
    return select(*listed).where(sized.c.before < bindparam("most_bytes", type_=BigInteger)).cte("taken")


def _number(of: CTE) -> ColumnElement[Any]:
    return select(func.count()).select_from(of).scalar_subquery()


def _claimed(page: CTE, found: CTE) -> CTE:
    """The export moves on, if it runs and is at the place where this step began."""
    more = or_(_number(page) == bindparam("most_rows", type_=Integer), _number(found) < _number(page))
    last = select(found).order_by(found.c.type.desc(), found.c.id.desc()).limit(_ONE).subquery("last")
    was = {name: bindparam(f"was_{name}", type_=Text) for name in ("unit", "type", "id")}
    return (
        update(export)
        .where(
            export.c.id == _ID,
            export.c.state == literal_column("'running'"),
            export.c.stage == bindparam("stage", type_=Text),
            export.c.unit == was["unit"],
            export.c.after_type == was["type"],
            export.c.after_id == was["id"],
        )
        .values(
            unit=_UNIT,
            after_type=case((more, select(last.c.type).scalar_subquery()), else_=literal_column("''")),
            after_id=case((more, select(last.c.id).scalar_subquery()), else_=literal_column("''")),
            resources=export.c.resources + _number(found),
            attempts=literal_column("0"),
            touched=AT,
        )
        .returning(export.c.unit, export.c.after_type, export.c.after_id)
        .cte("claimed")
    )


def _chunks(found: CTE, claimed: CTE) -> CTE:
    """The chunks of this step: one for each file that grows."""
    names = (("kind", Text()), ("type", Text()), ("part", Integer()))
    binds = [bindparam(f"part_{name}", type_=ARRAY(kind)) for name, kind in names]
    columns = [column(name, kind) for name, kind in names]
    parts: Any = func.unnest(*binds).table_valued(*columns).render_derived(name="parts")
    kind = case((found.c.deleted, literal_column(f"'{DELETED}'")), else_=literal_column(f"'{OUTPUT}'"))
    type_ = case((found.c.deleted, literal_column("'Bundle'")), else_=found.c.type)
    rows = select(found, kind.label("kind"), type_.label("file")).subquery("rows")
    part = func.coalesce(parts.c.part, _ONE)
    ordered = [rows.c.type, rows.c.id]
    chunks: Select[Any] = (
        select(
            _ID, rows.c.kind, rows.c.file, part, func.min(rows.c.patient),
            func.array_agg(aggregate_order_by(rows.c.rid, *ordered)),
            func.array_agg(aggregate_order_by(rows.c.version, *ordered)),
            func.sum(rows.c.size),
        )
        .select_from(rows.outerjoin(parts, and_(parts.c.kind == rows.c.kind, parts.c.type == rows.c.file)))
        .where(select(_ONE).select_from(claimed).exists())
        .group_by(rows.c.kind, rows.c.file, part)
        .order_by(rows.c.kind, rows.c.file)
    )  # fmt: skip
    names_ = ["export", "kind", "type", "part", "patient", "rids", "versions", "size"]
    return (
        insert(export_chunk)
        .from_select(names_, chunks)
        .returning(
            export_chunk.c.kind,
            export_chunk.c.type,
            export_chunk.c.part,
            func.cardinality(export_chunk.c.rids).label("count"),
        )
        .cte("made")
    )


def step(role: Role, stage: str, filters: Bool) -> Statement:
    """One step: decide, keep, move on and log, or nothing of it where the export is elsewhere by now."""
    page = _page(role, stage, filters)
    found = _fitting(page)
    claimed = _claimed(page, found)
    made = _chunks(found, claimed)
    happened = select(_ONE).select_from(claimed).exists()
    log = logged(
        verdict=literal_column("'searched'", Text),
        shown=select(func.jsonb_agg(shown(found.c), type_=JSONB)).scalar_subquery(),
        patients=select(func.array_agg(found.c.patient.distinct(), type_=ARRAY(Text)))
        .where(found.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=true(),
        only_if=and_(happened, select(_ONE).select_from(found).exists()),
    )
    one = select(_ONE).subquery("one")
    answer = (
        select(*claimed.c, *made.c)
        .select_from(one.outerjoin(claimed, true()).outerjoin(made, true()))
        .order_by(made.c.kind, made.c.type)
    )
    return build(finish(answer, log, true()))
