"""Cards of decision support: a finding, a visit that is due or advice on an order, as CDS Hooks 2.0 writes it.

https://cds-hooks.hl7.org/2.0/#card-attributes. Words are those of the card in the reader's language.
"""

import re
import uuid
from typing import Any, Final

from app.fhir.codes import CANONICAL
from app.mapping.order_codes import suggested
from app.pregnancy.orders import Advice, Order
from app.pregnancy.programme import VisitState
from app.pregnancy.rule_table import BY_ID
from app.pregnancy.rules import Finding
from app.pregnancy.sources import address
from app.render.words import Words

Json = dict[str, Any]
INDICATORS: Final = {"alarm": "critical", "task": "warning", "information": "info"}
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
OVERRIDES: Final = (("MEDPREC", "cds-medical"), ("PATOBJ", "cds-her-choice"))  # code, its words
LONGEST: Final = 139  # letters of a summary, fewer than 140
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")  # what GitHub Flavored Markdown reads as more than itself


def of_finding(row: Finding, patient: str, words: Words) -> Json:
    """What a rule found."""
    title = words.title(row)
    detail = f"{plain(words.finding(row, citizen=False))}\n\n{words('cds-deadline', when=words.clock(row.deadline))}"
    card = _card(row.key, title, INDICATORS[row.kind], row.source, detail)
    order = suggested(row.rule, patient, title)
    if order is not None:
        label = words("cds-order", what=title)
        action = {"type": "create", "description": label, "resource": order}
        card["suggestions"] = [{"label": label, "uuid": _uuid(f"{row.key}/order"), "actions": [action]}]
        card["selectionBehavior"] = "any"
    card["overrideReasons"] = [
        {"system": ACT_REASON, "code": code, "display": words(key)} for code, key in OVERRIDES
    ]
    return card


def of_visit(row: VisitState, words: Words, key: str) -> Json:
    """A visit of the programme that is due or overdue, and what it holds."""
    title = words.phrase(row.visit.title)
    detail = "\n".join(f"* {plain(words.phrase(line))}" for line in row.content)
    summary = words(f"cds-visit-{row.state}", what=title, until=words.date(row.closes))
    return _card(f"{key}/{row.visit.id}", summary, "info", row.visit.source, detail)


def of_advice(row: Advice, order: Order, words: Words, key: str) -> Json:
    """What is said of an order."""
    summary, _, detail = words(row.key, **dict(row.values)).partition("\n")
    card = _card(
        f"{key}/{row.key}", summary, "warning" if row.warns else "info", BY_ID[order.rule].source, detail
    )
    card["overrideReasons"] = [
        {"system": ACT_REASON, "code": code, "display": words(name)} for code, name in OVERRIDES
    ]
    return card


def plain(text: str) -> str:
    """``text`` so that Markdown reads it as it stands: a fetus may bear any name."""
    return _MARKDOWN.sub(r"\\\1", text)


def _card(key: str, summary: str, indicator: str, source: str, detail: str) -> Json:
    url = address(source)
    card: Json = {
        "uuid": _uuid(key),
        "summary": summary if len(summary) <= LONGEST else f"{summary[: LONGEST - 1]}…",
        "indicator": indicator,
        "source": {"label": source, **({"url": url} if url else {})},
    }
    return card | {"detail": detail} if detail else card


def _uuid(key: str) -> str:
    """The same card of the same findings bears the same id, so that feedback on it can be told."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{CANONICAL}/cds/{key}"))
