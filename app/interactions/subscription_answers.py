"""``Subscription/$status``, ``$events`` and ``$failures``: what a subscription has come to, and what it was told.

Subscriptions R5 Backport 1.1.0, http://hl7.org/fhir/uv/subscriptions-backport/. Each event is decided anew by the rights
of who asks, and logged as shown.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from app import clock
from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.notification import QUERY_EVENT, QUERY_STATUS, notification
from app.fhir.outcome import BadRequest, Forbidden, NotFound, Unavailable
from app.fhir.parameters import Given
from app.fhir.subscription import EMPTY, FULL, ID_ONLY, Wanted
from app.interactions import telling
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.guard import scoped, visible
from app.store import numbering, resources, subscription_status, subscriptions
from app.store.notifications import Told, show
from app.store.session import Session
from app.store.subscription_status import Failing
from app.store.subscriptions import OFF, Kept

Json = dict[str, Any]
_TRIES = 5
_LONGEST_NUMBER = 18


async def status(context: Context, given: Given, id_: str | None) -> Answer:
    """``Subscription/$status``: one Parameters for each subscription that the caller may see. Raises FhirError."""
    scoped(context.caller, "read")
    ids = [id_] if id_ else [str(value) for value in given.all("id")] or None
    wanted = None if id_ else [str(value) for value in given.all("status")] or None
    most = context.house.settings.max_page
    found = await subscription_status.visible(context.session, ids=ids, statuses=wanted, count=most)
    if id_ and not found:
        raise NotFound(f"There is no Subscription/{id_[:64]}", "Subscription")
    kept = await subscriptions.find(context.house.database, found)
    entries = [_status(context, row) for row in sorted(kept, key=lambda row: row.id)]
    self = f"{context.house.fhir_base}/Subscription{f'/{id_}' if id_ else ''}/$status"
    moment = clock.instant(context.entry.at)
    answer = bundle("searchset", entries, id_=context.entry.id, timestamp=moment, links=[("self", self)])
    return Answer(200, answer)


def _status(context: Context, kept: Kept) -> Entry:
    wanted = telling.wanted_of(kept)
    name = clock.new_id()
    if wanted is None:
        raise Unavailable(f"Subscription/{kept.id} asks for what this server no longer offers")
    body = telling.status_of(context.house, kept, wanted, QUERY_STATUS, kept.numbered).as_json(name)
    return Entry(fhir_json.dump(body), f"urn:uuid:{name}", {"search": {"mode": "match"}})


async def events(context: Context, given: Given, id_: str | None) -> Answer:
    """``Subscription/{id}/$events``: what was told, or waits to be, between two numbers. Raises FhirError."""
    scoped(context.caller, "read")
    since, until = _number(given, "eventsSinceNumber", 1), _number(given, "eventsUntilNumber", 2**62)
    content = given.text("content")
    if content and content not in {EMPTY, ID_ONLY, FULL}:
        raise BadRequest(f"content must be {EMPTY}, {ID_ONLY} or {FULL}", "content", code="value")
    visible(await resources.read(context.session, "Subscription", id_ or ""), "Subscription", id_ or "")
    kept, wanted = await _kept(context, id_ or "")
    content = content or wanted.content
    for _ in range(_TRIES):
        try:
            total, found = await _shown(context, kept, wanted, (since, until), content)
        except asyncpg.SerializationError:
            continue  # a notification was on its way
        return Answer(200, _notification(context, kept, wanted, total, found, content))
    raise Unavailable("The subscription is being told of events; try again")


async def _kept(context: Context, id_: str) -> tuple[Kept, Wanted]:
    found = await subscriptions.find(context.house.database, [id_])
    wanted = telling.wanted_of(found[0]) if found else None
    if wanted is None:
        raise NotFound(f"Subscription/{id_} is told no events", "Subscription")
    role = found[0].kept_by
    if context.caller.role not in {role, Role.HARNESS}:
        raise Forbidden(f"The subscription belongs to the role {role.value} of your organisation")
    return found[0], wanted


def _number(given: Given, name: str, default: int) -> int:
    text = given.text(name)
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise BadRequest(f"{name} must be the number of an event", name, code="value")
    return int(text)


async def _shown(
    context: Context, kept: Kept, wanted: Wanted, span: tuple[int, int], content: str
) -> tuple[int, Sequence[Told]]:
    """The events of a span as the caller may see them now, what waits to be told among them; logged."""
    house, most, topic = context.house, context.house.settings.max_page, wanted.topic.name
    part = context.part(target=kept.id, type="Subscription")
    async with numbering.snapshot(house.database) as held:
        total = kept.numbered
        if kept.status != OFF:
            keeper = telling.session_of(house, kept, held)
            filters = telling.filters_of(wanted)
            _, total, _ = await numbering.number(keeper, kept.rid, topic, filters, most=most, attempt=False)
        session = Session(house.database, context.caller, part.entry, held)
        found = await show(
            session, kept.rid, topic, after=span[0] - 1, until=min(span[1], total), count=most,
            bodies=content == FULL, silent=content == EMPTY,
        )  # fmt: skip
    return total, found


def _notification(
    context: Context, kept: Kept, wanted: Wanted, total: int, found: Sequence[Told], content: str
) -> bytes:
    house = context.house
    happened = telling.events(house, wanted.topic, found, content)
    said = telling.status_of(house, kept, wanted, QUERY_EVENT, total, happened)
    moment = clock.instant(context.entry.at)
    return notification(context.entry.id, moment, said, [*telling.entries(house, found, content)])


async def failures(context: Context, _given: Given, _id: str | None) -> Answer:
    """``Subscription/$failures``: for operators, the subscriptions whose notifications do not arrive. Raises Forbidden."""
    scoped(context.caller, "read")
    if context.caller.role is not Role.OPERATOR:
        raise Forbidden("Only the pilot's operator sees which notifications fail")
    found = await subscription_status.failing(context.session, context.house.settings.max_page)
    return in_parameters(*map(_failing, found))


def _failing(row: Failing) -> Json:
    parts: list[Json] = [
        {"name": "subscription", "valueId": row.id},
        {"name": "status", "valueCode": row.status},
        {"name": "organization", "valueString": row.organization},
        {"name": "client", "valueString": row.client},
        {"name": "failures", "valueInteger": row.failures},
        {"name": "waiting", "valueInteger": row.waiting},
    ]
    for name, moment in (("since", row.since), ("next-attempt", row.next_attempt)):
        if moment is not None:
            parts.append({"name": name, "valueInstant": clock.instant(moment)})
    if row.error:
        parts.append({"name": "error", "valueString": row.error})
    return {"name": "failing", "part": parts}
