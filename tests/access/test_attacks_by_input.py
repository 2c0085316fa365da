"""What an attacker with an ordinary token sends: person numbers, page links, bundles, headers, odd ids and values."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.access.world import (
    World,
    a_team,
    get_entry,
    organization,
    orgnr,
    outcome_text,
    resources,
    stored,
)
from tests.fixtures.resources import (
    a_transaction,
    a_weight,
    entry,
    register,
)

Json = dict[str, Any]


# Page links


def test_a_page_link_is_its_callers_own(world: World) -> None:
    for _ in range(3):
        stored(world.midwife, a_weight(world.woman.reference))
    first = world.midwife.get(f"/Observation?patient={world.woman.id}&_count=1").json()
    link = next(row["url"] for row in first["link"] if row["relation"] == "next")
    cursor = link.partition("_cursor=")[2]
    assert world.midwife.get(link).status_code == 200
    for person in (
        world.stranger,
        world.her,
        world.nurse,
        world.person("auditor"),
        world.person("midwife", key="midwife-b"),
    ):
        answer = person.get(link)
        assert answer.status_code == 400
        assert world.woman.id not in outcome_text(answer)
    assert world.midwife.get(f"/Encounter?_cursor={cursor}").status_code == 400
    assert world.woman.id not in base64.urlsafe_b64decode(cursor + "==").decode("latin-1")


@pytest.mark.parametrize("change", ["flip", "cut", "empty-ish", "letters", "not-ascii", "doubled", "long"])
def test_a_page_link_that_was_tampered_with_is_refused(world: World, change: str) -> None:
    for _ in range(2):
        stored(world.midwife, a_weight(world.woman.reference))
    first = world.midwife.get(f"/Observation?patient={world.woman.id}&_count=1").json()
    link = next(row["url"] for row in first["link"] if row["relation"] == "next")
    cursor = link.partition("_cursor=")[2]
    middle = len(cursor) // 2
    broken = {
        "flip": cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :],
        "cut": cursor[:-5],
        "empty-ish": "=",
        "letters": "abc",
        "not-ascii": quote("æøå☃"),
        "doubled": cursor + cursor,
        "long": "A" * 5000,
    }[change]
    answer = world.midwife.get(f"/Observation?_cursor={broken}")
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


# Bundles and methods as ways around


@pytest.mark.parametrize(
    "url",
    [
        "{base}/Patient/{id}",
        "/Patient/{id}",
        "//Patient/{id}",
        "Patient/../Patient/{id}",
        "./Patient/{id}",
        "Patient/{id}/$access-log",
        "EpisodeOfCare/{id}/$card",
        "Patient/{id}#x",
        "Patient/%7Bid%7D",
        "file:///etc/passwd",
        "http://localhost/health/ready",
        "Patient/{id}\n",
        "",
    ],
)
def test_a_bundle_takes_no_other_urls(world: World, url: str) -> None:
    target = url.format(base=world.server.fhir, id=world.woman.id)
    for person in (world.midwife, world.stranger):
        for kind in ("batch", "transaction"):
            answer = person.post("", a_transaction(get_entry(target), kind=kind))
            assert answer.status_code == 400
            assert resources(answer.json()) == []


def test_a_batch_lets_nobody_do_more(world: World) -> None:
    weight = stored(world.midwife, a_weight(world.woman.reference, 73.375))
    body = {**a_weight(world.woman.reference, 1.5), "id": weight}
    asked = [
        get_entry(f"Observation/{weight}"),
        get_entry(f"Observation/{weight}/_history"),
        get_entry(f"Observation/{weight}/_history/1"),
        {"resource": body, "request": {"method": "PUT", "url": f"Observation/{weight}"}},
        {"request": {"method": "DELETE", "url": f"Observation/{weight}"}},
        entry(a_weight(world.woman.reference)),
    ]
    for person in (world.stranger, world.other_her, world.operator, world.person("auditor")):
        answer = person.post("", a_transaction(*asked, kind="batch"))
        assert [part["response"]["status"] for part in answer.json()["entry"]] == ["404"] * 5 + ["403"]
        assert "73.375" not in answer.text
        parts = world.server.database.rows(
            "SELECT result::jsonb->'shown' FROM audit"
            f' WHERE request LIKE \'%"part":"{answer.headers["x-request-id"]}"%\''
        )
        assert parts == ["[]"] * 6
    entitled = world.midwife.post("", a_transaction(*asked, kind="batch")).json()["entry"]
    assert [part["response"]["status"] for part in entitled] == ["200", "200", "200", "200", "204", "201"]


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_changes_the_method(world: World, header: str) -> None:
    weight = stored(world.midwife, a_weight(world.woman.reference))
    for method in ("GET", "POST"):
        body = None if method == "GET" else a_weight(world.woman.reference)
        world.midwife.request(method, f"/Observation/{weight}", body, **{header: "DELETE"})
    assert world.midwife.get(f"/Observation/{weight}").status_code == 200
    assert world.midwife.get(f"/Observation/{weight}?_method=DELETE").status_code in {200, 400}
    assert world.midwife.get(f"/Observation/{weight}").headers["etag"] == 'W/"1"'


def test_forwarding_headers_change_neither_caller_nor_address(world: World) -> None:
    answer = world.stranger.get(
        f"/Patient/{world.woman.id}",
        X_Forwarded_User="hpr:222210004",
        X_Original_URL="/fhir/metadata",
        nhn_patient_nin=world.woman.number,
        nhn_user_role="%7B%22code%22%3A%22LE%22%7D",
    )
    assert answer.status_code == 404
    assert world.woman.number not in str(world.server.audit(answer.headers["x-request-id"]))


# Ids and values nobody sends by accident


@pytest.mark.parametrize(
    "id_",
    [
        "%00",
        "a%00b",
        "%2e%2e",
        "..%2f..",
        "%27%20OR%201=1--",
        "%ff",
        "%C3%A6",
        "a%2Fb",
        "%0d%0aX-Evil:1",
        "a" * 300,
        "%7B0%7D",
        "*",
    ],
)
def test_an_odd_id_is_simply_not_there(world: World, id_: str) -> None:
    for door in (f"/Observation/{id_}", f"/Observation/{id_}/_history", f"/EpisodeOfCare/{id_}/$card"):
        answer = world.midwife.get(door)
        assert answer.status_code in {400, 404}, f"{door}: {answer.status_code}"
        assert "x-evil" not in answer.headers
        assert answer.headers["content-type"].startswith("application/fhir+json")
        row = world.server.audit(answer.headers["x-request-id"])
        assert row["result"]["shown"] == []


POST = {"method": "POST", "url": "Observation"}
LETTERS = "".join(
    chr(97 + n * n % 26) + chr(65 + n * 7 % 26) + str(n) for n in range(2000)
)  # compresses badly
Ask = Callable[[World], httpx.Response]


def _card(query: str) -> Ask:
    return lambda world: world.midwife.get(f"/EpisodeOfCare/{world.woman.episode}/$card?{query}")


def _posted(kind: str, **odd: Any) -> Ask:
    """A Bundle of one measurement whose entry has ``odd`` members."""
    return lambda world: world.midwife.post(
        "", a_transaction({"resource": a_weight(world.woman.reference), "request": POST, **odd}, kind=kind)
    )


def _nobodys_team(world: World) -> httpx.Response:
    team = a_team(world.woman.reference, organization(world.operator, orgnr("gp-b")))
    del team["subject"]
    return world.operator.post("/CareTeam", team)


ODD_INPUT: dict[str, Ask] = {
    "fullUrl is a number": _posted("transaction", fullUrl=5),
    "fullUrl is an object": _posted("batch", fullUrl={"a": 1}),
    "method is a list": _posted("transaction", request={"method": ["POST"], "url": "Observation"}),
    "url is an object": _posted("batch", request={"method": "POST", "url": {}}),
    "NUL in a search": lambda world: world.midwife.get("/Observation?code=%00"),
    "NUL in a form": lambda world: world.midwife.search("Observation", code="\0"),
    "a very long reference": lambda world: world.midwife.post("/Observation", a_weight(f"Patient/{LETTERS}")),
    "a very long patient in a search of the log": lambda world: world.person("auditor").search(
        "AuditEvent", patient=LETTERS
    ),
    "a team of nobody": _nobodys_team,
    "a language that is none": _card("_format=html&_language=%E2%98%83"),
    "a language with a line end": _card("_format=html&_language=nb%0d%0aX-Evil:1"),
    "the first day of all": _card("asOf=0001-01-01"),
    "the last day of all": _card("asOf=9999-12-31"),
    "deep nesting": lambda world: world.midwife.post("/Observation", "[" * 100_000),
}


@pytest.mark.parametrize("case", ODD_INPUT)
def test_odd_input_is_no_fault_of_the_servers(world: World, case: str) -> None:
    answer = ODD_INPUT[case](world)
    assert answer.status_code < 500, f"{answer.status_code} {answer.text[:200]}"
    assert "x-evil" not in answer.headers
    assert world.server.audit(answer.headers["x-request-id"])


@pytest.mark.parametrize("query", ["code=%00", "code=%ed%a0%80", "code=%ff", "code=%0a%1b"])
def test_no_query_makes_the_log_unreadable(world: World, query: str) -> None:
    """One row that the database cannot read as JSON stops every question about the whole log."""
    answer = world.midwife.get(f"/Observation?{query}")
    row = f"FROM audit WHERE id = '{answer.headers['x-request-id']}'"
    assert world.server.database.rows(f"SELECT request::jsonb->>'interaction' {row}") == ["search-type"]
    assert world.server.database.rows(f"SELECT length(request::jsonb->>'query') > 0 {row}") == ["t"]


def test_a_name_is_text_on_the_card(world: World) -> None:
    woman = register(
        world.midwife, name=[{"family": "<script>alert(1)</script>", "given": ['"><img src=x>']}]
    )
    page = world.midwife.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
