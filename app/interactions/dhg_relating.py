"""The woman of a national record call, and relating by its attest: the token's purpose and decision reference are the
declaration.

Pasientjournalloven § 19. The national contract has no call to declare a relation; what ``$declare-relation`` asks for
stands in the token, is kept, shown to her and reviewed just so. Whoever is related already, or attests nothing, is left
alone.
"""

from typing import NamedTuple

from app.fhir.codes import DNR, FNR
from app.interactions.context import Context
from app.interactions.declaring import relate
from app.store.targets import whose
from app.store.together import glance


class Her(NamedTuple):
    """The woman of a call: her Patient id, and the system and number that name her."""

    patient: str
    system: str
    number: str


async def her(context: Context, nin: str) -> Her | None:
    """The woman with this number; whether there is one is told by nobody who has no right to it."""
    found = await whose(context.session, [(FNR, nin), (DNR, nin)])
    return next((Her(patient, *number) for number, patient in found.items()), None)


async def related(context: Context, woman: Her) -> None:
    """Declare a relation where the caller attests one and has none."""
    if not context.caller.attested:
        return
    stored = await glance(context.session, "Patient", woman.patient)
    if stored is None or not stored.visible:
        part = context.part(interaction="operation", type="Patient", operation="$declare-relation")
        await relate(part, woman.system, woman.number)
