"""TABLE: what is measured, with the least ratio that the design asks for, and the requests of each row."""

import json
from dataclasses import dataclass
from typing import Any

from helsekort_sandbox import pilot
from helsekort_sandbox.state import Sandbox

from app.fhir.codes import BP_PANEL
from bench.signed import Request


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the result: requests of the kind ``asked``, ``count`` a round, each answered with ``status``."""

    name: str
    asked: str
    count: int
    status: int
    least: float | None
    bearer: bool = False


SCENARIOS = (
    Scenario("read, DPoP", "read", 2_000, 200, 0.10),
    Scenario("read, unbound token", "read", 2_000, 200, 0.15, bearer=True),
    Scenario("search patient, code, date; DPoP", "search", 1_000, 200, 0.07),
    Scenario("card, DPoP", "card", 200, 200, 0.03),
    Scenario(
        "create blood pressure, DPoP", "create", 1_000, 201, 0.06
    ),  # last: the cards grow by what is written
    Scenario("create blood pressure, unbound token", "create", 1_000, 201, None, bearer=True),
)


def requests(sandbox: Sandbox) -> dict[str, list[Request]]:
    """The different requests of each kind, about all women of one midwife; a round repeats them in turn."""
    roster = json.loads(sandbox.roster.read_text())
    women = {id_: row for id_, row in roster["patients"].items() if row["midwife"] == "midwife-a"}
    with pilot.actors(sandbox) as cast:
        midwife = cast("midwife", "midwife-a")
        pages = [
            midwife.need("GET", f"/fhir/Observation?patient={id_}&code={BP_PANEL}").json for id_ in women
        ]
    pressures = [entry["resource"] for page in pages for entry in page.get("entry", ())]
    latest = f"code={BP_PANEL}&date=ge2020-01-01&_count=10"
    return {
        "read": [Request("GET", f"/fhir/Observation/{row['id']}") for row in pressures],
        "create": [Request("POST", "/fhir/Observation", _new(row)) for row in pressures],
        "search": [Request("GET", f"/fhir/Observation?patient={id_}&{latest}") for id_ in women],
        "card": [Request("GET", f"/fhir/{row['episode']}/$card") for row in women.values()],
    }


def _new(resource: dict[str, Any]) -> bytes:
    """A resource like ``resource``, as a client sends it."""
    return json.dumps({key: value for key, value in resource.items() if key not in {"id", "meta"}}).encode()
