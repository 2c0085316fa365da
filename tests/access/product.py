"""The product space of the equality proof: how a woman may stand to the caller, as rows and as what they mean."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from app.access.caller import Role


class Cell(Protocol):
    """What is asked about: a type with labels, about a woman."""

    @property
    def type(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def woman(self) -> str | None: ...


AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PLACE, LEGAL, HPR, NUMBER = "311111111", "322222222", "1234567", "01810112345"

# What stands in the table `relation` for a woman, and whether that relates the caller to her at AT
RELATIONS: dict[str, tuple[tuple[str, datetime, datetime | None] | None, bool]] = {
    "none": (None, False),
    "active": ((PLACE, AT - DAY, None), True),
    "until-tomorrow": ((PLACE, AT - DAY, AT + DAY), True),
    "from-this-instant": ((PLACE, AT, None), True),
    "of-the-legal-entity": ((LEGAL, AT - DAY, None), True),
    "ended-yesterday": ((PLACE, AT - 2 * DAY, AT - DAY), False),
    "ended-this-instant": ((PLACE, AT - DAY, AT), False),
    "from-tomorrow": ((PLACE, AT + DAY, None), False),
    "of-others": (("333333333", AT - DAY, None), False),
}
# What stands in the table `choice`, and whether that blocks the caller at AT
CHOICES: dict[str, tuple[tuple[str, datetime, datetime | None] | None, bool]] = {
    "none": (None, False),
    "person": ((f"hpr:{HPR}", AT - DAY, None), True),
    "organization": ((f"org:{PLACE}", AT - DAY, None), True),
    "legal-entity": ((f"org:{LEGAL}", AT - DAY, AT + DAY), True),
    "ended": ((f"hpr:{HPR}", AT - 2 * DAY, AT - DAY), False),
    "ended-this-instant": ((f"org:{PLACE}", AT - DAY, AT), False),
    "from-tomorrow": ((f"hpr:{HPR}", AT + DAY, None), False),
    "of-another-person": (("hpr:7654321", AT - DAY, None), False),
}


@dataclass(frozen=True)
class Chosen:
    """What stands in `choice` as kind, actor, part, begin and end, when a grant began and ended, and what it means."""

    rows: tuple[tuple[str, str, str, datetime, datetime | None], ...] = ()
    granted: tuple[datetime, datetime] | None = None
    blocked: bool = False
    restricts: str | None = None  # "" all, or the type or label that is restricted
    opened: bool = False
    emergency: bool = False
    consents: bool = False
    shut_out: bool = False  # whom she might let in
    protected: bool = False
    deceased: bool = False
    minor: bool = False
    guards: str | None = None  # of which part the caller is registered as her guardian
    lives: str = ""
    lets_in: tuple[str, str] | None = None  # as what she lets the caller in, and of which part
    proof: tuple[datetime, datetime | None] | None = None  # of a power of attorney: when it begins and ends
    proven: bool = False

    def invited(self, cell: Cell, role: Role, own: str | None, required: bool) -> bool:
        """Whether this is what she shows the caller; a representative's session speaks for one woman, and is proven."""
        kind, part = self.lets_in or ("", "")
        return (
            kind == LETTING.get(role)
            and part in {"", cell.type, *cell.labels}
            and (role is Role.DOULA or (cell.woman == own and (self.proven or not required)))
        )

    def guarded(self, cell: Cell, role: Role) -> bool:
        return role in LETTING and self.guards in {"", cell.type, *cell.labels}

    def restricted(self, cell: Cell) -> bool:
        return self.restricts is not None and self.restricts in {"", cell.type, *cell.labels}


