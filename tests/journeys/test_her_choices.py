"""A woman decides over her card: she consents, restricts, blocks, is helped in an emergency, reads her log, and withdraws.

The pilot regime: without her consent nothing is kept. What is gone is looked for by the superuser in every table.
"""

from dataclasses import replace
from typing import Any

from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS

from app.fhir import codes
from app.worker import schedule
from tests.access.world import a_block, a_restriction, outcome_text, resources, stored
from tests.fixtures.exports import carry_on
from tests.fixtures.pilot import Pilot, enrol, pilot
from tests.fixtures.resources import Woman, a_weight, an_allergy, choose, labelled
from tests.fixtures.server import Person
from tests.fixtures.services import services
from tests.worker.test_deliveries import hurry
from tests.worker.test_documents import shared, there

__all__ = ["pilot", "services"]
MARKS = ("71.25", "Skalldyrmerke", "Innlagt med blodning")  # what only her card holds
LOG = ("audit", "alembic_version")


def _shared(pilot: Pilot, woman: Woman, her: Person) -> str:
    """Her card is kept, subscribed to, exported, and critical information of it goes to kjernejournal."""
    midwife, gp = pilot.person("midwife"), pilot.person("gp")
    path = pilot.telling.path()
    pilot.telling.active(gp, path, "card-changed", "id-only")
    weight = stored(midwife, a_weight(woman.reference, 71.25, note=[{"text": "mark 71.25"}]))
    stored(midwife, labelled(a_weight(woman.reference, 71.5), codes.NOPAT))
    allergy = an_allergy(woman.reference, code={"text": MARKS[1]})
    answer = midwife.post("/AllergyIntolerance", allergy, Idempotency_Key="11f0-allergy")
    assert answer.status_code == 201, answer.text
    for person in (gp, her):
        asked = person.get("/Patient/$export", Prefer="respond-async")
        assert asked.status_code == 202, asked.text
        carry_on(pilot.server, asked.headers["content-location"].rpartition("/")[2])
        manifest = person.get(asked.headers["content-location"]).json()
        files = [person.get(row["url"], Accept="application/fhir+ndjson").text for row in manifest["output"]]
        assert any(MARKS[1] in text for text in files)
    pilot.work()
    pilot.telling.work()
    assert any(woman.id in str(row) or weight in str(row) for row in pilot.receiver.taken(path))
    return path


def _helped(pilot: Pilot, woman: Woman, weight: str) -> None:
    """What she has restricted is opened in an emergency, marked and told; whom she blocked is never let in."""
    doctor = pilot.person("hospital", key="hospital-b", purpose="BTG")
    blocked = pilot.person("hospital", key="hospital-a", purpose="BTG")
    identifier = {"system": codes.FNR, "value": woman.number}
    said = [
        {"name": "identifier", "valueIdentifier": identifier},
        {"name": "reason", "valueString": f"{MARKS[2]}, kan ikke svare"},
    ]
    body = {"resourceType": "Parameters", "parameter": said}
    assert blocked.post("/Patient/$break-glass", body).status_code == 404
    assert doctor.get(f"/Observation/{weight}").status_code == 404
    assert doctor.post("/Patient/$break-glass", body).status_code == 200
    assert doctor.get(f"/Observation/{weight}").status_code == 200
    assert doctor.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200


def _holding(pilot: Pilot, *words: str) -> dict[str, list[str]]:
    """The tables in which the superuser finds one of ``words``, in whatever column, and as bytes too."""
    found: dict[str, list[str]] = {}
    tables = pilot.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    for table in tables:
        for word in words:
            hexed = word.encode().hex()
            where = f"t::text LIKE '%{word}%' OR t::text LIKE '%{hexed}%'"
            if pilot.rows(f"SELECT 1 FROM {table} t WHERE {where} LIMIT 1"):
                found.setdefault(word, []).append(table)
    return found


