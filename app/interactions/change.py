"""Changing resources: prepare, store set-wise, and say what became of each.

https://hl7.org/fhir/R4/http.html#create, #update, #delete. What follows from a change (alarms, notices, critical
information) is enqueued in the statement that stores it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from app import clock
from app.access.caller import CLINICIANS, Role
from app.access.rules import CARD
from app.fhir.codes import CS_CARD
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import (
    Conflict,
    FhirError,
    Forbidden,
    Issue,
    NotFound,
    PreconditionFailed,
    Unavailable,
    Unprocessable,
)
from app.interactions.belonging import Draft
from app.interactions.context import Context
from app.interactions.drafts import prepare
from app.store.writes import Changed, Delivery, Outcome, Write, WriteSet, put

_TRIES = 5
SEALED_FOR = "session"  # what a sealed token is sealed for


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one draft; ``gone`` where there was nothing left to delete."""

    draft: Draft
    write: Write
    gone: bool = False


async def apply(context: Context, drafts: Sequence[Draft]) -> list[Applied]:
    """Store all of ``drafts`` or none; the proof is consumed and the audit row written with them.

    Raises FhirError. A lost race against another writer is tried again where the client did not say If-Match.
    """
    for attempt in range(1, _TRIES + 1):
        writes, issues = await prepare(context, drafts)
        _check_versions(drafts, writes)
        last = attempt == _TRIES
        try:
            outcomes = await put(context.session, _set(context, drafts, writes))
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
            if last:
                raise Unavailable("Too many clients change the same resources; try again") from error
            continue
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "resource_pkey" and not last:
                continue
            raise _broken(error) from error
        raced = any(
            outcome.problem == "stale" and draft.if_match is None
            for draft, outcome in zip(drafts, outcomes, strict=True)
        )
        if raced and not last:
            context.session.entry.renew(clock.new_id(), clock.now())
            continue
        return _applied(drafts, writes, outcomes, issues)
    raise Unavailable("Too many clients change the same resources; try again")


def _check_versions(drafts: Sequence[Draft], writes: Sequence[Write]) -> None:
    for draft, write in zip(drafts, writes, strict=True):
        if draft.if_match is not None:
            write.version = draft.if_match + 1


def _broken(error: asyncpg.UniqueViolationError) -> FhirError:
    if error.constraint_name == "one_open_episode":
        return Conflict("She has an open EpisodeOfCare already; one card at a time", "EpisodeOfCare.patient")
    if error.constraint_name == "person_pkey":
        return Conflict("Another Patient has this identity number", "Patient.identifier")
    return Conflict("Another client stored the same; read again")


def _critical(write: Write, draft: Draft) -> bool:
    """Confirmed allergies and critical conditions (kjernejournal, kritisk informasjon)."""
    resource = draft.resource or {}
    confirmed = any(
        coding.get("code") == "confirmed"
        for coding in resource.get("verificationStatus", {}).get("coding", ())
    )
    return confirmed and (
        write.type == "AllergyIntolerance"
        or (write.type == "Condition" and f"{CS_CARD}|critical" in write.categories)
    )


def _set(context: Context, drafts: Sequence[Draft], writes: Sequence[Write]) -> WriteSet:
    caller, house = context.caller, context.house
    change = WriteSet(writes, may_name=caller.role is Role.HARNESS)
    if caller.attested:
        change.declared = [w.id for w in writes if w.type == "Patient" and w.method == "create"]
    concerned = [w for w in writes if w.governed and w.patient and w.type in CARD]
    if not concerned or caller.role is Role.SYSTEM:
        return change
    episodes = {w.patient: w.episode for w in concerned if w.patient}
    by_carer = caller.role in CLINICIANS
    told = {w.patient for w in concerned if "NOPAT" not in w.labels} if by_carer else set()
    change.changed = [
        Changed(woman, episode, context.entry.id, woman in told)
        for woman, episode in sorted(episodes.items())
    ]
    if not by_carer:
        return change
    deliveries: list[Delivery] = []
    for draft, write in zip(drafts, writes, strict=True):
        if write in concerned and write.patient and _critical(write, draft):
            id_ = clock.new_id()
            token = house.seal.close(caller.token.encode(), SEALED_FOR)
            deliveries.append(
                Delivery(
                    id_, "critical-information", write.patient, write.type, write.id, write.version, token,
                    caller.expires,
                )
            )  # fmt: skip
    change.deliveries = deliveries
    if caller.expires is not None:
        change.rearm = (house.seal.close(caller.token.encode(), SEALED_FOR), caller.expires)
    return change


def _applied(
    drafts: Sequence[Draft], writes: Sequence[Write], outcomes: Sequence[Outcome], issues: Sequence[Issue]
) -> list[Applied]:
    problems = [(d, w, o) for d, w, o in zip(drafts, writes, outcomes, strict=True) if o.problem]
    if problems and not (len(drafts) == 1 and outcomes[0].problem == "gone"):
        access = [row for row in problems if row[2].problem in {"refused", "missing"}]
        if issues and not access:
            raise Unprocessable(issues)
        raise _refusal(*(access or problems)[0])
    return [Applied(d, w, o.problem == "gone") for d, w, o in zip(drafts, writes, outcomes, strict=True)]


def _refusal(draft: Draft, write: Write, outcome: Outcome) -> FhirError:
    name, place = f"{draft.type}/{draft.id}", draft.place
    refusals: dict[str, tuple[type[FhirError], str]] = {
        "missing": (NotFound, f"There is no {name}"),
        "gone": (NotFound, f"There is no {name}"),
        "stale": (PreconditionFailed, f"{name} is no longer at version {write.version - 1}"),
        "referenced": (Conflict, f"Other resources refer to {name}"),
        "moved": (
            Unprocessable,
            f"{name} is about another woman; mark it entered-in-error and register a new one",
        ),
        "masked": (Conflict, f"Elements of {name} are hidden from you; change visible elements by PATCH"),
    }
    if outcome.problem in refusals:
        error, text = refusals[outcome.problem]
        return error(f"{place}{text}", draft.type)
    if outcome.decision.rule == "block.her-choice":
        return Forbidden(f"{place}She has chosen that you are not given access", draft.type)
    about = (
        f"Patient/{write.patient}"  # told only where it was said: what she is derived from may be a secret
    )
    said = write.patient and about.encode() in draft.body and not looks_like_person_number(about)
    verb = {"create": "register", "update": "change", "delete": "delete"}[draft.method]
    return Forbidden(
        f"{place}Your role and relation do not let you {verb} {draft.type}{f' about {about}' if said else ''}, or there is no such woman",
        draft.type,
    )
