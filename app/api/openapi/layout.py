"""How the document is written: short members stand together on a line, so that a changed row is a change of few lines."""

import json
from collections.abc import Iterable
from typing import Any

_WIDTH = 120


def laid_out(value: Any) -> str:
    """``value`` as JSON with sorted members, ended by a line feed."""
    return _lines(value, "") + "\n"


def _lines(value: Any, indent: str) -> str:
    short = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(indent) + len(short) <= _WIDTH or not isinstance(value, dict | list):
        return short
    inside = indent + " "
    if isinstance(value, list):
        return f"[\n{_filled((_lines(item, inside) for item in value), inside)}\n{indent}]"
    members = (f"{json.dumps(name)}: {_lines(value[name], inside)}" for name in sorted(value))
    return f"{{\n{_filled(members, inside)}\n{indent}}}"


def _filled(parts: Iterable[str], indent: str) -> str:
    """``parts`` with commas, as many on a line as there is room for; what takes several lines stands by itself."""
    lines: list[str] = []
    for part in parts:
        together = f"{lines[-1]}, {part}" if lines else ""
        if lines and "\n" not in together and len(indent) + len(together) < _WIDTH:
            lines[-1] = together
        else:
            lines.append(part)
    return ",\n".join(indent + line for line in lines)
