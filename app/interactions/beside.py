"""Beside the card: what others registered of her in kjernejournal, and her medicines there, asked in the clinician's session.

https://utviklerportal.nhn.no/informasjonstjenester/kjernejournal. The card does not wait for it longer than
``HELSEKORT_BESIDE_MS``; it says then that nothing is known, or from when it is. It is remembered in the process's memory, for
the one who asked, and nowhere else. Her own page has none of it: kjernejournal shows it to her itself.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from app import clock
from app.access.caller import CLINICIANS
from app.fhir import json as fhir_json
from app.fhir.newborn import is_child
from app.fhir.outcome import Forbidden
from app.fhir.validation import validate
from app.gateways.elsewhere import Elsewhere
from app.gateways.failures import Refused, TokenSpent, Unreachable
from app.interactions.app_login import helseid_token
from app.interactions.context import Context
from app.interactions.critical_reading import in_session, of_others
from app.interactions.guard import scoped
from app.mapping import elsewhere_facts
from app.mapping.critical_kinds import PROFILES
from app.mapping.registered_person import identified
from app.pregnancy.card import View
from app.pregnancy.course import PREGNANT
from app.pregnancy.elsewhere import CRITICAL, MEDICINES, Register, Told
from app.store.resources import Stored

Json = dict[str, Any]
_KINDS = {CRITICAL: tuple(PROFILES), MEDICINES: ("MedicationStatement",)}  # a scope only narrows
_RULE = "teratogenic-medicine"
_REFUSALS = {"reserved": "reserved", "blocked": "blocked", "restricted": "restricted"}


@dataclass(frozen=True, slots=True)
class Beside:
    """The registers, and the resources that their lines rest on, by their addresses."""

    registers: tuple[Register, ...] = ()
    resources: tuple[tuple[str, str, Json], ...] = ()  # code of the register, address, resource
    portal: str = ""

    def of(self, view: View) -> View:
        """``view`` with what stands beside it; harm to a fetus is said while there is one."""
        if not self.registers:
            return view
        expecting = view.stage == PREGNANT
        rows = (
            replace(row, rows=tuple(replace(one, harmful=one.harmful and expecting) for one in row.rows))
            for row in self.registers
        )
        return replace(view, described=replace(view.described, elsewhere=tuple(rows), portal=self.portal))


NOTHING = Beside()


async def beside(context: Context, found: Iterable[Stored], form: str, as_of: str) -> Beside:
    """What stands there now; nothing on her own card, on that of another day, or where kjernejournal is not set up."""
    elsewhere, caller = context.house.elsewhere, context.caller
    today = as_of in {"", context.entry.at.astimezone(clock.OSLO).date().isoformat()}
    asks = elsewhere is not None and context.house.settings.beside_ms > 0
    if elsewhere is None or not asks or caller.role not in CLINICIANS or form == "citizen" or not today:
        return NOTHING
    woman = next(
        (row for row in found if row.type == "Patient" and row.visible and not is_child(row.id)), None
    )
    if woman is None:
        return NOTHING
    asked = _Asked(context, elsewhere, woman)
    both = await asyncio.gather(asked.told(CRITICAL, asked.critical), asked.told(MEDICINES, asked.medicines))
    return Beside(
        tuple(row for row, _ in both), tuple((row.code, *one) for row, kept in both for one in kept),
        f"{context.house.fhir_base}/Patient/{woman.id}/$open-kjernejournal" if asked.opens else "",
    )  # fmt: skip


Kept = tuple[tuple[str, Json], ...]
Answered = tuple[Register, Kept]


class _Asked:
    """One asking about one woman."""

    def __init__(self, context: Context, elsewhere: Elsewhere, woman: Stored) -> None:
        self.context, self.elsewhere, self.woman = context, elsewhere, woman
        number = identified(fhir_json.read(woman.body))
        self.number = number[1] if number else ""

    @property
    def opens(self) -> bool:
        """Whether kjernejournal's portal opens about her for the caller."""
        return self.elsewhere.portal is not None and in_session(self.context.caller) and bool(self.number)

    async def told(self, code: str, ask: Callable[[], Awaitable[Answered]]) -> Answered:
        """What the register told, or why not."""
        problem = self._unasked(code)
        if problem:
            return Register(code, problem=problem), ()
        recent, key = self.elsewhere.recent, self._key(code)
        patience = self.context.house.settings.beside_ms / 1000
        try:
            answered: Answered = await recent.ask(key, code, ask, patience)
        except (Refused, TokenSpent) as refused:
            recent.forget(key)
            answered = Register(code, problem=_why(refused)), ()
        except (Unreachable, TimeoutError):
            before: Answered | None = recent.known(key)
            old = (replace(before[0], problem="old"), before[1]) if before else None
            answered = old or (Register(code, problem="unreachable"), ())
        return answered

    def _unasked(self, code: str) -> str:
        """Why nothing can be asked."""
        if code == MEDICINES and self.elsewhere.medicines is None:
            return "not-connected"
        if not in_session(self.context.caller):
            return "session"
        try:
            for kind in _KINDS[code]:
                scoped(self.context.caller, "read", kind)
        except Forbidden:
            return "refused"
        return "" if self.number else "no-number"

    def _key(self, code: str) -> bytes:
        """Who asks, where, of whom, what."""
        caller = self.context.caller
        whole = "\n".join((caller.subject, *caller.organizations, self.woman.id, self.number, code))
        return hashlib.sha256(whole.encode()).digest()

    async def critical(self) -> Answered:
        """Raises Failure."""
        at, base = clock.now(), self.context.house.settings.kjernejournal_url
        rows = await of_others(self.context, self.elsewhere, self.number)
        found = [(row.resource, f"{base}/{row.resource['resourceType']}/{row.remote}") for row in rows]
        told, kept = self._kept(found, base, elsewhere_facts.critical)
        return Register(CRITICAL, told, at), kept

    async def medicines(self) -> Answered:
        """Raises Failure."""
        service, settings, caller = self.elsewhere.medicines, self.context.house.settings, self.context.caller
        if service is None:
            raise Unreachable("The list of medicines is not set up")
        at, base = clock.now(), settings.medicines_url
        subject = await helseid_token(self.context.house, caller.token)
        token = await self.elsewhere.helseid.exchange(subject, settings.medicines_audience)
        with self.elsewhere.helseid.tried(settings.medicines_audience):
            listed = await service.listed(token, caller.profession or "", self.number, self.context.entry.id)
        if listed is None:
            return Register(MEDICINES, (), at), ()
        flags = _RULE not in settings.switched_off
        found = [(row, f"{base}/MedicationStatement/{row['id']}") for row in listed.statements]
        told, kept = self._kept(found, base, lambda row, url: elsewhere_facts.medicine(row, url, flags=flags))
        return Register(MEDICINES, told, at, listed.dated), kept

    def _kept(
        self, found: list[tuple[Json, str]], base: str, line: Callable[[Json, str], Told | None]
    ) -> tuple[tuple[Told, ...], Kept]:
        """Lines, and of the resources that they rest on those that a document can hold. Raises Unreachable."""
        patient = f"{self.context.house.fhir_base}/Patient/{self.woman.id}"
        lines, kept = [], []
        for raw, url in found:
            if raw.get("resourceType") not in elsewhere_facts.SUBJECT:
                raise Unreachable("Kjernejournal gave a resource of another kind")
            resource = elsewhere_facts.of_hers(raw, base, patient)
            told = line(resource, url)
            if told is not None:
                lines.append(told)
                kept += [] if validate(resource) else [(url, resource)]
        return tuple(lines), tuple(kept)


def _why(refused: Refused | TokenSpent) -> str:
    if isinstance(refused, TokenSpent):
        return "session"
    return next((why for word, why in _REFUSALS.items() if word in str(refused)), "refused")
