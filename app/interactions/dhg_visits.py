"""A consultation and a fundal height of the national record as resources: https://hl7.org/fhir/R4/encounter.html"""

from typing import Any

from app.fhir import codes as c
from app.interactions.dhg_drafts import Work, observe
from app.mapping.dhg_chart import Json
from app.mapping.dhg_checks import concept, content, quantity
from app.mapping.dhg_read import STATED


def visit(work: Work, day: str) -> None:
    """The consultation of an appointment, held on ``day``."""
    name = work.about["encounter"]
    before = dict(work.chart.resources.get(name, {}))
    person = work.author
    place: Json = {"display": person.organization or "ukjent"}
    place |= {"identifier": {"system": c.ORGNR, "value": person.orgnr}} if person.orgnr else {}
    fresh = {
        "resourceType": "Encounter", "id": name.partition("/")[2], "status": "finished",
        "class": {"system": c.ACT_CODE, "code": "AMB"}, "type": [concept((c.CS_CARD, "antenatal-visit"))],
        "subject": {"reference": work.about["patient"]}, "episodeOfCare": [{"reference": work.about["episode"]}],
        "serviceProvider": place,
    }  # fmt: skip
    held = (before or fresh) | {"period": {"start": day, "end": day}}
    work.put(held, work.chart.versions.get(name, 0), "appointmentDate")


def height(work: Work, value: Any, week: Any, name: str) -> None:
    """A symphysis-fundus height."""
    code = concept((c.LOINC, c.FUNDAL_HEIGHT), (c.SNOMED, "249016007"), words="SF-mål")
    made = content("exam", code, valueQuantity=quantity(value, "cm"))
    if week is not None:
        made["component"] = [{"code": concept((c.CS_CARD, STATED["stated-week"])), "valueInteger": week}]
    version = work.chart.versions.get(name, 0)
    observe(work, made)
    new = work.drafts.popitem()[1]
    work.pins.popitem()
    work.put((new.resource or {}) | {"id": name.partition("/")[2]}, version, "measurement")
