"""What a write refers to: existence, woman, card and version of other resources, in one round trip.

Nothing of it reaches the caller; access is decided by the write itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    any_,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import LargeBinary as Bytes
from sqlalchemy.dialects.postgresql import JSONB

from app.fhir.codes import HPR, ORGNR
from app.fhir.course_known import KNOWN_BY, codes_of
from app.fhir.search_params import number
from app.store.landscape_tables import register_entry
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import OPEN_EPISODE, index_token, person, resource

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that is there: enough to resolve a reference or to make the next version."""

    type: str
    id: str
    version: int
    deleted: bool
    patient: str | None
    episode: str | None
    governed: bool
    labels: frozenset[str]
    body: bytes | None
    mirrored: bool = False  # of her whose national record is mirrored here, where that was asked
    actor: str | None = None  # "org:<number>" or "hpr:<number>" of an Organization or Practitioner


@dataclass(slots=True)
class Targets:
    """What was found: by key, each woman's open card, and what her pregnancies are known by."""

    found: dict[Key, Target] = field(default_factory=dict)
    open_episode: dict[str, str] = field(default_factory=dict)
    known: list[Target] = field(default_factory=list)


def _known_by(*common: Any, nipt: bool, more: tuple[Any, ...] = ()) -> Select[Any]:
    """What says when a pregnancy began, with how many fetuses, and how it ended; and her consents to NIPT."""
    codes = sorted({code for profile in KNOWN_BY for code in codes_of(profile)})
    kinds = [
        ("Observation", number("Observation", "code"), codes),
        ("RelatedPerson", number("RelatedPerson", "relationship"), ["fetus"]),
    ]
    if nipt:
        kinds.append(("Consent", number("Consent", "category"), ["nipt"]))
    tells = or_(
        *(
            (resource.c.type == literal_column(f"'{type_name}'"))
            & (index_token.c.param == literal_column(str(param)))
            & index_token.c.code.in_([literal_column(f"'{code}'") for code in codes])
            for type_name, param, codes in kinds
        )
    )
    return select(
        literal_column("'known'"), *common, resource.c.body, null().cast(Text), *more
    ).where(
        resource.c.patient == any_(bindparam("dated", type_=ARRAY(Text))),
        resource.c.type.in_([literal_column(f"'{kind[0]}'") for kind in kinds]),
        ~resource.c.deleted,
        resource.c.governed,
        exists().where(index_token.c.rid == resource.c.rid, tells),
    )  # fmt: skip


@cache
def _statement(*, dated: bool, nipt: bool, mirrored: bool) -> Statement:
    names = [column("type", Text), column("id", Text)]
    keys = func.unnest(bindparam("types", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(Text)))
    rows = keys.table_valued(*names).render_derived(name="keys")
    bodies = bindparam("bodies", type_=ARRAY(Text))
    identifiers = (number("Organization", "identifier"), number("Practitioner", "identifier"))
    actor = (
        select(case((index_token.c.system == ORGNR, "org:"), else_="hpr:").concat(index_token.c.code))
        .where(
            index_token.c.rid == resource.c.rid,
            index_token.c.param.in_([literal_column(str(param)) for param in identifiers]),
            index_token.c.system.in_([literal_column(f"'{ORGNR}'"), literal_column(f"'{HPR}'")]),
        )
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    common = (
        resource.c.type, resource.c.id, resource.c.version, resource.c.deleted, resource.c.patient,
        resource.c.episode, resource.c.governed, resource.c.labels,
    )  # fmt: skip
    catalogue = resource.c.type.in_([literal_column("'Organization'"), literal_column("'Practitioner'")])
    more: tuple[Any, ...] = (literal_column("false"),) if mirrored else ()
    known = select(
        literal_column("'key'").label("what"),
        *common,
        case(
            (resource.c.type.concat("/").concat(resource.c.id) == any_(bodies), resource.c.body),
            else_=null().cast(Bytes),
        ).label("body"),
        case((catalogue, actor), else_=null().cast(Text)).label("actor"),
        *((_mirrored(),) if mirrored else ()),
    ).select_from(rows.join(resource, (resource.c.type == rows.c.type) & (resource.c.id == rows.c.id)))
    opened = select(literal_column("'open'"), *common, null().cast(Bytes), null().cast(Text), *more).where(
        resource.c.patient == any_(bindparam("patients", type_=ARRAY(Text))),
        resource.c.type == literal_column("'EpisodeOfCare'"),
        resource.c.status.in_([literal_column(f"'{status}'") for status in OPEN_EPISODE]),
        ~resource.c.deleted,
        resource.c.governed,
    )
    return build(union_all(known, opened, *([_known_by(*common, nipt=nipt, more=more)] if dated else ())))


def _mirrored() -> ColumnElement[bool]:
    """Whether the national service is master of the record of the woman whom a row is about."""
    facts = cast(register_entry.c.facts, JSONB)
    return (
        exists()
        .where(
            register_entry.c.register == literal_column("'record'"),
            register_entry.c.key == resource.c.patient,
            register_entry.c.remote.is_not(None),
            facts["master"].astext == literal_column("'national'"),
        )
        .label("mirrored")
    )


@cache
def _whose() -> Statement:
    given = func.unnest(bindparam("systems", type_=ARRAY(Text)), bindparam("numbers", type_=ARRAY(Text)))
    pairs = given.table_valued(column("system", Text), column("number", Text)).render_derived(name="given")
    same = (person.c.system == pairs.c.system) & (person.c.number == pairs.c.number)
    return build(
        select(person.c.system, person.c.number, person.c.patient).select_from(pairs.join(person, same))
    )


async def whose(session: Session, numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The Patient of each person number that one here has. Whether there is one never reaches the caller."""
    wanted = sorted(numbers)
    rows = await session.fetch(
        _whose(), systems=[system for system, _ in wanted], numbers=[number for _, number in wanted]
    )
    return {(row["system"], row["number"]): row["patient"] for row in rows}


async def find(
    session: Session,
    keys: Iterable[Key],
    *,
    patients: Iterable[str] = (),
    bodies: Iterable[str] = (),
    dated: Iterable[str] = (),
    nipt: bool = False,
    mirrored: bool = False,
) -> Targets:
    """Look up ``keys`` and the open cards of ``patients``; ``bodies`` names resources (``Type/id``) whose body is wanted
    too, ``dated`` the women whose pregnancies a finding must fit, ``nipt`` that what they said to NIPT counts too,
    ``mirrored`` that it is asked whose record is mirrored here."""
    wanted = sorted(set(keys))
    targets = Targets()
    women, courses = sorted(set(patients)), sorted(set(dated))
    if not wanted and not women:
        return targets
    rows = await session.fetch(
        _statement(dated=bool(courses), nipt=nipt and bool(courses), mirrored=mirrored),
        **({"dated": courses} if courses else {}),
        types=[key[0] for key in wanted],
        ids=[key[1] for key in wanted],
        patients=women,
        bodies=list(bodies),
    )
    for row in rows:
        _take(row, targets)
    return targets


def _take(row: Any, targets: Targets) -> None:
    """Put a row of the answer where it belongs."""
    if row["what"] == "open":
        targets.open_episode[row["patient"]] = row["id"]
        return
    target = Target(
        row["type"], row["id"], row["version"], row["deleted"], row["patient"], row["episode"], row["governed"],
        frozenset(row["labels"]), row["body"], bool(row.get("mirrored")), row["actor"],
    )  # fmt: skip
    if row["what"] == "known":
        targets.known.append(target)
    else:
        targets.found[target.type, target.id] = target
