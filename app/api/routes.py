"""TABLE: every URL of this server; a test pins it. Order matters: the first that fits answers."""

from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api import (
    cds_hooks,
    dhg_rest,
    export_rest,
    fhir_rest,
    health,
    metadata,
    metrics,
    operations,
    search_rest,
    well_known,
)
from app.api.app_server import APPS
from app.api.endpoint import Door, Handler, problem
from app.fhir.operation import EVERY_TYPE
from app.fhir.operations import OPERATIONS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Open = Callable[[Request], Awaitable[Response]]


class Guarded(NamedTuple):
    """A URL behind the door; ``interaction`` is what the log calls it."""

    path: str
    method: str
    interaction: str
    handler: Handler


OPEN: tuple[tuple[str, Open], ...] = (
    ("/health/live", health.live),
    ("/health/ready", health.ready),
    ("/health/adapters", health.adapters),
    ("/metrics", metrics.metrics),
    ("/fhir/metadata", metadata.metadata),
    ("/.well-known/jwks.json", well_known.jwks),
    ("/cds-services", cds_hooks.discovery),
)
HANDLERS: dict[tuple[str, str], Handler] = {  # of the rows of OPERATIONS
    ("EpisodeOfCare", "card"): operations.card,
    ("EpisodeOfCare", "worklist"): operations.worklist_of,
    ("EpisodeOfCare", "clinic-day"): operations.clinic_day_of,
    ("Encounter", "move"): operations.move,
    ("EpisodeOfCare", "import-card"): operations.import_card,
    **{(name, "confirm"): handler for name, handler in operations.confirm.items()},
    **{(name, "discussed"): handler for name, handler in operations.discussed.items()},
    **{(name, "decline"): handler for name, handler in operations.decline.items()},
    ("Patient", "access-log"): operations.access_log,
    ("Patient", "status"): operations.status,
    ("Patient", "launch"): operations.launch,
    ("Patient", "open-kjernejournal"): operations.open_kjernejournal,
    ("Patient", "critical-information"): operations.critical_information,
    ("Patient", "declare-relation"): operations.declare_relation,
    ("", "declarations"): operations.declarations,
    ("", "declaration-review"): operations.declaration_review,
    ("", "access-statistics"): operations.access_statistics,
    ("Measure", "evaluate-measure"): operations.evaluate_measure,
    ("Patient", "break-glass"): operations.break_glass,
    ("", "emergencies"): operations.emergency_queue,
    ("", "emergency-review"): operations.emergency_review,
    ("", "emergency-statistics"): operations.emergency_statistics,
    ("Patient", "withdraw"): operations.withdraw,
    ("Patient", "erasure"): operations.erasure,
    ("", "retractions"): operations.retractions,
    ("Patient", "ask-about-access"): operations.ask_about_access,
    ("", "access-cases"): operations.access_cases,
    ("", "access-case-review"): operations.access_case_review,
    ("Patient", "explain-access"): operations.explain_access,
    ("Patient", "everything"): operations.everything_of_patient,
    ("EpisodeOfCare", "everything"): operations.everything_of_card,
    ("Observation", "lastn"): operations.last_of_each,
    ("Composition", "document"): operations.document,
    (EVERY_TYPE, "validate"): operations.validate,
    ("", "meta"): operations.metas,
    (EVERY_TYPE, "meta"): operations.metas,
    (EVERY_TYPE, "meta-add"): operations.meta_add,
    (EVERY_TYPE, "meta-delete"): operations.meta_delete,
    ("ValueSet", "expand"): operations.expand,
    ("ValueSet", "validate-code"): operations.in_value_set,
    ("CodeSystem", "validate-code"): operations.in_code_system,
    ("CodeSystem", "lookup"): operations.look_up,
    ("CodeSystem", "subsumes"): operations.subsumes,
    ("ConceptMap", "translate"): operations.translate,
    ("", "export"): export_rest.of_system,
    ("Patient", "export"): export_rest.of_patients,
    ("Group", "export"): export_rest.of_group,
    ("Subscription", "status"): operations.subscription_status,
    ("Subscription", "events"): operations.subscription_events,
    ("Subscription", "failures"): operations.subscription_failures,
    ("", "changes"): operations.changes_since,
}
GUARDED: tuple[Guarded, ...] = (
    *(
        Guarded(path, method, "operation", HANDLERS[row.type, row.name])
        for row in OPERATIONS
        for _, path, method in row.ways()
    ),
    Guarded("/fhir/$export-status/{id}", "GET", "operation", export_rest.status),
    Guarded("/fhir/$export-status/{id}", "DELETE", "operation", export_rest.cancel),
    Guarded("/fhir/$export-file/{id}/{name}", "GET", "operation", export_rest.file),
    Guarded("/cds-services/{service}", "POST", "operation", cds_hooks.call),
    Guarded("/cds-services/{service}/feedback", "POST", "operation", cds_hooks.feedback),
    *(
        Guarded(f"{dhg_rest.BASE}{path}", method, interaction, handler)
        for path, method, interaction, handler in (
            ("/status", "GET", "operation", dhg_rest.status),
            ("/history", "GET", "operation", dhg_rest.history),
            ("/history/{record}", "GET", "operation", dhg_rest.changes),
            ("/record", "POST", "transaction", dhg_rest.create),
            ("/record/{record}", "GET", "operation", dhg_rest.read),
            ("/record/{record}/updateStatus", "POST", "transaction", dhg_rest.update_status),
            ("/record/{record}/{part}", "POST", "transaction", dhg_rest.post),
            ("/record/{record}/{part}", "PUT", "transaction", dhg_rest.put),
            ("/record/{record}/{part}/{id}", "PUT", "transaction", dhg_rest.put),
            ("/record/{record}/{part}/{id}", "DELETE", "transaction", dhg_rest.delete),
        )
    ),
    Guarded("/fhir/_search", "POST", "search-system", search_rest.everything),
    Guarded("/fhir/{type}/_search", "POST", "search-type", search_rest.search),
    Guarded("/fhir/{type}/{id}/_history/{version}", "GET", "vread", fhir_rest.vread),
    Guarded("/fhir/{type}/{id}/_history", "GET", "history-instance", fhir_rest.history_of),
    Guarded("/fhir/{type}/_history", "GET", "history-type", fhir_rest.history_of),
    Guarded("/fhir/_history", "GET", "history-system", fhir_rest.history_of),
    Guarded("/fhir/{type}/{id}/{member}/_search", "POST", "search", search_rest.compartment),
    Guarded("/fhir/{type}/{id}/{member}", "GET", "search", search_rest.compartment),
    Guarded("/fhir/{type}/{id}", "GET", "read", fhir_rest.read),
    Guarded("/fhir/{type}/{id}", "PUT", "update", fhir_rest.update),
    Guarded("/fhir/{type}/{id}", "PATCH", "patch", fhir_rest.patch),
    Guarded("/fhir/{type}/{id}", "DELETE", "delete", fhir_rest.delete),
    Guarded("/fhir/{type}", "GET", "search-type", search_rest.search),
    Guarded("/fhir/{type}", "POST", "create", fhir_rest.create),
    Guarded("/fhir/{type}", "PUT", "update", fhir_rest.update),
    Guarded("/fhir/{type}", "PATCH", "patch", fhir_rest.patch),
    Guarded("/fhir/{type}", "DELETE", "delete", fhir_rest.delete),
    Guarded("/fhir", "GET", "search-system", search_rest.everything),
    Guarded("/fhir/", "GET", "search-system", search_rest.everything),
    Guarded("/fhir", "POST", "transaction", fhir_rest.bundle),
    Guarded("/fhir/", "POST", "transaction", fhir_rest.bundle),
)


def rows(door: Door) -> Iterator[tuple[str, str, Open]]:
    """Path, method and endpoint of every row, in their order."""
    for path, endpoint in OPEN:
        yield path, "GET", endpoint
    yield from APPS
    for row in GUARDED:
        told = dhg_rest.problem if row.path.startswith(dhg_rest.BASE) else problem
        yield row.path, row.method, door.endpoint(row.interaction, row.handler, told)


def routes(door: Door) -> list[Route]:
    """The routes, with what is at no address and what no address does at the end."""
    found = [Route(path, endpoint, methods=[method]) for path, method, endpoint in rows(door)]
    rest = door.endpoint("operation", fhir_rest.not_supported)
    found.extend(_whatever(path, rest) for path in dict.fromkeys(row.path for row in GUARDED))
    found.append(_whatever("/fhir/{rest:path}", door.endpoint("operation", fhir_rest.nowhere)))
    return found


def _whatever(path: str, endpoint: Open) -> Route:
    """A route for any method there is, also those that no client of FHIR should use."""
    route = Route(path, endpoint, methods=METHODS)
    route.methods = None
    return route
