"""What a decision asks of the caller's standing to a woman: relations, her choices, grants, as SQL.

Each is looked up by an index for the row that is decided; where no caller could need it, nothing is looked up. Where few
rows are decided, ``standing_rows`` looks up all of it at once: what a decision costs then stays the same as access rows grow.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Text,
    all_,
    and_,
    any_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, array

from app.access.caller import EVERYONE, LAY, Caller, Role
from app.access.decide import letter_of
from app.store.facet_columns import FacetColumns
from app.store.statement import FENCE
from app.store.tables import INSTANT, choice, person, relation

ORGANIZATIONS = bindparam("caller_organizations", type_=ARRAY(Text))
ACTORS = bindparam("caller_actors", type_=ARRAY(Text))
NUMBER = bindparam("caller_number", type_=Text)
AUTHOR = bindparam("caller_author", type_=Text)
AT = bindparam("at", type_=INSTANT)
ATTESTED = bindparam("caller_attested", type_=Boolean)
URGENT = bindparam("caller_urgent", type_=Boolean)
PERSON = bindparam("caller_person", type_=Text)
REACHING = bindparam("caller_reaching", type_=ARRAY(Text))  # under which names relations lead to women
PROOF_REQUIRED = bindparam("proof_required", type_=Boolean)  # whether a representative must be proven one
CONSENT_REQUIRED = bindparam("consent_required", type_=Boolean)
SCOPES = {  # the grants of the caller's scopes; NULL: they narrow nothing
    do: bindparam(f"caller_scope_{do}", type_=JSONB(none_as_null=True))
    for do in ("create", "read", "update", "delete")
}
_NOT_NARROWED: dict[str, str | None] = dict.fromkeys(f"caller_scope_{do}" for do in SCOPES)
GUARDIAN = bindparam("caller_guardian", type_=Boolean)
AREA = bindparam(
    "pilot_area", type_=ARRAY(Text)
)  # the municipalities that take part; NULL: wherever she lives
_INVITING = {  # as what she lets a person in
    Role.DOULA: "doula",
    Role.REPRESENTATIVE: "represent",
}
_ONE: ColumnElement[Any] = literal_column("1")
ALL_CARERS: ColumnElement[Any] = literal_column(f"'{EVERYONE}'", Text)


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
        "caller_guardian": caller.guardian,
        "caller_reaching": [*caller.organizations, *([caller.subject] if caller.urgent else [])],
        **_scopes(caller),
    }


def _scopes(caller: Caller) -> dict[str, str | None]:
    narrowing = caller.narrowing
    if narrowing is None:
        return dict(_NOT_NARROWED)
    return {bind.key: narrowing.rows(letter_of(caller, do)) for do, bind in SCOPES.items()}


def own_patient() -> ColumnElement[Any]:
    """The citizen's own Patient id: one look-up a statement."""
    return select(person.c.patient).where(person.c.number == NUMBER).limit(1).scalar_subquery()


