"""What a section of the card is, and what a line of it: shared by the table and those who write lines.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.pregnancy.card import View
from app.render.loss import lost
from app.render.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its cells, which of them are out of range, and the records that it rests on."""

    cells: tuple[str, ...]
    sources: tuple[str, ...]
    flagged: frozenset[int] = frozenset()
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One section. ``heads`` are words of the columns (none: a list, of which the second cell is small print);
    ``rests_on`` names what may be withheld; ``always`` says that nothing is recorded, others are left out then;
    ``place`` is its place on the page; ``expects`` a birth: not on her page when the child is lost; ``most`` are the lines that the ward's one page has room for."""

    title: str
    lines: Callable[[View, Words], Iterator[Line]]
    heads: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    always: bool = True
    place: str = "wide"
    most: int | None = None
    expects: bool = False
    shown_to: frozenset[str] = frozenset({"clinician", "citizen", "emergency"})

    def withheld(self, view: View) -> bool:
        """Whether something in it cannot be assessed."""
        return not all(map(view.assessable, self.rests_on))

    def stands(self, view: View, form: str, lines: tuple[Line, ...]) -> bool:
        """Whether it is there at all."""
        if lost(view) and (self.expects or not lines):
            return False
        return form in self.shown_to and (self.always or bool(lines) or self.withheld(view))
