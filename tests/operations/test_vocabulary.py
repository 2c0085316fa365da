"""What searches ask of the terminology: always what is stored now, and never what the caller may not read."""

import asyncio
from typing import Any

import pytest

from app import clock
from app.access.caller import Caller, Role
from app.fhir import codes
from app.fhir.outcome import BadRequest
from app.interactions import vocabulary
from app.store.database import Database
from app.store.log import Entry
from app.store.session import Session
from tests.fixtures.resources import labelled
from tests.fixtures.server import Person, Server
from tests.operations.artefacts import SYSTEM, VALUE_SET, a_code_system, a_value_set, kept

R4 = "http://hl7.org/fhir/ValueSet"


@pytest.fixture(scope="module")
def operator(server: Server) -> Person:
    return server.person("operator")


def ask(server: Server, function: Any, *args: str, role: Role = Role.MIDWIFE) -> Any:
    """``function`` of a session of its own, as a search would call it."""

    async def asked() -> Any:
        database = Database(server.settings.database_url, connections=1)
        await database.start()
        try:
            entry = Entry(clock.new_id(), clock.now(), {})
            return await function(Session(database, Caller(role, "hpr:1", "client"), entry), *args)
        finally:
            await database.stop()

    return asyncio.run(asked())


def test_every_write_is_seen_at_once(server: Server, operator: Person) -> None:
    system = kept(operator, a_code_system())
    id_ = kept(operator, a_value_set({"system": SYSTEM, "filter": [
        {"property": "concept", "op": "is-a", "value": "control"}]}))  # fmt: skip
    assert ask(server, vocabulary.holds, VALUE_SET) == {(SYSTEM, "control"), (SYSTEM, "first")}
    assert ask(server, vocabulary.holds, VALUE_SET) == {(SYSTEM, "control"), (SYSTEM, "first")}
    assert ask(server, vocabulary.below, SYSTEM, "visit") == {"visit", "control", "first", "ultrasound"}
    assert ask(server, vocabulary.above, SYSTEM, "first") == {"first", "control", "visit"}

    more = a_code_system(id=system)
    more["concept"][0]["concept"][0]["concept"].append({"code": "second"})
    assert operator.put(f"/CodeSystem/{system}", more).status_code == 200
    assert (SYSTEM, "second") in ask(server, vocabulary.holds, VALUE_SET)
    assert "second" in ask(server, vocabulary.below, SYSTEM, "visit")

    assert operator.put(f"/ValueSet/{id_}", a_value_set(id=id_)).status_code == 200
    assert len(ask(server, vocabulary.holds, VALUE_SET)) == 6

    assert operator.delete(f"/ValueSet/{id_}").status_code == 204
    with pytest.raises(BadRequest, match="no ValueSet"):
        ask(server, vocabulary.holds, VALUE_SET)


def test_the_active_one_and_the_version_that_is_asked_for(server: Server, operator: Person) -> None:
    url = "https://example.org/ValueSet/several"

    def edition(version: str, status: str, date: str) -> None:
        code = {"code": version, "display": version}
        include = {"system": "urn:versions", "concept": [code]}
        kept(operator, a_value_set(include, url=url, version=version, status=status, date=date))

    for version, status, date in (
        ("2.0", "active", "2026-05-01"),
        ("1.0", "active", "2025-05-01"),
        ("3.0", "draft", "2027-01-01"),
    ):
        edition(version, status, date)
    assert ask(server, vocabulary.holds, url) == {("urn:versions", "2.0")}
    for version in ("1.0", "2.0", "3.0"):
        assert ask(server, vocabulary.holds, f"{url}|{version}") == {("urn:versions", version)}
    with pytest.raises(BadRequest, match="no ValueSet"):
        ask(server, vocabulary.holds, f"{url}|4.0")


def test_what_is_shipped_needs_no_store_and_gives_way_to_it(server: Server, operator: Person) -> None:
    assert ("http://hl7.org/fhir/administrative-gender", "female") in ask(
        server, vocabulary.holds, f"{R4}/administrative-gender"
    )
    assert "login" in ask(server, vocabulary.below, "http://hl7.org/fhir/issue-type", "security")
    own = a_value_set({"system": "urn:own", "concept": [{"code": "x"}]}, url=f"{R4}/contact-point-use")
    id_ = kept(operator, own)
    assert ask(server, vocabulary.holds, f"{R4}/contact-point-use") == {("urn:own", "x")}
    assert operator.delete(f"/ValueSet/{id_}").status_code == 204
    assert len(ask(server, vocabulary.holds, f"{R4}/contact-point-use")) > 3


def test_what_a_caller_may_not_read_is_not_there_for_her(server: Server, operator: Person) -> None:
    hidden = labelled(
        a_value_set({"system": "urn:h", "concept": [{"code": "x"}]}, url="urn:hidden"), codes.NOPAT
    )
    kept(operator, hidden)
    assert ask(server, vocabulary.holds, "urn:hidden") == {("urn:h", "x")}
    with pytest.raises(BadRequest) as denied:
        ask(server, vocabulary.holds, "urn:hidden", role=Role.CITIZEN)
    with pytest.raises(BadRequest) as nothing:
        ask(server, vocabulary.holds, "urn:nothin", role=Role.CITIZEN)
    assert str(denied.value).replace("urn:hidden", "") == str(nothing.value).replace("urn:nothin", "")


def test_what_cannot_be_said_is_told(server: Server, operator: Person) -> None:
    kept(operator, a_value_set({"system": codes.SNOMED}, url="urn:all-of-snomed"))
    with pytest.raises(BadRequest, match="not held here"):
        ask(server, vocabulary.holds, "urn:all-of-snomed")
    with pytest.raises(BadRequest, match="not held here"):
        ask(server, vocabulary.below, codes.SNOMED, "77386006")
    with pytest.raises(BadRequest, match="no code"):
        ask(server, vocabulary.below, "http://hl7.org/fhir/issue-type", "nothing")
