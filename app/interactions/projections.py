"""What a resource means for access: whose number it holds, which organisations it relates, whom she blocks.

Design §4: a relation arises from the GP of record, her own choice, an attested declaration or an accepted application,
and never from a caller's own write.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from app import clock
from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir import newborn
from app.fhir.codes import DNR, FNR
from app.interactions import birth_place, choices, standing
from app.interactions.context import Context
from app.store.standing_tasks import Kept
from app.store.targets import Key, Targets
from app.store.writes import Write

_KINDS = {Role.CITIZEN: "chosen", Role.OPERATOR: "registry", Role.SYSTEM: "registry"}
_IN_FORCE = frozenset({"active", None})  # a team that is proposed or suspended relates nobody
Row = tuple[Any, ...]


def project(
    write: Write, resource: dict[str, Any], context: Context, targets: Targets, kept: Mapping[Key, Kept]
) -> None:
    """Put the projections of ``resource`` on ``write``; harness data have none."""
    if not write.governed:
        return
    if write.type == "Patient":
        write.persons = list(_persons(resource, write.id))
        if not newborn.is_child(write.id):
            write.choices = list(standing.project(resource, write.id, context.entry.at))
        if write.method == "create" and context.caller.attested and not newborn.is_child(write.id):
            write.relations = [_declared(write.id, context)]
    elif (
        write.type == "CareTeam"
        and write.patient
        and context.caller.role in _KINDS
        and resource.get("status") in _IN_FORCE
    ):
        write.relations = list(_relations(resource, write, context, targets))
    elif write.type == "Task" and write.patient:
        write.relations = birth_place.project(resource, write, context, targets, kept)
    elif write.type == "Consent" and write.patient and context.caller.role in choices.DECIDING:
        write.choices = list(choices.project(resource, write.patient, context.entry.at, targets))
        withdrawn(write, resource, context, targets)


def withdrawn(write: Write, resource: dict[str, Any] | None, context: Context, targets: Targets) -> None:
    """Put on ``write`` that she takes no part any more: by her own act only, where what is kept rests on her consent."""
    hers = context.caller.role is Role.CITIZEN and write.patient and write.governed
    if write.type != "Consent" or not hers or context.house.settings.participation != "consent":
        return
    target = targets.found.get((write.type, write.id))
    before = fhir_json.read(target.body) if target and target.body else None
    if choices.withdraws(resource, before):
        due = context.entry.at + timedelta(hours=context.house.settings.erase_hours)
        write.withdrawals = [(clock.new_id(), write.patient, context.caller.subject, due)]


def _persons(patient: dict[str, Any], id_: str) -> Iterator[Row]:
    numbers = {
        (i.get("system"), i.get("value")) for i in patient.get("identifier", ()) if i.get("use") != "old"
    }
    for system, value in sorted(pair for pair in numbers if pair[0] in {FNR, DNR} and pair[1]):
        yield system, value, id_


def _declared(patient: str, context: Context) -> Row:
    caller = context.caller
    return (
        patient,
        caller.organizations[0],
        "declared",
        context.entry.at,
        context.entry.at + timedelta(days=context.house.settings.declared_days),
        caller.decision,
        caller.subject,
    )


def _relations(team: dict[str, Any], write: Write, context: Context, targets: Targets) -> Iterator[Row]:
    seen: set[str] = set()
    for participant in team.get("participant", ()):
        for name in ("member", "onBehalfOf"):
            actor = choices.actor_of(participant.get(name), targets)
            if actor and actor.startswith("org:") and actor not in seen:
                seen.add(actor)
                begins, ends = choices.period_of(
                    participant.get("period") or team.get("period"), context.entry.at
                )
                kind = _KINDS[context.caller.role]
                yield (write.patient, actor[4:], kind, begins, ends, None, context.caller.subject)
