"""The national record → FHIR: which resources a sub-resource that is sent makes, changes and takes back.

A member that is absent stays as it is; one that is null is cleared. A value that FHIR states already is not written again,
so that what only FHIR knows of it stays. What JSON alone has is kept in the envelope.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.mapping.dhg_chart import Json
from app.mapping.dhg_checks import Wrong, coded_of, day_of, flag_of, number_of, whole_of, words_of
from app.mapping.dhg_fields import ROWS, Field, Part
from app.mapping.dhg_kinds import KINDS
from app.mapping.dhg_read import OF_PATIENT, Cells, row_name
from app.mapping.dhg_rows import Key, make_outcome, make_stimulus, participant

_MOST_KEPT = 20_000  # characters of unknown members
SPECIAL = frozenset({"day", "stated-week", "stated-day", "fundal-height"})
NOT_KEPT = "Not kept: beside the other numbers it would tell of induced abortions"


@dataclass(slots=True)
class Asked:
    """What was sent: ``values`` for the fields of the table (None: to be cleared), ``kept`` what only JSON has, ``wrong``
    what cannot be, each with its place; ``flags`` what is taken and not kept."""

    values: dict[Key, Any] = field(default_factory=dict)
    kept: dict[Key, Any] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    flags: list[tuple[str, str]] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)  # the lists that were sent whole


def asked(part: Part, body: Mapping[str, Any]) -> Asked:
    """What ``body`` asks for."""
    found = Asked()
    plain = {tuple(row.path.split(".")): row for row in part.fields if "{}" not in row.path}
    for name, value in body.items():
        if name == "metadata":
            continue
        if name in ROWS and any(row.path.startswith(f"{name}.") for row in part.fields):
            _rows(part, name, value, found)
        else:
            _member((name,), value, plain, found)
    if len(str(found.kept)) > _MOST_KEPT:
        found.wrong.append(
            ("", f"More than {_MOST_KEPT} characters of members that this server does not know")
        )
    return found


def _member(key: Key, value: Any, plain: Mapping[Key, Field], found: Asked) -> None:
    row = plain.get(key)
    inside = [known for known in plain if known[: len(key)] == key and known != key]
    if row is not None and row.kind == "never":
        if value is not None:
            found.flags.append((".".join(key), NOT_KEPT))
    elif row is not None:
        _value(key, row, value, found)
    elif inside and value is None:
        for known in inside:
            found.values[known] = None
        found.kept[key] = None
    elif inside and isinstance(value, dict):
        for name, inner in value.items():
            _member((*key, name), inner, plain, found)
    elif inside:
        found.wrong.append((".".join(key), "must be an object or null"))
    else:
        found.kept[key] = value


def _value(key: Key, row: Field, value: Any, found: Asked) -> None:
    found.values[key] = None
    if value is None:
        found.kept[key] = None
        return
    try:
        check(row, value)
    except Wrong as wrong:
        found.wrong.append((".".join(key), str(wrong)))
    found.values[key] = value


def check(row: Field, value: Any) -> None:
    """Raises Wrong for a value that its field cannot have."""
    kind = KINDS.get(row.kind)
    if kind is not None and kind.make is not None:
        kind.make(row, value)
    elif row.kind in {"carer", "centre"}:
        participant(row, value)
    else:
        _CHECKS[row.kind](value)


_CHECKS: dict[str, Any] = {
    "day": day_of, "stated-week": lambda value: whole_of(value, 0, 44), "stated-day": lambda value: whole_of(value, 0, 6),
    "fundal-height": number_of, "name": words_of, "line": words_of, "postal-code": words_of, "city": words_of,
    "language": coded_of, "interpreter": flag_of,
}  # fmt: skip


def _rows(part: Part, name: str, rows: Any, found: Asked) -> None:
    """The rows of a list that is sent whole; what named a row names it again."""
    found.lists.add(name)
    if rows is not None and not isinstance(rows, list):
        found.wrong.append((name, "must be a list or null"))
        return
    seen: set[str] = set()
    for n, row in enumerate(rows or ()):
        named = row_name(name, row)
        if named is None or named in seen:
            text = f"needs a {ROWS[name]}" if named is None else f"{named} stands twice"
            found.wrong.append((f"{name}.{n}", text))
            continue
        if ROWS[name] == "fosterId" and (not named.isdigit() or not 1 <= int(named) <= 8):  # noqa: PLR2004 (eight fetuses)
            found.wrong.append((f"{name}.{n}.fosterId", "must be a whole number from 1 to 8"))
            continue
        seen.add(named)
        _ROW[name](part, (name, named), row, found)


def _fetal_row(part: Part, key: Key, row: Json, found: Asked) -> None:
    known = {one.path.rpartition(".")[2]: one for one in part.fields if one.path.startswith(f"{key[0]}.")}
    for name, value in row.items():
        if name in known:
            _value((*key, name), known[name], value, found)
        elif name != ROWS[key[0]]:
            found.kept[*key, name] = value


def _habit_row(part: Part, key: Key, row: Json, found: Asked) -> None:
    known = {one.path.rpartition(".")[2]: one for one in part.fields if one.path.startswith("stimuli.")}
    for name, value in row.items():
        if name == "stimuliType":
            continue
        if name not in known or value is None:
            found.kept[*key, name] = value
            continue
        if not isinstance(value, dict):
            found.wrong.append((".".join((*key, name)), "must be an object or null"))
            continue
        said = {
            one: inner
            for one, inner in value.items()
            if one in {"stimuliFrequency", "dailyCount"} and inner is not None
        }
        for one in value.keys() - said.keys():
            found.kept[(*key, name, one)] = value[one]
        _made(
            (*key, name),
            {"stimuliType": row["stimuliType"], **said},
            lambda made, of=known[name]: make_stimulus(of, made),
            found,
        )


def _outcome_row(_: Part, key: Key, row: Json, found: Asked) -> None:
    said = {name: row[name] for name in ("status", "datetime") if row.get(name) is not None}
    for name in row.keys() - said.keys() - {"fosterId"}:
        found.kept[*key, name] = row[name]
    _made(key, said, make_outcome, found)


def _made(key: Key, value: Json, make: Any, found: Asked) -> None:
    try:
        make(value)
    except Wrong as wrong:
        found.wrong.append((".".join(key), str(wrong)))
    found.values[key] = value


_ROW: dict[str, Any] = {"fetusesVitalSigns": _fetal_row, "stimuli": _habit_row, "birthStatus": _outcome_row}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: ``value`` None takes back what ``sources`` state."""

    key: Key
    field: Field
    value: Any
    sources: tuple[str, ...] = ()


