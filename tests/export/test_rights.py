"""An export holds what its caller could read one by one, when it runs and again when it is fetched."""

import pytest

from app.access.caller import Role
from app.access.rules import CATALOGUE
from app.fhir import codes
from app.store.export_steps import about_nobody, roams
from tests.access.world import (
    World,
    a_block,
    a_team,
    an_encounter,
    hpr,
    organization,
    orgnr,
    practitioner,
    stored,
)
from tests.fixtures.exports import begin, begun, carry_on, exported, fetched
from tests.fixtures.resources import a_weight, labelled, new_number, register


def about(world: World) -> set[str]:
    """Both women."""
    return {world.woman.reference, world.other.reference}


def test_a_midwife_gets_the_women_of_her_organisation_and_the_catalogue(world: World) -> None:
    weight = stored(world.midwife, a_weight(world.woman.reference))
    place = organization(world.operator, orgnr("hospital-b"))
    found = exported(world.midwife)
    assert {*about(world), f"Observation/{weight}", f"Organization/{place}"} <= found.ids()
    elsewhere = exported(world.stranger)
    assert f"Organization/{place}" in elsewhere.ids()
    assert not elsewhere.ids() & {*about(world), f"Observation/{weight}"}


def test_lines_are_what_a_read_gives(world: World) -> None:
    body = '{"resourceType":"Observation","status":"final",\n "code":{"text":"vekt\\n"},\r\n "subject":{"reference":"%s"},"valueQuantity":{"value":71.50}}'
    made = world.midwife.post("/Observation", body % world.woman.reference).json()
    found = exported(world.midwife, "/$export?_type=Observation")
    (line,) = [line for line in found.lines["Observation-1.ndjson"] if made["id"] in line]
    read = world.midwife.get(f"/Observation/{made['id']}").text
    assert line == read.replace("\r\n", "  ").replace("\n", " ")
    assert '"value":71.50' in line


def test_a_gp_gets_only_whom_she_chose(world: World) -> None:
    found = exported(world.gp, "/Patient/$export")
    assert world.woman.reference in found.ids()
    assert world.other.reference not in found.ids()
    assert {row["resourceType"] for row in found.resources()}.isdisjoint({"Organization", "Practitioner"})


def test_a_nurse_gets_masked_copies_and_nothing_sensitive(world: World) -> None:
    visit = stored(
        world.midwife, an_encounter(world.woman.reference, reasonCode=[{"text": "hemmelig grunn"}])
    )
    sensitive = stored(world.midwife, labelled(a_weight(world.woman.reference), "SDV"))
    found = exported(world.nurse)
    (line,) = [row for row in found.resources() if row["id"] == visit]
    assert "reasonCode" not in line
    assert "SUBSETTED" in {tag["code"] for tag in line["meta"]["tag"]}
    assert f"Observation/{sensitive}" not in found.ids()
    assert f"Observation/{sensitive}" in exported(world.midwife).ids()


def test_a_citizen_gets_herself_and_not_what_is_kept_from_her(world: World) -> None:
    kept = stored(world.midwife, labelled(a_weight(world.woman.reference), codes.NOPAT))
    told = stored(world.midwife, a_weight(world.woman.reference))
    found = exported(world.her, "/Patient/$export")
    assert {world.woman.reference, f"Observation/{told}"} <= found.ids()
    assert f"Observation/{kept}" not in found.ids()
    assert world.other.reference not in found.ids()
    assert "Flag-1.ndjson" not in found.lines


def test_no_identity_number_is_kept_for_a_citizens_export(world: World) -> None:
    found = exported(world.her, "/Patient/$export")
    (row,) = world.server.database.rows(f"SELECT export::text FROM export WHERE id = '{found.id}'")
    assert world.woman.number not in row
    assert world.woman.id in row
    jobs = world.server.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'export'")
    assert jobs
    assert not any(world.woman.number in job for job in jobs)


@pytest.mark.parametrize("path", ["/$export", "/Group/1/$export"])
def test_a_citizen_exports_nobody_elses(world: World, path: str) -> None:
    assert begin(world.her, path).status_code == 403


def test_an_auditor_exports_nothing(world: World) -> None:
    answer = begin(world.person("auditor"), "/$export")
    assert answer.status_code == 403
    assert answer.json()["issue"][0]["code"] == "forbidden"


