"""Two sides of one national record: what must be sent so that the other side says what this one does.

Absent and null are told apart: what the other side says and this one does not is sent as null, what neither says is not sent.
Members that no row of ``dhg_fields`` names are the other side's own and stay.
https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide (metadata, versions)
"""

from collections.abc import Mapping
from typing import Any

from app.mapping.dhg_chart import Json
from app.mapping.dhg_fields import ROWS, Part
from app.mapping.dhg_read import row_name

_METADATA = "metadata"


def bare(told: Mapping[str, Any]) -> Json:
    """A sub-resource without its metadata."""
    return {name: value for name, value in told.items() if name != _METADATA}


def same(ours: Any, theirs: Any) -> bool:
    """Whether both say the same: numbers by value, null as absent within an object, rows of a list by what names them, a
    code whose list or words either side has filled in."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if "code" in ours and "code" in theirs:
            return all(same(ours[name], theirs[name]) for name in ours.keys() & theirs.keys())
        return all(same(ours.get(name), theirs.get(name)) for name in ours.keys() | theirs.keys())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, _ordered(ours), _ordered(theirs)))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    return bool(ours == theirs)


def _ordered(rows: list[Any]) -> list[Any]:
    return sorted(
        rows, key=lambda row: next((str(row_name(name, row)) for name in ROWS if row_name(name, row)), "")
    )


def change(part: Part, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Json:
    """The members of ``part`` to be sent; empty where the other side says what ``ours`` does."""
    known = {row.path.partition(".")[0] for row in part.fields if row.kind != "never"}
    sent: Json = {}
    for name, value in ours.items():
        told = theirs.get(name)
        if not same(value, told) or (value is None and name not in theirs):
            sent[name] = _whole(value, told)
    for name, told in theirs.items():
        if name in known and name not in ours and told not in (None, [], {}):
            sent[name] = [] if isinstance(told, list) else None
    return sent


def _whole(value: Any, told: Any) -> Any:
    """An object with what the other side has in it beside, as null: what is absent there would stay."""
    if not isinstance(value, dict) or not isinstance(told, dict) or "code" in value:
        return value
    return value | {name: None for name, one in told.items() if name not in value and one is not None}


def says(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether ``theirs`` says at least what ``ours`` says."""
    return all(same(value, theirs.get(name)) for name, value in ours.items())
