"""How the card speaks: bokmål, nynorsk or English, dates and numbers as each language writes them.

https://lovdata.no/lov/2021-05-21-42 (språklova). Texts that a rule, a visit or a due date needs come from the core
in bokmål; the other languages translate them by id, and a test holds every table complete.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import ModuleType

from app.pregnancy import term
from app.pregnancy.facts import ALWAYS, OSLO
from app.pregnancy.rules import Finding
from app.pregnancy.term import Candidate
from app.pregnancy.tongues import ORDER, called
from app.render import (
    rule_texts_en,
    rule_texts_nn,
    rule_words_en,
    rule_words_nn,
    words_en,
    words_nb,
    words_nn,
)
from app.render.birth_words import BIRTH_WORDS
from app.render.phrases import PHRASES
from app.render.spoken import said

TABLES: Mapping[str, ModuleType] = {"nb": words_nb, "nn": words_nn, "en": words_en}
BESIDE = PHRASES | BIRTH_WORDS
DAY = re.compile(r"\b(\d\d)\.(\d\d)\.(\d{4})\b")  # as a rule writes it
# Rules that do not stand in TABLES: title and what she is told, and what clinicians read.
TOLD = {"nn": rule_words_nn.RULES, "en": rule_words_en.RULES}
TEXTS = {"nn": rule_texts_nn.TEXTS, "en": rule_texts_en.TEXTS}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: str

    def __call__(self, key: str, **values: str) -> str:
        row = BESIDE.get(key)
        text: str = row[ORDER.index(self.language)] if row else TABLES[self.language].WORDS[key]
        return text.format(**values) if values else text

    def heading(self, key: str, form: str) -> str:
        """A title, as it is said to her where it is said in another way."""
        hers = f"her-{key}"
        return self(hers if form == "citizen" and hers in PHRASES else key)

    def date(self, day: date) -> str:
        """A day as it is written; nothing for what was recorded without one."""
        if day == ALWAYS.date():
            return ""
        months = TABLES[self.language].MONTHS
        return f"{day.day} {months[day.month - 1]} {day.year}" if months else f"{day:%d.%m.%Y}"

    def clock(self, moment: datetime) -> str:
        """Day and time; the day alone for what was recorded without a time."""
        local = moment.astimezone(OSLO)
        if local.time() == time():
            return self.date(local.date())
        hour = f"{local:%H:%M}" if self.language == "en" else f"kl. {local:%H.%M}"
        return f"{self.date(local.date())} {hour}"

    def number(self, value: float | None, *, signed: bool = False) -> str:
        if value is None:
            return "–"
        text = f"{value:+g}" if signed else f"{value:g}"
        return (text if self.language == "en" else text.replace(".", ",")).replace("-", "−")

    def said(self, written: str) -> str:
        """An analysis, its answer or a role as this language says it; what is not known as it was written."""
        return said(written, self.language)

    def phrase(self, words: str) -> str:
        """A visit's title or content."""
        table = TABLES[self.language]
        return words if table is words_nb or words in table.SAME else str(table.PHRASES[words])

    def title(self, finding: Finding) -> str:
        """What the finding is called, with the fetus that it is of."""
        table = TABLES[self.language]
        if table is words_nb:
            return finding.named
        known = TOLD[self.language].get(finding.rule)
        title = known[0] if known else str(table.RULES[finding.rule][0])
        of = self("fetus", name=finding.fetus or "")
        return f"{title} ({of[0].lower()}{of[1:]})" if finding.fetus else title

    def finding(self, finding: Finding, *, citizen: bool) -> str:
        """What the reader is told; numbers and dates in it are those that the rule wrote."""
        table = TABLES[self.language]
        if table is words_nb:
            return (finding.told or "") if citizen else finding.text
        known = TOLD[self.language].get(finding.rule)
        if known:
            (_, told), text = known, TEXTS[self.language][finding.rule]
        else:
            _, text, told = table.RULES[finding.rule]
        values = {name: self._value(name, value) for name, value in finding.values}
        return (told or "") if citizen else str(text).format_map(values)

    def _value(self, name: str, written: str) -> str:
        """A value that a rule wrote: a visit's title or a language in this language, a day or number as it is written there."""
        if name == "language":
            return called(self.said(written), self.language)
        if written in TABLES[self.language].PHRASES:
            return self.phrase(written)
        if self.language != "en":
            return written
        days = DAY.sub(lambda day: self.date(date(*map(int, reversed(day.groups())))), written)
        return re.sub(r"(\d),(\d)", r"\1.\2", days)

    def why(self, row: Candidate) -> str:
        """The ground of a due date, and what must be known about it."""
        table = TABLES[self.language] if self.language != "nb" else term
        on, basis = self.date(row.on), self.date(row.basis or row.on)
        parts = [str(table.WHY[row.method]).format(on=on, basis=basis, reason=row.reason)]
        if row.converted is not None:
            parts.append(str(table.CONVERTED).format(length=row.converted))
        if not row.confirmed:
            parts.append(str(table.UNCONFIRMED))
        return ". ".join(parts)
