"""Who exported what stands in the log, resource by resource, and she reads it in plain Norwegian."""

from typing import Any

import pytest

from app.fhir import codes
from app.store.verify import verify
from tests.access.world import World, a_team, organization, orgnr, stored
from tests.fixtures.exports import Exported, begin, exported
from tests.fixtures.resources import Woman, a_weight, labelled, register


@pytest.fixture(scope="module")
def woman(world: World) -> Woman:
    made = register(world.midwife)
    stored(world.midwife, a_weight(made.reference))
    return made


@pytest.fixture(scope="module")
def found(world: World, woman: Woman) -> Exported:
    return exported(world.midwife)


def rows(world: World, found: Exported) -> list[dict[str, Any]]:
    """The rows of the log that belong to an export's steps."""
    ids = world.server.database.rows(
        f"SELECT id FROM audit WHERE request::jsonb->>'correlation' = '{found.id}' ORDER BY at, id"
    )
    return [world.server.audit(id_) for id_ in ids]


def sentences(world: World, woman: Woman) -> list[str]:
    her = world.person("citizen", person=woman.number)
    answer = her.get(f"/Patient/{woman.id}/$access-log")
    assert answer.status_code == 200
    return [row["resource"]["text"]["div"] for row in answer.json()["entry"]]


def test_every_line_is_in_the_log_once(world: World, found: Exported) -> None:
    steps = rows(world, found)
    shown = [(*row[:2], row[2]) for step in steps for row in step["result"]["shown"]]
    lines = [(row["resourceType"], row["id"], int(row["meta"]["versionId"])) for row in found.resources()]
    assert sorted(shown) == sorted(lines)
    for step in steps:
        women = {row[4] for row in step["result"]["shown"]} - {None}
        assert set(step["result"]["patients"]) == women
        assert len(women) <= 1, "a row is about one woman, so that no other reads along"
        assert {row[3] for row in step["result"]["shown"]} <= {
            "allow.carer.read",
            "allow.carer.consent.read",
            "allow.catalogue.read",
        }
        assert step["request"]["operation"] == "$export"
        assert step["request"]["subject"].startswith("hpr:")
        assert step["request"]["organizationName"]


def test_what_showed_nothing_leaves_no_row(world: World) -> None:
    assert rows(world, exported(world.midwife, "/Patient/$export?_type=MeasureReport")) == []


def test_begin_status_fetch_and_cancel_have_their_rows(world: World, woman: Woman) -> None:
    begun = begin(world.midwife)
    row = world.server.audit(begun.headers["x-request-id"])
    assert (row["result"]["verdict"], row["result"]["patients"]) == ("stored", [])
    assert row["request"]["operation"] == "$export"
    status = world.midwife.get(begun.headers["content-location"])
    assert world.server.audit(status.headers["x-request-id"])["result"]["verdict"] == "searched"
    gone = world.midwife.delete(begun.headers["content-location"])
    assert world.server.audit(gone.headers["x-request-id"])["result"]["verdict"] == "stored"
    nothing = world.midwife.get(begun.headers["content-location"])
    row = world.server.audit(nothing.headers["x-request-id"])
    assert row["result"]["verdict"] == "not-found"
    assert row["request"]["operation"] == "$export-status"


def test_a_fetch_names_the_women_whose_lines_it_sent(world: World, woman: Woman) -> None:
    gp = world.person("gp", key="gp-b")
    place, women = organization(world.operator, orgnr("gp-b")), [register(world.midwife) for _ in range(2)]
    teams = [
        stored(world.person("citizen", person=one.number), a_team(one.reference, place)) for one in women
    ]
    file = exported(gp, "/Patient/$export?_type=Patient").manifest["output"][0]["url"]
    sent = world.server.audit(gp.get(file).headers["x-request-id"])
    assert set(sent["result"]["patients"]) == {one.id for one in women}
    assert (sent["request"]["operation"], sent["request"]["type"]) == ("$export-file", "Patient")
    her = world.person("citizen", person=women[0].number)
    assert her.delete(f"/CareTeam/{teams[0]}").status_code == 204
    sent = world.server.audit(gp.get(file).headers["x-request-id"])
    assert sent["result"]["patients"] == [women[1].id]


def test_she_reads_it_in_plain_norwegian(world: World, woman: Woman, found: Exported) -> None:
    told = "\n".join(sentences(world, woman))
    assert "Silje Aasgard (Jordmor) ved" in told
    assert "hentet ut helsekort, målinger og funn, personopplysninger samlet til filer (eksport)." in told
    assert "lastet ned en eksportert fil med målinger og funn." in told
    assert "avvist" not in told


def test_other_women_are_not_in_her_log(world: World, woman: Woman, found: Exported) -> None:
    her = world.person("citizen", person=woman.number)
    answer = her.get(f"/Patient/{woman.id}/$access-log")
    assert world.woman.id not in answer.text
    assert world.other.id not in answer.text


def test_what_is_kept_from_her_is_not_named_in_her_log(world: World) -> None:
    woman = register(world.midwife)
    kept = stored(world.midwife, labelled(a_weight(woman.reference), codes.NOPAT))
    exported(world.midwife, "/Patient/$export")
    her = world.person("citizen", person=woman.number)
    assert kept not in her.get(f"/Patient/{woman.id}/$access-log").text


def test_the_chain_of_the_log_holds(world: World, found: Exported) -> None:
    assert verify(world.server.settings).problems == []
