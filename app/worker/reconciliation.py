"""Reconciliation: what the other side has is compared with what it should have, and repaired under the same keys.

Helsenorge is asked by this server which notices it has. Kjernejournal shows what is registered to a clinician only: that
comparison waits, like a registration, for the next clinician's session on her card, and then compares all of hers.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app import clock
from app.gateways.documents import RIGHT
from app.gateways.failures import Failure, Refused
from app.gateways.helseid import Token
from app.gateways.kjernejournal import Held, Registration
from app.interactions.context import House
from app.mapping.critical_kinds import PROFILES
from app.store import card_documents, comparison
from app.store.comparison import Newest
from app.store.deliveries import CRITICAL_INFORMATION, EMERGENCY, FORM_TASK, NOTICE, SENT, Message
from app.worker import national_comparison, powers, registrations
from app.worker.channels import Channels
from app.worker.compared import Compared, note
from app.worker.recipients import Withdrawn, number_of, reading
from app.worker.system import context

SINCE = timedelta(days=7)
SETTLED = timedelta(minutes=2)  # younger ones may not be readable there yet
AGAIN = timedelta(hours=20)  # between two comparisons of what kjernejournal has of one woman
_PAGE = 200
_log = logging.getLogger("helsekort.worker")


async def reconcile(
    house: House, channels: Channels, *, since: timedelta = SINCE, settled: timedelta = SETTLED
) -> list[Compared]:
    """Compare with every system that is set up. Raises Failure."""
    found, span = [], (clock.now() - since, clock.now() - settled)
    if channels.helsenorge is not None:
        kinds, known = (NOTICE, EMERGENCY), channels.helsenorge.known
        found.append(await _sent(house, channels, "helsenorge", kinds, span, known))
    if channels.forms is not None:
        known = channels.forms.known
        found.append(await _sent(house, channels, "helsenorge forms", (FORM_TASK,), span, known))
    if channels.kjernejournal is not None:
        now = clock.now()
        asked = await comparison.ask_for_checks(house.database, now, now - AGAIN)
        found.append(Compared("kjernejournal", 0, 0, asked))
    if channels.documents is not None:
        found.append(await _documents(house, channels, since, settled))
    if channels.fullmakt is not None:
        found.append(await powers.compare(house, channels))
    if channels.record is not None:
        found.append(await national_comparison.compare(house, channels))
    return found


async def _documents(house: House, channels: Channels, since: timedelta, settled: timedelta) -> Compared:
    """Which shared cards stand there; her number is read for each, and logged as read."""
    if channels.helseid is None or channels.documents is None:
        return Compared("documents", 0, 0)
    compared, repaired, after, now = 0, 0, "", clock.now()
    audience, span = house.settings.documents_audience, (now - since, now - settled)
    while page := await card_documents.sent(house.database, span, after, _PAGE):
        after = page[-1].resource
        for row in page:
            token = await channels.helseid.machine_token(audience, RIGHT)
            read = context(
                house,
                "read",
                type="Patient",
                operation="$reconcile",
                name="Avstemming av delt dokument",
                correlation=row.id,
            )
            try:
                _, number = await number_of(read, row.patient)
            except Withdrawn:
                continue
            with channels.helseid.tried(audience):
                there = await channels.documents.found(token, number, row.id)
            compared += 1
            if row.id not in there:
                await note(house, row.id, row.patient, "Avstemming: helsekortet deles på nytt")
                repaired += await comparison.send_again(house.database, row.id, clock.now())
    return Compared("documents", compared, repaired)


async def _sent(
    house: House, channels: Channels, system: str, kinds: tuple[str, ...], span: tuple[datetime, datetime],
    known: Callable[[Token, list[str]], Awaitable[set[str]]],
) -> Compared:  # fmt: skip
    """Which of the messages of ``kinds`` stand there under their keys."""
    compared, repaired, after = 0, 0, ""
    audience, helseid = house.settings.helsenorge_audience, channels.helseid
    if helseid is None:
        return Compared(system, 0, 0)
    what = "varsel" if NOTICE in kinds else "skjema"
    while page := await comparison.sent_notices(house.database, kinds, span, after, _PAGE):
        after = page[-1].id
        token = await helseid.machine_token(audience)
        with helseid.tried(audience):
            there = await known(token, [row.id for row in page])
        compared += len(page)
        for row in page:
            if row.id not in there:
                await note(house, row.id, row.patient, f"Avstemming: {what} sendes på nytt")
                repaired += await comparison.send_again(house.database, row.id, clock.now())
    return Compared(system, compared, repaired)


async def compare_registrations(house: House, channels: Channels, message: Message) -> None:
    """All that kjernejournal has of hers from here, in a clinician's session. Raises Failure, Withdrawn."""
    if channels.helseid is None or channels.kjernejournal is None:
        raise Withdrawn("Kjernejournal is not set up")
    token = await registrations.session_token(house, message)
    clinician = registrations.clinician_of(house, token)
    audience = house.settings.kjernejournal_audience
    exchanged = await channels.helseid.exchange(token, audience)
    _, number = await number_of(reading(house, message, "Avstemming med kjernejournal"), message.patient)
    wanted = await comparison.newest(house.database, message.patient)
    for kind in PROFILES:
        asked = Registration(message.id, kind, b"", number, clinician.profession or "")
        try:
            held = await channels.kjernejournal.found(exchanged, asked)
        except Refused as refused:  # her choice: there is nothing to be compared
            raise Withdrawn(str(refused)) from refused
        sources = {row.source for row in held}
        for row in wanted:
            should_be_there = row.kind == CRITICAL_INFORMATION and row.state == SENT and row.type == kind
            if should_be_there and _source(house, row) not in sources:
                await note(house, row.id, row.patient, "Avstemming: melding til kjernejournal sendes på nytt")
                await comparison.arm(
                    house.database, row.id, message.token, message.token_expires, clock.now()
                )
        await _recall_surplus(house, channels, message, kind, number, _surplus(house, held, wanted))


