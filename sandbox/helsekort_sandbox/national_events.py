"""What a midwife whose system speaks the national JSON adds to a generated card: calls with versions, and those refused.

Her municipality is the vendor that is integrated with the national trial; the contract: docs/national-record.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.pregnancy.gestation import weeks
from helsekort_sandbox.lives import Life

MUNICIPALITY = "3314"  # Eikmo: its helsestasjon registers by the national JSON beside FHIR
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: on which day and at which minute after ten, in words, and what it is; ``status`` where it is refused."""

    day: int
    minute: int
    does: str
    method: str
    path: str
    body: Json = field(default_factory=dict)
    status: int = 0
    made: str = ""

    def line(self, life: Life, when: datetime, name: str, woman: str) -> Json:
        """The line of the recording."""
        said: Json = {"method": self.method, "path": self.path, "nin": life.pid}
        said |= {"body": self.body} if self.method in {"POST", "PUT"} else {}
        said |= {"made": self.made} if self.made else {}
        told: Json = {
            "line": "event",
            "id": name,
            "time": when.isoformat(),
            "actor": life.midwife,
            "woman": woman,
        }
        told |= {"does": self.does, "national": said}
        return told | ({"expect": {"status": self.status}} if self.status else {})


def is_national(life: Life) -> bool:
    """Whether her midwife's system speaks the national JSON."""
    return life.midwife.startswith(f"midwife-{MUNICIPALITY}")


def calls(life: Life, record: str, height: str) -> Iterator[Call]:
    """The calls about the card ``record``; what measures her belly is called ``height``."""
    day, path, kept = life.contact, f"/record/{record}/id", f"{height}/id"
    conditions, heights = f"{path}/medicalConditions", f"{path}/symphysisFundalHeights"
    told = {
        "nothingParticular": True,
        "allergiesAsthma": False,
        "note": "Frisk",
        "vendorField": {"x": [1, 2.5]},
    }
    yield Call(day, 0, "opens a second card", "POST", "/record", {}, status=409)
    yield Call(day, 1, "asks for the status", "GET", "/status")
    yield Call(day, 2, "registers her conditions", "POST", conditions, told)
    changed = {"metadata": {"version": 1}, "nothingParticular": False, "allergiesAsthma": True, "note": None}
    yield Call(day, 3, "changes her conditions", "PUT", conditions, changed)
    yield Call(day, 4, "changes an old version of them", "PUT", conditions, changed, status=409)
    folate = {"medicationFrequency": "Ved behov", "folate": {"takenBefore": True, "takenDuring": True}}
    yield Call(day, 5, "registers her medicines", "POST", f"{path}/medication", folate)
    measured = weeks(24, 1)
    if min(life.lost or 999, life.born or 999) <= measured:
        return
    value = {"measurement": 23, "pregnancyWeek": 24, "measurementDate": life.on(measured).isoformat()}
    yield Call(measured, 0, "measures her belly", "POST", heights, value, made=height)
    again = value | {"metadata": {"version": 1}, "measurement": 22}
    yield Call(measured, 1, "corrects the measure", "PUT", f"{heights}/{kept}", again)
    yield Call(measured, 2, "marks it as entered in error", "DELETE", f"{heights}/{kept}")
