"""A mock service's own clock: it can be moved, and run faster, so that ten minutes of outage pass in seconds.

The product's clock never moves (design §1.6), and neither does the issuers': their tokens are checked against it.
"""

import time
from datetime import datetime
from typing import Any


class Clock:
    """Seconds since 1970 as the service sees them."""

    def __init__(self) -> None:
        self._real = self._virtual = time.time()
        self.rate = 1.0

    def now(self) -> float:
        return self._virtual + (time.time() - self._real) * self.rate

    def in_real_seconds(self, seconds: float) -> float:
        """How long ``seconds`` of this clock last for everybody else."""
        return seconds / self.rate

    def set(self, wanted: dict[str, Any]) -> None:
        """``{"at"}``, ``{"advanceSeconds"}``, ``{"rate"}``: several at once are done in this order. Raises ValueError."""
        unknown = set(wanted) - {"at", "advanceSeconds", "rate"}
        if unknown:
            raise ValueError(f"Unknown: {', '.join(sorted(unknown))}")
        rate = float(wanted.get("rate", self.rate))
        if rate <= 0:
            raise ValueError("rate is above 0")
        now = datetime.fromisoformat(wanted["at"]).timestamp() if "at" in wanted else self.now()
        self._virtual, self._real = now + float(wanted.get("advanceSeconds", 0)), time.time()
        self.rate = rate

    def as_json(self) -> dict[str, Any]:
        return {"now": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now())), "rate": self.rate}
