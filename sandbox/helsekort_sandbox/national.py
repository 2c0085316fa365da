"""The effect logs of the mock national services, as a reader outside them sees them."""

from typing import Any

from helsekort_sandbox.loopback import fetch
from helsekort_sandbox.state import Sandbox

Entry = dict[str, Any]


class NationalLogs:
    """``GET /_log`` of kjernejournal and Helsenorge."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._addresses = {"kjernejournal": sandbox.kjernejournal, "helsenorge": sandbox.helsenorge}

    def entries(self, service: str) -> list[Entry]:
        """Every request that reached ``service``, oldest first."""
        found: list[Entry] = fetch(f"{self._addresses[service]}/_log")["entries"]
        return found

    def counts(self) -> dict[str, int]:
        """How many requests have reached each service."""
        return {service: len(self.entries(service)) for service in self._addresses}

    def critical(self, number: str) -> list[Entry]:
        """What was registered in kjernejournal about the woman with ``number``."""
        return [row for row in self.entries("kjernejournal") if row["effect"] and row["patient"] == number]

    def notices(self, number: str, since: int = 0) -> list[Entry]:
        """The notices to the woman with ``number`` after the first ``since`` requests."""
        rows = self.entries("helsenorge")[since:]
        return [row for row in rows if row["effect"] and row["notice"]["recipient"] == number]
