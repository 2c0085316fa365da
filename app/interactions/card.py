"""``EpisodeOfCare/{id}/$card``: the card as FHIR document, as a page or on paper, each reader's own view.

Design §3 and §4: rules run on all facts; what is shown is what this reader may see.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from app import clock
from app.access.caller import LAY
from app.fhir import json as fhir_json
from app.fhir.dates import interval
from app.fhir.outcome import BadRequest, Forbidden, NotAcceptable, NotFound
from app.interactions import paper
from app.interactions.beside import beside as asked_beside
from app.interactions.context import Answer, Context
from app.interactions.guard import not_refused, scoped
from app.interactions.redaction import hides_place, sheltering
from app.interactions.redaction import view as redact
from app.interactions.release import ONLY_OURS
from app.mapping.card_to_fhir import document
from app.mapping.facts_from_fhir import facts
from app.pregnancy.card import Audience, Card, View, fold, view_for
from app.pregnancy.facts import Facts
from app.pregnancy.sheltered import sheltered
from app.render.html import Changed, page
from app.render.sheet import Printed
from app.store.card import of_card
from app.store.resources import Stored

FORMATS = {
    "application/fhir+json": "document",
    "application/json": "document",
    "json": "document",
    "text/html": "page",
    "html": "page",
    paper.PDF: "paper",
    "pdf": "paper",
}
FORMS = ("clinician", "citizen", "emergency")
_EARLIEST, _LATEST = 2000, 2100
LANGUAGES = ("nb", "nn", "en")
_MOST_KNOWN = 256  # of some 60 kB each
_known: OrderedDict[Any, Facts] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. ``form``: for whom the page or the paper is made; ``since``: from when changes are marked."""

    kind: str
    language: str = ""
    as_of: str = ""
    since: str = ""
    form: str = ""


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


def folded(found: list[Stored], context: Context, as_of: str) -> Card:
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


def form_of(context: Context, asked: str) -> tuple[str, Audience]:
    """For whom the card is made, and in whose words. Raises BadRequest and Forbidden."""
    hers = context.caller.role in LAY
    form = asked or ("citizen" if hers else "clinician")
    if form not in FORMS:
        raise BadRequest(f"view is one of {', '.join(FORMS)}", "view")
    if hers and form != "citizen":
        raise Forbidden("This view is made for those who care for her")
    return form, "citizen" if form == "citizen" else "clinician"


def seen(card: Card, found: list[Stored], audience: Audience) -> View:
    """The view of this caller. What rows hide today (contacts, reasons of a visit) is no fact of the card."""
    visible = {f"{row.type}/{row.id}" for row in found if row.visible}
    untold = {f"{row.type}/{row.id}" for row in found if not row.labels.isdisjoint(ONLY_OURS)}
    view = view_for(card, visible=visible, audience=audience, untold=untold)
    return sheltered(view) if hides_place(found) else view


async def read(context: Context, episode: str, *, looks: bool = True) -> list[Stored]:
    """All that the card ``episode`` is folded from; logged. Raises Forbidden and NotFound."""
    found, rule = await of_card(context.session, episode, looks=looks)
    not_refused(rule, "EpisodeOfCare")
    if not found:
        raise NotFound(f"There is no EpisodeOfCare/{episode[:64]}", "EpisodeOfCare")
    return found


def changed_since(found: list[Stored], since: str) -> Changed:
    """What the caller sees and did not see as it is now before ``since``."""
    if not since:
        return Changed()
    moment = interval(since)[0]
    rows = (row for row in found if row.visible and row.updated >= moment)
    return Changed(moment, frozenset(f"{row.type}/{row.id}" for row in rows))


async def card(context: Context, episode: str, wanted: Wanted) -> Answer:
    """The card ``episode``. Raises FhirError."""
    scoped(context.caller, "read")
    kind = FORMATS.get(wanted.kind)
    if kind is None:
        raise NotAcceptable(f"The card comes as application/fhir+json, text/html and {paper.PDF}", "_format")
    clinical_day(wanted.as_of, context.entry.at)
    form, audience = form_of(context, wanted.form)
    found = await read(context, episode)
    beside = await asked_beside(context, found, form, wanted.as_of)
    whole, changed = folded(found, context, wanted.as_of), changed_since(found, wanted.since)
    language = wanted.language if wanted.language in LANGUAGES else "nb"
    if kind == "paper":
        view, printed = sheet_of(context, whole, found, form, audience)
        return await paper.printed([(beside.of(view), printed)], language, episode)
    reader = beside.of(seen(whole, found, audience))
    if kind == "page":
        text = page(
            reader,
            Printed(form, paper.name(context), context.entry.at, paper.version(found)),
            language=language,
            base_url=context.house.settings.base_url,
            changed=changed,
            screen_only=audience == "clinician" and paper.screen_only(whole, reader, found),
        )
        sent = {"Content-Language": language, "Referrer-Policy": "no-referrer"}
        return Answer(200, text.encode(), sent, "text/html; charset=utf-8")
    bodies = _bodies(whole, found)
    body = document(
        sheltered(reader, sent_on=True) if hides_place(found) else reader,
        episode_id=episode,
        bundle_id=context.entry.id,
        at=context.entry.at,
        resources=bodies,
        base=context.house.fhir_base,
        since=changed.since,
        changed=changed.sources,
        beside=beside.resources,
    )
    return Answer(200, body)


def _bodies(whole: Card, found: list[Stored]) -> list[bytes]:
    """What this caller is shown, as the winning rows let it be seen."""
    told = (row for row in found if row.visible and f"{row.type}/{row.id}" not in whole.unlisted)
    shelter = sheltering(found)
    return [shelter(row.type, redact(row)[0]) for row in told]


def sheet_of(
    context: Context, whole: Card, found: list[Stored], form: str, audience: Audience
) -> tuple[View, Printed]:
    """What of a card is printed, and what the sheet says of itself."""
    kept = paper.kept(form)
    open_to_paper = [row for row in found if row.labels.isdisjoint(kept)]
    view = seen(paper.without_secrets(whole, found, kept), open_to_paper, audience)
    return view, Printed(form, paper.name(context), context.entry.at, paper.version(open_to_paper))
