"""``Measure/{id}/$evaluate-measure``: a quality indicator over a period, of all and by organisation; never of one woman.

https://hl7.org/fhir/R4/measure-operation-evaluate-measure.html. For registers and for whoever runs the pilot; what is
small is withheld (``measures_to_fhir``). What was not over yesterday is not counted.
"""

from datetime import date, timedelta
from typing import Any

from app import clock
from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Forbidden, NotFound
from app.fhir.parameters import Given
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.mapping.elements import day
from app.mapping.measures_to_fhir import Sum, report
from app.pregnancy.indicators import BY_ID
from app.store import tallies

SHOWN_TO = frozenset({Role.REGISTRY, Role.OPERATOR})
SUMMARIES = frozenset({"", "population", "summary"})


async def evaluate(context: Context, given: Given, id_: str | None) -> Answer:
    """The MeasureReport of an indicator of ours. Raises FhirError."""
    scoped(context.caller, "read")
    if context.caller.role not in SHOWN_TO:
        raise Forbidden("Indicators are evaluated for registers and operators")
    row = BY_ID.get(id_ or "")
    if row is None:
        raise NotFound(
            f"There is no indicator {(id_ or '')[:64]}; a stored Measure is not evaluated", "Measure"
        )
    if given.text("reportType") not in SUMMARIES:
        raise BadRequest(
            "reportType: only a population is reported, nobody alone", "reportType", code="value"
        )
    low, high = (_day(given, name) for name in ("periodStart", "periodEnd"))
    if low > high:
        raise BadRequest("periodEnd lies before periodStart", "periodEnd", code="value")
    yesterday = context.entry.at.astimezone(clock.OSLO).date() - timedelta(days=1)
    found = await tallies.evaluate(context.session, row.id, low, min(high, yesterday))
    at = clock.instant(context.entry.at)
    return Answer(200, fhir_json.dump(report(row, (low, high), at, map(summed, found))))


def _day(given: Given, name: str) -> date:
    found = day(given.text(name) or "")
    if found is None:
        raise BadRequest(f"{name} is a day, YYYY-MM-DD", name, code="value")
    return found


def summed(row: Any) -> Sum:
    """A row of the database's sums: that of all has no organisation; one that no organisation keeps is named so."""
    if row["organization"] is None:
        return Sum(row["women"], row["met"], row["cases"])
    place = row["organization"] or "-"
    return Sum(row["women"], row["met"], row["cases"], place, row["name"] or "")
