"""The quality indicators as Measures, and what was counted as MeasureReports of type summary.

https://hl7.org/fhir/R4/measure.html, https://hl7.org/fhir/R4/measurereport.html. What is small is not told: where one
organisation alone would be withheld, the next smallest is withheld too, so that no difference from the sum tells it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.fhir import codes as c
from app.pregnancy.indicators import INDICATORS, SMALL, Indicator, share
from app.pregnancy.sources import address

Json = dict[str, Any]
VERSION = "0.1.0"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
BY_ORGANIZATION = "organization"
UNNAMED = "Uten oppgitt virksomhet"


@dataclass(frozen=True, slots=True)
class Sum:
    """What was counted of all (``organization`` is empty) or of one organisation."""

    women: int
    met: int
    cases: int
    organization: str = ""
    name: str = ""

    @property
    def share(self) -> float | None:
        """None where it is withheld."""
        return share(self.met, self.cases, self.women)


def url(row: Indicator) -> str:
    """The canonical of an indicator's Measure."""
    return f"{c.CANONICAL}/Measure/{row.id}"


def told(whole: Sum, parts: Iterable[Sum]) -> tuple[Sum | None, list[Sum | None]]:
    """What may be told: the sum of all, and of each part, in their order; None is withheld."""
    rows = list(parts)
    kept: list[Sum | None] = [row if row.share is not None else None for row in rows]
    if kept.count(None) == 1 and len(kept) > 1:
        smallest = min((n for n, row in enumerate(kept) if row), key=lambda n: rows[n].cases)
        kept[smallest] = None
    return whole if whole.share is not None else None, kept


def measure(row: Indicator) -> Json:
    """One indicator. A draft until whoever answers for quality has approved it."""
    return {
        "resourceType": "Measure",
        "id": row.id,
        "language": "nb",
        "url": url(row),
        "version": VERSION,
        "name": "".join(part.capitalize() for part in row.id.split("-")),
        "title": row.title,
        "status": "draft",
        "date": "2026-12-01",
        "publisher": "Helsekort",
        "description": f"Andel. Teller: {row.met}. Nevner: {row.cases}. Tall under {SMALL} oppgis ikke.",
        "jurisdiction": [{"coding": [{"system": "urn:iso:std:iso:3166", "code": "NO"}]}],
        "relatedArtifact": [_cited(row.source)],
        "scoring": _concept("measure-scoring", "proportion"),
        "type": [_concept("measure-type", "process" if row.id != "user-experience" else "patient-reported-outcome")],
        "improvementNotation": _concept("measure-improvement-notation", "increase"),
        "group": [
            {
                "population": [_criteria("denominator", row.cases), _criteria("numerator", row.met)],
                "stratifier": [
                    {"code": {"text": "Virksomhet"}, "criteria": _expression(BY_ORGANIZATION)}
                ],
            }
        ],
    }  # fmt: skip


def _cited(source: str) -> Json:
    where = address(source)
    return {"type": "citation", "citation": source, **({"url": where} if where else {})}


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code}]}


def _expression(words: str) -> Json:
    """R4 wants an expression; ours is counted by the server's own table, and says in words what."""
    return {"language": "text/plain", "expression": words}


def _criteria(population: str, words: str) -> Json:
    return {
        "code": _concept("measure-population", population),
        "description": words,
        "criteria": _expression(words),
    }


def report(row: Indicator, period: tuple[date, date], at: str, sums: Iterable[Sum]) -> Json:
    """The MeasureReport of what was counted; ``sums`` hold that of all and those of each organisation."""
    rows = list(sums)
    whole = next((one for one in rows if not one.organization and not one.name), Sum(0, 0, 0))
    parts = [one for one in rows if one is not whole]
    all_, kept = told(whole, parts)
    group: Json = {"population": list(_counted(all_)), **_score(all_)}
    if parts:
        strata = [_stratum(part, one) for part, one in zip(parts, kept, strict=True)]
        group["stratifier"] = [{"code": [{"text": "Virksomhet"}], "stratum": strata}]
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": f"{url(row)}|{VERSION}",
        "date": at,
        "period": {"start": period[0].isoformat(), "end": period[1].isoformat()},
        "improvementNotation": _concept("measure-improvement-notation", "increase"),
        "group": [group],
    }


def _stratum(part: Sum, one: Sum | None) -> Json:
    return {"value": {"text": part.name or UNNAMED}, "population": list(_counted(one)), **_score(one)}


def _counted(one: Sum | None) -> Iterator[Json]:
    for name, number in (
        ("denominator", one.cases if one else None),
        ("numerator", one.met if one else None),
    ):
        masked = {"_count": {"extension": [{"url": ABSENT, "valueCode": "masked"}]}}
        yield {
            "code": _concept("measure-population", name),
            **(masked if number is None else {"count": number}),
        }


def _score(one: Sum | None) -> Json:
    if one is None or one.share is None:
        return {}
    return {"measureScore": {"value": round(one.share, 4), "system": c.UCUM, "code": "1"}}


def measures() -> dict[str, Json]:
    """The Measures that are shipped, by id."""
    return {row.id: measure(row) for row in INDICATORS}
