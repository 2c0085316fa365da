"""``helsekort pilot enrol FILE``: who takes part, compared with the pilot file in force, and put into it when that is wished.

Only organisations and municipalities are touched. The file is replaced whole, after the log has said by whom and what.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.access.enrolment import Enrolment, changes, in_force
from app.registrations import read_pilot
from app.settings import Settings
from app.worker.operator_log import entry, note

NOTHING = "nothing changes"
RESTART = "in force when serve and worker start again"


class NoPilotFile(Exception):
    """There is no pilot file to change."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is printed, and whether the file in force is as wished."""

    lines: list[str]
    is_in_force: bool


def shown(settings: Settings) -> list[str]:
    """Who takes part now, as the file would say it."""
    return in_force(settings.pilot)


def enrol(settings: Settings, wanted: Enrolment, by: str, *, apply: bool) -> Told:
    """The differences, and with ``apply`` the file as wished. Raises NoPilotFile, OSError."""
    if not settings.pilot_file:
        raise NoPilotFile("HELSEKORT_PILOT_FILE is not set: there is nothing to enrol into")
    place = Path(settings.pilot_file)
    lines = changes(read_pilot(str(place)), wanted)
    if not lines:
        return Told([NOTHING], is_in_force=True)
    if not apply:
        return Told([*lines, f"{len(lines)} changes; --apply makes them"], is_in_force=False)
    note(settings, entry("$enrol", by, {"changes": "; ".join(lines)}))
    _write(place, wanted)
    return Told([*lines, f"{len(lines)} changes, {RESTART}"], is_in_force=True)


def _write(place: Path, wanted: Enrolment) -> None:
    """Beside it first, then in its place: whoever starts meanwhile reads the one or the other."""
    pilot = json.loads(place.read_text(encoding="utf-8"))
    pilot["organizations"] = [
        {"orgnr": row.orgnr, "name": row.name, "kind": row.kind} for row in wanted.organizations
    ]
    pilot["municipalities"] = list(wanted.municipalities)
    mode = place.stat().st_mode
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(pilot, indent=1, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(mode)
        Path(draft).replace(place)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
