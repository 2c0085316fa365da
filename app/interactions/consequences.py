"""What follows from a change: alarms are looked for, she is told, and what is critical goes to kjernejournal.

All of it is enqueued in the statement that stores the change (design §6).
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from app import clock
from app.access.caller import CLINICIANS, PERSONNEL, Role
from app.access.rules import CARD
from app.fhir import newborn
from app.fhir.codes import KEPT_FROM_HER
from app.interactions.belonging import Draft
from app.interactions.context import Context
from app.mapping.critical_kinds import PROFILES, is_critical
from app.store.deliveries import CRITICAL_INFORMATION, RECALL
from app.store.tables import OPEN_EPISODE
from app.store.writes import Changed, Delivery, Write, WriteSet

MIRROR = "mirror"  # the server's own write of what others found: rules run on it as on any's
SEALED_FOR = "session"  # what a sealed token is sealed for


def _critical(write: Write, draft: Draft) -> bool:
    """Confirmed allergies and critical conditions of hers, not of her child (kjernejournal, kritisk informasjon)."""
    return newborn.LABEL not in write.labels and is_critical(draft.resource or {})


def write_set(context: Context, drafts: Sequence[Draft], writes: Sequence[Write]) -> WriteSet:
    """``writes`` with what follows from them."""
    caller, house = context.caller, context.house
    change = WriteSet(writes, act=context.act)
    if caller.attested:
        made = (w.id for w in writes if w.type == "Patient" and w.method == "create")
        change.declared = [id_ for id_ in made if not newborn.is_child(id_)]
    if any(w.type == "EpisodeOfCare" and w.governed and w.status not in OPEN_EPISODE for w in writes):
        change.relations_end = context.entry.at + timedelta(days=house.settings.grace_days)
    concerned = [w for w in writes if w.governed and w.patient and w.type in CARD]
    if not concerned or (caller.role is Role.SYSTEM and context.act != MIRROR):
        return change
    episodes = {w.patient: w.episode for w in sorted(concerned, key=lambda w: w.episode or "") if w.patient}
    by_carer = caller.role in CLINICIANS
    by_personnel = caller.role in PERSONNEL
    told = {w.patient for w in concerned if w.labels.isdisjoint(KEPT_FROM_HER)} if by_personnel else set()
    change.changed = [
        Changed(woman, episode, context.entry.id, woman in told)
        for woman, episode in sorted(episodes.items())
    ]
    change.deliveries = [*_recalls(drafts, concerned, writes)]
    if not by_carer:
        return change
    change.deliveries = [*change.deliveries, *_messages(context, drafts, concerned, writes)]
    if caller.expires is not None and caller.token:
        change.rearm = (house.seal.close(caller.token.encode(), SEALED_FOR), caller.expires)
    return change


def _recalls(
    drafts: Sequence[Draft], concerned: Sequence[Write], writes: Sequence[Write]
) -> Iterator[Delivery]:
    """That kjernejournal may have been told what is no longer so, or not hers: the worker knows whether it was."""
    for draft, write in zip(drafts, writes, strict=True):
        told_before = write in concerned and write.method != "create" and write.type in PROFILES
        if told_before and write.patient and not _critical(write, draft):
            yield Delivery(clock.new_id(), RECALL, write.patient, write.type, write.id, write.version)


def _messages(
    context: Context, drafts: Sequence[Draft], concerned: Sequence[Write], writes: Sequence[Write]
) -> Iterator[Delivery]:
    """What kjernejournal is to be told, with the midwife's sealed session: her token, or of an app's caller its name."""
    caller, seal = context.caller, context.house.seal
    for draft, write in zip(drafts, writes, strict=True):
        if write in concerned and write.patient and _critical(write, draft):
            token = seal.close(caller.token.encode(), SEALED_FOR) if caller.token else None
            yield Delivery(
                clock.new_id(), CRITICAL_INFORMATION, write.patient, write.type, write.id, write.version, token,
                caller.expires,
            )  # fmt: skip
