"""From what the store refused to what the client is told: 404 before 403 where existence is a secret."""

from collections.abc import Iterable
from dataclasses import replace

import asyncpg

from app.access.rules import told
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import Conflict, FhirError, Forbidden, NotFound, PreconditionFailed, Unprocessable
from app.interactions.belonging import Draft
from app.interactions.business import numbers_of
from app.interactions.context import Context
from app.interactions.existence import GUESS
from app.store.log import refuse
from app.store.targets import whose
from app.store.writes import Outcome, Write


class NumberTaken(Conflict):
    """The number is that of another woman here."""


def broken(error: asyncpg.UniqueViolationError) -> FhirError:
    """A rule of which there can be only one."""
    if error.constraint_name == "one_open_episode":
        return Conflict("She has an open EpisodeOfCare already; one card at a time", "EpisodeOfCare.patient")
    if error.constraint_name == "person_pkey":
        return NumberTaken("Another Patient has this identity number", "Patient.identifier")
    return Conflict("Another client stored the same; read again")


async def taken(context: Context, todo: Iterable[Draft], error: FhirError) -> FhirError:
    """``error``; where it tells that a woman with a number is here, that stands in her log and counts as a guess."""
    bodies = (draft.resource or {} for draft in todo if draft.type == "Patient")
    numbers = {pair for body in bodies for pair in numbers_of(body)}
    if not isinstance(error, NumberTaken) or not numbers:
        return error
    apart = replace(context.session, connection=None)  # the transaction has failed
    for patient in (await whose(apart, numbers)).values():
        asked = context.part(interaction="operation", type="Patient", operation="$status")
        await refuse(context.house.database, asked.entry, "error:409:conflict", (patient,))
    error.guesses = GUESS
    return error


def refusal(draft: Draft, write: Write, outcome: Outcome) -> FhirError:
    """Why ``write`` was not stored."""
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
    hers = told(outcome.decision.rule)
    if hers:
        return Forbidden(f"{place}{hers}", draft.type)
    about = f"Patient/{write.patient}"
    # told only where it was said: what she is derived from may be a secret
    said = write.patient and about.encode() in draft.body and not looks_like_person_number(about)
    verb = {"create": "register", "update": "change", "delete": "delete"}[write.method]
    what = f"{verb} {draft.type}{f' about {about}' if said else ''}"
    return Forbidden(
        f"{place}Your role and relation do not let you {what}, or there is no such woman", draft.type
    )
