"""THE LEAK MATRIX, operations about one woman that answer with no resource of hers: her log, her choices, the national API.

Each cell: who must not, asks; nothing of her is in the answer, and the log shows nothing. Each with its positive control.
Every operation of the table is a door here or in ``test_leaks``, or is named below with why it is none.
"""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from app.fhir.operations import OPERATIONS
from tests.access.test_leaks import DOORS
from tests.access.world import Json, an_encounter, stored
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server
from tests.national.client import Client

QUESTION = "Hvorfor ble journalen min lest"
AUDITED = frozenset({"citizen", "auditor"})
# Operation → its door of the matrix
BY_DOOR: dict[str, str] = {
    "card": "card", "worklist": "worklist", "clinic-day": "clinic's day", "move": "move", "confirm": "confirm",
    "decline": "decline", "discussed": "discussed", "everything": "everything", "lastn": "lastn", "document": "document",
    "validate": "validate", "meta": "meta", "meta-add": "meta-add", "meta-delete": "meta-delete", "expand": "expand",
    "validate-code": "code in value set", "translate": "translate", "export": "export", "status": "status", "events": "events",
    "changes": "changes",
}  # fmt: skip
# Operations that are no door: their tests, or why there is nothing to leak
NO_DOOR: dict[str, str] = {
    "lookup": "codes that are shipped or about no woman", "subsumes": "codes that are shipped or about no woman",
    "launch": "test_apps: it opens no app about a woman whom the caller does not read",
    "critical-information": "test_critical_reading: of a woman whom the caller reads, and only what kjernejournal shows her",
    "import-card": "test_import_card: into a card that the caller reads, compared with what the caller sees of it only",
    "open-kjernejournal": "test_critical_reading: about a woman whom the caller reads, and the portal shows what she lets it",
    "declare-relation": "test_standing, test_emergencies: an attested act that is logged and told her",
    "break-glass": "test_emergencies: an attested act that is logged and told her",
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A woman whose log was read and asked about, and the event that she asks about."""

    woman: Woman
    event: str
    record: str


Ask = Callable[[Person, Known], httpx.Response]


@dataclass(frozen=True)
class Row:
    """An operation, how it is asked about her, the roles that it is for, and what it tells those."""

    name: str
    ask: Ask
    entitled: frozenset[str]
    tells: Callable[[Known], str] = lambda known: known.woman.id


def _get(path: str) -> Ask:
    return lambda person, known: person.get(path.format(woman=known.woman.id))


def _post(path: str, **texts: str) -> Ask:
    def ask(person: Person, known: Known) -> httpx.Response:
        rows = [{"name": name, "valueString": text.format(event=known.event)} for name, text in texts.items()]
        given: Json = {"resourceType": "Parameters", **({"parameter": rows} if rows else {})}
        return person.post(path.format(woman=known.woman.id), given)

    return ask


def _national(path: str) -> Ask:
    return lambda person, known: Client(person, known.woman.number).call(
        "GET", path.format(record=known.record)
    )


REVIEWERS = frozenset({"auditor"})
# Whom the rows let read a card, the register's system too; an attested stranger relates by the call, and she is told
NATIONAL = frozenset({"midwife", "student", "registry", "stranger"})
ROWS: tuple[Row, ...] = (
    Row("access-log", _get("/Patient/{woman}/$access-log"), AUDITED),
    Row("explain-access", _get("/Patient/{woman}/$explain-access"), AUDITED),
    Row("ask-about-access", _post("/Patient/$ask-about-access", event="{event}", question=QUESTION), frozenset({"citizen"})),
    Row("access-cases", _get("/$access-cases?status=all"), REVIEWERS, lambda _known: QUESTION),
    Row("access-case-review", _post("/$access-case-review", id="x", outcome="unclear", answer="Ser på det nå"), REVIEWERS, lambda _known: ""),
    Row("emergencies", _get("/$emergencies?status=all"), REVIEWERS, lambda _known: ""),
    Row("emergency-review", _post("/$emergency-review", id="x", outcome="justified", comment="Sett på av revisor"), REVIEWERS, lambda _known: ""),
    Row("emergency-statistics", _get("/$emergency-statistics"), REVIEWERS, lambda _known: ""),
    Row("declarations", _get("/$declarations?status=all"), REVIEWERS, lambda _known: ""),
    Row("declaration-review", _post("/$declaration-review", id="x", outcome="justified", comment="Sett på av revisor"), REVIEWERS, lambda _known: ""),
    Row("access-statistics", _get("/$access-statistics"), REVIEWERS, lambda _known: ""),
    Row("erasure", _get("/Patient/$erasure"), AUDITED, lambda _known: ""),
    Row("retractions", _get("/$retractions"), frozenset({"midwife", "nurse", "gp", "hospital", "secretary", "student"}), lambda _known: ""),
    Row("evaluate-measure", _get("/Measure/visits-on-time/$evaluate-measure?periodStart=2020-01-01&periodEnd=2100-01-01"), frozenset({"operator", "registry"}), lambda _known: ""),
    Row("failures", _get("/Subscription/$failures"), frozenset({"operator"}), lambda _known: ""),
    Row("national history", _national("/history"), NATIONAL, lambda known: known.record),
    Row("national record", _national("/record/{record}"), NATIONAL, lambda known: known.record),
    Row("national changes", _national("/history/{record}"), NATIONAL, lambda _known: ""),
    Row("withdraw", _post("/Patient/$withdraw"), frozenset({"citizen"}), lambda _known: ""),
)  # fmt: skip
WHO = (
    "another woman",
    "stranger",
    "doula",
    "representative",
    "midwife",
    "nurse",
    "secretary",
    "student",
    "operator",
    "registry",
    "auditor",
)
ATTACKS = [(row.name, who) for row in ROWS for who in WHO if who not in row.entitled]


@pytest.fixture(scope="module")
def known(server: Server) -> Known:
    midwife = server.person("midwife")
    woman = register(midwife)
    stored(midwife, a_weight(woman.reference))
    stored(midwife, an_encounter(woman.reference))
    her = server.person("citizen", person=woman.number)
    log = her.get(f"/Patient/{woman.id}/$access-log").json()
    events = (
        row["resource"]["id"] for row in log["entry"] if row["resource"]["resourceType"] == "AuditEvent"
    )
    return Known(woman, next(events), woman.episode)


def attacker(server: Server, who: str, known: Known) -> Person:
    if who == "another woman":
        return server.person("citizen", person=register(server.person("midwife", key="midwife-b")).number)
    if who == "representative":
        return server.person("representative", represented=known.woman.number)
    return server.person("midwife", key="midwife-b") if who == "stranger" else server.person(who)


def entitled(server: Server, row: Row, known: Known) -> Person:
    """Whom the row is for; who withdraws is another, so that this woman goes on taking part."""
    role = "citizen" if "citizen" in row.entitled else min(row.entitled & {"auditor", "operator", "midwife"})
    her = register(server.person("midwife")) if row.name == "withdraw" else known.woman
    return server.person(role, **({"person": her.number} if role == "citizen" else {}))


def _row(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)


def _ask_before(server: Server, row: Row, known: Known) -> None:
    """A case of the log is there where she asked: whatever test came first."""
    if row.name == "access-cases":
        _row("ask-about-access").ask(server.person("citizen", person=known.woman.number), known)


@pytest.mark.parametrize(("name", "who"), ATTACKS)
def test_who_must_not_learns_nothing(server: Server, known: Known, name: str, who: str) -> None:
    row = _row(name)
    _ask_before(server, row, known)
    answer = row.ask(attacker(server, who, known), known)
    own = answer.status_code == 200 and who in {
        "another woman",
        "stranger",
    }  # her own, or her own organisation's
    assert own or answer.status_code in {400, 403, 404}, answer.text
    for secret in filter(None, (known.woman.number, row.tells(known), QUESTION)):
        asked = secret in str(answer.request.url) or secret in answer.request.content.decode()
        assert asked or secret not in answer.text
    if not own:
        shown = server.audit(answer.headers["x-request-id"])["result"]["shown"]
        assert [line for line in shown if known.woman.id in line] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_whoever_is_entitled_is_told(server: Server, known: Known, row: Row) -> None:
    """The positive control of the cells above; what was not asked about is not there for reviewers either."""
    _ask_before(server, row, known)
    answer = row.ask(entitled(server, row, known), known)
    reviewed = row.name.endswith("-review")  # of a case that is not there: judged, not refused
    assert answer.status_code in ({400, 404, 409, 422} if reviewed else {200}), answer.text
    assert row.tells(known) in answer.text


def test_every_operation_is_a_door_or_says_why_not() -> None:
    doors: set[str] = {door.name for door in DOORS}
    named = {row.name for row in OPERATIONS}
    told = BY_DOOR.keys() | NO_DOOR.keys() | {row.name for row in ROWS}
    assert named - told == set()
    assert set(BY_DOOR.values()) <= doors
    assert {name for name in told if not name.startswith("national")} <= named
