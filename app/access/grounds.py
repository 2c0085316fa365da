"""TABLE: the laws on which access rows rest, each with the date of the version that was read.

As held by Lovdata (https://lovdata.no) on that date; the controller's lawyer confirms them before a pilot, and again when
one is amended (docs/adr/0004-access-rows.md). Prop. 154 L (2024-2025) proposes a new hpl § 23 in place of parts of §§ 25
and 45: whether it is in force was not confirmed, and every row that names one of them is to be read again then.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """``short`` is how rows name it, ``number`` its own name in the register of law (empty: not looked up); ``version`` the date of what was read."""

    short: str
    title: str
    number: str
    version: str


LAWS: tuple[Law, ...] = (
    Law("hpl", "helsepersonelloven", "LOV-1999-07-02-64", "2026-11-01"),
    Law("pjl", "pasientjournalloven", "LOV-2014-06-20-42", "2026-11-01"),
    Law("pbrl", "pasient- og brukerrettighetsloven", "LOV-1999-07-02-63", "2026-11-01"),
    Law("fastlegeforskriften", "fastlegeforskriften", "FOR-2012-08-29-842", "2026-11-01"),
    Law(
        "Medisinsk fødselsregister",
        "forskrift om Medisinsk fødselsregister",
        "FOR-2001-12-21-1483",
        "2026-11-01",
    ),
    Law("abortloven", "abortloven", "", "2026-11-01"),
)
# What rests on no law: rows of these beginnings have no version date, and say so
AGREED = ("agreement on the pilot", "sandbox only")


def laws_of(ground: str) -> tuple[Law, ...]:
    """The laws that a row's ground names."""
    return tuple(law for law in LAWS if law.short in ground)


def version_of(ground: str) -> str:
    """The date of the version that was read, the oldest where it names several; empty where it rests on no law."""
    return min((law.version for law in laws_of(ground)), default="")
