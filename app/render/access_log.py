"""Her access log (*innsynslogg*) as a page without script, and as a table of comma-separated values.

Pasientjournalloven § 18; https://www.w3.org/TR/WCAG22/; https://www.rfc-editor.org/rfc/rfc4180. Organisation first, the
person where the rule allows it, what and why in words; emergency access and refusals are marked by words, not by colour.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.clock import OSLO
from app.mapping import audit_words
from app.mapping.audit_occasions import Occasion
from app.pregnancy.tongues import ORDER
from app.render.access_phrases import ACCESS, RULES
from app.render.html import head
from app.render.leaving import leave
from app.render.markup import Html, el
from app.render.words import TABLES, Words

CSV_COLUMNS = (
    "when", "until", "organization", "orgnr", "person", "role", "what", "why", "rule", "result", "emergency", "times",
    "question", "answer", "events",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula


@dataclass(frozen=True, slots=True)
class Log:
    """What is drawn.

    ``earlier``  the address of older rows; empty: there are none.
    ``name_days``  after how many days persons are named.
    ``asked``  event → her questions to it, each with its answer or nothing.
    """

    occasions: Sequence[Occasion]
    at: datetime
    earlier: str = ""
    name_days: int = 0
    asked: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """One occasion in words of one language."""

    occasion: Occasion
    language: str
    name_days: int

    def say(self, key: str, **values: str) -> str:
        """A word of the table."""
        return ACCESS[key][ORDER.index(self.language)].format(**values)

    @property
    def organization(self) -> str:
        """The organisation, or what did it where that is none."""
        asked = self.occasion.last.request
        if asked.get("organizationName"):
            return str(asked["organizationName"])
        return (
            self.role if asked.get("role") == "citizen" else self.say("own") if not self.orgnr else self.orgnr
        )

    @property
    def orgnr(self) -> str:
        """The number of the point of care."""
        return next(iter(self.occasion.last.request.get("organizations") or ()), "")

    @property
    def role(self) -> str:
        """Profession or role."""
        return audit_words.role(self.occasion.last.request, self.language)

    @property
    def person(self) -> str:
        """The name, or when it can be read."""
        line = self.occasion.last
        if not line.named:
            return self.say("later", days=str(self.name_days))
        return "" if line.request.get("role") == "system" else str(line.request.get("name", ""))

    @property
    def what(self) -> str:
        """What was looked at."""
        return ", ".join(self.occasion.kinds(self.language))

    @property
    def why(self) -> str:
        """The purpose that was attested."""
        row = audit_words.PURPOSES.get(self.occasion.last.request.get("purpose", ""))
        return row[ORDER.index(self.language)] if row else self.say("no-purpose")

    @property
    def rule(self) -> str:
        """The rules in words, each once."""
        at = ORDER.index(self.language)
        found = (max(filter(name.startswith, RULES), key=len, default="") for name in self.occasion.rules())
        return "; ".join(dict.fromkeys(RULES[key][at] for key in found if key))

    @property
    def result(self) -> str:
        """Given or refused."""
        return self.say("refused" if self.occasion.last.refused else "given")


def _told(log: Log, language: str) -> Iterator[Told]:
    for occasion in log.occasions:
        yield Told(occasion, language, log.name_days)


def page(log: Log, language: str) -> str:
    """The page in ``language`` (``nb``, ``nn``, ``en``; any other reads as ``nb``)."""
    words = Words(language if language in TABLES else "nb")
    say = {key: row[ORDER.index(words.language)] for key, row in ACCESS.items()}
    rows = [_occasion(told, words, log) for told in _told(log, words.language)]
    top = el("div", el("p", say["kicker"], class_="kicker"), el("h1", say["title"]))
    intro = el("section", el("p", say["lead"]), el("p", say["wrong"], class_="soft"), class_="wide")
    body = el(
        "body",
        el("a", say["skip"], href="#log", class_="skip"),
        leave(words("leave")),
        el("header", el("div", top, class_="wrap"), class_="top"),
        el(
            "main",
            intro,
            *(rows or [el("section", el("p", say["nothing"]), class_="wide")]),
            _earlier(log, say),
            class_="wrap",
            id="log",
            tabindex="-1",
        ),
        el("footer", el("p", say["made"].format(when=words.clock(log.at))), class_="wrap"),
    )
    return "<!doctype html>\n" + el("html", head(words("unremarkable")), body, lang=words.language)


def _earlier(log: Log, say: Mapping[str, str]) -> Html | None:
    """That there is more, and where: the page before this one in time."""
    if not log.earlier:
        return None
    link = el("a", say["earlier"], href=log.earlier, rel="next")
    return el("section", el("p", say["more"]), el("p", link), class_="wide")


def _span(occasion: Occasion, words: Words) -> str:
    """From the first event to the last, where they are minutes or days apart."""
    first, last = occasion.first.at.astimezone(OSLO), occasion.last.at.astimezone(OSLO)
    began, ended = words.clock(first), words.clock(last)
    if began == ended:
        return began
    if first.date() != last.date():
        return f"{began} – {ended}"
    return f"{began}–{last:%H:%M}" if words.language == "en" else f"{began}–{last:%H.%M}"


def _occasion(told: Told, words: Words, log: Log) -> Html:
    occasion = told.occasion
    mark = "emergency" if occasion.last.emergency else "refused" if occasion.last.refused else ""
    kind = "alarm" if mark == "emergency" else "task" if mark else "information"
    facts = (
        ("person", told.person),
        ("role", told.role),
        ("what", told.what),
        ("why", told.why),
        ("rule", told.rule),
    )
    rows = [el("li", el("strong", f"{told.say(key)}: "), value) for key, value in facts if value]
    each = [el("li", line.sentence(told.language)) for line in occasion.lines]
    return el(
        "section",
        el(
            "div",
            el("p", told.say(mark), class_="mark") if mark else None,
            el("h2", told.organization),
            el("p", _span(occasion, words), class_="when"),
            class_=f"finding {kind}",
        ),
        el("ul", *rows, class_="pairs"),
        *_questions(told, log),
        el(
            "details",
            el("summary", told.say("each", count=str(len(each)))),
            el("ul", *each, class_="pairs small"),
        ),
        class_="wide",
    )


def _questions(told: Told, log: Log) -> Iterator[Html]:
    """What she asked about these events, and what was answered."""
    for line in told.occasion.lines:
        for question, answer in log.asked.get(line.id, ()):
            yield el("p", el("strong", f"{told.say('question')}: "), question, class_="since")
            yield el(
                "p", el("strong", f"{told.say('answer')}: "), answer or told.say("waits"), class_="since"
            )


def table(log: Log, language: str) -> str:
    """One line for each occasion, with a header; the times are ISO 8601 with the offset of Oslo."""
    language = language if language in TABLES else "nb"
    at = ORDER.index(language)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([ACCESS[name][at] for name in CSV_COLUMNS])
    for told in _told(log, language):
        occasion = told.occasion
        cells = [
            *(line.at.astimezone(OSLO).isoformat(timespec="seconds") for line in (occasion.first, occasion.last)),
            told.organization, told.orgnr, told.person, told.role, told.what, told.why, told.rule, told.result,
            told.say("emergency") if occasion.last.emergency else "", str(len(occasion.lines)),
            *(" / ".join(pair[at] for line in occasion.lines for pair in log.asked.get(line.id, ())) for at in (0, 1)),
            " ".join(line.id for line in occasion.lines),
        ]  # fmt: skip
        writer.writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in cells])
    return file.getvalue()
