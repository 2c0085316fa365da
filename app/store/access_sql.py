"""The access rows as SQL: one expression that yields the winning rule's id, so that reading, deciding and auditing
are one statement. ``access/decide.py`` is the specification; a test compares the two over the product space.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Text,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)

from app.access.caller import EVERYONE, Caller, Role
from app.access.rules import ALLOW, ANY, BLOCK, Allow, Block, Relation
from app.store.statement import FENCE
from app.store.tables import INSTANT, choice, emergency, person, relation

ORGANIZATIONS = bindparam("caller_organizations", type_=ARRAY(Text))
ACTORS = bindparam("caller_actors", type_=ARRAY(Text))
NUMBER = bindparam("caller_number", type_=Text)
AUTHOR = bindparam("caller_author", type_=Text)
AT = bindparam("at", type_=INSTANT)
ATTESTED = bindparam("caller_attested", type_=Boolean)
URGENT = bindparam("caller_urgent", type_=Boolean)
PERSON = bindparam("caller_person", type_=Text)
CONSENT_REQUIRED = bindparam("consent_required", type_=Boolean)
_ONE: ColumnElement[Any] = literal_column("1")
_EVERYONE: ColumnElement[Any] = literal_column(f"'{EVERYONE}'", Text)


class FacetColumns(NamedTuple):
    """The columns that a decision reads; ``declared`` lists women whom this very request registers by attest."""

    type: ColumnElement[str]
    patient: ColumnElement[Any]
    labels: ColumnElement[Any]
    author: ColumnElement[str]
    declared: ColumnElement[Any] | None = None


def parameters(caller: Caller) -> dict[str, Any]:
    """The values of the caller's bind parameters."""
    return {
        "caller_organizations": list(caller.organizations),
        "caller_actors": list(caller.actors),
        "caller_number": caller.number,
        "caller_author": caller.author,
        "caller_attested": caller.attested,
        "caller_urgent": caller.urgent,
        "caller_person": caller.subject,
    }


def own_patient() -> ColumnElement[Any]:
    """The citizen's own Patient id: one look-up a statement."""
    return select(person.c.patient).where(person.c.number == NUMBER).limit(1).scalar_subquery()


def _in_force(begins: ColumnElement[Any], ends: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(begins <= AT, or_(ends.is_(None), ends > AT))


def _looked_up(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether such a row exists, by its index for each row decided: never by reading all women of an organisation."""
    return select(_ONE).where(*conditions).offset(FENCE).exists()


def related(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether one of the caller's organisations has an active relation to the woman."""
    row = _looked_up(
        relation.c.patient == facets.patient,
        relation.c.organization == any_(ORGANIZATIONS),
        _in_force(relation.c.begins, relation.c.ends),
    )
    return row if facets.declared is None else or_(row, facets.patient == any_(facets.declared))


def chosen_away(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether she has blocked this person or organisation, or takes no part."""
    return _chosen(facets, "block", any_(ACTORS))


def _chosen(
    facets: FacetColumns, kind: str, actor: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a choice of this kind is in force; all that is asked stands in the index ``choice_patient``."""
    return _looked_up(
        choice.c.patient == facets.patient,
        choice.c.kind == literal_column(f"'{kind}'"),
        choice.c.actor == actor,
        _in_force(choice.c.begins, choice.c.ends),
        *conditions,
    )


def _of_part(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether the choice is about all, about this type, or about a label that this carries."""
    part = choice.c.part
    return or_(part == literal_column("''"), part == facets.type, part == any_(facets.labels))


def urgent(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether the token attests an emergency and the caller was granted access to her; else nothing is looked up."""
    granted = _looked_up(
        emergency.c.patient == facets.patient,
        emergency.c.person == PERSON,
        _in_force(emergency.c.begins, emergency.c.ends),
    )
    return and_(URGENT.is_(true()), granted)


def restricted(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether she restricted this from all her carers, and neither she nor an emergency opened it for the caller."""
    part = _of_part(facets)
    return and_(
        _chosen(facets, "restrict", _EVERYONE, part),
        related(facets),
        not_(_chosen(facets, "open", any_(ACTORS), part)),
        not_(urgent(facets)),
    )


def _consent_lacks(role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    """Whether consent is required, and she, whom the caller has to do with, has not given it."""
    return and_(
        CONSENT_REQUIRED.is_(true()), _standing(role, facets), not_(_chosen(facets, "part", _EVERYONE))
    )


def _standing(role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    return facets.patient == own_patient() if role is Role.CITIZEN else related(facets)


def _overlap(facets: FacetColumns, labels: frozenset[str]) -> ColumnElement[bool]:
    array = literal(sorted(labels), type_=ARRAY(Text))
    return facets.labels.op("&&", is_comparison=True, return_type=Boolean())(array)


def _relates(row: Allow, role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    own = facets.patient == own_patient()
    standing = _standing(role, facets)
    wrote = facets.author == AUTHOR
    conditions: dict[Relation, ColumnElement[bool]] = {
        Relation.NONE: facets.patient.is_(None),
        Relation.RELATED: related(facets),
        Relation.AUTHOR: and_(standing, wrote),
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
        "choice": lambda: chosen_away(facets),
        "label": lambda: _overlap(facets, row.labels),
        "restriction": lambda: restricted(facets),
        "consent": lambda: _consent_lacks(role, facets),
    }
    condition = by[row.by]()
    if type_name is not None or row.types == ANY:
        return condition
    return and_(facets.type == any_(literal(sorted(row.types), type_=ARRAY(Text))), condition)


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
    held: Any = select(relation.c.patient).where(
        relation.c.organization == any_(ORGANIZATIONS), _in_force(relation.c.begins, relation.c.ends)
    )
    if Relation.EMERGENCY in relations:  # one set of women: two would not be looked up by the index
        granted = select(emergency.c.patient).where(
            URGENT.is_(true()), emergency.c.person == PERSON, _in_force(emergency.c.begins, emergency.c.ends)
        )
        held = union_all(held, granted)
        relations = relations - {Relation.EMERGENCY} | {Relation.RELATED}
    related_or_own = facets.patient == own_patient() if role is Role.CITIZEN else facets.patient.in_(held)
    needs: dict[Relation, ColumnElement[bool]] = {
        Relation.NONE: facets.patient.is_(None),
        Relation.RELATED: facets.patient.in_(held),
        Relation.AUTHOR: related_or_own,
        Relation.WROTE: facets.author == AUTHOR,
        Relation.SELF: facets.patient == own_patient(),
    }
    if not relations <= needs.keys():
        return None
    return or_(*(needs[name] for name in Relation if name in relations)) if relations else false()


def allowed(rule_column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the winning row is a right."""
    return func.coalesce(func.starts_with(rule_column, "allow."), False)
