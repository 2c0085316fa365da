"""Which forms she is asked to answer on Helsenorge, and when: once each, in her language, never after a loss.

Before the first visit: https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen (the first visit's questions);
the plan for the birth in the last trimester; EPDS six weeks after birth and how the care was a week later: our own choice
of days. By letter where she is not on Helsenorge.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from app import clock
from app.gateways.helseid import Token
from app.interactions.context import House
from app.mapping.elements import Element, child, children, codings, text
from app.mapping.hers import FORMS
from app.pregnancy.card import Card
from app.pregnancy.course import CLOSED, LIVE, LOSS, POSTPARTUM, PREGNANT
from app.pregnancy.facts import BirthOutcome
from app.store import deliveries, form_tasks
from app.store.deliveries import Message
from app.worker.channels import Channels
from app.worker.recipients import ByLetter, Withdrawn, number_of, reading

_SPACE = uuid.UUID("b0a7b7a4-9a39-4c51-9a6e-3c1a5d3e9f11")
_LATE, _THIRD_TRIMESTER = 22 * 7, 28 * 7  # days of gestation
_SIX_WEEKS, _SEVEN_WEEKS = timedelta(days=42), timedelta(days=49)
_NORWEGIAN = frozenset({"nb", "no", "nn", "sv", "da", ""})
_IDS = {  # form → Questionnaire in bokmål, nynorsk and English
    "intake": ("intake", "intake-nn", "intake-en"),
    "birth-plan": ("birth-plan-nb", "birth-plan-nn", "birth-plan-en"),
    "epds": ("epds", "epds-nn", "epds-en"),
    "user-experience": ("user-experience",) * 3,
}
LANGUAGES = ("nb", "nn", "en")


@dataclass(frozen=True, slots=True)
class Row:
    """One form, and whether the card says that it is time for it."""

    form: str
    is_due: Callable[[Card], bool]


def _days(card: Card) -> int | None:
    return card.age.days if card.age is not None else None


def _before_the_first_visit(card: Card) -> bool:
    days = _days(card)
    return card.course.stage == PREGNANT and (days is None or days < _LATE)


def _in_the_last_trimester(card: Card) -> bool:
    days = _days(card)
    return card.course.stage == PREGNANT and days is not None and days >= _THIRD_TRIMESTER


def _born(card: Card, since: timedelta) -> bool:
    ended = card.course.ended
    return ended is not None and ended.astimezone(clock.OSLO).date() + since <= card.today


def _after_six_weeks(card: Card) -> bool:
    return card.course.stage == POSTPARTUM and _born(card, _SIX_WEEKS)


def _when_it_is_over(card: Card) -> bool:
    """A week after the six-week control, or when the card was closed before."""
    alive = any(row.outcome == LIVE for row in card.facts.of(BirthOutcome))
    closed = card.course.stage == CLOSED and alive
    return closed or (card.course.stage == POSTPARTUM and _born(card, _SEVEN_WEEKS))


TABLE: tuple[Row, ...] = (
    Row("intake", _before_the_first_visit),
    Row("birth-plan", _in_the_last_trimester),
    Row("epds", _after_six_weeks),
    Row("user-experience", _when_it_is_over),
)


def language_of(resources: Iterable[Element]) -> str:
    """``nb``, ``nn`` or ``en``: what she prefers of her languages; English where it is none that is close to Norwegian."""
    patient = next((row for row in resources if text(row, "resourceType") == "Patient"), {})
    rows = sorted(children(patient, "communication"), key=lambda row: row.get("preferred") is not True)
    spoken = next((code for row in rows for _, code in codings(child(row, "language"))), "").partition("-")[0]
    return "nn" if spoken == "nn" else "nb" if spoken in _NORWEGIAN else "en"


def due(card: Card, resources: list[Element]) -> list[str]:
    """The ids of the Questionnaires that it is time for and that she has not answered, in her language."""
    at = LANGUAGES.index(language_of(resources))
    answered = {
        text(row, "questionnaire").partition("|")[0].removeprefix(FORMS)
        for row in resources
        if text(row, "resourceType") == "QuestionnaireResponse" and text(row, "status") != "entered-in-error"
    }
    return [_IDS[row.form][at] for row in TABLE if row.is_due(card) and answered.isdisjoint(_IDS[row.form])]


async def ask(house: House, patient: str, episode: str, card: Card, resources: list[Element]) -> None:
    """Messages for the forms that it is time for; after a loss those that she has are taken back."""
    if not house.settings.forms_url:
        return
    if card.course.stage == LOSS:
        recall = str(uuid.uuid5(_SPACE, f"{episode} recall"))
        await form_tasks.recall(house.database, recall, patient, clock.now())
        return
    for form in due(card, resources):
        kind = next(name for name, ids in _IDS.items() if form in ids)
        id_ = str(uuid.uuid5(_SPACE, f"{episode} {kind}"))
        await form_tasks.ask(house.database, id_, patient, form, clock.now())


async def send(house: House, channels: Channels, message: Message) -> None:
    """Ask her on Helsenorge. Raises Failure, Withdrawn, ByLetter."""
    if channels.helseid is None or channels.forms is None:
        raise Withdrawn("Forms on Helsenorge are not set up")
    if await deliveries.is_mute(house.database, message.patient, clock.now()):
        raise Withdrawn("She has chosen to get no notices")
    audience, form = house.settings.helsenorge_audience, message.resource or ""
    token, number = await _to(house, channels, message, "Skjema til deg på Helsenorge")
    with channels.helseid.tried(audience):
        if channels.helsenorge is not None and not await channels.helsenorge.reaches(token, number):
            raise ByLetter("She is not active on Helsenorge")
        language = next((one for one in ("nn", "en") if form.endswith(f"-{one}")), "nb")
        await channels.forms.ask(token, number, message.id, f"{FORMS}{form}", language)


async def recall(house: House, channels: Channels, message: Message) -> None:
    """Take her tasks away. Raises Failure, Withdrawn."""
    if channels.helseid is None or channels.forms is None:
        raise Withdrawn("Forms on Helsenorge are not set up")
    token, number = await _to(house, channels, message, "Skjema på Helsenorge tas bort")
    with channels.helseid.tried(house.settings.helsenorge_audience):
        await channels.forms.take_back(token, number, message.id)


async def _to(house: House, channels: Channels, message: Message, name: str) -> tuple[Token, str]:
    if channels.helseid is None:
        raise Withdrawn("Helsenorge is not set up")
    token = await channels.helseid.machine_token(house.settings.helsenorge_audience)
    _, number = await number_of(reading(house, message, name), message.patient)
    return token, number
