"""What a resource states of the national record, so that a write which would change it can be told from one that would not.

Of a woman whose record the national service is master of, what is stated there is changed there; what only FHIR has is free.
Conditions, AllergyIntolerances and CareTeams are FHIR's own (they hold more, and decide more, than a field there).
"""

from collections.abc import Mapping
from typing import Any

from app.mapping.dhg_chart import Chart, Json
from app.mapping.dhg_compare import same
from app.mapping.dhg_envelope import NATIONAL
from app.mapping.dhg_fields import BY_NAME, PARTS
from app.mapping.dhg_read import cells_of, heights, visits
from app.mapping.elements import Element, child, codings, reference, text

TYPES = frozenset({"Patient", "Observation", "Encounter", "List"})
_WRONG = frozenset({"entered-in-error", "cancelled"})
_COUNTED = frozenset({"appointmentDate", "pregnancyWeek", "daysAfterFullPregnancyWeek"})


def stated(resource: Element | None, encounter: Element | None = None) -> Json:
    """The values that ``resource`` states, by member; ``encounter`` is the consultation that it belongs to."""
    if not resource or text(resource, "resourceType") not in TYPES or text(resource, "status") in _WRONG:
        return {}
    name = f"{text(resource, 'resourceType')}/{text(resource, 'id')}"
    if name.startswith("List/"):
        named = [code for system, code in codings(child(resource, "code")) if system == NATIONAL]
        return {one: {n: v for n, v in resource.items() if n != "meta"} for one in named}
    of = reference(resource, "encounter")
    beside = {of: encounter} if of and encounter else {}
    chart = Chart({name: resource, **beside})
    found: Json = {}
    for part in PARTS:
        if not part.many and (not of or part.name == "birthStatus"):
            found |= {f"{part.name}.{'.'.join(key)}": one.value for key, one in cells_of(part, chart).items()}
    return found | _of_several(chart, name, of)


def _of_several(chart: Chart, name: str, of: str) -> Json:
    found: Json = {}
    part = BY_NAME["antenatalAppointments"]
    for id_ in visits(chart):
        for key, one in cells_of(part, chart, id_).items():
            own = f"Encounter/{id_}" == name
            if own is (key[0] == "appointmentDate") and (own or key[0] not in _COUNTED):
                found[f"{part.name}.{'.'.join(key)}"] = one.value
    for id_ in heights(chart):
        cells = cells_of(BY_NAME["symphysisFundalHeights"], chart, id_)
        found |= {f"symphysisFundalHeights.{'.'.join(key)}": one.value for key, one in cells.items()}
    return found if of or name.startswith(("Encounter/", "Observation/")) else {}


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The first member that both say otherwise; empty where none is."""
    return next(
        (name for name in sorted({*before, *after}) if not same(before.get(name), after.get(name))), ""
    )
