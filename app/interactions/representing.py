"""A representative is believed when Helsenorge's signed proof says so, on each request: the relation begins and ends by it.

Hpl § 22, pbrl § 3-3. The token only says for whom the session speaks. What she lets the representative see is hers to say
still, by her Consent: a proof alone opens nothing, and being her partner is no proof.
"""

import json

from app import clock
from app.access.caller import Caller, Role
from app.fhir.outcome import Forbidden, Unavailable
from app.gateways.failures import Failure
from app.gateways.fullmakt import POWER, Forged, Proof
from app.interactions.context import House
from app.store import powers
from app.store.log import Entry, refuse
from app.store.powers import SEALED_FOR, Verified

_NONE = "Helsenorge knows no power of attorney by which you may represent her"


async def ascertain(house: House, caller: Caller, entry: Entry) -> None:
    """Ask for the proof, verify and archive it; the log then names it. Raises Forbidden, Unavailable."""
    service, number, own = house.representation, caller.number, caller.own_number
    if service is None or caller.role is not Role.REPRESENTATIVE or caller.guardian or not number or not own:
        return
    try:
        proof = await service.proof(number, own)
    except Forged as forged:
        entry.facts["proof"] = str(forged)
        await _end(house, caller, entry)
        raise Forbidden(f"The power of attorney does not hold: {forged}") from forged
    except Failure as failure:
        raise Unavailable("Helsenorge cannot say now whom you may represent") from failure
    if proof is None or proof.kind != POWER:
        await _end(house, caller, entry)
        raise Forbidden(_NONE)
    entry.facts["decision"] = proof.reference
    sealed = house.seal.close(_archived(proof, number, own), SEALED_FOR)
    said = Verified(proof.reference, proof.kind, proof.begins, proof.ends, sealed)
    await powers.begin(house.database, number, caller.subject, said, clock.now())


def _archived(proof: Proof, giver: str, holder: str) -> bytes:
    return json.dumps({"giver": giver, "holder": holder, "signed": proof.signed}).encode()


async def _end(house: House, caller: Caller, entry: Entry) -> None:
    """The relation ends, and the refusal stands in her log too."""
    patient = await powers.end(house.database, caller.number or "", caller.subject, clock.now())
    await refuse(house.database, entry, "error:403:forbidden", (patient,) if patient else ())
