"""What other systems have by their raw effect logs, and what this product has by its rows: the two are compared."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
from helsekort_sandbox.persontjenesten import remote_id
from helsekort_sandbox.state import Sandbox

from app.mapping.registered_person import facts_of
from tests.reliability.test_kill9 import House
from tests.reliability.writers import Woman, Writers

Json = dict[str, Any]


def bases(sandbox: Sandbox) -> dict[str, str]:
    """Each service that has a log and faults of its own."""
    return {
        "kjernejournal": sandbox.kjernejournal, "documents": f"{sandbox.kjernejournal}/mhd",
        "helsenorge": sandbox.helsenorge, "persontjenesten": sandbox.persontjenesten,
    }  # fmt: skip


def logs(sandbox: Sandbox) -> dict[str, list[Json]]:
    return {name: httpx.get(f"{base}/_log").json()["entries"] for name, base in bases(sandbox).items()}


def effects(rows: list[Json], name: str) -> list[Json]:
    """The requests that changed something, no key twice."""
    found = [row for row in rows if row["effect"] and name in row]
    twice = [key for key, times in Counter(row[name] for row in found).items() if times > 1]
    assert not twice, f"{len(twice)} effects happened twice"
    return found


def registrations(house: House, rows: list[Json]) -> tuple[int, int]:
    """Critical information stands in kjernejournal as it stands here, each once; how many, and how many were recalled."""
    registered = effects(rows, "event")
    gone = {row["retracts"] for row in registered if "retracts" in row}
    theirs = Counter(
        (row["answer"]["identifier"][0]["value"].partition("/fhir/")[2], row["answer"]["criticality"])
        for row in registered
        if "answer" in row and row["event"] not in gone
    )
    assert theirs == Counter(_allergies(house)), "kjernejournal has what we have, each once"
    return theirs.total(), len(gone)


def _allergies(house: House) -> Iterator[tuple[str, str]]:
    """What stands here as critical information: address with its version, and what is said."""
    rows = house.rows(
        """SELECT replace(jsonb_build_array(r.type || '/' || r.id || '/_history/' || r.version, b.body ->> 'criticality')::text, ' ', '')
           FROM resource r, LATERAL (SELECT convert_from(r.body, 'UTF8')::jsonb AS body) b
           WHERE r.type = 'AllergyIntolerance' AND NOT r.deleted
               AND b.body #>> '{verificationStatus,coding,0,code}' = 'confirmed'"""
    )
    for row in rows:
        source, criticality = json.loads(row)
        yield source, criticality


def notices(house: House, rows: list[Json]) -> int:
    """Every notice that was sent arrived once, and no other."""
    keys = [row["key"] for row in effects(rows, "key")]
    assert sorted(keys) == sorted(house.rows("SELECT id FROM delivery WHERE kind = 'notice' AND state = 'sent'"))  # fmt: skip
    return len(keys)


def standing_documents(rows: list[Json]) -> dict[str, Json]:
    """What is shared and neither replaced nor taken back, by its identifier."""
    standing: dict[str, Json] = {}
    for row in rows:
        for gone in (*row.get("replaces", ()), *row.get("retracts", ())) if row["effect"] else ():
            standing.pop(gone, None)
        if row["effect"] and "document" in row:
            standing[row["document"]] = row
    return standing


def documents(house: House, rows: list[Json]) -> tuple[int, int]:
    """Of each card that may be shared one document stands there, with the versions that stand here; how many, how many gone."""
    provided = sum("document" in row for row in effects(rows, "event"))
    standing = standing_documents(rows)
    theirs: dict[str, list[str]] = {}
    for row in standing.values():
        assert row["patient"] not in theirs, "one document of each woman"
        theirs[row["patient"]] = [one for one in row["holds"] if one.startswith(_KINDS)]
    ours = {
        line.split("|")[0]: sorted(filter(None, line.split("|")[1].split(","))) for line in house.rows(_HELD)
    }
    apart = [number for number in theirs.keys() | ours.keys() if theirs.get(number) != ours.get(number)]
    listed = ", ".join(f"'{number}'" for number in apart)
    assert not apart, house.rows(_SENT.format(listed))
    return len(theirs), provided - len(theirs)


_KINDS = ("Observation/", "AllergyIntolerance/")
_SENT = """
SELECT concat_ws('|', p.patient, d.id, d.state, d.attempts, d.created::time, d.updated::time, replace(d.error, ' ', '_'))
FROM person p JOIN delivery d USING (patient) WHERE p.number IN ({}) AND d.kind = 'card-document' ORDER BY p.patient, d.created"""
_HELD = """
SELECT p.number || '|' || coalesce(string_agg(r.type || '/' || r.id || '/' || r.version, ','), '')
FROM person p LEFT JOIN resource r
    ON r.patient = p.patient AND r.type IN ('Observation', 'AllergyIntolerance') AND NOT r.deleted
WHERE NOT EXISTS (SELECT 1 FROM choice c WHERE c.patient = p.patient AND c.kind IN ('block', 'restrict', 'protected')
        AND (c.ends IS NULL OR c.ends > now()))
GROUP BY p.number"""


def inbound(house: House, sandbox: Sandbox, writers: Writers) -> list[str]:
    """What is not (yet) as the registers and Helsenorge say it, or as Helsenorge should have it."""
    found: list[str] = []
    persons = {row.partition("|")[0]: row.partition("|")[2] for row in house.rows(_PATIENTS)}
    cared = [(persons[woman.id], _as_here(woman)) for mine in writers.cared for woman in mine]
    found += [f"{is_here} is not {wanted}" for is_here, wanted in cared if is_here != wanted]
    here = set(house.rows("SELECT patient FROM choice WHERE kind = 'block' AND (ends IS NULL OR ends > now())"))  # fmt: skip
    settings: dict[str, bool] = {}
    for row in httpx.get(f"{sandbox.helsenorge}/_log").json()["entries"]:
        if "setting" in row:
            settings[row["setting"]["innbyggerFnr"]] = row["setting"]["aktiv"]
    for woman in (*writers.there, *writers.here):
        said = (woman.id in here, settings.get(woman.number, False))
        if said != (woman.declines, woman.declines):
            found.append(f"{woman.id}: declines {woman.declines}, here and there {said}")
    return found


_PATIENTS = """
SELECT replace(r.id || '|' || concat_ws(',', b.body #>> '{name,0,family}', coalesce(b.body #>> '{address,0,line,0}', '-'),
    coalesce(b.body #>> '{meta,security,0,code}', '-')), ' ', '')
FROM resource r, LATERAL (SELECT convert_from(r.body, 'UTF8')::jsonb AS body) b WHERE r.type = 'Patient'"""


def _as_here(woman: Woman) -> str:
    facts = facts_of(woman.person)
    home = facts["home"] or {"line": "-"}
    said = (facts["name"]["family"], home["line"], "LOCIS" if facts["protected"] else "-")
    return ",".join(said).replace(" ", "")


def changes_taken(house: House, rows: list[Json], writers: Writers) -> tuple[int, int]:
    """How many changes the register told of women with cards, and how many versions of their Patients came of it: never more."""
    ids = {remote_id(woman.number) for mine in writers.cared for woman in mine}
    told = sum(remote_id(row["change"]["nin"]) in ids for row in rows if "change" in row)
    women = ", ".join(f"'{woman.id}'" for mine in writers.cared for woman in mine)
    versions = int(house.rows(f"SELECT sum(version) - count(*) FROM resource WHERE type = 'Patient' AND id IN ({women})")[0])  # fmt: skip
    assert versions <= told, "a change was carried over twice"
    return told, versions