INSIDE = "3301"
AREA = (INSIDE, "3303")  # what takes part
OTHER = "77777777777"  # the number of who may be let in
LETTING = {Role.DOULA: "doula", Role.REPRESENTATIVE: "represent"}
PART, BEFORE = "Observation", AT - DAY
ALL = ("restrict", "*", "", BEFORE, None)
OPEN = ("open", f"org:{PLACE}", "", BEFORE, None)
MINOR = ("minor", "*", "", BEFORE, AT + DAY)
# What a woman is, which neither an emergency nor consent changes
BEING = {
    "protected", "protected-and-represented", "protection-ended", "deceased", "minor", "guarded", "guarded-in-part",
    "guarded-by-another", "guardianship-ended", "of-age-this-instant", "inside", "outside",
}  # fmt: skip
MORE: dict[str, Chosen] = {
    "restricted": Chosen((ALL,), restricts=""),
    "restriction-ended": Chosen((("restrict", "*", "", BEFORE, AT),)),
    "restricted-type": Chosen((("restrict", "*", PART, BEFORE, AT + DAY),), restricts=PART),
    "restricted-label": Chosen((("restrict", "*", "SDV", BEFORE, None),), restricts="SDV"),
    "opened": Chosen((ALL, OPEN), restricts="", opened=True),
    "opened-for-the-person": Chosen(
        (ALL, ("open", f"hpr:{HPR}", "", BEFORE, None)), restricts="", opened=True
    ),
    "opened-for-another": Chosen((ALL, ("open", "org:333333333", "", BEFORE, None)), restricts=""),
    "opening-ended": Chosen((ALL, ("open", f"org:{PLACE}", "", BEFORE, AT)), restricts=""),
    "opened-and-blocked": Chosen(
        (ALL, OPEN, ("block", f"hpr:{HPR}", "", BEFORE, None)), restricts="", opened=True, blocked=True
    ),
    "takes-no-part": Chosen((("block", "*", "", BEFORE, None),), blocked=True),
    "consents": Chosen((("part", "*", "", BEFORE, None),), consents=True),
    "consent-ended": Chosen((("part", "*", "", BEFORE, AT),)),
    "consents-and-restricts": Chosen((ALL, ("part", "*", "", BEFORE, None)), restricts="", consents=True),
    "doula": Chosen((("doula", f"nin:{OTHER}", "", BEFORE, None),), lets_in=("doula", "")),
    "doula-of-a-part": Chosen(
        (("doula", f"nin:{OTHER}", "CarePlan", BEFORE, None),), lets_in=("doula", "CarePlan")
    ),
    "doula-ended": Chosen((("doula", f"nin:{OTHER}", "", BEFORE, AT),)),
    "another-doula": Chosen((("doula", "nin:88888888888", "", BEFORE, None),)),
    "represented": Chosen((("represent", f"nin:{OTHER}", "", BEFORE, None),), lets_in=("represent", "")),
    "represented-in-part": Chosen(
        (("represent", f"nin:{OTHER}", PART, BEFORE, AT + DAY),), lets_in=("represent", PART)
    ),
    "represented-and-proven": Chosen(
        (("represent", f"nin:{OTHER}", "", BEFORE, None),),
        lets_in=("represent", ""),
        proof=(BEFORE, None),
        proven=True,
    ),
    "represented-by-an-ended-proof": Chosen(
        (("represent", f"nin:{OTHER}", "", BEFORE, None),), lets_in=("represent", ""), proof=(BEFORE, AT)
    ),
    "proven-and-not-let-in": Chosen((), proof=(BEFORE, None), proven=True),
    "represented-and-shut-out": Chosen(
        (("represent", f"nin:{OTHER}", "", BEFORE, None), ("block", f"nin:{OTHER}", "", BEFORE, None)),
        lets_in=("represent", ""),
        shut_out=True,
    ),
    "protected": Chosen((("protected", "*", "", BEFORE, None),), protected=True),
    "protected-and-represented": Chosen(
        (("protected", "*", "", BEFORE, None), ("represent", f"nin:{OTHER}", "", BEFORE, None)),
        protected=True,
        lets_in=("represent", ""),
    ),
    "protection-ended": Chosen((("protected", "*", "", BEFORE, AT),)),
    "deceased": Chosen((("deceased", "*", "", BEFORE, None),), deceased=True),
    "minor": Chosen((MINOR,), minor=True),
    "guarded": Chosen((MINOR, ("guardian", f"nin:{OTHER}", "", BEFORE, None)), minor=True, guards=""),
    "guarded-in-part": Chosen(
        (MINOR, ("guardian", f"nin:{OTHER}", PART, BEFORE, None)), minor=True, guards=PART
    ),
    "guarded-by-another": Chosen((MINOR, ("guardian", "nin:88888888888", "", BEFORE, None)), minor=True),
    "guardianship-ended": Chosen((MINOR, ("guardian", f"nin:{OTHER}", "", BEFORE, AT)), minor=True),
    "of-age-this-instant": Chosen(
        (("minor", "*", "", BEFORE, AT), ("guardian", f"nin:{OTHER}", "", BEFORE, None)), guards=""
    ),
    "inside": Chosen((("lives", "*", INSIDE, BEFORE, None),), lives=INSIDE),
    "outside": Chosen((("lives", "*", "1103", BEFORE, None),), lives="1103"),
    "granted": Chosen(granted=(BEFORE, AT + DAY), emergency=True),
    "grant-ended": Chosen(granted=(BEFORE, AT)),
    "restricted-and-granted": Chosen((ALL,), (BEFORE, AT + DAY), restricts="", emergency=True),
    "blocked-and-granted": Chosen(
        (("block", f"org:{LEGAL}", "", BEFORE, None),), (BEFORE, AT + DAY), blocked=True, emergency=True
    ),
}
WOMEN: dict[str, tuple[bool, Chosen]] = {
    f"{relation}.{choice}": (
        related,
        Chosen((("block", row[0], "", *row[1:]),) if row else (), blocked=blocked),
    )
    for (relation, (_, related)), (choice, (row, blocked)) in itertools.product(
        RELATIONS.items(), CHOICES.items()
    )
} | {
    f"{relation}.{choice}": (RELATIONS[relation][1], chosen)
    for relation, (choice, chosen) in itertools.product(("none", "active"), MORE.items())
}


# What is asked at every run: each relation and each choice beside the plainest of the others; slow: the whole product
YOUNG = tuple(f"active.{name}" for name in MORE if name.startswith(("minor", "guard", "of-age")))
FEW = tuple(
    woman
    for woman in WOMEN
    if woman.endswith(".none")
    or (woman.startswith("active."))
    or woman in {"none.doula", "none.granted", "none.person"}
)


CHOSEN = (
    *tuple(
        woman
        for woman in WOMEN
        if woman.partition(".")[0] in {"none", "active"} and woman.partition(".")[2] in MORE.keys() - BEING
    ),
    "none.none",
    "active.none",
    "active.person",
)
