"""Powers of attorney that were ended on Helsenorge end here too, whether or not the representative comes back.

On a representative's own request Helsenorge is asked anew (``interactions/representing``); this is what the reconciliation
compares. An answer that cannot be had ends nothing: the next request asks.
"""

import json

from app import clock
from app.access.sealing import Broken
from app.gateways.helseid import Token
from app.interactions.context import House
from app.store import powers
from app.store.powers import SEALED_FOR, Kept
from app.worker.channels import Channels
from app.worker.compared import Compared, note

_PAGE = 200


async def compare(house: House, channels: Channels) -> Compared:
    """Hold the relations of representatives against what Helsenorge says now. Raises Failure."""
    compared, ended, after = 0, 0, ("", "")
    if channels.fullmakt is None or channels.helseid is None:
        return Compared("representation", 0, 0)
    audience = house.settings.helsenorge_audience
    while page := await powers.in_force(house.database, clock.now(), after, _PAGE):
        after = (page[-1].patient, page[-1].subject)
        token = await channels.helseid.machine_token(audience)
        with channels.helseid.tried(audience):
            for row in page:
                compared += 1
                ended += await _ended(house, channels, token, row)
    return Compared("representation", compared, ended)


async def _ended(house: House, channels: Channels, token: Token, row: Kept) -> bool:
    """Whether it was in force here and is so no more."""
    try:
        said = json.loads(house.seal.open(row.proof, SEALED_FOR))
    except Broken:  # sealed under another key: the next request asks anew
        return False
    if channels.fullmakt is None or said["giver"] in await channels.fullmakt.givers(token, said["holder"]):
        return False
    await note(house, clock.new_id(), row.patient, "Fullmakt som ikke lenger gjelder, avsluttet")
    await powers.end(house.database, said["giver"], row.subject, clock.now())
    return True
