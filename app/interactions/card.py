"""``EpisodeOfCare/{id}/$card``: the card as FHIR document or as a page, each reader's own view.

Design §3 and §4: rules run on all facts; what is shown is what this reader may see.
"""

from collections import OrderedDict
from datetime import date, datetime, time
from typing import Any

from app import clock
from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Forbidden, NotAcceptable, NotFound
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.interactions.redaction import view as redact
from app.mapping.card_to_fhir import document
from app.mapping.facts_from_fhir import facts
from app.pregnancy.card import Card, View, fold, view_for
from app.pregnancy.facts import Facts
from app.render.html import page
from app.store.card import of_card
from app.store.resources import Stored

FORMATS = {
    "application/fhir+json": "document",
    "application/json": "document",
    "json": "document",
    "text/html": "page",
    "html": "page",
}
_EARLIEST, _LATEST = 2000, 2100
LANGUAGES = ("nb", "nn", "en")
_MOST_KNOWN = 128
_known: OrderedDict[Any, Facts] = OrderedDict()


def clinical_day(text: str | None, now: datetime) -> tuple[date, datetime]:
    """Clinical today and now: the clock's, or the day asked for (``asOf``). Raises BadRequest."""
    local = now.astimezone(clock.OSLO)
    if not text:
        return local.date(), local
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("asOf must be a date, YYYY-MM-DD", "asOf") from error
    if not _EARLIEST <= day.year <= _LATEST:
        raise BadRequest("asOf lies outside the time of any card", "asOf")
    if day == local.date():
        return day, local
    return day, datetime.combine(day, time(23, 59, 59), tzinfo=clock.OSLO)


def _facts(found: list[Stored]) -> Facts:
    """What ``found`` says. After a change several read the same card, and versions do not change: it is read once."""
    key = tuple((row.type, row.id, row.version, row.updated) for row in found)
    known = _known.pop(key, None) or facts(fhir_json.read(row.body) for row in found)
    if len(_known) >= _MOST_KNOWN:
        _known.popitem(last=False)
    _known[key] = known
    return known


def folded(found: list[Stored], context: Context, as_of: str | None) -> Card:
    """The card of what is stored."""
    today, now = clinical_day(as_of, context.entry.at)
    settings = context.house.settings
    return fold(
        _facts(found),
        today=today,
        now=now,
        precedence=settings.dating_precedence,
        off=settings.switched_off,
    )


def seen(card: Card, found: list[Stored], context: Context) -> View:
    """The view of this caller. What rows hide today (contacts, reasons of a visit) is no fact of the card."""
    visible = {f"{row.type}/{row.id}" for row in found if row.visible}
    audience = "citizen" if context.caller.role is Role.CITIZEN else "clinician"
    return view_for(card, visible=visible, audience=audience)  # type: ignore[arg-type]


async def card(context: Context, episode: str, *, as_of: str | None, wanted: str, language: str) -> Answer:
    """The card ``episode``. Raises FhirError."""
    scoped(context.caller, "read")
    kind = FORMATS.get(wanted)
    if kind is None:
        raise NotAcceptable("The card comes as application/fhir+json and text/html", "_format")
    clinical_day(as_of, context.entry.at)
    found, rule = await of_card(context.session, episode)
    if rule == "block.her-choice":
        raise Forbidden("She has chosen that you are not given access", "EpisodeOfCare")
    if not found:
        raise NotFound(f"There is no EpisodeOfCare/{episode[:64]}", "EpisodeOfCare")
    reader = seen(folded(found, context, as_of), found, context)
    language = language if language in LANGUAGES else "nb"
    if kind == "page":
        text = page(
            reader,
            language=language,
            audience=reader.audience,
            printed_at=context.entry.at,
            base_url=context.house.settings.base_url,
        )
        return Answer(200, text.encode(), {"Content-Language": language}, "text/html; charset=utf-8")
    bodies = [redact(row)[0] for row in found if row.visible]
    body = document(
        reader,
        episode_id=episode,
        bundle_id=context.entry.id,
        at=context.entry.at,
        resources=bodies,
        base=context.house.fhir_base,
    )
    return Answer(200, body)
