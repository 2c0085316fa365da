"""No request reads a large table from end to end: the plans of the statements that the server really sends.

Generic plans, as the server's connections make them, under the access predicates of a midwife, a citizen and the harness.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from app.fhir.codes import BP_PANEL, LOINC, UCUM, WEIGHT
from app.store.database import Connection
from app.store.statement import Statement
from tests.access.world import orgnr
from tests.fixtures.resources import new_number
from tests.fixtures.server import Person, Server
from tests.store import volume

pytestmark = pytest.mark.slow
WOMEN, LARGE = 360, 1_000  # rows from which on a table is large
BP, KG, PROFILE = f"{LOINC}|{BP_PANEL}", f"|{UCUM}|kg", "http://profile.example/3"
SEARCHES = {  # by where they look; a dot is a search for everything there
    "Observation": f"""
        . patient=p40 patient=p40&code={BP_PANEL} patient=p40&code={BP_PANEL}&date=ge2026-02-01&_sort=-date
        patient=p40&_sort=-date&_total=accurate subject=Patient/p40,Patient/p41 subject=p40 encounter=Encounter/v391
        episode-of-care=EpisodeOfCare/e40 _id=o4681 _id=o4681,o4682 _sort=_id _sort=-_lastUpdated
        _lastUpdated=ge2026-01-05 code={BP} code={BP},{LOINC}|{WEIGHT} code={BP},{WEIGHT} code={LOINC}|
        code:not={BP} code:text=meas code={BP}&status=final&category=vital-signs code:missing=true
        date=2026-02 date=ge2026-10-01 date=lt2026-01-06 date=ne2026 date=sa2026-10 date=eb2026-01-07 date=ap2026-02-02
        date=2026-01-05,2026-02-03 value-quantity=70 value-quantity=gt138{KG} value-quantity=70,71,gt138
        combo-value-quantity=le60500|{UCUM}|g value-string=note%2012 value-string:exact=Note%2012
        code-value-quantity={LOINC}|{WEIGHT}$gt138 combo-code-value-quantity={LOINC}|{WEIGHT}$gt138{KG}
        _profile={PROFILE} _profile:below={PROFILE} _profile:above={PROFILE}/4 _source=http://a.example _tag=a
        _security=a _list=l1 subject:identifier=a|b patient.name=name40 encounter.date=2026-01-05
        encounter.patient.family=family40 patient.gender=male&code={BP} patient=p40&_include=*
        patient.general-practitioner=Organization/place0
        patient=p40&_include=Observation:encounter&_include:iterate=Encounter:patient""",
    "Patient": f"""
        name=name4 name:contains=e40 name:exact=name40 family=family40&given=given40 birthdate=1985-02-10
        general-practitioner=Organization/place0 _sort=family,-birthdate _list=l1 _has:Observation:patient:code={BP}
        _has:Observation:patient:value-quantity=gt138{KG} _has:Encounter:patient:_has:Provenance:target:patient=p40
        _id=p40&_include=*&_revinclude=*""",
    "Encounter": """
        patient=p40&_revinclude=Observation:encounter&_revinclude:iterate=Provenance:target
        patient=p40&_revinclude:iterate=*""",
    "RiskAssessment": "probability=gt0.98 probability=0.5 _sort=probability",
    "Provenance": "target=Encounter/v391",
    "Patient/p40/Observation": f". code={BP_PANEL}&_sort=-date",
    "Patient/p40/*": ". _type=Observation,Encounter&_lastUpdated=ge2026",
    "Encounter/v391/Observation": ".",
    "": "_type=Observation,Encounter _type=Observation,Encounter&patient=p40 _lastUpdated=ge2027 _id=o4681",
    "AuditEvent": "patient=p40 date=ge2026",
}
OTHERS = """
    Observation/o4681 Observation/o4681/_history Observation/o4681/_history/1 Observation/_history _history
    _history?_since=2026-01-01T00:00:00Z EpisodeOfCare/e40/$card EpisodeOfCare/e40/$everything Patient/p40/$everything
    Patient/p40/$everything?_since=2026-01-01T00:00:00Z&_type=Observation"""


def urls() -> Iterator[str]:
    for path, queries in SEARCHES.items():
        yield from (f"/{path}" if query == "." else f"/{path}?{query}" for query in queries.split())
    yield from (f"/{url}" for url in OTHERS.split())


@pytest.fixture(scope="module")
def callers(server: Server) -> dict[str, Person]:
    """Her midwife, whose organisation cares for a few of all women, the woman p40 herself, and the harness."""
    filled = volume.fill(server.database, WOMEN)
    assert filled.resources > 50_000
    number = new_number()
    server.database.rows(
        f"UPDATE relation SET organization = '{orgnr('midwives-a')}' WHERE organization = 'place40';"
        f" UPDATE person SET number = '{number}' WHERE patient = 'p40'; ANALYZE relation; ANALYZE person"
    )
    return {
        "midwife": server.person("midwife", bearer=True),
        "citizen": server.person("citizen", person=number, bearer=True),
        "harness": server.person("harness", bearer=True),
    }


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of every statement that the server sends from now on."""
    texts: list[str] = []
    fetch = Connection.fetch

    async def remembered(self: Connection, statement: Statement, values: Any) -> Any:
        texts.append(statement.sql)
        return await fetch(self, statement, values)

    monkeypatch.setattr(Connection, "fetch", remembered)
    return texts


