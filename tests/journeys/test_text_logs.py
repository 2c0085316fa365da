"""What a journey leaves beside the card: text logs, errors, addresses and notices hold no number, name or finding.

Server and worker are processes of their own, as in production, so that what they write is what is read here.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

import httpx
import pytest
from helsekort_sandbox import loopback, mocks, processes
from helsekort_sandbox.people import ORGANIZATIONS

from app.fhir import codes
from app.settings import Settings
from tests.fixtures.database import TestDatabase
from tests.fixtures.resources import (
    a_blood_pressure,
    a_patient,
    a_weight,
    an_allergy,
    choose,
    new_number,
    register,
)
from tests.fixtures.server import Person, Server, settings_of
from tests.fixtures.services import Services, issuers_of, services
from tests.worker.crew import ROOT, Crew, as_text, wait_for

__all__ = ["services"]
FAMILY, NOTE, ALLERGY, KILOGRAMS = "Lekkasjetest", "hemmeligfunn", "Blaaskjellprove", 83.17
SERVE = (
    "import sys, uvicorn; from app.cli import serving;"
    " uvicorn.run('app.main:create_app', fd=int(sys.argv[1]), **serving())"
)
QUOTING = """
CREATE FUNCTION quoting() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'odd %', convert_from(NEW.body, 'UTF8') USING DETAIL = convert_from(NEW.body, 'UTF8'); END $$;
CREATE TRIGGER quoting BEFORE INSERT OR UPDATE ON resource FOR EACH ROW
WHEN (NEW.type IN ('Flag', 'Communication')) EXECUTE FUNCTION quoting()
"""


@dataclass
class Traces:
    """Every answer of the journey."""

    answers: list[httpx.Response] = field(default_factory=list)

    def keep(self, answer: httpx.Response) -> None:
        answer.read()
        self.answers.append(answer)

    @property
    def errors(self) -> str:
        return "\n".join(row.text for row in self.answers if row.status_code >= 400)

    @property
    def addresses(self) -> str:
        """What was asked with success, and what was told of addresses."""
        good = [row for row in self.answers if row.is_success]
        told = [
            row.headers.get(name, "") for row in good for name in ("location", "content-location", "link")
        ]
        return "\n".join([*(str(row.request.url) for row in good), *told])


@dataclass
class Running:
    """A server in a process of its own, its worker, and what its callers were answered."""

    crew: Crew
    child: processes.Child
    traces: Traces

    def text_log(self) -> str:
        return self.child.log.read_text()

    def worker_log(self) -> str:
        return "\n".join(child.log.read_text() for child in self.crew.children)


def _environment(settings: Settings) -> dict[str, str]:
    values = {f"HELSEKORT_{row.name.upper()}": as_text(settings, row.name) for row in fields(Settings)}
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "sandbox")))
    return {k: v for k, v in values.items() if v} | {"PATH": os.environ["PATH"], "PYTHONPATH": paths}


@pytest.fixture
def running(
    database: TestDatabase, services: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder, listener, issuers = tmp_path_factory.mktemp("serving"), mocks.listen(), issuers_of(services)
    base = mocks.address(listener)
    settings = replace(
        settings_of(database, issuers, folder, base),
        pilot_file=str(folder / "pilot.json"),
        client_key_file=services.key_file,
        kjernejournal_url=services.kjernejournal_url,
        helsenorge_url=services.helsenorge_url,
    )
    number = listener.fileno()
    child = processes.start(
        "serve",
        [sys.executable, "-c", SERVE, str(number)],
        folder / "serve.log",
        environment=_environment(settings),
        pass_fds=[number],
    )
    listener.close()
    processes.wait_until(lambda: loopback.answers(f"{base}/health/live"), child)
    traces = Traces()
    with httpx.Client(timeout=20, event_hooks={"response": [traces.keep]}) as client:
        crew = Crew(Server(base, settings, database, issuers, client, {}), services, settings)
        yield Running(crew, child, traces)
        crew.stop()
    child.stop()


def _go_wrong(number: str, wrong: str, about: str, midwife: Person, stranger: Person) -> None:
    """Requests that fail, each with something in it, or behind it, that no error may repeat."""
    weight = midwife.post("/Observation", a_weight(about, KILOGRAMS, note=[{"text": NOTE}])).json()
    path = f"/Observation/{weight['id']}"
    test = [{"op": "test", "path": "/note/0/text", "value": "other"}]
    refused = {
        "number in the path": midwife.get(f"/Patient/{number}"),
        "number in the query": midwife.get(f"/Patient?identifier={codes.FNR}|{number}"),
        "number that is none": midwife.post("/Patient", a_patient(wrong)),
        "the same number again": stranger.post("/Patient", a_patient(number, name=[{"family": FAMILY}])),
        "a text for a decimal": midwife.post(
            "/Observation", a_weight(about) | {"valueQuantity": {"value": NOTE, "unit": "kg"}}
        ),
        "a body cut short": midwife.post("/Observation", json.dumps(weight)[:-3]),
        "no relation": stranger.get(path),
        "another version": midwife.put(path, weight, If_Match='W/"7"'),
        "a test that fails": midwife.request(
            "PATCH", path, json.dumps(test), Content_Type="application/json-patch+json"
        ),
    }
    assert {why: row.status_code for why, row in refused.items() if row.status_code < 400} == {}


def _quote_in_the_database(running: Running, about: str, midwife: Person) -> str:
    """From now on the database's own messages quote what is written; the number that the client gets."""
    running.crew.rows(QUOTING)
    said: dict[str, Any] = {
        "resourceType": "Communication",
        "status": "completed",
        "subject": {"reference": about},
        "payload": [{"contentString": f"{FAMILY}: {NOTE}"}],
    }
    failed = midwife.post("/Communication", said)
    assert failed.status_code == 500
    assert midwife.post("/Observation", a_blood_pressure(about, 172, 112)).status_code == 201
    return failed.headers["x-request-id"]


