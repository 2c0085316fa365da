"""Index rows as the server writes them differ from nothing; what is damaged is found, put right and proved."""

from collections.abc import Iterator

import pytest

from app.fhir import codes
from app.store.reindex import INDEXES, Report, reindex
from tests.fixtures.database import TestDatabase
from tests.fixtures.resources import (
    Woman,
    a_blood_pressure,
    a_transaction,
    a_weight,
    an_allergy,
    concept,
    entry,
    now,
    register,
)
from tests.fixtures.server import Server

HOME = "http://127.0.0.1/fhir"  # nothing here refers to itself by an absolute address
VISIT = "SELECT rid FROM resource WHERE type = 'Encounter'"
WOMAN = "SELECT rid FROM resource WHERE type = 'Patient'"


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    """A card with a bit of everything, written through the server: every kind of value that is indexed."""
    midwife = server.person("midwife")
    made = register(midwife, birthDate="1990-05", address=[{"city": "Ås", "postalCode": "1430"}])
    visit = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "type": [concept(codes.CS_CARD, "antenatal-visit")],
        "subject": {"reference": made.reference},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{made.episode}"}],
        "period": {"start": now()},
    }
    rows = [
        visit,
        a_blood_pressure(made.reference),
        a_weight(made.reference, 70.50),
        an_allergy(made.reference),
    ]
    answer = midwife.post("", a_transaction(*map(entry, rows)))
    assert answer.status_code == 200, answer.text
    weight = answer.json()["entry"][2]["resource"]["id"]
    assert midwife.delete(f"/Observation/{weight}").status_code == 204
    return made


@pytest.fixture
def damaged(server: Server, woman: Woman, database: TestDatabase) -> Iterator[TestDatabase]:
    """The database as it is, to be damaged: put right again afterwards."""
    yield database
    reindex(server.settings.owner_database_url, HOME)


def _check(database: TestDatabase) -> Report:
    return reindex(database.url("helsekort_owner"), HOME, repair=False)


def test_what_the_server_writes_differs_from_nothing(woman: Woman, database: TestDatabase) -> None:
    report = _check(database)
    assert report.differing == 0
    assert report.total == int(database.rows("SELECT count(*) FROM resource")[0])
    assert report.text() == f"{report.total} resources compared with their index rows: 0 differed."


def test_the_data_reach_most_kinds_of_index(woman: Woman, database: TestDatabase) -> None:
    """A comparison of empty tables would prove nothing."""
    filled = {name for name in INDEXES if database.rows(f"SELECT 1 FROM {INDEXES[name].name} LIMIT 1")}
    assert filled >= {"tokens", "references", "dates", "strings", "quantities", "composites"}


@pytest.mark.parametrize(
    ("damage", "differing"),
    [
        (f"DELETE FROM index_token WHERE rid = ({VISIT})", 1),
        (f"UPDATE index_date SET low = low - interval '1 hour' WHERE rid = ({VISIT})", 1),
        (f"INSERT INTO index_string VALUES (({WOMAN}), 7, 'x', 'x')", 1),
        (f"INSERT INTO index_token SELECT * FROM index_token WHERE rid = ({WOMAN}) LIMIT 1", 1),
        ("UPDATE index_quantity SET low = low + 0.01", 1),
        ("DELETE FROM index_composite", 1),
        ("DELETE FROM index_reference WHERE target_type = 'EpisodeOfCare'", 3),
        ("INSERT INTO index_uri VALUES (999999, 1, 'urn:nobody')", 1),
        ("INSERT INTO index_token SELECT rid, 7, 'x', 'x' FROM resource WHERE deleted", 1),
    ],
)
def test_damage_is_found_repaired_and_proved(damaged: TestDatabase, damage: str, differing: int) -> None:
    before = _dump(damaged)
    damaged.rows(damage)
    assert _dump(damaged) != before
    assert _check(damaged).differing == differing
    assert _check(damaged).differing == differing, "checking changes nothing"
    report = reindex(damaged.url("helsekort_owner"), HOME)
    assert (report.differing, report.remaining) == (differing, 0)
    assert report.text().endswith(f"{differing} differed, {differing} repaired, 0 differ still.")
    assert _dump(damaged) == before


def _dump(database: TestDatabase) -> dict[str, list[str]]:
    return {
        table.name: sorted(database.rows(f"SELECT t::text FROM {table.name} t")) for table in INDEXES.values()
    }