def edits(part: Part, sent: Asked, cells: Cells) -> Iterator[Edit]:
    """What must change so that FHIR states what was sent."""
    for key, value in sent.values.items():
        cell = cells.get(key)
        same = cell is not None and cell.value == value
        if not same and not (cell is None and value is None):
            yield Edit(key, field_of(part, key), value, cell.sources if cell else ())
    for key, cell in cells.items():
        if key[0] in sent.lists and key not in sent.values:
            yield Edit(key, field_of(part, key), None, cell.sources)


def field_of(part: Part, key: Key) -> Field:
    """The row of a key."""
    path = ".".join("{}" if n == 1 and key[0] in ROWS else step for n, step in enumerate(key))
    return next(row for row in part.fields if row.path == path)


def kept_after(before: Mapping[Key, Any], sent: Asked) -> dict[Key, Any]:
    """What only JSON has afterwards: of lists that are sent whole nothing but what is sent, else what was not named again."""
    mentioned = set(sent.values) | set(sent.kept)
    stays = {
        key: value
        for key, value in before.items()
        if key[0] not in sent.lists
        and not any(one[: len(key)] == key or key[: len(one)] == one for one in mentioned)
    }
    return stays | sent.kept


__all__ = ["OF_PATIENT", "SPECIAL", "Asked", "Edit", "asked", "check", "edits", "field_of", "kept_after"]
