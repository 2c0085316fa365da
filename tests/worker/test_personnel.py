"""Whose authorisation is withdrawn is let in no more, until one holds again; organisations bear the register's names."""

from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS

from app.worker import personnel
from app.worker.schedule import Duties
from tests.fixtures.resources import register
from tests.worker.crew import Crew

NURSE = CLINICIANS["nurse-b"]


def look(crew: Crew) -> None:
    async def story(duties: Duties) -> None:
        await personnel.look_up(duties.house, duties.channels)

    crew.duty(story)


def authorised(crew: Crew, **ends: str) -> None:
    row = {"profession": NURSE.profession, "from": "2010-01-01", **ends}
    crew.services.registers(hprNumber=NURSE.hpr, name=NURSE.name, authorizations=[row])


def test_a_withdrawn_authorisation_closes_the_card_at_once_and_a_new_one_opens_it(crew: Crew) -> None:
    nurse = crew.person("nurse", key="nurse-b")
    assert nurse.get("/Organization").status_code == 200
    authorised(crew)
    look(crew)
    assert nurse.get("/Organization").status_code == 200
    authorised(crew, to="2026-01-01")
    look(crew)
    assert nurse.get("/Organization").status_code == 401
    logged = "SELECT request::jsonb->>'operation' FROM audit WHERE request LIKE '%HPR%' AND request LIKE '%-token%' ORDER BY at"
    assert crew.rows(logged) == ["$deny-token"]
    look(crew)  # nothing new: nothing is written
    authorised(crew)
    look(crew)
    assert nurse.get("/Organization").status_code == 200
    assert crew.rows(logged) == ["$deny-token", "$allow-token"]


def test_who_an_operator_has_denied_is_not_let_in_by_a_register(crew: Crew) -> None:
    crew.person("nurse", key="nurse-b").get("/Organization")
    name = f"sub:hpr:{NURSE.hpr}"
    crew.rows(f"INSERT INTO denial (name, reason, begins) VALUES ('{name}', 'lost key', now())")
    try:
        for ends in ({"to": "2026-01-01"}, {}):
            authorised(crew, **ends)
            look(crew)
            assert crew.rows(f"SELECT reason FROM denial WHERE name = '{name}'") == ["lost key"]
    finally:
        crew.rows(f"DELETE FROM denial WHERE name = '{name}'")


def test_her_log_names_the_organisation_where_the_token_did_not(crew: Crew) -> None:
    woman, place = register(crew.person("midwife")), ORGANIZATIONS["midwives-a"]
    crew.rows(  # as if the tokens had not said it; the clerk of this log is not asked for its chain here
        "UPDATE audit SET request = (request::jsonb - 'organizationName')::text"
        f" WHERE '{woman.id}' = ANY (patients)"
    )
    crew.rows("DELETE FROM register_entry WHERE register = 'organization'")
    path = f"/{woman.reference}/$access-log?_format=text/csv"
    her = crew.person("citizen", person=woman.number)
    before = her.get(path)
    assert before.status_code == 200, before.text
    assert (place.orgnr in before.text, place.name in before.text) == (True, False)
    look(crew)
    assert place.name in her.get(path).text
