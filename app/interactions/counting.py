"""``$access-statistics``: how often each organisation looked, by role and purpose, for the auditor.

Pasientjournalloven §§ 22, 23: the log is followed up. An auditor of an organisation counts its own.
"""

from datetime import timedelta
from typing import Any

from app.fhir.codes import ORGNR
from app.fhir.dates import interval
from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.log_cases import scope_of
from app.store import access_statistics
from app.store.access_statistics import COUNTS

USUAL = timedelta(days=30)


def _row(row: Any) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"name": name, "valueString": row[name]} for name in ("role", "purpose") if row[name]
    ]
    if row["organization"]:
        place = {"system": ORGNR, "value": row["organization"]}
        parts.append({"name": "organization", "valueIdentifier": place})
    parts += [{"name": name, "valueInteger": row[name]} for name in COUNTS]
    return {"name": "access", "part": parts}


async def statistics(context: Context, given: Given, _id: str | None) -> Answer:
    """From ``start`` to ``end``, the last thirty days where neither is said. Raises FhirError."""
    scope, start, end = scope_of(context), given.text("start"), given.text("end")
    high = interval(end)[1] if end else context.entry.at
    low = interval(start)[0] if start else high - USUAL
    if low >= high:
        raise BadRequest("start lies before end", "start")
    return in_parameters(*map(_row, await access_statistics.count(context.session, scope, (low, high))))