def _part(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The parts of this name, each as its values by name."""
    parts = [one for one in row["part"] if one["name"] == name]
    return [
        {p["name"]: next(v for k, v in p.items() if k != "name") for p in one["part"]}
        if "part" in one
        else {name: next(v for k, v in one.items() if k != "name")}
        for one in parts
    ]


def _sharing(pilot: Pilot) -> Pilot:
    """The same with document sharing (IHE MHD)."""
    url = pilot.crew.services.documents_url
    return replace(pilot, crew=replace(pilot.crew, settings=replace(pilot.crew.settings, documents_url=url)))


def _documents(pilot: Pilot, woman: Woman) -> tuple[int, int]:
    """How many documents of hers stand in kjernejournal when all is sent, and how many ever did."""
    pilot.crew.duty(schedule.share_or_not)
    pilot.work()
    hurry(pilot.crew)
    return len(there(pilot.crew, woman)), sum("document" in row for row in shared(pilot.crew, woman))


def test_she_decides(pilot: Pilot) -> None:
    # she consents, and her card is shared
    pilot = _sharing(pilot)
    woman, her = enrol(pilot)
    midwife, gp, nurse = pilot.person("midwife"), pilot.person("gp"), pilot.person("nurse")
    choose(
        woman, her, pilot.person("operator"), ORGANIZATIONS["gp-a"].orgnr, ORGANIZATIONS["hospital-a"].orgnr
    )
    path = _shared(pilot, woman, her)
    weight = resources(her.get(f"/Observation?patient={woman.id}").json())[0]["id"]
    assert _documents(pilot, woman) == (1, 1)

    # she restricts and blocks: at once, for each
    restriction = a_restriction(woman.reference, opened_for=ORGANIZATIONS["gp-a"].orgnr)
    whom = {"identifier": {"system": codes.HPR, "value": CLINICIANS["hospital-a"].hpr}}
    choices = {stored(her, choice): choice for choice in (restriction, a_block(woman.reference, whom))}
    assert midwife.get(f"/Observation/{weight}").status_code == 403
    assert nurse.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 403
    assert gp.get(f"/Observation/{weight}").status_code == 200
    assert pilot.person("hospital").get(f"/Observation/{weight}").status_code == 403
    _helped(pilot, woman, weight)
    assert _documents(pilot, woman) == (0, 1), "the shared document is taken back"

    # she reads who looked
    log = her.get(f"/Patient/{woman.id}/$access-log").json()
    purposes = [
        row["purposeOfEvent"][0]["coding"][0]["code"] for row in resources(log) if "purposeOfEvent" in row
    ]
    assert "BTG" in purposes

    # she lifts both: those who care for her see it again, and it is shared again
    for id_, choice in choices.items():
        assert her.put(f"/Consent/{id_}", choice | {"id": id_, "status": "inactive"}).status_code == 200
    assert midwife.get(f"/Observation/{weight}").status_code == 200
    assert _documents(pilot, woman) == (1, 2)

    # she withdraws: closed to all on the next request, before anything is erased
    withdrawn = her.post("/Patient/$withdraw", {"resourceType": "Parameters"})
    assert withdrawn.status_code == 200, withdrawn.text
    doctor = pilot.person("hospital", key="hospital-b", purpose="BTG")
    for person in (midwife, gp, nurse, doctor):
        for address in (
            f"/Observation/{weight}",
            f"/{woman.reference}",
            f"/EpisodeOfCare/{woman.episode}/$card",
        ):
            assert person.get(address).status_code in {403, 404}, (person.wish, address)
    assert pilot.withdrawals(woman) == ["asked"]
    assert set(_holding(pilot, *MARKS, woman.number)) == {*MARKS, woman.number}  # the control of what follows

    # the data are gone here
    pilot.work()
    assert pilot.withdrawals(woman) == ["erased"]
    found = _holding(pilot, *MARKS, woman.number)
    assert found == {}
    left = _holding(pilot, woman.id)[woman.id]
    assert {name for name in left if not name.startswith("audit")} == {"delivery", "emergency", "withdrawal"}
    assert her.get(f"/{woman.reference}").status_code == 404

    # the retraction reached whoever had been sent something
    hurry(pilot.crew)
    assert there(pilot.crew, woman) == [], "the document in kjernejournal"
    assert pilot.crew.deliveries(woman, "document-retraction")[-1].startswith("sent")
    (registered, taken_back) = pilot.crew.told("kjernejournal", woman)
    assert (taken_back["retracts"], taken_back["actor"]["hpr"]) == (registered["event"], None)
    assert [row.get("retraction") for row in pilot.crew.told("helsenorge", woman)][-1] is True
    deleted = [
        entry["request"]["url"]
        for row in pilot.receiver.of(path)
        for entry in row.bundle["entry"][1:]
        if entry["request"]["method"] == "DELETE"
    ]
    assert f"Observation/{weight}" in deleted
    told = gp.get("/$retractions").json()
    assert {f"Patient/{woman.id}", f"Observation/{weight}"} <= {
        row["request"]["url"] for row in told["entry"]
    }
    assert pilot.person("midwife", key="midwife-b").get("/$retractions").json().get("entry", []) == []

    # the receipt: to her without what was kept from her, to the auditor with it
    receipts = {}
    for name, person in (("her", her), ("auditor", pilot.person("auditor"))):
        answer = person.get("/Patient/$erasure")
        assert answer.status_code == 200, answer.text
        (receipts[name],) = answer.json()["parameter"]
    erased = {
        name: {r["type"]: r["resources"] for r in _part(row, "erased")} for name, row in receipts.items()
    }
    assert erased["her"]["Observation"] == 1
    assert len([r for r in _part(receipts["auditor"], "erased") if r["type"] == "Observation"]) == 2
    recipients = _part(receipts["her"], "recipient")
    via = {(r.get("organization", {}).get("value", r.get("name")), r["via"]) for r in recipients}
    assert ("Kjernejournal", "document-sharing") in via
    assert {(ORGANIZATIONS["gp-a"].orgnr, kind) for kind in ("reading", "export", "notification")} <= via
    assert {r["state"] for r in _part(receipts["her"], "retraction")} == {"sent"}
    assert {r["code"] for r in _part(receipts["her"], "remains")} == {
        "log",
        "journals",
        "register",
        "backups",
    }

    # her log is still hers, and nobody else's
    after = her.get(f"/Patient/{woman.id}/$access-log")
    assert after.status_code == 200, after.text
    assert {row["id"] for row in resources(log)} < {row["id"] for row in resources(after.json())}
    assert not any(mark in after.text for mark in MARKS)
    texts = [row["text"]["div"] for row in resources(after.json())]
    assert any("slettet alt som var lagret" in text for text in texts)
    before, now = (
        sum("trukket tilbake" in row["text"]["div"] for row in resources(part))
        for part in (log, after.json())
    )
    assert now - before == 5, "three were told, the document was taken back, and one asked"
    _, another = enrol(pilot)
    assert another.get(f"/Patient/{woman.id}/$access-log").status_code == 404

    # she may begin anew: another card, under which her earlier log stays hers
    again, her = enrol(pilot, woman.number)
    assert again.id != woman.id
    assert midwife.get(f"/Observation?patient={again.id}").json().get("entry", []) == []
    assert her.get(f"/Patient/{woman.id}/$access-log").status_code == 200
    assert outcome_text(midwife.get(f"/Observation/{weight}"))
