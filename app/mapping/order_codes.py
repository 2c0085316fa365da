"""TABLE: by which codes an order is recognised and suggested: https://hl7.org/fhir/R4/servicerequest.html

81324-6 is LOINC's panel of the oral tolerance test with 75 g; our own codes: fhir_profiles. NIPT is never suggested: it is
hers to choose (bioteknologiloven § 4-4).
"""

from collections.abc import Iterable
from typing import Any

from app.fhir import codes as c
from app.mapping.elements import child, codings
from app.mapping.item_codes import CODES
from app.pregnancy.orders import ORDERS, Order

TOLERANCE_PANEL = (c.LOINC, "81324-6")
Json = dict[str, Any]

RECOGNISED: dict[str, frozenset[tuple[str, str]]] = {
    "nipt": frozenset(
        {(c.CS_CARD, "nipt"), *((c.CS_CARD, f"nipt-t{n}") for n in (21, 18, 13)), *CODES["nipt-t21"], *CODES["nipt-t18"]}
    ),
    "ogtt": frozenset({TOLERANCE_PANEL, (c.CS_CARD, "glucose-2h"), *CODES["glucose-2h"]}),
}  # fmt: skip
SUGGESTED: dict[str, tuple[tuple[str, str], ...]] = {  # rule → what is ordered
    "ogtt-indicated": (TOLERANCE_PANEL,),
    "hba1c-indicated": CODES["hba1c"],
    "glucose-follow-up": CODES["hba1c"],
    "rhd-typing-due": CODES["fetal-rhd"][:1],
    "antibody-control-due": CODES["antibody-screen"],
}


def recognised(resources: Iterable[Json]) -> tuple[Order, ...]:
    """The orders of the table that ``resources`` are, each once."""
    stated = {coding for row in resources for coding in codings(child(row, "code"))}
    return tuple(order for order in ORDERS if RECOGNISED[order.id] & stated)


def suggested(rule: str, patient: str, title: str) -> Json | None:
    """The draft of what ``rule`` asks to be ordered for ``patient`` (an id); None where it asks for no order."""
    known = SUGGESTED.get(rule)
    if known is None:
        return None
    return {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": {"coding": [{"system": system, "code": code} for system, code in known], "text": title},
        "subject": {"reference": f"Patient/{patient}"},
        "reasonCode": [{"coding": [{"system": c.CS_CARD, "code": rule}], "text": title}],
    }