def test_a_journey_leaves_no_number_name_or_finding_beside_the_card(running: Running) -> None:
    crew = running.crew
    midwife, stranger = crew.person("midwife"), crew.person("midwife", key="midwife-b")
    crew.services.fail("kjernejournal", status=422, count=1)
    crew.services.fail("helsenorge", status=500, count=1)
    woman = register(midwife, name=[{"family": FAMILY, "given": ["Prove"]}])
    her = crew.person("citizen", person=woman.number)
    choose(woman, her, crew.person("operator"), ORGANIZATIONS["gp-a"].orgnr)
    right = new_number()
    wrong = right[:-1] + str((int(right[-1]) + 5) % 10)
    allergy = an_allergy(woman.reference, code={"text": ALLERGY})
    assert midwife.post("/AllergyIntolerance", allergy).status_code == 201
    _go_wrong(woman.number, wrong, woman.reference, midwife, stranger)
    card = f"/EpisodeOfCare/{woman.episode}/$card"
    pages = [
        crew.person("gp").get(card).text,
        her.get(card, Accept="text/html").text,
        midwife.search("Patient", identifier=f"{codes.FNR}|{woman.number}").text,
        her.get(f"/Patient/{woman.id}/$access-log").text,
        midwife.get(f"/Observation?patient={woman.id}&_count=1").text,
    ]
    crew.start()
    wait_for(lambda: "is dead" in running.worker_log(), 40)
    number = _quote_in_the_database(running, woman.reference, midwife)
    wait_for(lambda: "what follows from" in running.worker_log(), 40)

    secrets = (
        woman.number,
        f"{woman.number[:6]} {woman.number[6:]}",
        wrong,
        FAMILY,
        NOTE,
        ALLERGY,
        str(KILOGRAMS),
    )
    kept = " ".join(pages)
    assert {
        word for word in (woman.number, FAMILY, NOTE, ALLERGY, str(KILOGRAMS)) if word not in kept
    } == set()
    assert f"request {number} failed" in running.text_log()
    notices = wait_for(lambda: crew.told("helsenorge", woman), 40)
    left = {
        "the server's log": running.text_log(),
        "the worker's log": running.worker_log(),
        "errors": running.traces.errors,
        "addresses": running.traces.addresses,
        "health": httpx.get(f"{crew.server.base}/health/ready").text,
        "the log of who looked": " ".join(crew.rows("SELECT request || result FROM audit")),
        "jobs": " ".join(crew.rows("SELECT task_name || ' ' || args::text FROM procrastinate_jobs")),
        "cases": " ".join(crew.rows("SELECT kind || person || numbers FROM log_case")),
        "notices": " ".join(row["notice"]["text"] + row["notice"]["idempotencyKey"] for row in notices),
        "addresses of others": " ".join(
            row["path"] for name in ("helsenorge", "kjernejournal") for row in crew.services.requests(name)
        ),
    }
    assert {(where, word) for where, text in left.items() for word in secrets if word in text} == set()
    of_the_database = crew.server.database.cluster.log.read_text(errors="replace")
    assert "ERROR" in of_the_database
    assert woman.number not in of_the_database
