"""``$meta``, ``$meta-add``, ``$meta-delete``: the profiles, tags and security labels of resources.

https://hl7.org/fhir/R4/resource-operation-meta.html. To add or take away is an update of the resource: who may not change
it, as it is labelled before or after, changes none of its labels.
"""

from collections.abc import Callable
from typing import Any

from app.fhir import json as fhir_json
from app.fhir.json_patch import Patch
from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given, parameters
from app.interactions import audit_reading, reading
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context, Preference
from app.interactions.guard import kept_type, scoped
from app.interactions.writing import answer
from app.store import metas

Json = dict[str, Any]
Change = Callable[[list[Any], list[Any]], list[Any]]
_LISTS = ("profile", "security", "tag")


async def of_one(context: Context, type_name: str, id_: str) -> Answer:
    """The meta of a resource, as the caller may see it. Raises FhirError."""
    if type_name == "AuditEvent":
        return _returned(await audit_reading.read(context, id_))
    return _returned(await reading.read(context, type_name, id_))


async def in_use(context: Context, type_name: str | None) -> Answer:
    """The profiles, tags and labels of all that the caller may see, of one type or of every type. Raises FhirError."""
    if type_name is not None:
        kept_type(type_name, "search-type")
    context.look()
    scoped(context.caller, "read", type_name or "")
    meta: Json = {}
    for name, system, value in await metas.in_use(context.session, type_name):
        coding = {"system": system, "code": value} if system else {"code": value}
        meta.setdefault(name, []).append(value if name == "profile" else coding)
    return Answer(200, _parameters(meta))


async def add(context: Context, type_name: str, id_: str, given: Given, if_match: int | None) -> Answer:
    """Add what is not there yet. Raises FhirError."""
    return await _changed(context, (type_name, id_), given, if_match, _joined)


async def delete(context: Context, type_name: str, id_: str, given: Given, if_match: int | None) -> Answer:
    """Take away what is there. Raises FhirError."""
    return await _changed(context, (type_name, id_), given, if_match, _without)


def _named(one: Any) -> Any:
    """By what two profiles, or two codings, are the same."""
    return (one.get("system"), one.get("code")) if isinstance(one, dict) else one


def _joined(before: list[Any], given: list[Any]) -> list[Any]:
    whole = list(before)
    for one in given:
        if _named(one) not in map(_named, whole):
            whole.append(one)
    return whole


def _without(before: list[Any], given: list[Any]) -> list[Any]:
    gone = [_named(one) for one in given]
    return [one for one in before if _named(one) not in gone]


async def _changed(
    context: Context, key: tuple[str, str], given: Given, if_match: int | None, change: Change
) -> Answer:
    kept_type(key[0], "update")
    scoped(context.caller, "update", key[0])
    meta: Json = given.one("meta")
    if not any(name in meta for name in _LISTS):
        raise BadRequest("meta must name profiles, tags or security labels", "meta", code="required")
    draft = Draft("patch", *key, if_match=if_match, patch=_patch(meta, change))
    applied = await apply(context, [draft])
    return _returned(answer(context, applied[0], Preference()))


def _patch(given: Json, change: Change) -> Patch:
    def patched(resource: Json) -> Json:
        meta: Json = dict(resource.get("meta", {}))
        for name in _LISTS:
            if name in given:
                changed = change(meta.pop(name, []), given[name])
                meta |= {name: changed} if changed else {}
        rest = {name: value for name, value in resource.items() if name != "meta"}
        return rest | ({"meta": meta} if meta else {})

    return patched


def _returned(found: Answer) -> Answer:
    """The meta alone of a resource that is answered, under the same ETag."""
    resource: Json = fhir_json.read(found.body or b"{}")
    sent = {name: value for name, value in found.headers.items() if name != "Location"}
    return Answer(200, _parameters(resource.get("meta", {})), sent)


def _parameters(meta: Json) -> bytes:
    return fhir_json.dump(parameters([{"name": "return", "valueMeta": meta}] if meta else []))
