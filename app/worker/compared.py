"""What a comparison with another system came to, and the line in the log that goes before each repair."""

from dataclasses import dataclass

from app.interactions.context import House
from app.store.log import refuse
from app.worker.system import context


@dataclass(frozen=True, slots=True)
class Compared:
    """How many messages were compared, and how many of them are sent again."""

    system: str
    compared: int
    repaired: int
    asked: int = 0  # comparisons that wait for a clinician

    def text(self) -> str:
        """One line for an operator."""
        waiting = f", {self.asked} comparisons wait for a clinician's session" if self.asked else ""
        return f"{self.system}: {self.compared} compared, {self.repaired} sent again{waiting}"


async def note(house: House, id_: str, patient: str, name: str) -> None:
    """A repair stands in the log before it is done."""
    entry = context(house, "operation", operation="$reconcile", name=name, correlation=id_).entry
    await refuse(house.database, entry, "told", (patient,))
