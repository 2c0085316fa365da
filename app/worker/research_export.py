"""``helsekort pilot research FOLDER``: the files of a bulk export, pseudonymised for one project by written rules.

What a bulk export holds its client was allowed to see, and each woman reads that it was made; here nothing is read anew.
Nothing is written over, and no half of it stays. docs/research-export.md.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest
from app.mapping.deidentification import SMALL_PLACE, Deidentifier, Project
from app.mapping.deidentification_rules import TYPES
from app.settings import Settings
from app.worker.operator_log import entry, note

Json = dict[str, Any]
OPERATION = "$research-export"


class Malformed(Exception):
    """A file of the export cannot be read; the text names file and line, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Made:
    """What left, by type, and what did not, by why."""

    kept: Counter[str]
    left_out: Counter[str]


def research(settings: Settings, folder: Path, project: Project, out: Path, by: str) -> Made:
    """Write the pseudonymised files to ``out``, which must not be there. Raises Malformed, OSError."""
    patients = [row for row in _rows(folder) if row.get("resourceType") == "Patient"]
    doing = Deidentifier.of(project, patients)
    note(settings, entry(OPERATION, by, {"project": project.name, "women": str(len(doing.places))}))
    out.mkdir(mode=0o700)
    try:
        kept = _write(folder, doing, out)
        manifest = {
            "project": project.name, "kept": dict(kept), "left-out": dict(doing.left_out), "small-place": SMALL_PLACE,
            "rules": "docs/research-export.md",
        }  # fmt: skip
        (out / "manifest.json").write_bytes(fhir_json.indented(fhir_json.dump(manifest)) + b"\n")
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return Made(kept, doing.left_out)


def _write(folder: Path, doing: Deidentifier, out: Path) -> Counter[str]:
    kept: Counter[str] = Counter()
    files = {name: (out / f"{name}.ndjson").open("wb") for name in TYPES}
    try:
        for row in _rows(folder):
            made = doing.resource(row)
            if made is not None:
                files[made["resourceType"]].write(fhir_json.dump(made) + b"\n")
                kept[made["resourceType"]] += 1
    finally:
        for file in files.values():
            file.close()
    return kept


def _rows(folder: Path) -> Iterator[Json]:
    found = sorted(folder.glob("*.ndjson"))
    if not found:
        raise Malformed(f"{folder} holds no *.ndjson")
    for path in found:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _row(f"{path.name}, line {number}", line)


def _row(place: str, line: bytes) -> Json:
    try:
        row = fhir_json.parse(line)
    except BadRequest as error:
        raise Malformed(f"{place}: not one JSON resource") from error
    if not isinstance(row, dict) or not all(
        isinstance(row.get(name), str) for name in ("resourceType", "id")
    ):
        raise Malformed(f"{place}: a resource has resourceType and id")
    return row