def test_an_operator_gets_the_catalogue_and_the_teams_that_it_wrote(world: World) -> None:
    place = organization(world.operator, orgnr("hospital-a"))
    team = stored(world.operator, a_team(world.other.reference, place))
    found = exported(world.operator)
    assert {f"CareTeam/{team}", f"Organization/{place}"} <= found.ids()
    kinds = {row["resourceType"] for row in found.resources()}
    assert kinds.isdisjoint({"Patient", "Observation", "EpisodeOfCare", "Encounter", "Consent"})


def test_the_harness_gets_everything(world: World) -> None:
    assert about(world) <= exported(world.person("harness")).ids()


def test_nobody_else_learns_of_an_export(world: World) -> None:
    status = begun(world.midwife)
    carry_on(world.server, status.rpartition("/")[2])
    file = world.midwife.get(status).json()["output"][0]["url"]
    for other in (
        world.stranger,
        world.nurse,
        world.operator,
        world.her,
        world.person("midwife", person=new_number()),
    ):
        nothing = other.get(f"/$export-status/{'0' * 8}")
        for answer in (other.get(status), other.delete(status), other.get(file)):
            assert answer.status_code == 404, other.wish
            assert answer.json()["issue"][0]["code"] == nothing.json()["issue"][0]["code"]
    assert world.midwife.get(file).status_code == 200


def test_what_is_closed_between_the_run_and_the_fetch_stays_closed(world: World) -> None:
    """A block, a label and the end of a relation: each takes away its lines, and nothing else."""
    gp, midwife = world.person("gp", key="gp-b"), world.midwife
    women = [register(midwife) for _ in range(4)]
    place = organization(world.operator, orgnr("gp-b"))
    teams = []
    for woman in women:
        her = world.person("citizen", person=woman.number)
        teams.append(stored(her, a_team(woman.reference, place)))
    weights = [stored(midwife, a_weight(woman.reference)) for woman in women]
    status = begun(gp)
    carry_on(world.server, status.rpartition("/")[2])
    everything = {f"Observation/{weight}" for weight in weights}
    assert everything <= fetched(gp, status).ids()

    blocked, ended, withheld, open_ = women
    doctor = practitioner(world.operator, hpr("gp-b"))
    stored(
        world.person("citizen", person=blocked.number),
        a_block(blocked.reference, {"reference": f"Practitioner/{doctor}"}),
    )
    her = world.person("citizen", person=ended.number)
    assert her.delete(f"/CareTeam/{teams[1]}").status_code == 204
    again = fetched(gp, status)
    assert again.ids() & everything == {f"Observation/{weights[2]}", f"Observation/{weights[3]}"}
    assert not again.ids() & {blocked.reference, ended.reference}
    assert {withheld.reference, open_.reference} <= again.ids()


def test_a_label_that_comes_later_holds_for_what_was_exported(world: World) -> None:
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    weight = stored(world.midwife, a_weight(woman.reference))
    found = exported(her, "/Patient/$export")
    assert f"Observation/{weight}" in found.ids()
    labelled_ = {**labelled(a_weight(woman.reference), codes.NOPAT), "id": weight}
    assert world.midwife.put(f"/Observation/{weight}", labelled_).status_code == 200
    assert f"Observation/{weight}" not in fetched(her, found.status).ids()


def test_a_block_while_it_runs_holds(world: World) -> None:
    """Rights are those of the moment when the step reads, not of when the export was asked for."""
    woman = register(world.midwife)
    status = begun(world.midwife, "/Patient/$export")
    doctor = practitioner(world.operator, hpr("midwife-a"))
    her = world.person("citizen", person=woman.number)
    consent = stored(her, a_block(woman.reference, {"reference": f"Practitioner/{doctor}"}))
    carry_on(world.server, status.rpartition("/")[2])
    assert woman.reference not in fetched(world.midwife, status).ids()
    assert her.delete(f"/Consent/{consent}").status_code == 204
    assert woman.reference not in fetched(world.midwife, status).ids(), (
        "the files hold what was open when it ran"
    )
    assert woman.reference in exported(world.midwife).ids()


def test_only_these_roles_reach_women_to_whom_they_do_not_stand() -> None:
    """For all others the women are found through relations alone; a new right of another kind shows here."""
    invited = {Role.DOULA, Role.REPRESENTATIVE}  # by her choice, not by a relation: asked of every woman
    assert {role for role in Role if roams(role)} == {
        Role.OPERATOR,
        Role.REGISTRY,
        Role.SYSTEM,
        Role.HARNESS,
    } | invited
    assert about_nobody(Role.MIDWIFE) == CATALOGUE | {"Subscription"}
