"""``EpisodeOfCare/$clinic-day``: the cards of the women of a clinic's day in one PDF, for when the net is down.

Of the women whom the caller's organisation cares for, those with an appointment there that day, or those whose cards are
named. Each card has an audit row of its own; nothing labelled NOPAT is printed. A pile that is printed is no look at a
card: what is new to the organisation stays new on its worklist.
"""

import base64
from datetime import date, datetime, time, timedelta

from app import clock
from app.access.caller import CLINICIANS
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Forbidden, NotAcceptable, NotFound
from app.fhir.parameters import Given
from app.interactions import paper
from app.interactions.card import FORMATS, LANGUAGES, folded, read, sheet_of
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.store import worklist as store

MOST = 60  # cards of one print


async def clinic_day(context: Context, given: Given, kind: str) -> Answer:
    """The cards of a day as PDF, or as a Binary that holds it. Raises FhirError."""
    scoped(context.caller, "read")
    if context.caller.role not in CLINICIANS:
        raise Forbidden("A clinic's day is printed by those who work there")
    form = FORMATS.get(kind)
    if form not in {"document", "paper"}:
        raise NotAcceptable(f"The cards come as {paper.PDF}, or as a Binary that holds it", "_format")
    day = _day(context, given)
    episodes = await _episodes(context, given, day)
    await context.session.note("told")
    language = given.text("_language") or "nb"
    sheets = []
    for episode in episodes:
        part = context.part(type="EpisodeOfCare", target=episode, operation="$card")
        found = await read(part, episode, looks=False)
        sheets.append(sheet_of(part, folded(found, part, ""), found, "clinician", "clinician"))
    language = language if language in LANGUAGES else "nb"
    made = await paper.printed(sheets, language, day.isoformat().replace("-", ""))
    return made if form == "paper" else _wrapped(made)


def _day(context: Context, given: Given) -> date:
    asked = given.text("date")
    if not asked:
        return context.entry.at.astimezone(clock.OSLO).date()
    try:
        return date.fromisoformat(asked)
    except ValueError as error:
        raise BadRequest("date must be a day, YYYY-MM-DD", "date", code="value") from error


async def _episodes(context: Context, given: Given, day: date) -> list[str]:
    """The cards to print, in the order of the day, or as they were named. Raises BadRequest and NotFound."""
    cards = await store.open_cards(context.session, day)
    named = dict.fromkeys(str(value).removeprefix("EpisodeOfCare/") for value in given.all("episode"))
    if named:
        known = {card.episode for card in cards}
        for episode in named:
            if episode not in known:
                raise NotFound(f"There is no open EpisodeOfCare/{episode[:64]}", "episode")
        episodes = list(named)
    else:
        begins = datetime.combine(day, time(), tzinfo=clock.OSLO)
        ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.OSLO)
        of_woman = {card.patient: card.episode for card in cards}
        booked = await store.booked(context.session, begins, ends)
        episodes = [of_woman[woman] for woman in booked if woman in of_woman]
    if not episodes:
        raise NotFound("No woman of yours has an appointment with you that day", "date")
    if len(episodes) > MOST:
        raise BadRequest(
            f"One print holds {MOST} cards; name those that you need", "episode", code="too-long"
        )
    return episodes


def _wrapped(made: Answer) -> Answer:
    data = base64.b64encode(made.body or b"").decode()
    body = {"resourceType": "Binary", "contentType": paper.PDF, "data": data}
    return Answer(200, fhir_json.dump(body), {"Content-Language": made.headers["Content-Language"]})
