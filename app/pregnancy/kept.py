"""Facts that have no type of their own: each names its row in the table of ``items``. See docs/content.md."""

from dataclasses import dataclass

from app.pregnancy.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Fact):
    """Something that the table of items names."""

    item: str

    @property
    def kept_under(self) -> str:
        return self.item


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Kept):
    """A number in the unit of its item."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Kept):
    """One of the answers of its item, or any text where the item holds text."""

    value: str
    text: str = ""
