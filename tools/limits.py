"""The words and tables of docs/bad-input.md: what is refused, and what is stored with a warning."""

from collections.abc import Callable

from app.fhir import course_bounds, plausibility
from app.fhir.profiles import profiles

BAD_INPUT_HEAD = """# Bad input: what is refused, and what is stored with a warning

Printed from `app/fhir/plausibility.py`, `app/fhir/course_bounds.py` and `fhir_profiles/definitions` by `make docs`.

An answer to a refusal is 422 with an OperationOutcome that names the element (FHIRPath) and what is allowed. What may be
an emergency is never refused: an implausible value is stored as it is and its rules fire; the warning comes with
`Prefer: return=OperationOutcome`, and with `$validate`. It is so at every door: create, update, patch, batch, transaction,
and the national record's API, which names its own member and tells warnings in `metadata.flags`. A value in another unit is brought to the unit of the table.
"""
BAD_INPUT_OTHERS = "\n## Beside the ranges\n"
BAD_INPUT_COURSE = """
## In its pregnancy

A finding is held to what the card knows: the last period, the number of fetuses, the outcome, also where these come in the
same Bundle. Only what the writer may read decides. *Before*: dated before the first day of the last period; *after*: after
the day of birth; *unnamed*: several fetuses and no `focus` (a RelatedPerson).
"""
BAD_INPUT_PROFILES = """
## Profiles

What is written is held to the profile of what it is (chosen by type and code; `meta.profile` need not be claimed, and is
held to where it is): missing elements, other units, other codes, and broken rules are refused. The sources say what each
asks: `fhir_profiles/input/fsh`; a good example of each and the bad ones stand in `fhir_profiles/profiled`.
"""


def page(table: Callable[..., str]) -> str:
    """docs/bad-input.md."""
    ranges = [
        (row.name, row.unit or "number", _span(row.plausible), _span(row.possible))
        for row in plausibility.TABLE
    ]
    asked = [
        (f"`{one.id}`", one.type, one.title) for one in sorted(profiles().values(), key=lambda one: one.id)
    ]
    return "\n".join(
        (
            BAD_INPUT_HEAD,
            table(
                ("measurement", "unit", "plausible: else stored, warned", "possible: else refused"), ranges
            ),
            BAD_INPUT_OTHERS,
            table(("what is sent", "what becomes of it"), plausibility.OTHERS),
            BAD_INPUT_COURSE,
            table(("profile", "before", "after", "unnamed"), map(_bound, course_bounds.BOUNDS)),
            table(("what is sent", "what becomes of it"), course_bounds.OTHERS),
            BAD_INPUT_PROFILES,
            table(("profile", "type", "what it is"), asked),
        )
    )


def _bound(row: course_bounds.Bound) -> tuple[str, ...]:
    words = {course_bounds.REFUSED: "refused", course_bounds.WARNED: "stored, warned", "": ""}
    return f"`{row.profile}`", words[row.before], words[row.after], "refused" if row.per_fetus else ""


def _span(range_: tuple[float, float]) -> str:
    return f"{range_[0]:g}–{range_[1]:g}"
