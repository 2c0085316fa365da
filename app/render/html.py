"""The card as one HTML page: alarms first, readable in a minute, complete without script or network.

https://www.w3.org/TR/WCAG22/. The page holds nothing but the view it is given: what a reader may not see never
reaches this module.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.pregnancy.card import View
from app.render import summary, tables
from app.render.elsewhere_section import opening
from app.render.leaflets import offered
from app.render.leaving import leave
from app.render.loss import lost
from app.render.markup import Html, el
from app.render.sections import SECTIONS
from app.render.sheet import Printed, narrowed
from app.render.style import CSS
from app.render.words import TABLES, Words


@dataclass(frozen=True, slots=True)
class Changed:
    """What is marked: the records that are new or changed since ``since``."""

    since: datetime | None = None
    sources: frozenset[str] = frozenset()


NOTHING = Changed()


def page(
    view: View,
    printed: Printed,
    *,
    language: str = "nb",
    base_url: str,
    changed: Changed = NOTHING,
    screen_only: bool = False,
) -> str:
    """The page of ``view`` in ``language`` (``nb``, ``nn``, ``en``; any other reads as ``nb``).

    ``screen_only``: something on it must not stand on paper, so that a browser prints a notice in its place."""
    if printed.form != view.audience and (printed.form, view.audience) != ("emergency", "clinician"):
        raise ValueError("The view was made for another audience")
    view = narrowed(view, printed)
    words = Words(language if language in TABLES else "nb")
    title = "emergency" if printed.form == "emergency" else "card"
    hers = printed.form == "citizen"
    body = el(
        "body",
        el("a", words("skip"), href="#card", class_="skip"),
        leave(words("leave")) if hers else None,
        el("p", words("screen-only"), class_="paper") if screen_only else None,
        summary.header(view, words, title),
        el("main", *_main(view, words, printed, changed), class_="wrap", id="card", tabindex="-1"),
        _footer(words, printed, base_url),
        class_="screen" if screen_only else None,
    )
    return "<!doctype html>\n" + el(
        "html", head(words("unremarkable" if hers else title)), body, lang=words.language
    )


def head(title: str) -> Html:
    """The head of a page that needs nothing from elsewhere."""
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="robots", content="noindex"),
        el("title", title),
        el("style", Html(CSS)),
    )


def _main(view: View, words: Words, printed: Printed, changed: Changed) -> Iterator[Html | None]:
    if changed.since:
        yield _since(words, changed)
    yield opening(view, words)
    yield summary.urgent(view, words, printed.at, changed.sources)
    yield from _placed(view, words, printed.form, changed.sources, "first")
    if not lost(view):
        yield summary.term(view, words)
        yield summary.visits(view, words)
    yield tables.measurements(view, words, printed.form, changed.sources)
    yield from _placed(view, words, printed.form, changed.sources, "wide")
    for place in ("left", "right"):
        yield el("div", *_placed(view, words, printed.form, changed.sources, place), class_=place)
    if printed.form == "citizen":
        yield _leaflets(view, words)


def _placed(
    view: View, words: Words, form: str, changed: Container[str], place: str
) -> Iterator[Html | None]:
    return (tables.drawn(row, view, words, form, changed) for row in SECTIONS if row.place == place)


def _since(words: Words, changed: Changed) -> Html:
    when = words.clock(changed.since) if changed.since else ""
    text = words(
        "changed-since" if changed.sources else "unchanged-since", when=when, count=str(len(changed.sources))
    )
    return el("p", text, class_="wide since", role="status")


def _leaflets(view: View, words: Words) -> Html | None:
    rows = [
        el("li", el("a", title, href=url, rel="noreferrer"), el("p", languages, class_="soft small"))
        for title, url, languages in offered(view, words)
    ]
    if not rows:
        return None
    title = el("h2", words("leaflets"))
    return el("section", title, el("ul", *rows, class_="pairs"), class_="wide")


def _footer(words: Words, printed: Printed, base_url: str) -> Html:
    lines = [
        el("p", words("printed", when=words.clock(printed.at))),
        el("p", words("version", version=printed.version)) if printed.version else None,
        el("p", words("source", url=base_url)),
    ]
    return el("footer", *lines, class_="wrap")
