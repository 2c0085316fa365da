"""The card as one HTML page: alarms first, readable in a minute, complete without script or network.

https://www.w3.org/TR/WCAG21/. The page holds nothing but the view it is given: what a reader may not see never
reaches this module.
"""

from datetime import datetime

from app.pregnancy.card import View
from app.render import summary, tables
from app.render.markup import Html, el, joined
from app.render.style import CSS
from app.render.words import TABLES, Words


def page(view: View, *, language: str = "nb", audience: str, printed_at: datetime, base_url: str) -> str:
    """The page of ``view`` in ``language`` (``nb``, ``nn``, ``en``; any other reads as ``nb``)."""
    if audience != view.audience:
        raise ValueError("The view was made for another audience")
    words = Words(language if language in TABLES else "nb")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="robots", content="noindex"),
        el("title", words("card")),
        el("style", Html(CSS)),
    )
    body = el(
        "body",
        el("a", words("skip"), href="#card", class_="skip"),
        summary.header(view, words),
        el("main", *_main(view, words, printed_at), class_="wrap", id="card"),
        _footer(words, printed_at, base_url),
    )
    return "<!doctype html>\n" + el("html", head, body, lang=words.language)


def _main(view: View, words: Words, now: datetime) -> list[Html]:
    left = joined(tables.laboratory(view, words), tables.birth_plan(view, words))
    right = joined(
        tables.health(view, words),
        tables.care_team(view, words),
        tables.closed(view, words),
    )
    return [
        summary.urgent(view, words, now),
        *filter(None, [tables.outcome(view, words)]),
        summary.term(view, words),
        summary.visits(view, words),
        tables.measurements(view, words),
        tables.consultations(view, words),
        el("div", left, class_="left"),
        el("div", right, class_="right"),
    ]


def _footer(words: Words, now: datetime, base_url: str) -> Html:
    lines = [el("p", words("printed", when=words.clock(now))), el("p", words("source", url=base_url))]
    return el("footer", *lines, class_="wrap")
