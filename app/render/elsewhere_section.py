"""The lines of what stands beside the card in kjernejournal: first from when it is, or why there is none.

That nothing is shown must never read as that there is nothing. https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Iterator

from app.pregnancy.card import View
from app.pregnancy.elsewhere import CRITICAL, MEDICINES, Register
from app.render.markup import Html, el
from app.render.section import Line
from app.render.words import Words

BASES = ("SAMTYKKE", "AKUTT", "UNNTAK")  # as kjernejournal writes them


def registered_by_others(view: View, words: Words) -> Iterator[Line]:
    """Allergies and critical conditions that others registered."""
    return _lines(view, words, CRITICAL)


def medicines(view: View, words: Words) -> Iterator[Line]:
    """Her medicines by the national list."""
    return _lines(view, words, MEDICINES)


def _lines(view: View, words: Words, code: str) -> Iterator[Line]:
    for register in view.described.elsewhere:
        if register.code == code:
            yield Line((_head(register, words),), ())
            for row in sorted(register.rows, key=lambda row: not row.harmful):
                harm = words("elsewhere-harmful") if row.harmful else ""
                small = " ".join(filter(None, (harm, row.detail)))
                yield Line((words.said(row.name), small), (row.url,), strong=row.harmful or code == CRITICAL)


def _head(register: Register, words: Words) -> str:
    when = words.clock(register.asked) if register.asked else ""
    dated = words.clock(register.dated) if register.dated else ""
    if register.problem not in {"", "old"}:
        return words(f"elsewhere-{register.problem}")
    key = ("old-dated" if dated else "old") if register.problem else "dated" if dated else "asked"
    head = words(f"elsewhere-{key}", when=when, dated=dated)
    return head if register.rows else f"{head}. {words('elsewhere-none')}"


def opening(view: View, words: Words) -> Html | None:
    """A button for kjernejournal's portal. The page holds no token: whoever shows it sends the form with its own."""
    if not view.described.portal:
        return None
    bases = (el("option", words(f"portal-{one.lower()}"), value=one) for one in BASES)
    return el(
        "form",
        el("label", words("portal-basis"), " ", el("select", *bases, name="basis")),
        " ",
        el("button", words("portal-open"), type="submit"),
        method="post", action=view.described.portal, class_="wide opening",
    )  # fmt: skip
