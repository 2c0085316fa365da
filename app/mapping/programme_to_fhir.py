"""The programme as a PlanDefinition: the same visits, windows and contents as the card is folded by, each with its source.

https://hl7.org/fhir/R4/plandefinition.html. Windows are days of gestation, or days after birth, as the group says.
"""

from collections.abc import Iterator
from typing import Any

from app.fhir import codes as c
from app.pregnancy.programme import PROGRAMME, PlannedVisit
from app.pregnancy.sources import address
from app.pregnancy.variants import VARIANTS

URL = f"{c.CANONICAL}/PlanDefinition/basisprogram"
GROUPS = (
    ("pregnancy", "Svangerskapet", "Vinduene er dager av svangerskapet; termin er dag 283.", False),
    ("postpartum", "Barseltiden", "Vinduene er dager etter fødselen.", True),
)
FROM_HOME = "Der hjemreisen er notert, regnes det fra den: dag {} til {}."
Json = dict[str, Any]


TYPE = {"system": "http://terminology.hl7.org/CodeSystem/plan-definition-type", "code": "clinical-protocol"}
TEXT = (
    "Konsultasjonene i programmet, når de er aktuelle, og hva de inneholder. En konsultasjon er aktuell i vinduet sitt "
    "og forfalt dagen etter."
)


def plan_definition() -> Json:
    """The whole programme. It is a draft until a named clinician has approved it, as the rules are."""
    return {
        "resourceType": "PlanDefinition",
        "id": URL.rpartition("/")[2],
        "url": URL,
        "version": "0.1.0",
        "name": "Basisprogram",
        "title": "Basisprogrammet i svangerskapsomsorgen og barselomsorgen",
        "type": {"coding": [TYPE]},
        "status": "draft",
        "language": "nb",
        "description": TEXT,
        "jurisdiction": [{"coding": [{"system": "urn:iso:std:iso:3166", "code": "NO"}]}],
        "relatedArtifact": [_cited(source) for source in dict.fromkeys(row.source for row in PROGRAMME)],
        "action": [
            {"id": id_, "title": title, "description": text,
             "action": [_visit(row) for row in PROGRAMME if row.postpartum is after]}
            for id_, title, text, after in GROUPS
        ],
    }  # fmt: skip


def _visit(row: PlannedVisit) -> Json:
    return {
        "id": row.id,
        "title": row.title,
        **({"description": FROM_HOME.format(*row.from_home)} if row.from_home else {}),
        "code": [{"coding": [{"system": c.CS_CARD, "code": kind} for kind in sorted(row.kinds)]}],
        "documentation": [_cited(row.source)],
        "timingRange": {"low": _days(row.opens), "high": _days(row.closes)},
        "action": list(_content(row)),
    }


def _content(row: PlannedVisit) -> Iterator[Json]:
    for line in row.content:
        yield {"title": line}
    for variant in VARIANTS:
        for line in variant.of(row.id):
            yield {
                "title": line,
                "reason": [{"text": variant.title}],
                "documentation": [_cited(variant.source)],
            }


def _days(value: int) -> Json:
    return {"value": value, "unit": "d", "system": c.UCUM, "code": "d"}


def _cited(source: str) -> Json:
    url = address(source)
    return {"type": "citation", "citation": source, **({"url": url} if url else {})}
