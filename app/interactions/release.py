"""What the server says of a set of drafts: which results wait until they are told her, and what stands beside them."""

from dataclasses import dataclass, field
from typing import Any

from app.access.labels import label_of
from app.fhir import codes
from app.store.targets import Key

Json = dict[str, Any]
ONLY_OURS = frozenset({codes.UNTOLD, codes.BESIDE})


@dataclass(slots=True)
class Release:
    """Of one set of drafts: until when each waits, why it does no more, and which stand beside."""

    until: dict[Key, str] = field(default_factory=dict)
    over: dict[Key, str] = field(default_factory=dict)  # the tag: discussed or time-passed
    beside: set[Key] = field(default_factory=set)
    unsettled: bool = False  # what is stored already may stand beside

    def labels(self, key: Key) -> frozenset[str]:
        """The labels that the store keeps beside those of the body."""
        return frozenset(
            {codes.UNTOLD} if key in self.until else {codes.BESIDE} if key in self.beside else ()
        )

    def meta(self, key: Key, meta: Json) -> Json:
        """``meta`` with what the server says of it, and nothing that only the server may say."""
        security = [row for row in meta.get("security", ()) if label_of(row) not in ONLY_OURS]
        named = [row for row in meta.get("tag", ()) if not _is_of_release(row)]
        if key in self.until:
            until = {"url": codes.EXT_WAITS, "valueDateTime": self.until[key]}
            label = {"system": codes.CS_CARD, "code": codes.UNTOLD, "display": "Ikke fortalt henne ennå"}
            security.append({"extension": [until], **label})
        if key in self.over:
            named.append({"system": codes.CS_CARD, "code": self.over[key]})
        rest = {name: value for name, value in meta.items() if name not in {"security", "tag"}}
        return rest | ({"security": security} if security else {}) | ({"tag": named} if named else {})


def _is_of_release(tag: Json) -> bool:
    return tag.get("system") == codes.CS_CARD and tag.get("code") in codes.OF_RELEASE
