"""The lower part of the page: measurements with trend, curves, and the sections of the table in ``sections``.

https://www.w3.org/WAI/tutorials/tables/
"""

from collections.abc import Container, Iterable

from app.pregnancy.card import View
from app.pregnancy.described import Series
from app.render.charts import CHARTED, chart, legend
from app.render.markup import Html, el
from app.render.section import Line, Section
from app.render.summary import withheld
from app.render.words import Words


def measurements(view: View, words: Words, form: str, changed: Container[str] = ()) -> Html:
    """The latest of each kind, with the step from the one before, and three curves."""
    series = view.described.measurements
    hidden = any(not view.assessable(row.kind) for row in series)
    plain = form == "citizen"
    charted = [row for row in series if row.kind in CHARTED and form != "emergency"]
    curves = [curve for row in charted if (curve := chart(row, view, words))]
    tiles = [_tile(row, words, changed, plain=plain) for row in series]
    return el(
        "section",
        el("h2", words.heading("measurements", form)),
        withheld(words, key="partly") if hidden else None,
        el("div", *tiles, class_="tiles plain" if plain else "tiles") if tiles else _nothing(words),
        el("div", *curves, class_="charts") if curves else None,
        el("p", legend(words), class_="soft small") if curves else None,
        class_="wide",
    )


def _tile(row: Series, words: Words, changed: Container[str], *, plain: bool) -> Html:
    name = words(row.kind) + (f" {row.fetus}" if row.fetus else "")
    value = "/".join(map(words.number, row.latest.values))
    is_new = row.latest.fact.source in changed
    return el(
        "div",
        el("p", name, " " if is_new else None, _mark(words) if is_new else None, class_="soft small"),
        el("p", value, " ", el("small", row.unit), class_="value"),
        el("p", words.date(row.latest.day), class_="soft small"),
        el("p", *_trend(row, words), class_="small"),
        el("p", words.heading("self-reported", "citizen" if plain else ""), class_="soft small")
        if not row.latest.fact.confirmed
        else None,
        el("p", words(f"plain-{row.kind}"), class_="soft small") if plain else None,
        class_="tile",
    )


def _trend(row: Series, words: Words) -> Iterable[Html | str]:
    if not row.complete:
        return [words("not-assessable")]
    if row.previous is None or row.change is None:
        return [el("span", words("only"), class_="soft")]
    steps = [step for step in row.change if step is not None]
    found = "same" if not any(steps) else "up" if min(steps) >= 0 else "down" if max(steps) <= 0 else ""
    arrow = {"up": "↑", "down": "↓", "same": "→"}.get(found)
    change = "/".join(words.number(step, signed=True) if step else "0" for step in row.change)
    before = "/".join(map(words.number, row.previous.values))
    text = words("change", change=change, before=before, date=words.date(row.previous.day))
    return [el("span", arrow, role="img", aria_label=words(found)), f" {text}"] if arrow else [text]


def drawn(row: Section, view: View, words: Words, form: str, changed: Container[str] = ()) -> Html | None:
    """A section of the table as a part of the page, or None where it does not stand. ``changed`` are records that are
    marked as new."""
    lines = tuple(row.lines(view, words))
    if not row.stands(view, form, lines):
        return None
    title = words.heading(row.title, form)
    hidden = withheld(words, key="partly") if row.withheld(view) else None
    body = (_table if row.heads else _list)(row, title, lines, words, changed) if lines else _nothing(words)
    return el("section", el("h2", title), hidden, body, class_=row.place)


def new(line: Line, words: Words, changed: Container[str]) -> Html | None:
    """The mark of a line that rests on something new."""
    return _mark(words) if any(one in changed for one in line.sources) else None


def _mark(words: Words) -> Html:
    return el("span", words("new"), class_="new")


def _table(row: Section, title: str, lines: tuple[Line, ...], words: Words, changed: Container[str]) -> Html:
    """On a phone each line is a small card."""
    names = [words(head) for head in row.heads]
    rows = []
    for line in lines:
        mark = new(line, words, changed)
        first, *others = line.cells
        cells = [
            el("td", cell, data_label=name, class_="flag" if index in line.flagged else None)
            for index, (name, cell) in enumerate(zip(names[1:], others, strict=True), 1)
        ]
        rows.append(el("tr", el("th", first, " " if mark else None, mark, scope="row"), *cells))
    table = el(
        "table",
        el("thead", el("tr", *(el("th", name, scope="col") for name in names))),
        el("tbody", *rows),
        class_="rows",
    )
    return el("div", table, class_="scroll", tabindex="0", role="region", aria_label=title)


def _list(_row: Section, _title: str, lines: tuple[Line, ...], words: Words, changed: Container[str]) -> Html:
    rows = []
    for line in lines:
        first, *small = line.cells
        mark = new(line, words, changed)
        name = el("strong", first) if line.strong else first
        under = [el("p", text, class_="soft small") for text in small if text]
        rows.append(el("li", name, " " if mark else None, mark, *under))
    return el("ul", *rows, class_="pairs")


def _nothing(words: Words) -> Html:
    return el("p", words("nothing"), class_="soft")
