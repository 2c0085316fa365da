"""Decision support where clinicians are: the services of CDS Hooks 2.0, on the card that the caller may see.

https://cds-hooks.hl7.org/2.0/. A woman who is hidden, or has no open card, is answered as one who is not there: without
cards. What the client sends of her is not used, but for the orders that it drafts: nothing is fetched from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.access.caller import CLINICIANS, Role
from app.fhir import json as fhir_json
from app.fhir.outcome import Forbidden, NotFound
from app.interactions.card import LANGUAGES, folded, seen
from app.interactions.context import Answer, Context
from app.interactions.decision_cards import of_advice, of_finding, of_visit
from app.interactions.decision_requests import Call, Json, read_call, read_feedback
from app.interactions.guard import scoped
from app.mapping.order_codes import recognised
from app.pregnancy.card import Card, View
from app.pregnancy.orders import Advice, advice
from app.render.words import Words
from app.store.card import of_woman
from app.store.resources import Stored

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its id is its hook's. ``kinds`` of findings that it tells, whether it tells of visits, and of orders."""

    hook: str
    kinds: frozenset[str] = frozenset()
    visits: bool = False
    orders: bool = False


SERVICES: Final[dict[str, Service]] = {
    row.hook: row
    for row in (
        Service("patient-view", frozenset({"alarm", "task"})),
        Service("encounter-start", frozenset({"alarm", "task", "information"}), visits=True),
        Service("order-select", orders=True),
    )
}


def language_of(header: str) -> Words:
    """The words of the first language of Accept-Language that the card speaks; bokmål where there is none."""
    wanted = (part.partition(";")[0].strip()[:2].lower() for part in header.split(","))
    return Words(next((name for name in wanted if name in LANGUAGES), "nb"))


def discovery(words: Words) -> Json:
    """What services there are: https://cds-hooks.hl7.org/2.0/#discovery"""
    return {
        "services": [
            {
                "id": row.hook,
                "hook": row.hook,
                "title": words("cds-title"),
                "description": words(f"cds-{row.hook}"),
                "usageRequirements": words("cds-requirements"),
            }
            for row in SERVICES.values()
        ]
    }


def service(name: str) -> Service:
    """The service of this id. Raises NotFound."""
    row = SERVICES.get(name)
    if row is None:
        raise NotFound(
            f"There is no such service; the services are {', '.join(SERVICES)}", code="not-supported"
        )
    return row


def _admitted(context: Context) -> None:
    """Decision support is for those who care for her. Raises Forbidden."""
    if context.caller.role not in {*CLINICIANS, Role.HARNESS}:
        raise Forbidden("Decision support is made for those who care for her")
    scoped(context.caller, "read")


async def called(context: Context, name: str, body: bytes, words: Words) -> Answer:
    """The cards for one call of a hook. Raises FhirError."""
    row = service(name)
    _admitted(context)
    call = read_call(body, row.hook)
    context.entry.facts |= {"type": "Patient", "target": call.patient, "operation": f"cds-hooks/{row.hook}"}
    found = await of_woman(context.session, call.patient)
    cards = list(_cards(context, row, call, found, words)) if found else []
    return Answer(200, fhir_json.dump({"cards": cards}), {"Content-Language": words.language}, JSON)


def _cards(context: Context, row: Service, call: Call, found: list[Stored], words: Words) -> Iterator[Json]:
    card = folded(found, context, "")
    view = seen(card, found, "clinician")
    if row.orders:
        yield from _of_orders(context, card, found, call, words)
        return
    yield from (of_finding(one, call.patient, words) for one in view.findings if one.kind in row.kinds)
    if row.visits:
        yield from _of_visits(view, call, words)


def _of_visits(view: View, call: Call, words: Words) -> Iterator[Json]:
    return (of_visit(one, words, call.patient) for one in (*view.overdue, *view.due))


def _of_orders(context: Context, card: Card, found: list[Stored], call: Call, words: Words) -> Iterator[Json]:
    """Advice on the orders that are selected; none of a rule that is switched off."""
    visible = frozenset(f"{row.type}/{row.id}" for row in found if row.visible)
    for order in recognised(call.selected):
        if order.rule not in context.house.settings.switched_off:
            shown = _shown(advice(card, order), visible)
            yield from (of_advice(one, order, words, call.patient) for one in shown)


def _shown(given: tuple[Advice, ...], visible: frozenset[str]) -> tuple[Advice, ...]:
    """What rests on something hidden is not said, nor what would tell by its absence: only that it cannot be assessed."""
    if all(visible.issuperset(one.inputs) for one in given):
        return given
    return (Advice("order-not-assessable"),)


async def fed_back(context: Context, name: str, body: bytes) -> Answer:
    """What became of cards: into the log, without the clinician's free text. https://cds-hooks.hl7.org/2.0/#feedback"""
    row = service(name)
    _admitted(context)
    told: list[dict[str, Any]] = read_feedback(body)
    context.entry.facts |= {"operation": f"cds-hooks/{row.hook}/feedback", "feedback": told}
    await context.session.note("feedback")
    return Answer(200, b"{}", {}, JSON)
