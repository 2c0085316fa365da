"""Bundles as concatenations: the bytes of resources are put side by side, never parsed and written again.

https://hl7.org/fhir/R4/bundle.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.fhir import json as fhir_json


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``resource`` as bytes, the other members as values."""

    resource: bytes | None = None
    full_url: str = ""
    members: dict[str, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The entry as JSON."""
        parts: list[bytes] = []
        if self.full_url:
            parts.append(b'"fullUrl":' + fhir_json.dump(self.full_url))
        if self.resource is not None:
            parts.append(b'"resource":' + self.resource)
        parts.extend(
            fhir_json.dump(name) + b":" + fhir_json.dump(value) for name, value in self.members.items()
        )
        return b"{" + b",".join(parts) + b"}"


def bundle(
    kind: str,
    entries: Iterable[Entry | bytes],
    *,
    id_: str,
    timestamp: str = "",
    total: int | None = None,
    links: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A Bundle of ``entries``, some of them perhaps encoded; ``links`` are (relation, url)."""
    head: dict[str, Any] = {"resourceType": "Bundle", "id": id_}
    if timestamp:
        head["meta"] = {"lastUpdated": timestamp}
    head["type"] = kind
    if total is not None:
        head["total"] = total
    if links:
        head["link"] = [{"relation": relation, "url": url} for relation, url in links]
    encoded = b",".join(entry if isinstance(entry, bytes) else entry.encode() for entry in entries)
    start = fhir_json.dump(head)
    return start[:-1] + b',"entry":[' + encoded + b"]}" if encoded else start
