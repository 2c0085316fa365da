"""``Encounter/{id}/$move``: a consultation that was registered on the wrong woman is moved to the right one, whole.

Everything of it is registered anew on the right woman; what stands on the wrong one becomes entered-in-error and is
closed to all who could read it there, every version of it, for it tells of somebody else (label MOVED). A Provenance on
each side says what was done. One transaction: all of it, or nothing. https://hl7.org/fhir/R4/provenance.html
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app import clock
from app.access.caller import Caller, Role
from app.fhir import codes, newborn
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, FhirError, Forbidden, Unprocessable
from app.fhir.parameters import Given
from app.fhir.references import references
from app.interactions.attempts import in_one
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.guard import scoped, visible
from app.interactions.remembering import keep_done, kept_before
from app.mapping.elements import literal, text
from app.store import resources
from app.store.consultation import naming
from app.store.log import Entry
from app.store.resources import Stored
from app.store.session import Session
from app.store.tables import OPEN_EPISODE
from app.store.together import glance

Json = dict[str, Any]
SERVER = Caller(role=Role.SYSTEM, subject="system:move", client="helsekort")
MOVED = {"system": codes.CS_CARD, "code": "MOVED"}
OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
ON_THE_WRONG = "Registrert på feil kvinne og tatt bort"
STAYS = frozenset({"Provenance"})  # says what was done on the one it names
VERIFIED = frozenset({"Condition", "AllergyIntolerance"})


async def move(context: Context, given: Given, id_: str | None) -> Answer:
    """Move the consultation to the card ``episode``. Raises FhirError."""
    scoped(context.caller, "update")
    target = literal(text(given.one("episode"), "reference"))
    if not target.startswith("EpisodeOfCare/"):
        raise BadRequest(
            "episode must refer to the EpisodeOfCare of the right woman", "episode", code="value"
        )
    reason = given.text("reason")
    return await in_one(context, lambda: _moved(context, id_ or "", target.partition("/")[2], reason))


async def _moved(context: Context, id_: str, episode: str, reason: str) -> Answer:
    before = await kept_before(context, context.once) if context.once else None
    if before is not None:
        return await _again(context, before)
    inner = Context(
        context.house, context.session
    )  # the key is this operation's, not that of a write within it
    found, right = await _found(inner, id_, episode)
    names = {f"{row.type}/{row.id}": f"{row.type}/{clock.new_id()}" for row in found}
    whose = {f"Patient/{found[0].patient}": f"Patient/{right.patient}"}
    wrong = [_wrong(row) for row in found]
    made = [_right(row, names, whose, episode) for row in found]
    done = [
        *made, *wrong,
        _provenance(context, [("Patient", right.patient or ""), *(row.key for row in made)], "CREATE", reason),
        _provenance(context, [("Patient", found[0].patient or ""), *(row.key for row in wrong)], "NULLIFY", ON_THE_WRONG),
    ]  # fmt: skip
    await apply(inner, done)
    await _close(context, wrong)
    new = [f"{draft.type}/{draft.id}" for draft in made]
    if context.once:
        await keep_done(context, context.once, [(201, name, 1) for name in new])
    return _told(new)


async def _found(context: Context, id_: str, episode: str) -> tuple[list[Stored], Stored]:
    """The consultation, the Encounter first, and the right card. Raises FhirError."""
    found = [row for row in await naming(context.session, id_) if _belongs(row, id_) and not _taken_back(row)]
    found.sort(key=lambda row: (row.type != "Encounter" or row.id != id_, row.type, row.id))
    first = found[0] if found and found[0].type == "Encounter" and found[0].id == id_ else None
    encounter = visible(first, "Encounter", id_)
    right = visible(await glance(context.session, "EpisodeOfCare", episode), "EpisodeOfCare", episode)
    if right.patient is None or right.patient == encounter.patient:
        raise Unprocessable("The card is of the same woman; change Encounter.episodeOfCare", "episode")
    if text(fhir_json.read(right.body), "status") not in OPEN_EPISODE:
        raise Unprocessable("The card is closed; a consultation is moved to an open one", "episode")
    if not all(row.visible for row in found):
        raise Forbidden("This consultation cannot be moved by you: not everything of it is yours to change")
    if any(newborn.LABEL in row.labels for row in found):
        text_ = "It holds findings of the child, who stays with its mother: enter those in error, then move the rest"
        raise Unprocessable(text_, "Encounter")
    return found, right


def _belongs(row: Stored, encounter: str) -> bool:
    """Whether it is the consultation, or was recorded in it."""
    if row.type in STAYS:
        return False
    named = (literal(one["reference"]) for _, one in references(fhir_json.read(row.body)))
    return (row.type, row.id) == ("Encounter", encounter) or f"Encounter/{encounter}" in named


def _taken_back(row: Stored) -> bool:
    """Whether it is the child's and was entered in error: it stays where it is."""
    return newborn.LABEL in row.labels and text(fhir_json.read(row.body), "status") == "entered-in-error"


