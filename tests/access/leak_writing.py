"""TABLE: the doors of writing through which a resource could leak: patches, criteria and conditional references."""

import base64
import json
from typing import Any

import httpx

from tests.access.leak_doors import Ask, Asked, Door
from tests.fixtures.resources import a_transaction, a_weight, entry
from tests.fixtures.server import Person

_PATCH = [{"op": "add", "path": "/language", "value": "nb"}]  # every type has it


def _patch(path: str) -> Ask:
    def ask(asked: Asked, person: Person) -> httpx.Response:
        address = path.format(type=asked.item.type, id=asked.item.id)
        return person.request("PATCH", address, _PATCH, Content_Type="application/json-patch+json")

    return ask


def _create(asked: Asked, person: Person) -> httpx.Response:
    """What the item's own id must not find; without a body, which would be what was sent."""
    criteria = f"_id={asked.item.id}"
    return person.post(
        f"/{asked.item.type}", asked.item.body, If_None_Exist=criteria, Prefer="return=minimal"
    )


def _update(asked: Asked, person: Person) -> httpx.Response:
    path = f"/{asked.item.type}?_id={asked.item.id}"
    return person.put(path, {**asked.item.body, "id": asked.item.id})


def _delete(asked: Asked, person: Person) -> httpx.Response:
    return person.delete(f"/{asked.item.type}?_id={asked.item.id}")


def _relabel(operation: str) -> Ask:
    """By a tag that nothing bears: the answer is the meta that the item has then."""

    def ask(asked: Asked, person: Person) -> httpx.Response:
        meta = {"tag": [{"system": "urn:leak:other", "code": "new"}]}
        given = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]}
        return person.post(f"{asked.path}/${operation}", given)

    return ask


def _ok(_asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 200


def _deleted(_asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 204 and "etag" in answer.headers


def _reference(asked: Asked, person: Person) -> httpx.Response:
    """By a resource about a woman whom the attacker cares for."""
    visible = asked.reason.visible
    about = next((item.woman for item in visible.values() if item.woman), asked.item.woman)
    subject = about.reference if about else ""
    focus: dict[str, Any] = {"reference": f"{asked.item.type}?_id={asked.item.id}"}
    return person.post("", a_transaction(entry(a_weight(subject, focus=[focus]))))


def _patch_entry(asked: Asked, person: Person) -> httpx.Response:
    binary = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": base64.b64encode(json.dumps(_PATCH).encode()).decode(),
    }
    change = entry(binary, method="PATCH", url=f"{asked.item.type}/{asked.item.id}")
    return person.post("", a_transaction(change))


WRITING: tuple[Door, ...] = (
    Door("patch", _patch("/{type}/{id}"), _ok, secret=True, by_harness=True),
    Door("conditional patch", _patch("/{type}?_id={id}"), _ok, secret=True, by_harness=True, silent=True),
    Door("conditional create", _create, _ok, by_harness=True, tells=200),
    Door("conditional update", _update, _ok, secret=True, by_harness=True),
    Door("conditional delete", _delete, _deleted, secret=True, by_harness=True, silent=True),
    Door("patch in a transaction", _patch_entry, _ok, secret=True, by_harness=True),
    Door("meta-add", _relabel("meta-add"), _ok, secret=True, by_harness=True),
    Door("meta-delete", _relabel("meta-delete"), _ok, secret=True, by_harness=True),
    Door("conditional reference", _reference, _ok, secret=True, by_harness=True, silent=True),
)
DESTRUCTIVE = frozenset({
    "patch", "conditional patch", "conditional update", "conditional delete", "patch in a transaction",
    "meta-add", "meta-delete",
})  # fmt: skip
