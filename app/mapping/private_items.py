"""TABLE: what she told in confidence that a partner beside her must not read: no screen, print or notice of hers shows it.

Helsedirektoratet, svangerskapsomsorgen, «Vold i nære relasjoner og kjønnslemlestelse» (she is asked alone); pasient- og
brukerrettighetsloven § 5-1 second paragraph. Whoever registers it, it is so labelled: a label that must be remembered is forgotten once.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.fhir import codes as c
from app.mapping.elements import child, children, codings, labels, text
from app.mapping.item_codes import CODES

# Items of app/pregnancy/asked.py, whatever is answered: what is kept where it is affirmed would tell by standing there denied
PRIVATE: Final = frozenset({"violence", "genital-mutilation"})
LABEL: Final = {"system": c.ACT_CODE, "code": c.NOPAT}
_CODES: Final = frozenset((c.CS_CARD, item) for item in PRIVATE) | {
    code for item in PRIVATE for code in CODES.get(item, ())
}
_CODED: Final = frozenset(
    {"Observation", "Condition", "Procedure", "DiagnosticReport", "RiskAssessment", "ServiceRequest", "Flag"}
)
Json = dict[str, Any]


def tells(resource: Mapping[str, Any]) -> bool:
    """Whether ``resource``, or a part of it, tells of what is kept private."""
    kind = text(resource, "resourceType")
    if kind in _CODED and not _CODES.isdisjoint(codings(child(resource, "code"))):
        return True
    if kind == "QuestionnaireResponse" and any(one in PRIVATE for one in _answered(resource)):
        return True
    parts = [child(row, "resource") for row in children(resource, "entry")] if kind == "Bundle" else []
    return any(map(tells, (*parts, *children(resource, "contained"))))


def _answered(resource: Mapping[str, Any]) -> Iterator[str]:
    for row in children(resource, "item"):
        if children(row, "answer"):
            yield text(row, "linkId")
        for inner in (row, *children(row, "answer")):
            yield from _answered(inner)


def labelled(meta: Json, resource: Mapping[str, Any]) -> Json:
    """``meta`` with the label where ``resource`` tells of it."""
    if c.NOPAT in labels({"meta": meta}) or not tells(resource):
        return meta
    return {**meta, "security": [*meta.get("security", ()), LABEL]}
