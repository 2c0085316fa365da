"""The woman of a national record call, and relating by its attest: the token's purpose and decision reference are the
declaration.

Pasientjournalloven § 19. The national contract has no call to declare a relation; what ``$declare-relation`` asks for
stands in the token, is kept, shown to her and reviewed just so. Whoever is related already, or attests nothing, is left
alone.
"""

from typing import NamedTuple

from app.fhir.codes import DNR, FNR
from app.fhir.outcome import NotFound
from app.interactions.context import Context
from app.interactions.declaring import relate
from app.interactions.guard import visible
from app.store.resources import Stored
from app.store.targets import whose
from app.store.together import glance

RESTRICTED = "block.her-restriction"


class Her(NamedTuple):
    """The woman of a call: her Patient id, and the system and number that name her."""

    patient: str
    system: str
    number: str


async def her(context: Context, nin: str) -> Her | None:
    """The woman with this number; whether there is one is told by nobody who has no right to it."""
    found = await whose(context.session, [(FNR, nin), (DNR, nin)])
    return next((Her(patient, *number) for number, patient in found.items()), None)


async def related(context: Context, woman: Her | None) -> Stored:
    """Her Patient; where the caller attests a relation and has none, it is declared. Raises NotFound and Forbidden.

    A number is no secret, so whom she has shut out is told what is told of a woman who is not here; that she has
    restricted her card is told whoever may know that there is one (design §4).
    """
    stored = await glance(context.session, "Patient", woman.patient) if woman else None
    if woman and context.caller.attested and not (stored and stored.visible):
        part = context.part(interaction="operation", type="Patient", operation="$declare-relation")
        await relate(part, woman.system, woman.number)
        later = context.part(interaction="read", type="Patient", target=woman.patient)
        stored = await glance(later.session, "Patient", woman.patient)
    return known(context, stored)


def known(context: Context, stored: Stored | None) -> Stored:
    """``stored``, her Patient, as far as the caller may know of it. Raises NotFound and Forbidden."""
    open_to_be_told = stored is not None and stored.rule == RESTRICTED and context.caller.attested
    if stored is None or not (stored.visible or open_to_be_told):
        raise NotFound("There is no woman with this number here", "http.nhn-patient-nin")
    return visible(stored, "Patient", "of this number")
