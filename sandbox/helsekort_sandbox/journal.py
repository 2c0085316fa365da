"""What a replay has done so far, in a file: it goes on after Ctrl-C or a crash where it was, and does nothing twice.

Each line is written when the server has answered. What was answered but not written is asked again under the same
Idempotency-Key (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
"""

import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any


class CannotResume(Exception):
    """The state file and what is asked for do not fit."""


@dataclass(slots=True)
class Journal:
    """``run`` names this replay; ``done`` has each item's answer, ``made`` what stands where."""

    path: Path | None
    run: str
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    _file: IO[str] | None = None

    def key(self, item: str) -> str:
        """The Idempotency-Key of an item: the same whenever it is sent in this replay."""
        return str(uuid.uuid5(uuid.UUID(self.run), item))

    def note(self, item: str, made: dict[str, str], **facts: Any) -> None:
        """An item is done."""
        self.done[item] = facts
        self.made |= made
        self._write({"id": item, **facts, "made": made})

    def finish(self) -> None:
        """Everything was played."""
        self._write({"finished": True})

    def _write(self, row: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def begin(path: Path | None, recording: str, base: str, *, resume: bool) -> Journal:
    """A new journal, or the one at ``path`` where ``resume``. Raises CannotResume."""
    if path is None:
        return Journal(None, str(uuid.uuid4()))
    rows = _rows(path) if path.exists() else []
    head = rows[0] if rows else {}
    if resume:
        if not rows:
            raise CannotResume(f"There is nothing to resume: {path} does not exist or is empty")
        if head.get("recording") != recording:
            raise CannotResume(f"{path} belongs to another recording, or the recording was changed since")
        if head.get("base") != base:
            raise CannotResume(f"{path} belongs to a replay at {head.get('base')}")
        journal = Journal(path, head["run"])
        for row in rows[1:]:
            if "id" in row:
                journal.made |= row["made"]
                journal.done[row["id"]] = {name: value for name, value in row.items() if name != "made"}
        _rewrite(path, rows)
    else:
        if rows and not rows[-1].get("finished"):
            raise CannotResume(
                f"{path} is of a replay that did not end: --resume goes on; remove it to begin anew"
            )
        journal = Journal(path, str(uuid.uuid4()))
        path.write_text(json.dumps({"run": journal.run, "recording": recording, "base": base}) + "\n")
    journal._file = path.open("a")  # noqa: SLF001 (it is this module's own)
    return journal


def _rows(path: Path) -> list[dict[str, Any]]:
    """The whole lines; one that a crash cut short counts as not written."""
    rows: list[dict[str, Any]] = []
    for line in path.read_text().split("\n"):
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def _rewrite(path: Path, rows: list[dict[str, Any]]) -> None:
    """The file without a line that was cut short; what ended before its end goes on."""
    kept = [row for row in rows if not row.get("finished")]
    draft = path.with_name(f".{path.name}.new")
    draft.write_text("".join(json.dumps(row) + "\n" for row in kept))
    draft.replace(path)
