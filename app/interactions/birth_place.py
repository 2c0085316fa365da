"""Application for a birth place (*søknad om fødeplass*): what its Task means for who has to do with her.

A Task with the card's code ``birth-place`` (profile ``birth-place-answer``) whose ``owner`` is the hospital that is asked. Her
GP or midwife asks: the hospital may then read her card for a while, to answer. It joins those who care for her when it
accepts what another organisation asked it: never by a Task of its own. Where it declines, that ends at once. Design §4;
helsepersonelloven §§ 25, 45.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.access.caller import CLINICIANS, Role
from app.fhir import codes
from app.interactions.belonging import Draft
from app.interactions.choices import actor_of
from app.interactions.context import Context
from app.mapping.elements import child, has_code, text
from app.mapping.elements import codes as codings_of
from app.store.standing_tasks import Kept, kept_up
from app.store.targets import Key, Targets
from app.store.writes import Write

CODE = "birth-place"
ASKING = frozenset({Role.GP, Role.MIDWIFE})  # a hospital passes nobody on
ASKED, ACCEPTED = "asked", "accepted"
ANSWER_WITHIN = timedelta(days=30)  # what is not answered lapses; asking again begins anew
AGREED = frozenset({"accepted", "ready", "in-progress", "completed"})
OTHER_PLACE, MORE_INFORMATION = "other-place", "more-information"
WAITING = frozenset({"requested", "received", "on-hold"})
Row = tuple[Any, ...]


def is_application(resource: Mapping[str, Any] | None) -> bool:
    """Whether a resource is the Task of such an application."""
    task = resource if resource and resource.get("resourceType") == "Task" else {}
    return has_code([child(task, "code")], codes.CS_CARD, CODE)


async def kept_of(context: Context, drafts: Sequence[Draft]) -> dict[Key, Kept]:
    """What the Tasks of applications among ``drafts`` keep up so far."""
    changed = [draft.id for draft in drafts if draft.method == "update" and is_application(draft.resource)]
    return await kept_up(context.session, changed)


def project(
    resource: dict[str, Any], write: Write, context: Context, targets: Targets, before: Mapping[Key, Kept]
) -> list[Row]:
    """The relation that the Task keeps up, if any; ``before`` is what the Task of another organisation kept up so far."""
    caller = context.caller
    actor = actor_of(resource.get("owner"), targets) or ""
    status, known = text(resource, "status"), before.get((write.type, write.id))
    organization = actor.removeprefix("org:")
    if not is_application(resource) or caller.role not in CLINICIANS or organization == actor:
        return []
    if context.house.settings.pilot.kind(organization) != "hospital":
        return []
    known = known if known and known.organization == organization else None  # whoever else was asked
    answers = organization in caller.organizations
    said = codings_of(child(resource, "businessStatus"), codes.CS_CARD)
    if OTHER_PLACE in said:
        return []
    if status in AGREED and MORE_INFORMATION not in said and known and (answers or known.kind == ACCEPTED):
        kept = Kept(organization, ACCEPTED, known.begins, known.ends if known.kind == ACCEPTED else None)
    elif status in WAITING | AGREED and known and known.kind == ASKED and (answers or status in WAITING):
        kept = known  # neither a question nor a reminder makes the time to answer longer
    elif status in WAITING and not answers and caller.role in ASKING:
        kept = Kept(organization, ASKED, context.entry.at, context.entry.at + ANSWER_WITHIN)
    else:
        return []
    return [(write.patient, organization, kept.kind, kept.begins, kept.ends, None, caller.subject)]
