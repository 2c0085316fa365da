"""The good example of each profile, and the bad ones: one change each, as fhir_profiles/profiled/bad.json says."""

import copy
from importlib import resources
from typing import Any

from app.fhir import json

FOLDER = resources.files("fhir_profiles").joinpath("profiled")


def good() -> dict[str, dict[str, Any]]:
    """Profile → its example."""
    files = sorted((file.name, file) for file in FOLDER.iterdir() if file.name != "bad.json")
    return {
        name.partition("-")[2].removesuffix(".json"): json.parse(file.read_bytes()) for name, file in files
    }


def cases() -> list[dict[str, Any]]:
    """The changes: profile, change, at, says."""
    rows: list[dict[str, Any]] = json.parse(FOLDER.joinpath("bad.json").read_bytes())["cases"]
    return rows


def merged(value: Any, change: Any) -> Any:
    """``value`` after a JSON merge patch (RFC 7386)."""
    if not isinstance(change, dict):
        return copy.deepcopy(change)
    made = dict(value) if isinstance(value, dict) else {}
    for name, part in change.items():
        if part is None:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), part)
    return made
