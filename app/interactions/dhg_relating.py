"""Relating by the attest of a national record call: the token's purpose and decision reference are the declaration.

Pasientjournalloven § 19. The national contract has no call to declare a relation; what ``$declare-relation`` asks for
stands in the token, is kept, shown to her and reviewed just so. Whoever is related already, or attests nothing, is left
alone.
"""

from app.fhir.codes import DNR, FNR
from app.interactions.context import Context
from app.interactions.declaring import relate
from app.store.targets import whose
from app.store.together import glance


async def related(context: Context, nin: str) -> None:
    """Declare a relation where the caller attests one and has none."""
    if not context.caller.attested:
        return
    found = await whose(context.session, [(FNR, nin), (DNR, nin)])
    for (system, _), patient in found.items():
        stored = await glance(context.session, "Patient", patient)
        if stored is None or not stored.visible:
            part = context.part(interaction="operation", type="Patient", operation="$declare-relation")
            await relate(part, system, nin)
