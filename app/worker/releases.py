"""What has waited as long as it may, though nobody has discussed it with her, is opened: pbrl § 5-1, decided and logged."""

from app import clock
from app.fhir import json as fhir_json
from app.fhir.outcome import FhirError
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Context, House
from app.interactions.releasing import ACT, waits_until
from app.mapping.elements import moment
from app.store.untold import all_that_wait
from app.worker.system import context


async def release(house: House) -> int:
    """Open what has waited out its days; how many."""
    now, done = clock.now(), 0
    for type_name, id_, body in await all_that_wait(house.database, now):
        until = moment(waits_until(fhir_json.read(body)))
        if until is not None and until <= now:
            done += await _open(house, type_name, id_)
    return done


async def _open(house: House, type_name: str, id_: str) -> bool:
    own = context(house, "operation", operation="$release", type=type_name, target=id_)
    try:
        await apply(Context(house, own.session, act=ACT), [Draft("patch", type_name, id_, patch=dict)])
    except FhirError:  # deleted meanwhile, or told
        return False
    return True
