"""Her medicines as kjernejournal has them (e-resept, *pasientens legemiddelliste*), in a clinician's session.

https://utviklerportal.nhn.no/informasjonstjenester/kjernejournal: her choices, headers and tokens are those of its critical
information. What systems get of the list is published nowhere that could be read: that call is a contract of our own.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from app.fhir.dates import interval
from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call
from app.gateways.kjernejournal import SYSTEM, asking, check_choices

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MedicineList:
    """When the list was last changed, and its MedicationStatements."""

    dated: datetime
    statements: tuple[Json, ...] = field(repr=False)


class Medicines:
    """The service at ``base``."""

    def __init__(self, base: str, http: httpx.AsyncClient) -> None:
        self._base, self._http = base.rstrip("/"), http

    async def listed(self, token: Token, profession: str, number: str, event: str) -> MedicineList | None:
        """Her list; None where there is none. Raises Refused, Unreachable."""
        await check_choices(self._http, token, self._base, number, restricts=True)
        url = f"{self._base}/MedicationStatement"
        response = await call(self._http, token, SYSTEM, url, b"", asking(profession, number, event), "GET")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        check(response, SYSTEM)
        try:
            rows = [entry["resource"] for entry in response.json()["entry"]]
            (dated,) = (row["date"] for row in rows if row["resourceType"] == "List")
            statements = [row for row in rows if row["resourceType"] == "MedicationStatement"]
            named = [row | {"id": str(row["id"])} for row in statements]
            return MedicineList(interval(dated)[0], tuple(named))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreachable(f"{SYSTEM} gave a list of medicines that cannot be read") from error
