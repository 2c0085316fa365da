"""The card on paper: what may stand there, which version it is, and the PDF, made beside the event loop.

What is labelled NOPAT stands on no paper, whoever prints: paper is read by others than the one who asked (design §4).
Nor does what waits to be told her, but on the ward's page.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

from app.access.caller import LAY
from app.clock import OSLO
from app.fhir.codes import KEPT_FROM_HER, NOPAT
from app.interactions.context import Answer, Context
from app.mapping.private_items import PRIVATE
from app.pregnancy.card import Card, View
from app.pregnancy.rules import Finding
from app.render.sheet import Printed
from app.store.resources import Stored

PDF = "application/pdf"
_AT_ONCE = 2  # printers of one worker; others wait, and the event loop serves


def kept(form: str) -> frozenset[str]:
    """The labels of what does not stand on this paper. The ward's page goes from hand to hand with her in labour, and a
    result that waits to be told her is needed there; the others she carries home.
    """
    return frozenset({NOPAT}) if form == "emergency" else KEPT_FROM_HER


def without_secrets(card: Card, found: Sequence[Stored], labels: frozenset[str]) -> Card:
    """``card`` as if nothing with these labels were recorded: no trace is left that something was taken away."""
    gone = {f"{row.type}/{row.id}" for row in found if not row.labels.isdisjoint(labels)}

    def stands(row: Finding) -> bool:
        return NOPAT not in row.labels and gone.isdisjoint(row.inputs)

    return replace(
        card,
        facts=card.facts.only(lambda fact: NOPAT not in fact.labels and fact.source not in gone),
        findings=tuple(filter(stands, card.findings)),
        closed=tuple(filter(stands, card.closed)),
    )


def screen_only(whole: Card, reader: View, found: Sequence[Stored]) -> bool:
    """Whether the page of a clinician shows what must stand on no paper; that violence was denied stands on no page."""
    found_of = (
        *(row.inputs for row in (*reader.findings, *reader.closed)),
        *(row.inputs for row in reader.contradictions),
    )
    told = {name for inputs in found_of for name in inputs}
    asked = {fact.source for item in PRIVATE for fact in whole.facts.by_kind.get(item, ())}
    silent = {name for name in asked - told if name.startswith("Observation/")}
    return any(row.visible and NOPAT in row.labels and f"{row.type}/{row.id}" not in silent for row in found)


def version(found: Sequence[Stored]) -> str:
    """Which state of the card this is: when something the reader sees was last recorded, and a digest of it all."""
    rows = sorted((row.type, row.id, row.version) for row in found if row.visible)
    if not rows:
        return ""
    last = max(row.updated for row in found if row.visible).astimezone(OSLO)
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:8].upper()
    return f"{last:%Y-%m-%d %H:%M:%S} {digest}"


def name(context: Context) -> str:
    """Who asks, as the sheet names her; empty for a woman whose token has no name."""
    caller = context.caller
    if caller.role in LAY:
        return caller.name
    return ", ".join(filter(None, (caller.name or caller.role.value, caller.organization_name)))


@cache
def _printers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="paper")


async def printed(views: Sequence[tuple[View, Printed]], language: str, file: str) -> Answer:
    """The sheets of ``views`` in one PDF."""
    from app.render.pdf import sheets  # noqa: PLC0415 (who serves no paper does not load the typesetter)

    made = await asyncio.get_running_loop().run_in_executor(_printers(), sheets, views, language)
    headers = {
        "Content-Language": language,
        "Content-Disposition": f'inline; filename="helsekort-{file[:8]}.pdf"',
        "Cache-Control": "no-store",
    }
    return Answer(200, made, headers, PDF)