def _wrong(row: Stored) -> Draft:
    """The next version of what stands on the wrong woman: entered in error."""
    resource: Json = fhir_json.parse(row.body)
    if row.type in VERIFIED:
        system = f"http://terminology.hl7.org/CodeSystem/{_VERIFICATION[row.type]}"
        resource["verificationStatus"] = {"coding": [{"system": system, "code": "entered-in-error"}]}
        resource.pop("clinicalStatus", None)
    elif "status" in resource:
        resource["status"] = "entered-in-error"
    body = fhir_json.dump(resource)
    return Draft("update", row.type, row.id, resource, body, expected=row.version)


_VERIFICATION = {"Condition": "condition-ver-status", "AllergyIntolerance": "allergyintolerance-verification"}


def _right(row: Stored, names: dict[str, str], whose: dict[str, str], episode: str) -> Draft:
    """The same on the right woman, under a new id; what names the wrong one is taken away."""
    resource: Json = fhir_json.parse(row.body)
    meta = {
        name: value
        for name, value in resource.pop("meta", {}).items()
        if name in {"profile", "security", "tag"}
    }
    resource.pop("text", None)
    for _, reference in references(resource):
        named = literal(reference["reference"])
        if named in names:
            reference["reference"] = names[named]
        elif named in whose:
            reference["reference"] = whose[named]
            for name in ("display", "identifier"):
                reference.pop(name, None)
        elif named.startswith("EpisodeOfCare/"):
            reference["reference"] = f"EpisodeOfCare/{episode}"
            reference.pop("display", None)
    id_ = names[f"{row.type}/{row.id}"].partition("/")[2]
    resource = {"resourceType": row.type, "id": id_, **({"meta": meta} if meta else {})} | {
        name: value for name, value in resource.items() if name not in {"resourceType", "id"}
    }
    return Draft("create", row.type, id_, resource, fhir_json.dump(resource))


def _provenance(context: Context, keys: Sequence[tuple[str, str]], activity: str, reason: str) -> Draft:
    """What was done on one side; neither side names the other."""
    caller = context.caller
    who = {"identifier": {"system": codes.HPR, "value": caller.hpr}} if caller.hpr else {}
    id_ = clock.new_id()
    resource: Json = {
        "resourceType": "Provenance",
        "id": id_,
        "target": [{"reference": f"{type_name}/{one}"} for type_name, one in keys],
        "recorded": clock.instant(context.entry.at),
        "reason": [{"text": reason}],
        "activity": {"coding": [{"system": OPERATION, "code": activity}]},
        "agent": [{"who": {**who, "display": caller.name or caller.role.value}}],
    }
    return Draft("create", "Provenance", id_, resource, fhir_json.dump(resource))


async def _close(context: Context, wrong: Sequence[Draft]) -> None:
    """What stood on the wrong woman is closed by the server itself, in the same transaction, with a row of its own."""
    outer = context.session
    facts = {"interaction": "operation", "operation": "$move", "part": context.entry.id}
    who = {"role": SERVER.role.value, "subject": SERVER.subject, "client": SERVER.client}
    entry = Entry(clock.new_id(), clock.now(), {**facts, **who})
    server = Context(context.house, Session(outer.database, SERVER, entry, outer.connection))
    try:
        await apply(server, [_closed(draft) for draft in wrong])
    except FhirError as error:  # a refusal that is logged would commit the rest
        raise RuntimeError("What was moved could not be closed") from error


def _closed(draft: Draft) -> Draft:
    resource: Json = fhir_json.parse(draft.body)
    meta = resource.get("meta", {})
    resource["meta"] = {**meta, "security": [*meta.get("security", ()), MOVED]}
    return replace(
        draft, resource=resource, body=fhir_json.dump(resource), expected=(draft.expected or 0) + 1
    )


async def _again(context: Context, done: Sequence[tuple[int, str, int | None]]) -> Answer:
    """The answer of the first time, to whom may still see what was made."""
    names = [name for _, name, _ in done]
    type_name, _, id_ = names[0].partition("/")
    visible(await resources.read(context.session, type_name, id_), type_name, id_)
    return _told(names)


def _told(names: Sequence[str]) -> Answer:
    """Parameters: the new Encounter, and all that was made."""
    rows: list[Json] = [{"name": "encounter", "valueReference": {"reference": names[0]}}]
    rows += [{"name": "moved", "valueReference": {"reference": name}} for name in names]
    return in_parameters(*rows)