def in_force(begins: ColumnElement[Any], ends: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether it has begun and not ended."""
    return and_(begins <= AT, or_(ends.is_(None), ends > AT))


def _looked_up(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether such a row exists, by its index for each row decided: never by reading all women of an organisation."""
    return select(_ONE).where(*conditions).offset(FENCE).exists()


def _relation(facets: FacetColumns, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether such a relation to her is in force."""
    return _looked_up(
        relation.c.patient == facets.patient, *conditions, in_force(relation.c.begins, relation.c.ends)
    )


def _is_persons(facets: FacetColumns, kind: str) -> ColumnElement[bool]:
    """Whether the caller as a person has a relation of this kind to her."""
    return _relation(
        facets, relation.c.organization == PERSON, relation.c.kind == literal_column(f"'{kind}'")
    )


def related(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether one of the caller's organisations has an active relation to the woman."""
    there = facets.standing
    row = there.related if there else _relation(facets, relation.c.organization == any_(ORGANIZATIONS))
    return row if facets.declared is None else or_(row, facets.patient == any_(facets.declared))


def chosen_away(patient: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether she has blocked this person or organisation, or takes no part."""
    return chosen(patient, "block", any_(ACTORS))


def chosen(
    patient: ColumnElement[Any], kind: str, actor: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a choice of this kind is in force; all that is asked stands in the index ``choice_patient``."""
    return _looked_up(
        choice.c.patient == patient,
        choice.c.kind == literal_column(f"'{kind}'"),
        choice.c.actor == actor,
        in_force(choice.c.begins, choice.c.ends),
        *conditions,
    )


def blocked(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether she has blocked this caller from what is decided, or takes no part."""
    return facets.standing.blocks if facets.standing else chosen_away(facets.patient)


def _among(parts: ColumnElement[Any], facets: FacetColumns) -> ColumnElement[bool]:
    """Whether one of ``parts`` is all, this type, or a label that this carries."""
    own: ColumnElement[Any] = array([literal_column("''", Text), facets.type], type_=Text)
    asked: Any = facets.labels.op("||")(own)
    return func.coalesce(parts.op("&&", is_comparison=True, return_type=Boolean())(asked), false())


def _of_part(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether the choice is about all, about this type, or about a label that this carries."""
    part = choice.c.part
    return or_(part == literal_column("''"), part == facets.type, part == any_(facets.labels))


def urgent(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether the token attests an emergency and the caller was granted access to her; else nothing is looked up."""
    granted = facets.standing.urgent if facets.standing else _is_persons(facets, "emergency")
    return and_(URGENT.is_(true()), granted)


def restricted(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether she restricted this from all her carers, and neither she nor an emergency opened it for the caller."""
    there = facets.standing
    if there:
        opened = or_(_among(there.opens, facets), urgent(facets))
        return and_(_among(there.restricts, facets), related(facets), not_(opened))
    part = _of_part(facets)
    return and_(
        chosen(
            facets.patient, "restrict", ALL_CARERS
        ),  # asked once a woman: most restrict nothing, of whatever part
        chosen(facets.patient, "restrict", ALL_CARERS, part),
        related(facets),
        not_(chosen(facets.patient, "open", any_(ACTORS), part)),
        not_(urgent(facets)),
    )


def _said(facets: FacetColumns, kind: str) -> ColumnElement[bool]:
    """Whether a choice of this kind holds for all carers."""
    if facets.standing is None:
        return chosen(facets.patient, kind, ALL_CARERS)
    return func.coalesce(literal_column(f"'{kind}'", Text) == any_(facets.standing.said), false())


def consent_lacks(role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    """Whether consent is required, and she, whom the caller has to do with, has not given it."""
    return and_(CONSENT_REQUIRED.is_(true()), standing(role, facets), not_(_said(facets, "part")))


def protected(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether her address is confidential."""
    return _said(facets, "protected")


def deceased(role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    """Whether she is dead; personnel know it of women to whom they stand."""
    dead = _said(facets, "deceased")
    return dead if role in LAY else and_(dead, standing(role, facets))


def outside(role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    """Whether the caller has to do with her, and her home municipality takes no part."""
    there = facets.standing
    elsewhere = (
        not_(func.coalesce(there.lives.op("<@", is_comparison=True, return_type=Boolean())(AREA), true()))
        if there
        else chosen(facets.patient, "lives", ALL_CARERS, choice.c.part != all_(AREA))
    )
    return and_(AREA.is_not(None), standing(role, facets), elsewhere)


def guarded(facets: FacetColumns) -> ColumnElement[bool]:
    """Whether she is under 16, the token speaks for her as guardian, and the guardian is registered, for this."""
    registered = chosen(facets.patient, "guardian", any_(ACTORS), _of_part(facets))
    return and_(GUARDIAN.is_(true()), facets.patient == own_patient(), _said(facets, "minor"), registered)


def invited(role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    """Whether she lets the caller, by name, see this; a representative's session speaks for one woman, and is proven."""
    let_in = chosen(facets.patient, _INVITING[role], any_(ACTORS), _of_part(facets))
    if role is not Role.REPRESENTATIVE:
        return let_in
    return and_(
        facets.patient == own_patient(),
        let_in,
        or_(PROOF_REQUIRED.is_not(true()), _is_persons(facets, "fullmakt")),
    )


def inviting(role: Role) -> ColumnElement[Any]:
    """The women who let the caller in."""
    kind: ColumnElement[Any] = literal_column(f"'{_INVITING[role]}'")
    return (
        select(choice.c.patient)
        .where(
            choice.c.actor == any_(ACTORS), choice.c.kind == kind, in_force(choice.c.begins, choice.c.ends)
        )
        .scalar_subquery()
    )


def standing(role: Role, facets: FacetColumns) -> ColumnElement[bool]:
    """Whether the caller has to do with the woman: she herself, or her carers; a register has to do with all."""
    if role is Role.REGISTRY:
        return facets.patient.is_not(None)
    return facets.patient == own_patient() if role is Role.CITIZEN else related(facets)
