"""The records of the mock national maternity record: what the changes of one woman, in their order, have come to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from helsekort_sandbox.maternity_contracts import SEVERAL

Json = dict[str, Any]


@dataclass(slots=True)
class Record:
    """One pregnancy: its sub-resources by type, and by id where there are several."""

    id: str
    status: Json = field(default_factory=lambda: {"status": "ACTIVE"})
    parts: dict[tuple[str, str], Json] = field(default_factory=dict)
    changes: list[Json] = field(default_factory=list)
    version: int = 0
    updated: str = ""

    def take(self, change: Json) -> None:
        """Take one change in."""
        self.version, self.updated = self.version + 1, change["at"]
        if "status" in change:
            self.status = change["status"]
        if "part" in change:
            name = change["part"]
            self.parts[name, change["id"] if name in SEVERAL else ""] = change
            told = {
                "resourceType": name,
                "id": change["id"],
                "version": change["version"],
                "enteredInError": change["wrong"],
            }
            self.changes.append(told | {"lastUpdated": change["at"], "lastUpdatedBy": change["by"]})

    def told(self, name: str, id_: str) -> Json:
        """One sub-resource with its metadata."""
        change = self.parts[name, id_ if name in SEVERAL else ""]
        metadata = {"id": change["id"], "version": change["version"], "lastUpdated": change["at"]}
        metadata |= {"lastUpdatedBy": change["by"], "enteredInError": change["wrong"]}
        told: Json = {"metadata": metadata, **change["body"]}
        return told

    def head(self) -> Json:
        return {
            "recordId": self.id,
            "recordStatus": self.status,
            "version": self.version,
            "lastUpdated": self.updated,
        }

    def whole(self) -> Json:
        """All of it; what was entered in error is not told."""
        body: Json = {"metadata": self.head() | {"recordLastUpdated": self.updated}}
        for name in SEVERAL:
            body[name] = []
        for (name, id_), change in self.parts.items():
            if name not in SEVERAL:
                body[name] = self.told(name, id_)
            elif not change["wrong"]:
                body[name].append(self.told(name, id_))
        return body


Records = dict[str, Record]


def records_of(entries: Iterable[Json]) -> Records:
    """The records that ``entries`` of the effect log made, the oldest first."""
    found: Records = {}
    for entry in entries:
        change = entry["change"]
        found.setdefault(change["record"], Record(change["record"])).take(change)
    return found


def merged(before: Any, told: Any) -> Any:
    """``before`` as ``told`` changes it: what is absent stays, null clears, a list is whole."""
    if not isinstance(before, dict) or not isinstance(told, dict):
        return told
    return before | {name: merged(before.get(name), value) for name, value in told.items()}


def standing(records: Records, hers: Json) -> Json:
    """Whether she takes part, by her choices, and which record is the latest."""
    latest = next(reversed(records.values()), None)
    told: Json = {
        "hasGivenConsent": hers.get("consent", True), "deceased": bool(hers.get("deceased")),
        "hasActiveMaternityRecord": any(one.status["status"] == "ACTIVE" for one in records.values()),
    }  # fmt: skip
    return told | ({"latestRecordId": latest.id, "lastChangedDateTime": latest.updated} if latest else {})
