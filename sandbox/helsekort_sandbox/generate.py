"""``helsekort pilot generate``: whole pregnancies as a recording, from first contact to six weeks after birth.

The programme's rhythm is the national one (https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen);
values are plausible, and some are missing or wrong as in life. The same seed gives the same bytes.
"""

import heapq
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from app.clock import OSLO
from helsekort_sandbox import area, lives, pregnancies
from helsekort_sandbox import registrations as r
from helsekort_sandbox.lives import Life
from helsekort_sandbox.people import person_number
from helsekort_sandbox.recording import VERSION
from helsekort_sandbox.recording_lines import Actor, Header

START = date(2024, 1, 1)
MOST = 2000  # women of one recording: their numbers must not meet


def generate(women: int, seed: int, start: date = START) -> Iterator[bytes]:
    """The lines of the recording. Raises ValueError for a number of women that cannot be."""
    if not 1 <= women <= MOST:
        raise ValueError(f"between 1 and {MOST} women, not {women}")
    seen: set[str] = set()
    drawn = [_apart(lives.draw(seed, number, start), seen) for number in range(1, women + 1)]
    about = f"{women} women of the pilot area {area.NAME}, seed {seed}; nobody here exists"
    yield _line(Header(VERSION, f"pilot-{women}-{seed}", about))
    yield from map(_line, [area.operator(), *map(area.actor, area.CLINICIANS.values()), *map(_woman, drawn)])
    first = datetime.combine(min(life.on(life.contact) for life in drawn), time(6), OSLO)
    yield _dump(_enrolment(first - timedelta(days=1)))
    for _, row in heapq.merge(*(pregnancies.events(seed, life) for life in drawn), key=lambda pair: pair[0]):
        yield _dump(row)


def _apart(life: Life, seen: set[str]) -> Life:
    """Nobody has another's number."""
    while life.pid in seen:
        life = replace(life, pid=person_number(life.birth, int(life.pid[6:9]) + 1))
    seen.add(life.pid)
    return life


def _line(row: Header | Actor) -> bytes:
    told: dict[str, Any] = msgspec.to_builtins(row)
    return _dump({name: value for name, value in told.items() if value not in ("", None)})


def _dump(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def _woman(life: Life) -> Actor:
    return Actor(pregnancies.key(life), "citizen", f"{life.given} {life.family}", life.pid)


def _enrolment(at: datetime) -> dict[str, Any]:
    """Organisations and personnel, by the operator; what the server has already is not made twice."""
    entries = [_once(pregnancies.url(row.key), r.organization(row)) for row in area.ORGANIZATIONS.values()]
    entries += [_once(pregnancies.url(row.key), r.practitioner(row)) for row in area.CLINICIANS.values()]
    body = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    told = {"line": "event", "id": "enrolment", "time": at.isoformat(), "actor": "operator"}
    return told | {"does": "enrols the organisations and the personnel of the area", "fhir": body}


def _once(url: str, resource: dict[str, Any]) -> dict[str, Any]:
    number = resource["identifier"][0]
    met = f"identifier={number['system']}|{number['value']}"
    request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": met}
    return {"fullUrl": url, "resource": resource, "request": request}
