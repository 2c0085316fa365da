"""The printed card as data: what ``card.typ`` sets on two A4 pages that a midwife knows from the paper card.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide. The view that is given holds nothing that must not
stand on paper; nothing of this data is ever read as markup (``pdf.py``).
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.pregnancy.card import View
from app.pregnancy.rules import Finding
from app.render import summary
from app.render.charts import CHARTED, SMALL, TALL, banded, caption, drawing, legend, told
from app.render.loss import help_of, lost
from app.render.section import Line, Section
from app.render.sections import SECTIONS
from app.render.words import Words

Json = dict[str, Any]
LONG = re.compile(r"\S{36}(?=\S)")  # what has no place to be broken gets one


@dataclass(frozen=True, slots=True)
class Printed:
    """Who made the sheet, when, and of which version of the card; ``form`` is ``clinician``, ``citizen`` or ``emergency``."""

    form: str
    by: str
    at: datetime
    version: str


def narrowed(view: View, printed: Printed) -> View:
    """What the form has room for: the ward's page holds what asks for action, on one sheet."""
    if printed.form != "emergency":
        return view
    return replace(view, findings=tuple(row for row in view.findings if row.kind != "information"))


def sheet(view: View, words: Words, printed: Printed) -> Json:
    """Everything on the sheets of one card."""
    view = narrowed(view, printed)
    big, small = summary.age(view, words)
    who = view.described.who
    return {
        "form": printed.form,
        "kicker": words("emergency" if printed.form == "emergency" else "card"),
        "name": who.name if who and who.name else words("card"),
        "bearer": ", ".join(filter(None, (who.name, summary.grouped(who.identifier)))) if who else "",
        "facts": [list(row) for row in summary.identity(view, words)],
        "age": big,
        "due": small,
        "first": words("first"),
        "findings": [_finding(row, view, words, printed) for row in view.findings],
        "none": "" if view.findings else words.heading("no-findings", view.audience),
        "partly": "" if view.assessable("findings") else words("not-assessable"),
        "needs": [
            {"text": summary.need(row, words), "strong": summary.tone(row) == "danger"} for row in view.needs
        ],
        "help": help_of(view, words),
        "expecting": not lost(view),
        "term": _term(view, words),
        "visits": _visits(view, words),
        "measured": words.heading("measurements", printed.form),
        "latest": [_latest(row, words) for row in view.described.measurements],
        "charts": _charts(view, words),
        "sections": [found for row in SECTIONS if (found := _section(row, view, words, printed.form))],
        **_about(words, printed),
    }


def _about(words: Words, printed: Printed) -> Json:
    """What the sheet says of itself."""
    hers = "citizen" if printed.form == "citizen" else "clinician"
    return {
        "printed": words("printed-by", by=printed.by or words("herself"), when=words.clock(printed.at)),
        "not-journal": words("paper"),
        "version": words("version", version=printed.version),
        "code": printed.version,
        "page": words("page"),
        "legend": legend(words),
        "hand": {"title": words.heading("by-hand", printed.form), "text": words(f"by-hand-{hers}")},
    }


def _finding(row: Finding, view: View, words: Words, printed: Printed) -> Json:
    """An alarm, task or notice as it stands on the page."""
    told_ = summary.told(row, view, words, printed.at)
    if told_["next"]:
        told_["next"] = f"{words('next-step')}: {told_['next']}"
    return {"kind": row.kind, "mark": f"{summary.MARKS[row.kind]} {words(row.kind)}", **told_}


def _term(view: View, words: Words) -> Json:
    found: Json = {"title": words("term"), "date": "", "why": "", "others": []}
    if not view.assessable("term"):
        return found | {"why": words("not-assessable")}
    if view.term is None:
        return found | {"why": words("no-term")}
    others = [text for text, _ in summary.others(view.term, words)]
    return found | {"date": words.date(view.term.due), "why": words.why(view.term.chosen), "others": others}


def _visits(view: View, words: Words) -> Json:
    rows = [*view.overdue, *view.due, *([view.next] if view.next else [])]
    return {
        "title": words.heading("visits", view.audience),
        "rows": [
            {"name": words.phrase(row.visit.title), "when": summary.when(row, words), "late": row.state == "overdue",
             "content": ", ".join(map(words.phrase, row.content))}
            for row in rows
        ],
        "none": "" if rows else words("no-visits") if view.assessable("programme") else words("not-assessable"),
    }  # fmt: skip


def _latest(row: Any, words: Words) -> Json:
    return {
        "name": words(row.kind) + (f" {row.fetus}" if row.fetus else ""),
        "value": "/".join(map(words.number, row.latest.values)),
        "unit": row.unit,
        "date": words.date(row.latest.day),
    }


def _charts(view: View, words: Words) -> list[Json]:
    return [
        {"name": caption(row, words), "band": banded(row, view, words), "told": told(row, words), "svg": svg,
         "tall": drawing(row, view, words, TALL), "small": drawing(row, view, words, SMALL)}
        for row in view.described.measurements
        if row.kind in CHARTED and (svg := drawing(row, view, words))
    ]  # fmt: skip


def _section(row: Section, view: View, words: Words, form: str) -> Json | None:
    lines = tuple(row.lines(view, words))
    if not row.stands(view, form, lines):
        return None
    return {
        "title": words.heading(row.title, form),
        "place": row.place,
        "heads": [words(head) for head in row.heads],
        "lines": [_line(line) for line in lines],
        "most": row.most or len(lines),
        "partly": words("partly") if row.withheld(view) else "",
    }


def _line(line: Line) -> Json:
    return {"cells": line.cells, "flagged": sorted(line.flagged), "strong": line.strong}


def breakable(node: Any) -> Any:
    """``node`` with places to break in words that no line can hold."""
    if isinstance(node, str):
        return node if node.startswith("<svg") else LONG.sub("\\g<0>\u200b", node)
    if isinstance(node, dict):
        return {key: breakable(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [breakable(value) for value in node]
    return node