def steps(plan: Any) -> Iterator[Any]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from steps(child)


async def scanned(server: Server, statements: dict[str, str]) -> dict[str, set[str]]:
    """The large tables that each statement reads from end to end, where it reads any."""
    settings = {"plan_cache_mode": "force_generic_plan", "jit": "off"}
    raw = await asyncpg.connect(server.database.url(), server_settings=settings, statement_cache_size=0)
    found: dict[str, set[str]] = {}
    try:
        rows = await raw.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= $1", LARGE)
        large = {row["relname"] for row in rows}
        assert {"resource", "resource_version", "relation", "index_number"} <= large
        for sql, asked in statements.items():
            count = len((await raw.prepare(sql)).get_parameters())
            await raw.execute(f"PREPARE asked AS {sql}")
            values = f"({', '.join(['NULL'] * count)})" if count else ""
            plan = json.loads((await raw.fetch(f"EXPLAIN (FORMAT JSON) EXECUTE asked{values}"))[0][0])
            await raw.execute("DEALLOCATE asked")
            tables = {
                step["Relation Name"] for step in steps(plan[0]["Plan"]) if step["Node Type"] == "Seq Scan"
            }
            if tables & large:
                found[asked] = tables & large
    finally:
        await raw.close()
    return found


@pytest.mark.parametrize("role", ["midwife", "citizen", pytest.param("harness", marks=pytest.mark.slow)])
def test_no_request_reads_a_large_table_from_end_to_end(
    server: Server, callers: dict[str, Person], sent: list[str], role: str
) -> None:
    statements: dict[str, str] = {}
    for url in urls():
        sent.clear()
        answer = callers[role].get(url)
        assert answer.status_code == 200, (url, answer.text)
        assert sent, url
        statements.update(dict.fromkeys(sent, url))
    assert len(statements) > 60
    assert asyncio.run(scanned(server, statements)) == {}


@pytest.mark.parametrize(
    ("url", "table"),
    [
        (
            "/Observation?_sort=-date",
            "resource",
        ),  # all of a type in the order of its dates: it reads all of it
        ("/Observation?value-string:contains=99", "index_string"),  # a part of a word is in no index
    ],
)
def test_what_reads_all_there_is_is_seen(
    server: Server, callers: dict[str, Person], sent: list[str], url: str, table: str
) -> None:
    """The control of the above, and the two searches that docs/search.md warns of."""
    role = "harness" if table == "resource" else "midwife"
    assert callers[role].get(url).status_code == 200
    assert asyncio.run(scanned(server, dict.fromkeys(sent, url))) == {url: {table}}
