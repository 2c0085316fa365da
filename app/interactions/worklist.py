"""``EpisodeOfCare/$worklist``: what waits with the women whom the caller's organisation cares for, the most urgent first.

Each item is a Task (https://hl7.org/fhir/R4/task.html) that is computed and not stored, followed by the woman and her
card. A page holds whole women. What an item rests on is decided by the access rows; what is sent is decided again in the
statement that logs it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from app import clock
from app.access.caller import CLINICIANS, Role
from app.fhir.bundle import Entry, bundle
from app.fhir.dates import EARLIEST, interval
from app.fhir.outcome import BadRequest, Forbidden
from app.fhir.parameters import Given
from app.interactions import page_links
from app.interactions.card import folded
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.interactions.outline import Outline, outline
from app.interactions.redaction import view
from app.interactions.worklist_items import DEFAULTS, KINDS, Item, items, key_of, narrowed, task
from app.store import worklist as store
from app.store.resources import Stored
from app.store.together import together
from app.store.worklist import Open

Pairs = list[tuple[str, str]]
_NAMES = ("since", "kind", "_count")
_QUESTION = "EpisodeOfCare/$worklist"
_AT_ONCE = 20  # cards that are read and folded before others are served
_MATCH, _INCLUDE = {"search": {"mode": "match"}}, {"search": {"mode": "include"}}


@dataclass(frozen=True, slots=True)
class Listed:
    """A woman for whom something waits: her card, and its items as far as the caller may see them."""

    card: Open
    items: tuple[Item, ...]

    @property
    def place(self) -> list[Any]:
        """Where she stands: her most urgent item, then her card's id."""
        first = self.items[0]
        return [first.rank, first.due.timestamp(), self.card.episode]


async def worklist(context: Context, given: Given, _id: str | None) -> Answer:
    """A page of the worklist. Raises FhirError."""
    scoped(context.caller, "read")
    if context.caller.role not in CLINICIANS:
        raise Forbidden("A worklist is for those who care for women at an organisation")
    pairs, after = _asked(context, given)
    since, kinds, count = _wanted(context, pairs)
    listed = await _listed(context, since, kinds)
    rest = [row for row in listed if after is None or row.place > after]
    page = rest[:count]
    shown = {(row.type, row.id): row for row in await together(context.session, _keys(page))}
    links = [("self", _url(context, pairs))]
    if len(rest) > count:
        cursor = page_links.close(context, _QUESTION, [pairs, page[-1].place])
        links.append(("next", _url(context, [("_cursor", cursor)])))
    return Answer(
        200,
        bundle(
            "searchset",
            [part for row in page for part in _entries(context, row, shown)],
            id_=context.entry.id,
            timestamp=clock.instant(context.entry.at),
            total=sum(len(row.items) for row in listed),
            links=links,
        ),
    )


def _asked(context: Context, given: Given) -> tuple[Pairs, list[Any] | None]:
    """What is asked for, by the parameters or by a page link. Raises BadRequest."""
    cursor = given.text("_cursor")
    if not cursor:
        return [(name, str(value)) for name in _NAMES for value in given.all(name)], None
    pairs, after = page_links.opened(context, _QUESTION, cursor)
    return [(name, value) for name, value in pairs], after


def _wanted(context: Context, pairs: Pairs) -> tuple[datetime | None, frozenset[str], int]:
    said, settings = dict(pairs), context.house.settings
    kinds = [value for name, value in pairs if name == "kind"]
    if any(kind not in KINDS for kind in kinds):
        raise BadRequest(f"kind is one of {', '.join(KINDS)}", "kind", code="value")
    count = int(said.get("_count", settings.default_page))
    if count < 1:
        raise BadRequest("_count must be 1 or more", "_count", code="value")
    since = interval(said["since"])[0] if "since" in said else None
    return since, frozenset(kinds) or DEFAULTS, min(count, settings.max_page)


async def _listed(context: Context, since: datetime | None, kinds: frozenset[str]) -> list[Listed]:
    """Every woman for whom something waits, the most urgent first."""
    today = context.entry.at.astimezone(clock.OSLO).date()
    cards = await store.open_cards(context.session, today)
    outlines = {row.episode: Outline(**row.outline) for row in cards if row.outline is not None}
    outlines |= await _folded(context, [row for row in cards if row.outline is None])
    known = {row.episode: since or row.looked or EARLIEST for row in cards}
    outlines = {key: narrowed(one, kinds, known[key]) for key, one in outlines.items()}
    keys = {key_of(key) for one in outlines.values() for key in one.references()}
    seen = await store.weigh(context.session, keys)
    own, ward = context.caller.author, context.caller.role is Role.HOSPITAL
    found = []
    for card in cards:
        if card.episode in outlines:
            some = items(outlines[card.episode], seen, now=context.entry.at, author=own, ward=ward)
            if kept := tuple(row for row in some if row.kind in kinds):
                found.append(Listed(card, kept))
    return sorted(found, key=lambda row: row.place)


async def _folded(context: Context, cards: Sequence[Open]) -> dict[str, Outline]:
    """The outlines of cards that have changed since the worker looked; others are served in between."""
    made: dict[str, Outline] = {}
    for n in range(0, len(cards), _AT_ONCE):
        for episode, found in (await store.cards(context.session, cards[n : n + _AT_ONCE])).items():
            made[episode] = outline(folded(found, context, ""), found, episode)
            await asyncio.sleep(0)
    return made


def _keys(page: Sequence[Listed]) -> list[tuple[str, str]]:
    """All that the page's items rest on, each woman and her card."""
    keys: dict[tuple[str, str], None] = {}
    for row in page:
        keys |= dict.fromkeys(
            [
                ("Patient", row.card.patient),
                ("EpisodeOfCare", row.card.episode),
                *(key_of(key) for item in row.items for key in item.keys),
            ]
        )
    return list(keys)


def _url(context: Context, pairs: Pairs) -> str:
    url = f"{context.house.fhir_base}/{_QUESTION}"
    return f"{url}?{urlencode(pairs)}" if pairs else url


def _entries(context: Context, row: Listed, shown: dict[tuple[str, str], Stored]) -> list[Entry]:
    """Her items, herself and her card, as far as the statement that logged it has shown them."""
    base = context.house.fhir_base
    told = [
        replace(item, focus=item.focus if key_of(item.focus) in shown else "")
        for item in row.items
        if all(key_of(key) in shown for key in item.rests_on)
    ]
    about = [shown.get(("Patient", row.card.patient)), shown.get(("EpisodeOfCare", row.card.episode))]
    if not told or about[1] is None:
        return []
    tasks = [task(item, row.card.patient, row.card.episode) for item in told]
    return [
        *(Entry(body, url, _MATCH) for url, body in tasks),
        *(Entry(view(one)[0], f"{base}/{one.type}/{one.id}", _INCLUDE) for one in about if one is not None),
    ]
