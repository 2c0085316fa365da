"""The context of a login to an app: whom it is about, and which resource is who logged in. Decided and logged as reads.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.access.caller import Caller, Role
from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.outcome import FhirError
from app.interactions import reading, searching
from app.interactions.context import Context, House
from app.store.log import Entry
from app.store.session import Session

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A woman to choose: her Patient id, name and date of birth."""

    id: str
    name: str
    born: str


def context_of(house: House, caller: Caller, entry: Entry) -> Context:
    """A context in which ``caller`` reads what the access rows give; the app's scopes are for the app."""
    whole = replace(caller, smart=False, scopes=frozenset(), launch=None)
    return Context(house, Session(house.database, whole, entry))


async def is_hers(context: Context, patient: str) -> bool:
    """Whether the caller may read the woman: else no app is opened about her."""
    try:
        await reading.read(context, "Patient", patient)
    except FhirError:
        return False
    return True


async def listed(context: Context, name: str = "") -> list[Listed]:
    """The women whom the caller may choose, by name."""
    pairs = [("_count", str(MOST_LISTED)), ("_sort", "family"), ("active:not", "false")]
    pairs += [("name", name)] if name else []
    answer = await searching.search(context, "Patient", pairs, in_url=False)
    return [_listed(row) for row in _resources(answer.body or b"{}")]


async def own_patient(context: Context) -> str | None:
    """The Patient of a citizen."""
    if context.caller.role is not Role.CITIZEN:
        return None
    asked = [("identifier", str(context.caller.number)), ("_count", "1")]
    found = await searching.search(context, "Patient", asked, in_url=False)
    return next((str(row["id"]) for row in _resources(found.body or b"{}")), None)


async def practitioner(context: Context) -> str | None:
    """The Practitioner with the caller's HPR number."""
    if not context.caller.hpr:
        return None
    asked = [("identifier", f"{codes.HPR}|{context.caller.hpr}"), ("_count", "1")]
    found = await searching.search(context, "Practitioner", asked, in_url=False)
    return next((str(row["id"]) for row in _resources(found.body or b"{}")), None)


def _resources(body: bytes) -> list[Mapping[str, Any]]:
    return [
        row["resource"] for row in fhir_json.read(body).get("entry", []) if row["search"]["mode"] == "match"
    ]


def _listed(row: Mapping[str, Any]) -> Listed:
    names = row.get("name") or [{}]
    name = names[0].get("text") or " ".join((*names[0].get("given", ()), names[0].get("family", "")))
    return Listed(str(row["id"]), name.strip(), str(row.get("birthDate", "")))
