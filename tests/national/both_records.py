"""What the national service has of a woman, by its raw effect log, and how that differs from what this server tells."""

from typing import Any

from app.mapping.dhg_compare import bare, same
from app.mapping.dhg_fields import PARTS

Json = dict[str, Any]
_SINGLE = {part.name for part in PARTS if not part.many}


def there(effects: list[Json], number: str) -> Json:
    """Her record at the national service: what each of its sub-resources became by ``effects``."""
    parts: dict[tuple[str, str], Json] = {}
    for row in effects:
        change = row.get("change", {})
        if row.get("patient") == number and "part" in change:
            parts[change["part"], "" if change["part"] in _SINGLE else change["id"]] = change
    found: Json = {}
    for (name, _), change in parts.items():
        if name in _SINGLE:
            found[name] = change["body"]
        elif not change["wrong"]:
            found.setdefault(name, []).append(change["body"])
    return found


def differing(told: Json, theirs: Json) -> list[tuple[str, Any, Any]]:
    """The sub-resources of which one side says something that the other does not: name, as told here, as it is there."""
    ours = {name: _bare(value) for name, value in told.items() if name != "metadata"}
    names = sorted(ours.keys() | theirs.keys())
    return [
        row
        for row in ((name, ours.get(name), theirs.get(name)) for name in names)
        if not same(row[1] or [], row[2] or []) and not all(map(_says_nothing, row[1:]))
    ]


def _bare(value: Any) -> Any:
    return [bare(row) for row in value] if isinstance(value, list) else bare(value)


def _says_nothing(value: Any) -> bool:
    return not value or (isinstance(value, dict) and all(one is None for one in value.values()))
