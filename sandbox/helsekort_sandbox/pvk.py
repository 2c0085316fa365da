"""Mock of Helsenorge's privacy settings (PVK): what citizens have agreed to or reserved themselves against.

https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE (pages 2328952849 and 2328854548). It answers in the process of
Helsenorge, with its log and its faults; what a citizen does on Helsenorge herself is told at ``/_personvern``.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox.answering import Service, bare, content
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.resource_server import PID, actor

BASE = "/personvern/Personverninnstillinger"
DEFINITION, PART = (
    "5d0f0f0e-0000-4000-8000-000000000001",
    "HELSEKORT",
)  # the setting by which she takes part, or not
KINDS = {"samtykke", "reservasjon", "tilgangsbegrensning"}
SAID = {"innbyggerFnr", "definisjonGuid", "definisjonNavn", "partKode", "typePi", "aktiv", "tidspunkt"}
_PAGE = 500
Json = dict[str, Any]
Key = tuple[str, str, str]  # number, definition, part


class Pvk:
    """The settings: a fold of the log of ``service``."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.settings: dict[Key, bool] = {}
        for entry in service.log.entries:
            if "setting" in entry:
                self._know(entry["setting"])

    def _know(self, said: Json) -> None:
        self.settings[said["innbyggerFnr"], said["definisjonGuid"], said["partKode"]] = said["aktiv"]

    async def choose(self, request: Request) -> Response:
        """A citizen decides on Helsenorge: ``{"innbyggerFnr", "definisjonGuid", "partKode", "aktiv"}``."""
        try:
            wanted = await request.json()
            is_whole = set(wanted) == {"innbyggerFnr", "definisjonGuid", "partKode", "aktiv"}
        except (ValueError, TypeError):
            is_whole = False
        if not is_whole:
            return JSONResponse({"error": "The body is {innbyggerFnr, definisjonGuid, partKode, aktiv}"}, 400)
        self.service.log.append(request, 200, {"setting": wanted}, effect=False)
        self._know(wanted)
        return JSONResponse(wanted)

    async def check(self, request: Request) -> Response:
        """Whether one setting of one citizen is active."""
        return await self.service.shown(request, self._check)

    def _check(self, _: Request, claims: Json, raw: bytes) -> Response:
        said = _body(claims, raw, {"innbyggerFnr", "definisjonGuid", "partKode"})
        key = (said["innbyggerFnr"], said["definisjonGuid"], said["partKode"])
        return JSONResponse({"aktiv": self.settings.get(key, False)})

    async def of_citizen(self, request: Request) -> Response:
        """A citizen's active settings of a part."""
        return await self.service.shown(request, self._of_citizen)

    def _of_citizen(self, _: Request, claims: Json, raw: bytes) -> Response:
        said = _body(claims, raw, {"innbyggerFnr", "partKode"})
        rows = [
            {"definisjonGuid": definition}
            for (number, definition, part), active in self.settings.items()
            if active and (number, part) == (said["innbyggerFnr"], said["partKode"])
        ]
        return JSONResponse({"personverninnstillinger": rows})

    async def of_definition(self, request: Request) -> Response:
        """All citizens for whom a setting is active."""
        return await self.service.shown(request, self._of_definition)

    def _of_definition(self, request: Request, claims: Json, _: bytes) -> Response:
        _check_system(claims)
        asked = (request.query_params.get("definisjonGuid"), request.query_params.get("partKode"))
        found = [
            number for (number, *named), active in self.settings.items() if active and tuple(named) == asked
        ]
        return JSONResponse({"innbyggere": sorted(found)})

    async def changed(self, request: Request) -> Response:
        """Of whom a setting was changed after a place in the feed."""
        return await self.service.shown(request, self._changed)

    def _changed(self, request: Request, claims: Json, _: bytes) -> Response:
        _check_system(claims)
        asked = request.query_params
        after = asked.get("etter", "")
        if not after.isdigit():
            raise Wrong(400, "structure", "etter is a number")
        rows = [
            {"nummer": entry["number"], "innbyggerFnr": said["innbyggerFnr"]}
            for entry in self.service.log.entries[int(after) :]
            if (said := entry.get("setting"))
            and (said["definisjonGuid"], said["partKode"])
            == (asked.get("definisjonGuid"), asked.get("partKode"))
        ]
        return JSONResponse({"endringer": self.service.faults.mixed(rows[:_PAGE])})

    async def set(self, request: Request) -> Response:
        """Register a citizen's decision on her behalf."""
        return await self.service.answered(request, self._set, bare)

    def _set(self, request: Request, claims: Json, raw: bytes) -> Json:
        said = _body(claims, raw, SAID)
        if said["typePi"] not in KINDS or not isinstance(said["aktiv"], bool):
            raise Wrong(422, "business-rule", f"typePi is one of {', '.join(sorted(KINDS))}, aktiv a boolean")
        before = self.settings.get((said["innbyggerFnr"], said["definisjonGuid"], said["partKode"]))
        entry = self.service.log.append(
            request, 200, {"setting": said, "actor": actor(claims)}, effect=before is not said["aktiv"]
        )
        self._know(said)
        return entry


def _check_system(claims: Json) -> None:
    if claims.get(PID):
        raise Wrong(403, "forbidden", "Parts ask and register as systems")


def _body(claims: Json, raw: bytes, names: set[str]) -> Json:
    _check_system(claims)
    return content(raw, names)


def routes(service: Service) -> list[Route]:
    """The routes of the settings."""
    pvk = Pvk(service)
    return [
        Route("/_personvern", pvk.choose, methods=["POST"]),
        Route(f"{BASE}/SjekkInnbyggersPiStatus/v2", pvk.check, methods=["POST"]),
        Route(f"{BASE}/HentInnbyggersPiForPart/v2", pvk.of_citizen, methods=["POST"]),
        Route(f"{BASE}/HentInnbyggereAktivePiForDefinisjon/v2", pvk.of_definition),
        Route(f"{BASE}/HentEndringer/v1", pvk.changed),
        Route(f"{BASE}/SettInnbyggersPersonvernInnstilling/v2", pvk.set, methods=["POST"]),
    ]
