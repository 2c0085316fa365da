"""What a resource means for access: whose number it holds, which organisations it relates, whom she blocks.

Design §4: a relation arises from the GP of record, her own choice or an attested declaration, and never from a
caller's own write.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.access.caller import Role
from app.fhir.codes import DNR, FNR, HPR, ORGNR
from app.fhir.dates import interval
from app.fhir.outcome import Issue
from app.interactions.context import Context
from app.store.targets import Targets
from app.store.writes import Write

_KINDS = {Role.CITIZEN: "chosen", Role.OPERATOR: "registry"}
_IN_FORCE = frozenset({"active", None})  # a team that is proposed or suspended relates nobody
Row = tuple[Any, ...]


def project(write: Write, resource: dict[str, Any], context: Context, targets: Targets) -> None:
    """Put the projections of ``resource`` on ``write``; harness data have none."""
    if not write.governed:
        return
    if write.type == "Patient":
        write.persons = list(_persons(resource, write.id))
        if write.method == "create" and context.caller.attested:
            write.relations = [_declared(write.id, context)]
    elif (
        write.type == "CareTeam"
        and write.patient
        and context.caller.role in _KINDS
        and resource.get("status") in _IN_FORCE
    ):
        write.relations = list(_relations(resource, write, context, targets))
    elif (
        write.type == "Consent" and context.caller.role is Role.CITIZEN and resource.get("status") == "active"
    ):
        write.choices = list(_choices(resource, write, context, targets))


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
        None,
        caller.decision,
        caller.subject,
    )


def _period(value: Any, default: datetime) -> tuple[datetime, datetime | None]:
    period = value if isinstance(value, dict) else {}
    begins = interval(period["start"])[0] if "start" in period else default
    return begins, interval(period["end"])[1] if "end" in period else None


def _actor(reference: Any, targets: Targets) -> str | None:
    """``org:<number>`` or ``hpr:<number>``: of a literal reference that was looked up, or of a logical one."""
    identifier = reference.get("identifier") if isinstance(reference, dict) else None
    if isinstance(identifier, dict) and "reference" not in reference:
        prefix = {HPR: "hpr:", ORGNR: "org:"}.get(identifier.get("system", ""))
        return f"{prefix}{identifier.get('value')}" if prefix else None
    parts = reference.get("reference", "").split("/") if isinstance(reference, dict) else []
    target = targets.found.get((parts[-2], parts[-1])) if len(parts) >= 2 else None  # noqa: PLR2004 (Type/id)
    return target.actor if target else None


def _relations(team: dict[str, Any], write: Write, context: Context, targets: Targets) -> Iterator[Row]:
    seen: set[str] = set()
    for participant in team.get("participant", ()):
        for name in ("member", "onBehalfOf"):
            actor = _actor(participant.get(name), targets)
            if actor and actor.startswith("org:") and actor not in seen:
                seen.add(actor)
                begins, ends = _period(participant.get("period") or team.get("period"), context.entry.at)
                kind = _KINDS[context.caller.role]
                yield (write.patient, actor[4:], kind, begins, ends, None, context.caller.subject)


def _choices(consent: dict[str, Any], write: Write, context: Context, targets: Targets) -> Iterator[Row]:
    provision = consent.get("provision") or {}
    if provision.get("type") != "deny":
        return
    begins, ends = _period(provision.get("period"), context.entry.at)
    actors = {_actor(actor.get("reference"), targets) for actor in provision.get("actor", ())}
    for actor in sorted(filter(None, actors)):
        yield (write.patient, "block", actor, min(begins, context.entry.at), ends)


def unknown_actors(consent: dict[str, Any], targets: Targets, place: str) -> Iterator[Issue]:
    """Actors of a refusal whom the server cannot name: she must not believe that they are blocked."""
    provision = consent.get("provision") or {}
    for n, actor in enumerate(provision.get("actor", ()) if provision.get("type") == "deny" else ()):
        if _actor(actor.get("reference"), targets) is None:
            text = f"{place}Name a Practitioner with HPR number or an Organization with organisation number"
            yield Issue("business-rule", text, (f"Consent.provision.actor[{n}].reference",))