def _source(house: House, row: Newest) -> str:
    return f"{house.fhir_base}/{row.type}/{row.resource}/_history/{row.version}"


def _surplus(house: House, held: list[Held], wanted: list[Newest]) -> list[tuple[str, int]]:
    """Id and version of what stands there from here and should not: recalled, or in an earlier version."""
    newest = {f"{row.type}/{row.resource}": row for row in wanted}
    found = []
    for row in held:
        below = row.source.removeprefix(f"{house.fhir_base}/")
        key, _, version = below.partition("/_history/")
        known = newest.get(key)
        if below == row.source or known is None or known.state != SENT or not version.isdigit():
            continue  # of others, or not settled yet
        if known.kind != CRITICAL_INFORMATION or int(version) != known.version:
            found.append((known.resource, int(version)))
    return found


async def _recall_surplus(
    house: House, channels: Channels, message: Message, kind: str, number: str, surplus: list[tuple[str, int]]
) -> None:
    if not surplus or channels.helseid is None or channels.kjernejournal is None:
        return
    audience = house.settings.kjernejournal_audience
    machine = await channels.helseid.machine_token(audience)
    for resource, version in surplus:
        for event in await comparison.sent_as(house.database, message.patient, kind, resource, version):
            await note(house, event, message.patient, "Avstemming: melding til kjernejournal kalles tilbake")
            with channels.helseid.tried(audience):
                await channels.kjernejournal.retract(machine, kind, event, number, f"{message.id}.{event}")


async def reconcile_and_tell(house: House, channels: Channels) -> None:
    """By the clock: what was found stands in the text log."""
    try:
        for row in await reconcile(house, channels):
            (_log.warning if row.repaired else _log.info)("reconciliation: %s", row.text())
    except Failure as failure:
        _log.warning("reconciliation comes again at its next time: %s", failure)
