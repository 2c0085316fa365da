"""Who joined her care team by an accepted Task, as a CareTeam of the document: the Task is the record, this is how it reads.

https://hl7.org/fhir/R4/careteam.html. Nothing of it is stored, so that it ends with what the Task says and nobody has to take
a second record back. Search finds it as ``Task?code=birth-place&status=accepted``.
"""

from typing import Any

from app.mapping.document_parts import security, urn
from app.pregnancy.card import View
from app.pregnancy.facts import ALWAYS

Json = dict[str, Any]


def teams(view: View, subject: Json) -> dict[str, Json]:
    """By their addresses in the document; a hospital that accepted an application for a birth place is a member."""
    return {
        urn(f"joined/{row.source}"): {
            "resourceType": "CareTeam",
            **security(row.labels),
            "status": "active",
            "subject": subject,
            "participant": [{
                **({"role": [{"text": row.role}]} if row.role else {}), "member": {"display": row.name},
                **({"period": {"start": row.when.isoformat(timespec="seconds")}} if row.when != ALWAYS else {}),
            }],
        }
        for row in view.described.care_team
        if row.source.startswith("Task/")
    }  # fmt: skip
