"""The fields of the national record for docs/national-record.md: from ``app/mapping/dhg_fields.py``."""

from collections.abc import Callable, Iterable, Sequence

from app.mapping.dhg_checks import Wrong
from app.mapping.dhg_fields import PARTS, Field
from app.mapping.dhg_kinds import KINDS
from app.pregnancy.items import ITEMS

HEAD = ("sub-resource", "field", "type", "FHIR")
NOT_OBSERVATIONS = {
    "name": "Patient.name.text", "line": "Patient.address.line", "postal-code": "Patient.address.postalCode",
    "city": "Patient.address.city", "language": "Patient.communication.language",
    "interpreter": "Patient.extension patient-interpreterRequired", "carer": "CareTeam.participant, `role.text`",
    "centre": "CareTeam.participant, `role.text`", "day": "Encounter.period, or Observation.effectiveDateTime",
    "stated-week": "Observation *card* `stated-gestational-week`, else computed from the due date",
    "stated-day": "Observation *card* `stated-gestational-day`, else computed", "fundal-height": "Observation LOINC 11881-0, `cm`",
    "stimulus": "Observation of the habit, its kind as a coding beside", "never": "**not kept**: it would tell of induced abortions",
    "outcome": "Observation *card* `birth-outcome`, else `birth-status-as-stated`",
}  # fmt: skip
_EXAMPLES = {
    "boolean": True,
    "string": "118/76",
    "date": "2026-05-01",
    "number": 1,
    "integer": 1,
    "coded": {"code": "1"},
}


def _codes(row: Field) -> str:
    """The codes of the Observation that states a field, as the mapping makes it."""
    kind = KINDS[row.kind]
    for value in (_EXAMPLES[kind.type], "Neg", "A"):
        try:
            made = kind.make(row, value) if kind.make else {}
        except Wrong:
            continue
        codings = made["code"]["coding"]
        return "Observation " + ", ".join(
            f"`{one['system'].rpartition('/')[2]}` {one['code']}" for one in codings
        )
    raise AssertionError(f"no example of {row.kind}")


def page(table: Callable[[Sequence[str], Iterable[Sequence[str]]], str]) -> str:
    """The table, written by ``table``."""
    return table(HEAD, fields())


def fields() -> list[tuple[str, ...]]:
    """The rows of the table."""
    rows = []
    for part in PARTS:
        for row in part.fields:
            fhir = NOT_OBSERVATIONS.get(row.kind) or _codes(row)
            item = ITEMS.get(row.of.split()[0]) if row.of else None
            unit = f", `{item.unit}`" if item and item.unit else ""
            kind = KINDS[row.kind].type if row.kind in KINDS else ""
            rows.append((f"`{part.name}`", f"`{row.path.replace('{}', '[]')}`", kind, fhir + unit))
    return rows
