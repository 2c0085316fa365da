"""The access rows as SQL: one expression that yields the winning rule's id, so that reading, deciding and auditing
are one statement. ``access/decide.py`` is the specification; a test compares the two over the product space.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    LargeBinary,
    Text,
    and_,
    any_,
    case,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)

from app.access.caller import Role
from app.access.rules import ALLOW, ANY, BLOCK, Allow, Block, Relation
from app.store.facet_columns import FacetColumns
from app.store.standing_sql import (
    ATTESTED,
    AUTHOR,
    REACHING,
    SCOPES,
    blocked,
    consent_lacks,
    deceased,
    guarded,
    in_force,
    invited,
    inviting,
    outside,
    own_patient,
    protected,
    related,
    restricted,
    standing,
    urgent,
)
from app.store.tables import relation


def _overlap(facets: FacetColumns, labels: frozenset[str]) -> ColumnElement[bool]:
    array = literal(sorted(labels), type_=ARRAY(Text))
    carried: Any = facets.labels
    return cast("ColumnElement[bool]", carried.op("&&", is_comparison=True, return_type=Boolean())(array))


def _relates(row: Allow, role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    own = facets.patient == (own_patient() if facets.own is None else facets.own)
    if row.relation is Relation.INVITED:
        return invited(role, facets)
    if row.relation is Relation.GUARDIAN:
        return guarded(facets)
    stands = standing(role, facets)
    wrote = facets.author == AUTHOR
    conditions: dict[Relation, ColumnElement[bool]] = {
        Relation.NONE: facets.patient.is_(None),
        Relation.RELATED: related(facets),
        Relation.AUTHOR: and_(stands, wrote),
        Relation.WROTE: wrote,
        Relation.ATTESTED: ATTESTED.is_(true()),
        Relation.EMERGENCY: urgent(facets),
        Relation.SELF: own,
        Relation.ANYONE: true(),
    }
    return conditions[row.relation]


def _condition(
    row: Allow | Block, role: Role, facets: FacetColumns, type_name: str | None
) -> ColumnElement[bool]:
    if isinstance(row, Block):
        return _blocked(row, role, facets, type_name)
    conditions = [_relates(row, role, facets)]
    if type_name is None:
        conditions.insert(0, facets.type == any_(literal(sorted(row.types), type_=ARRAY(Text))))
    if row.without:
        conditions.append(not_(_overlap(facets, row.without)))
    return and_(*conditions)


def _blocked(row: Block, role: Role, facets: FacetColumns, type_name: str | None) -> ColumnElement[bool]:
    by: dict[str, Callable[[], ColumnElement[bool]]] = {
        "choice": lambda: blocked(facets),
        "label": lambda: _overlap(facets, row.labels),
        "release": lambda: _overlap(facets, row.labels),
        "restriction": lambda: restricted(facets),
        "consent": lambda: consent_lacks(role, facets),
        "protected": lambda: protected(facets),
        "deceased": lambda: deceased(role, facets),
        "outside": lambda: outside(role, facets),
    }
    condition = by[row.by]()
    if type_name is not None or row.types == ANY:
        return condition
    return and_(facets.type == any_(literal(sorted(row.types), type_=ARRAY(Text))), condition)


def uncovered(do: str, facets: FacetColumns) -> ColumnElement[bool]:
    """Whether the token's scopes narrow, and none of them covers the row: beyond them no row speaks."""
    scopes: Any = SCOPES.get(do, SCOPES["update"])
    bodies = facets.bodies or (null().cast(LargeBinary),)
    covered = (func.scope_covers(scopes, facets.type, facets.patient, body) for body in bodies)
    return and_(scopes.is_not(None), not_(and_(*covered)))


def rule(role: Role, do: str, facets: FacetColumns, type_name: str | None = None) -> ColumnElement[Any]:
    """The id of the winning row, or NULL where no row speaks.

    With ``type_name`` only the rows of that type are compiled; else the rows test ``facets.type``.
    """
    blocks: list[Allow | Block] = [
        row
        for row in BLOCK
        if role in row.roles and do in row.do and (type_name is None or type_name in row.types)
    ]
    rights = [
        row
        for row in ALLOW
        if role in row.roles and do in row.do and (type_name is None or type_name in row.types)
    ]
    if not blocks and not rights:
        return null().cast(Text)
    return case(
        (uncovered(do, facets), null().cast(Text)),
        *((_condition(row, role, facets, type_name), literal(row.id, Text)) for row in (*blocks, *rights)),
        else_=null(),
    )


def reach(role: Role, do: str, facets: FacetColumns, types: Sequence[str] = ()) -> ColumnElement[bool] | None:
    """What must hold for any right of ``role`` to speak, in terms that leave other women's rows alone; None: nothing.

    ``types``: only the rows about one of them count. It decides nothing: it spares the rules the rows that no row
    could be for.
    """
    rights = [row for row in ALLOW if role in row.roles and do in row.do]
    relations = {row.relation for row in rights if not types or not row.types.isdisjoint(types)}
    held = (
        select(relation.c.patient)
        .where(relation.c.organization == any_(REACHING), in_force(relation.c.begins, relation.c.ends))
        .scalar_subquery()
    )
    related_or_own = facets.patient == own_patient() if role is Role.CITIZEN else facets.patient.in_(held)
    needs: dict[Relation, ColumnElement[bool]] = {
        Relation.NONE: facets.patient.is_(None),
        Relation.RELATED: facets.patient.in_(held),
        Relation.EMERGENCY: facets.patient.in_(held),
        Relation.AUTHOR: related_or_own,
        Relation.WROTE: facets.author == AUTHOR,
        Relation.SELF: facets.patient == own_patient(),
        Relation.GUARDIAN: facets.patient == own_patient(),
    }
    if Relation.INVITED in relations:
        needs[Relation.INVITED] = facets.patient.in_(inviting(role))
    if not relations <= needs.keys():
        return None
    if Relation.RELATED in relations:
        relations = relations - {Relation.EMERGENCY}  # the same women: asked for once
    return or_(*(needs[name] for name in Relation if name in relations)) if relations else false()


def allowed(rule_column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the winning row is a right."""
    return func.coalesce(func.starts_with(rule_column, "allow."), False)
