"""The decision in Python: the specification of what ``store/access_sql.py`` compiles, and its oracle in tests."""

from dataclasses import dataclass
from functools import cache

from app.access.caller import LAY, Caller, Role
from app.access.rules import ALLOW, BLOCK, LABELS, Allow, Block, Relation
from app.access.scopes import CHANGE, LETTERS, Values


@dataclass(frozen=True, slots=True)
class Facets:
    """What a decision may know of a resource and of the caller's standing to its woman."""

    type: str
    patient: str | None = None
    labels: frozenset[str] = frozenset()
    author: str = ""
    related: bool = False  # an active relation of one of the caller's organisations
    chosen_away: bool = False  # she blocked the caller, or takes no part
    restricted: bool = False  # she restricted this, from all who care for her
    opened: bool = False  # and opened it for the caller
    emergency: bool = False  # the caller was granted an emergency's access to her
    consented: bool = True  # she consents to take part, or need not
    own: bool = False  # the caller is the woman
    protected: bool = False  # her address is confidential
    deceased: bool = False
    outside: bool = False  # her home municipality takes no part
    minor: bool = False  # she is under 16
    guarded: bool = False  # and the caller is registered as her guardian, for this
    invited: bool = (
        False  # she lets the caller, by name, see this; and the token speaks for her where it must
    )
    values: Values = frozenset()  # what the arguments of scopes find it by


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, and by which row; ``rule`` is None where no row spoke."""

    allowed: bool
    rule: str | None


def _blocks(row: Block, caller: Caller, do: str, facets: Facets) -> bool:
    if caller.role not in row.roles or do not in row.do or facets.type not in row.types:
        return False
    return {
        "choice": facets.chosen_away,
        "label": bool(row.labels & facets.labels),
        "release": bool(row.labels & facets.labels),
        "restriction": facets.restricted
        and facets.related
        and not facets.opened
        and not _urgent(caller, facets),
        "consent": not facets.consented and _stands(caller, facets),
        "protected": facets.protected,
        "deceased": facets.deceased and (caller.role in LAY or _stands(caller, facets)),
        "outside": facets.outside and _stands(caller, facets),
    }[row.by]


def _urgent(caller: Caller, facets: Facets) -> bool:
    """Whether the grant holds: only for a token that attests an emergency."""
    return caller.urgent and facets.emergency


def _stands(caller: Caller, facets: Facets) -> bool:
    """Whether the caller has to do with the woman: she herself, or her carers; a register has to do with all."""
    if caller.role is Role.REGISTRY:
        return facets.patient is not None
    return facets.own if caller.role is Role.CITIZEN else facets.related


def _relates(row: Allow, caller: Caller, facets: Facets) -> bool:
    return {
        Relation.NONE: facets.patient is None,
        Relation.RELATED: facets.related,
        Relation.AUTHOR: _stands(caller, facets) and facets.author == caller.author,
        Relation.WROTE: facets.author == caller.author,
        Relation.ATTESTED: caller.attested,
        Relation.EMERGENCY: _urgent(caller, facets),
        Relation.SELF: facets.own,
        Relation.INVITED: facets.invited,
        Relation.GUARDIAN: caller.guardian and facets.own and facets.minor and facets.guarded,
        Relation.ANYONE: True,
    }[row.relation]


def _covered(caller: Caller, do: str, facets: Facets) -> bool:
    """Whether the token's scopes, if it has any, reach this."""
    narrowing = caller.narrowing
    letter = letter_of(caller, do)
    return narrowing is None or narrowing.covers(letter, facets.type, facets.patient, facets.values)


def letter_of(caller: Caller, do: str) -> str:
    """The letter that a scope needs for what is done."""
    return LETTERS["search" if do == "read" and caller.searching else do] if do in LETTERS else CHANGE


def decide(caller: Caller, do: str, facets: Facets) -> Decision:
    """Whether ``caller`` may ``do`` this: the first block, else the first right, else no; beyond the scopes nothing."""
    if not _covered(caller, do, facets):
        return Decision(allowed=False, rule=None)
    for block in BLOCK:
        if _blocks(block, caller, do, facets):
            return Decision(allowed=False, rule=block.id)
    for row in ALLOW:
        if (
            caller.role in row.roles
            and do in row.do
            and facets.type in row.types
            and not row.without & facets.labels
            and _relates(row, caller, facets)
        ):
            return Decision(allowed=True, rule=row.id)
    return Decision(allowed=False, rule=None)


def readable(role: Role, type_name: str, labels: frozenset[str], *, about_her: bool) -> bool:
    """Whether ``role`` may read such a resource at all, of a woman whom it has to do with."""
    return _readable(role, type_name, labels & LABELS, about_her)


@cache
def _readable(role: Role, type_name: str, labels: frozenset[str], about_her: bool) -> bool:
    patient = "hers" if about_her else None
    facets = Facets(type_name, patient, labels, author="another", related=True, own=True, invited=True)
    return decide(Caller(role, subject="", client=""), "read", facets).allowed
