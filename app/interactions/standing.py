"""What a Patient says of a woman that decides access: a confidential address, her death, her age, where she lives.

Projected to rows of ``choice`` with the kinds ``protected``, ``deceased``, ``minor`` and ``lives``; who is dead is told
nothing more (``mute``). National registers are the source: ``app/worker/registers.py`` carries over what they say.
https://hl7.org/fhir/R4/patient.html; https://terminology.hl7.org/CodeSystem-v3-ActCode.html (LOCIS).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from app.access.caller import EVERYONE
from app.access.labels import label_of
from app.access.standing import MAJORITY, PROTECTED
from app.fhir.codes import ACT_CODE, EXT_MUNICIPALITY
from app.fhir.dates import interval

Json = dict[str, Any]
Row = tuple[Any, ...]
_NOT_HOME = frozenset({"old", "temp", "billing"})


def home(patient: Json) -> str | None:
    """The code of her home municipality, where an address tells it."""
    for address in patient.get("address", ()):
        if address.get("use") in _NOT_HOME or "end" in address.get("period", {}):
            continue
        for extension in (address.get("_district") or {}).get("extension", ()):
            code = extension.get("valueCoding", {}).get("code")
            if extension.get("url") == EXT_MUNICIPALITY and isinstance(code, str):
                return code
    return None


def is_dead(patient: Json) -> bool:
    """Whether she is dead."""
    return patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient


def is_protected(patient: Json) -> bool:
    """Whether her address is confidential."""
    return any(label_of(label) == PROTECTED for label in patient.get("meta", {}).get("security", ()))


def of_age(patient: Json) -> datetime | None:
    """When she is 16, where it is known when she was born."""
    born = patient.get("birthDate")
    return None if not isinstance(born, str) else _years_after(interval(born)[0], MAJORITY)


def _years_after(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # born on 29 February
        return moment.replace(year=moment.year + years, month=3, day=1)


def project(patient: Json, id_: str, at: datetime) -> Iterator[Row]:
    """The rows of ``choice``: woman, kind, actor, part, begin and end."""
    if is_protected(patient):
        yield (id_, "protected", EVERYONE, "", at, None)
    if is_dead(patient):
        yield (id_, "deceased", EVERYONE, "", at, None)
        yield (id_, "mute", EVERYONE, "", at, None)
    sixteen = of_age(patient)
    if sixteen is not None and sixteen > at:
        yield (id_, "minor", EVERYONE, "", datetime(1900, 1, 1, tzinfo=UTC), sixteen)
    municipality = home(patient)
    if municipality is not None:
        yield (id_, "lives", EVERYONE, municipality, at, None)


def kept_label(new: Json, before: Json) -> None:
    """A confidential address stays until somebody takes the label away by ``$meta-delete``: a PUT that leaves it out, of a

    system that does not know it, must not uncover her.
    """
    if is_protected(before) and not is_protected(new):
        meta = new.setdefault("meta", {})
        meta["security"] = [*meta.get("security", ()), {"system": ACT_CODE, "code": PROTECTED}]
