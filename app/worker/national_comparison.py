"""What the national record says is compared with what the cards say: a message where this server is master, and a whole
look where the national service is."""

from app import clock
from app.interactions.context import House
from app.store import national_records as records
from app.store.deliveries import RECORD
from app.store.national_records import HERE
from app.worker import national_records
from app.worker.channels import Channels
from app.worker.compared import Compared, note

_PAGE = 200


async def compare(house: House, channels: Channels) -> Compared:
    """A message for each record of ours that says other than the card; what is mirrored is compared at its next look. Raises
    Failure."""
    compared, repaired, after = 0, 0, ""
    while page := await records.linked(house.database, HERE, after, _PAGE):
        after = page[-1].patient
        for row in page:
            differs = await national_records.differs(house, channels, row)
            compared += differs is not None
            if differs:
                await note(house, row.episode, row.patient, "Avstemming: nasjonalt helsekort meldes på nytt")
                repaired += len(await records.ask(house.database, row.patient, row.episode, clock.now()))
    await records.anew(house.database, clock.now())
    return Compared(RECORD, compared, repaired)
