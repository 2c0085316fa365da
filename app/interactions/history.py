"""FHIR instance history: https://hl7.org/fhir/R4/http.html#history"""

from app import clock
from app.fhir.bundle import Entry, bundle
from app.fhir.outcome import Forbidden, NotFound
from app.interactions.context import Answer, Context
from app.interactions.guard import kept_type, scoped
from app.interactions.redaction import view
from app.store import resources
from app.store.resources import Stored

_METHODS = {"create": "POST", "update": "PUT", "delete": "DELETE"}
_LATEST = 2**31 - 1


def _entry(stored: Stored, base: str) -> Entry:
    url = f"{stored.type}/{stored.id}"
    body, etag = (None, f'W/"{stored.version}"') if stored.deleted else view(stored)
    response = {
        "status": {"create": "201", "update": "200", "delete": "204"}[stored.method],
        "etag": etag,
        "lastModified": clock.instant(stored.updated),
    }
    request = {"method": _METHODS[stored.method], "url": stored.type if stored.method == "create" else url}
    return Entry(body, f"{base}/{url}", {"request": request, "response": response})


async def instance(context: Context, type_name: str, id_: str, *, count: int, before: int | None) -> Answer:
    """The versions of one resource, newest first; ``before`` pages by version. Raises FhirError."""
    kept_type(type_name, "history-instance")
    scoped(context.caller, "read")
    found = await resources.versions(
        context.session, type_name, id_, before=before or _LATEST, count=count + 1
    )
    seen = [version for version in found if version.visible]
    if not seen:
        if any(version.rule == "block.her-choice" for version in found):
            raise Forbidden("She has chosen that you are not given access", type_name)
        raise NotFound(f"There is no {type_name}/{id_[:64]}", type_name)
    base = context.house.fhir_base
    self_url = f"{base}/{type_name}/{id_}/_history"
    links = [("self", self_url)]
    if len(found) > count:
        seen = seen[:count]
        links.append(("next", f"{self_url}?_count={count}&_before={seen[-1].version}"))
    body = bundle(
        "history", (_entry(version, base) for version in seen), id_=context.entry.id,
        timestamp=clock.instant(context.entry.at), links=links,
    )  # fmt: skip
    return Answer(200, body)
