"""The upper part of the page: what must be done, how far along she is, which visits are next.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Container
from datetime import datetime

from app.pregnancy.card import UNTOLD, View
from app.pregnancy.course import CLOSED, LOSS, POSTPARTUM
from app.pregnancy.gestation import POST_TERM, SECOND_TRIMESTER, THIRD_TRIMESTER
from app.pregnancy.needs import Need
from app.pregnancy.programme import VisitState
from app.pregnancy.rules import Finding
from app.pregnancy.term import Term
from app.pregnancy.tongues import called
from app.render.loss import help_of
from app.render.markup import Html, el, joined
from app.render.words import Words

MARKS = {"alarm": "▲", "task": "●", "information": "i"}
DANGERS = frozenset({"allergy", "condition"})
SYMBOLS = {
    "overdue": "!",
    "due": "●",
    "upcoming": "○",
    "done": "✓",
    "missed": "–",
    "skipped": "×",
    "withheld": "?",
}


def withheld(words: Words, *, key: str = "not-assessable") -> Html:
    return el("p", words(key), class_="withheld")


def identity(view: View, words: Words) -> list[tuple[str, str]]:
    """Who she is, as names and values."""
    who = view.described.who
    if who is None:
        return []
    interpreter = f"({words('interpreter').lower()})" if who.interpreter else ""
    rows = [
        (words("born"), words.date(who.birth_date) if who.birth_date else ""),
        (words("number"), grouped(who.identifier)),
        (words("phone"), who.phone),
        (words("language"), " ".join(filter(None, (called(who.language, words.language), interpreter)))),
    ]
    return [(name, value) for name, value in rows if value]


def header(view: View, words: Words, title: str = "card") -> Html:
    """Who she is and how far along, in the first line of sight."""
    who = view.described.who
    rows = identity(view, words)
    facts = [el("div", el("dt", name), el("dd", value)) for name, value in rows]
    person = el(
        "div",
        el("p", words(title), class_="kicker"),
        el("h1", who.name if who and who.name else words("card")),
        el("dl", *facts) if facts else None,
    )
    big, small = age(view, words)
    far = el(
        "div", el("strong", big), el("span", small) if small else None, class_="age" if small else "age told"
    )
    return el("header", el("div", person, far, class_="wrap"), _track(view), class_="top")


def grouped(number: str) -> str:
    """A national identity number is read as date and five digits."""
    return f"{number[:6]} {number[6:]}" if number.isdigit() and len(number) == len("01010012345") else number


def age(view: View, words: Words) -> tuple[str, str]:
    """How far along she is, in large and in small letters."""
    due = words("due", date=words.date(view.term.due)) if view.term else ""
    if view.stage in {LOSS, CLOSED}:
        return words("loss" if view.stage == LOSS else "closed"), ""
    if view.stage == POSTPARTUM:
        born = max(row.day for row in view.described.outcomes)
        return words("postpartum"), words("days-after", days=str((view.today - born).days))
    if not view.assessable("age"):
        return "–", words("not-assessable")
    if view.age is None:
        return "–", ". ".join(filter(None, (words("unknown-age"), due)))
    trimester = words("trimester", number=str(view.age.trimester))
    return words("week", age=view.age.short), f"{trimester}. {due}".replace("..", ".")


def _track(view: View) -> Html | None:
    """The pregnancy as a bar with the trimesters marked; the numbers above say the same in words."""
    if view.age is None or view.stage != "pregnant":
        return None
    share = min(view.age.days / POST_TERM, 1)
    marks = [el("b", style=f"left:{days / POST_TERM:.1%}") for days in (SECOND_TRIMESTER, THIRD_TRIMESTER)]
    return el("div", el("i", style=f"width:{share:.1%}"), *marks, class_="track", aria_hidden="true")


def urgent(view: View, words: Words, now: datetime, changed: Container[str] = ()) -> Html:
    """Findings, then what whoever opens the card must know."""
    hidden = None if view.assessable("findings") else withheld(words)
    found = [finding(row, view, words, now, changed) for row in view.findings]
    empty = None if found or hidden else el("p", words.heading("no-findings", view.audience), class_="soft")
    help_ = el("p", said, class_="help") if (said := help_of(view, words)) else None
    return el(
        "section", el("h2", words("first")), hidden, *found, empty, _needs(view, words), help_, class_="wide"
    )


def told(row: Finding, view: View, words: Words, now: datetime) -> dict[str, str | bool]:
    """What is said of a finding: its title, what to do, until when, and on what it rests."""
    late = row.deadline < now
    timed = view.audience == "clinician" and row.kind != "information"
    when_ = words("late" if late else "deadline", when=words.clock(row.deadline)) if timed else ""
    ground = words("based-on", when=words.clock(row.first_seen))
    if not row.confirmed:
        ground += ". " + words.heading("self-reported", view.audience)
    hers = view.audience == "citizen"
    if not hers and UNTOLD in row.labels:
        ground += ". " + words("untold")
    text, follows = words.finding(row, citizen=hers), words(f"next-{row.kind}") if hers else ""
    return {
        "title": words.title(row),
        "text": text,
        "when": when_,
        "late": timed and late,
        "ground": ground,
        "next": follows,
    }


def finding(row: Finding, view: View, words: Words, now: datetime, changed: Container[str] = ()) -> Html:
    said = told(row, view, words, now)
    is_new = any(source in changed for source in row.inputs)
    return el(
        "article",
        el("p", f"{MARKS[row.kind]} {words(row.kind)} ", el("span", words("new"), class_="new") if is_new else None,
           class_="mark"),
        el("h3", str(said["title"])),
        el("p", str(said["text"])),
        el("p", str(said["when"]), class_="late" if said["late"] else "when") if said["when"] else None,
        el("p", el("strong", words("next-step"), ": "), str(said["next"])) if said["next"] else None,
        el("p", str(said["ground"]), class_="soft small"),
        class_=f"finding {row.kind}",
    )  # fmt: skip


def _needs(view: View, words: Words) -> Html | None:
    rows = [el("li", need(row, words), class_=tone(row)) for row in view.needs]
    return el("ul", *rows, class_="needs") if rows else None


def need(row: Need, words: Words) -> str:
    detail = words.phrase(row.detail) if row.visit else words.said(row.detail)
    if row.kind == "interpreter":
        detail = called(detail, words.language)
    return words(f"need-{row.kind}", detail=detail).rstrip(": ")


def tone(row: Need) -> str | None:
    return "danger" if row.kind in DANGERS else None if row.kind == "due-visit" else "watch"


def term(view: View, words: Words) -> Html:
    """The due date, why it is that one, and every other date that was stated."""
    title = el("h2", words("term"))
    if not view.assessable("term"):
        return el("section", title, withheld(words), class_="half")
    if view.term is None:
        return el("section", title, el("p", words("no-term"), class_="soft"), class_="half")
    line = el(
        "p",
        el("strong", words.date(view.term.due)),
        " ",
        el("span", words.why(view.term.chosen)),
        class_="term",
    )
    return el("section", title, line, _others(view.term, words), class_="half")


def others(term: Term, words: Words) -> list[tuple[str, str]]:
    """Every other date that was stated, each with how far it is from the one that counts."""
    before = term.changed_from
    rows = [(words("changed", date=words.date(before.due), why=words.why(before)), "")] if before else []
    for row in term.alternatives:
        if row is not before:
            apart = words("days-apart", days=words.number((row.due - term.due).days, signed=True))
            text = words("not-used", date=words.date(row.due), why=words.why(row))
            rows.append((text, apart if row.due != term.due else ""))
    return rows


def _others(term: Term, words: Words) -> Html | None:
    was = 1 if term.changed_from else 0
    rows = [
        el("li", text, el("span", f" {apart}", class_="soft") if apart else None,
           class_="changed" if index < was else None)
        for index, (text, apart) in enumerate(others(term, words))
    ]  # fmt: skip
    return el("ul", *rows, class_="others small") if rows else None


def visits(view: View, words: Words) -> Html:
    """What is overdue, due and next; the whole programme behind a fold."""
    upcoming = [view.next] if view.next else []
    first = [*view.overdue, *view.due, *upcoming]
    rest = [row for row in view.programme if row not in first]
    fold = None
    if rest:
        lines = el("ul", *(_visit(row, words) for row in rest), class_="visits")
        fold = el("details", el("summary", words("earlier")), lines)
    body = el("ul", *(_visit(row, words, content=True) for row in first), class_="visits")
    none = el("p", words("no-visits"), class_="soft") if not first and view.assessable("programme") else None
    hidden = None if view.assessable("programme") else withheld(words)
    return el(
        "section",
        el("h2", words.heading("visits", view.audience)),
        hidden,
        body if first else none,
        fold,
        class_="half",
    )


def when(row: VisitState, words: Words) -> str:
    """Where a visit stands in time."""
    times = {
        "overdue": words("overdue", date=words.date(row.closes)),
        "due": words("due-now", date=words.date(row.closes)),
        "upcoming": words("upcoming", date=words.date(row.opens)),
        "skipped": words("skipped", reason=row.reason),
    }
    return times.get(row.state) or words(row.state)


def _visit(row: VisitState, words: Words, *, content: bool = False) -> Html:
    held = joined(", ".join(map(words.phrase, row.content))) if content else None
    return el(
        "li",
        el("span", SYMBOLS[row.state], aria_hidden="true"),
        el(
            "div",
            el("h3", words.phrase(row.visit.title)),
            el("p", when(row, words), class_="small"),
            el("p", held, class_="soft small") if held else None,
        ),
        class_={"overdue": "overdue", "due": "now"}.get(row.state),
    )
