"""How often each address answered what, and how fast: numbers of this process, about nobody.

https://prometheus.io/docs/concepts/metric_types/#histogram. Plain integers: what is counted at every request must cost
less than a microsecond. Addresses are those of the table (``/fhir/{type}/{id}``), so that no id becomes a name.
"""

from bisect import bisect_left

BOUNDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds


class Counter:
    """The answers of one address and method. ``seconds`` is their sum, until each answer was ready to be sent."""

    __slots__ = ("method", "route", "seconds", "statuses", "within")

    def __init__(self, method: str, route: str) -> None:
        self.method, self.route = method, route
        self.statuses: dict[int, int] = {}
        self.within = [0] * (len(BOUNDS) + 1)  # answers by the first bound that they did not exceed
        self.seconds = 0.0

    def count(self, status: int, seconds: float) -> None:
        """One answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.within[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def add(self, statuses: dict[int, int], within: list[int], seconds: float) -> None:
        """What another process counted."""
        for status, number in statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + number
        self.within = [mine + theirs for mine, theirs in zip(self.within, within, strict=True)]
        self.seconds += seconds

    @property
    def labels(self) -> dict[str, str]:
        """What tells it from the others."""
        return {"method": self.method, "route": self.route}
