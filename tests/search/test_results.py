"""What comes back: order, pages, totals, what is included, and what the self link shows.

https://hl7.org/fhir/R4/search.html#return
"""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.fhir import codes
from tests.fixtures.resources import Woman, a_weight, new_number, register
from tests.fixtures.server import Server
from tests.search.asking import Asker, entries, link, names, text

UCUM = codes.UCUM
ONWARDS = "_id=a&_include=Observation:encounter&_include:iterate=Encounter:service-provider"


def to(reference: str) -> dict[str, str]:
    return {"reference": reference}


@pytest.fixture(scope="module", autouse=True)
def kept(asker: Asker) -> None:
    asker.keep("Organization", "top", name="Nordre foretak")
    asker.keep("Organization", "ward", name="Føden", partOf=to("Organization/top"))
    asker.keep("Practitioner", "anne", name=[{"family": "Bergh"}])
    asker.keep("Patient", "1", name=[{"family": "Dal"}], generalPractitioner=[to("Practitioner/anne")])
    asker.keep("Patient", "2", name=[{"family": "Ås"}])
    visit = {"status": "finished", "class": {"code": "AMB"}, "serviceProvider": to("Organization/ward")}
    asker.keep("Encounter", "v1", **visit, subject=to("Patient/1"))
    for id_, woman, day, value in (
        ("a", "1", "2026-03-01", 70), ("b", "1", "2026-03-01", 60), ("c", "2", "2026-02", 60), ("d", "2", None, 80),
    ):  # fmt: skip
        when = {"effectiveDateTime": day} if day else {}
        asker.keep(
            "Observation", id_, status="final", code=text("w", system="http://c.example"), subject=to(f"Patient/{woman}"),
            encounter=to("Encounter/v1"), valueQuantity={"value": value, "system": UCUM, "code": "kg"}, **when,
        )  # fmt: skip
    who = [{"who": to("Practitioner/anne")}]
    asker.keep("Provenance", "p", target=[to("Observation/a")], recorded="2026-03-01T00:00:00Z", agent=who)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("date", "cabd"),  # what has no date comes last
        ("-date", "abcd"),
        ("-date,value-quantity", "bacd"),
        ("value-quantity,-date", "bcad"),
        ("-value-quantity,-date", "dabc"),
        ("patient,-value-quantity", "abdc"),
        ("-patient,date,-_id", "cdba"),
        ("status,-_id", "dcba"),
        ("-_lastUpdated", "dcba"),
        ("code,_lastUpdated", "abcd"),
    ],
)
def test_order(asker: Asker, sort: str, order: str) -> None:
    assert "".join(asker.order(f"Observation?code=w&_sort={sort}")) == order
    seen, page = "", asker.ask(f"Observation?code=w&_sort={sort}&_count=1")
    while True:
        seen += "".join(row["id"] for row in entries(page))
        following = link(page, "next")
        if following is None:
            break
        page = asker.person.get(following)
    assert seen == order, "page by page"


def test_names_are_ordered_without_case_and_accents(asker: Asker) -> None:
    assert asker.order("Patient?_id=1,2&_sort=family") == ["2", "1"]
    assert asker.order("Patient?_id=1,2&_sort=-family") == ["1", "2"]


@pytest.mark.parametrize(
    ("query", "along"),
    [
        ("_id=a&_include=Observation:encounter", ["Encounter/v1"]),
        ("_id=a&_include=Observation:subject:Patient", ["Patient/1"]),
        ("_id=a&_include=Observation:subject:Group", []),
        ("_id=a&_include=Encounter:service-provider", []),
        ("_id=a&_include=Observation:encounter&_include=Encounter:service-provider", ["Encounter/v1"]),
        (ONWARDS, ["Encounter/v1", "Organization/ward"]),
        (
            f"{ONWARDS}&_include:iterate=Organization:partof",
            ["Encounter/v1", "Organization/top", "Organization/ward"],
        ),
        ("_id=a&_include=*", ["Encounter/v1", "Patient/1"]),
        ("_id=a&_include=Observation:*", ["Encounter/v1", "Patient/1"]),
        ("_id=a&_revinclude=Provenance:target", ["Provenance/p"]),
        ("_id=b&_revinclude=Provenance:target", []),
        ("_id=a&_revinclude=*", ["Provenance/p"]),
        (
            "_id=a&_revinclude=Provenance:target&_include:iterate=Provenance:agent",
            ["Practitioner/anne", "Provenance/p"],
        ),
        ("_id=a,b&_include=Observation:subject", ["Patient/1"]),
    ],
)
def test_what_comes_along(asker: Asker, query: str, along: list[str]) -> None:
    assert asker.along(f"Observation?{query}") == along


def test_what_matches_is_not_sent_again_along(asker: Asker) -> None:
    answer = asker.ask("Organization?_id=ward,top&_include=Organization:partof")
    assert names(answer) == ["Organization/top", "Organization/ward"]
    assert names(answer, "include") == []
    every = asker.ask("Patient?_id=1&_revinclude:iterate=*")
    assert names(every, "include") == sorted(set(names(every, "include")), key=names(every, "include").index)
    assert {"Encounter/v1", "Observation/a", "Observation/b", "Provenance/p"} <= set(names(every, "include"))


def test_how_many(asker: Asker) -> None:
    base = "Observation?code=w"
    assert "total" not in asker.ask(base).json()
    assert asker.ask(f"{base}&_total=none").json().get("total") is None
    for query in ("_total=accurate&_count=1", "_total=estimate", "_count=0", "_summary=count"):
        body = asker.ask(f"{base}&{query}").json()
        assert body["total"] == 4, query
        assert ("entry" in body) == (query not in {"_count=0", "_summary=count"}), query
    assert asker.ask("Observation?code=nothing&_total=accurate").json()["total"] == 0
    assert asker.ask(f"{base}&_total=accurate&patient=1&_include=*").json()["total"] == 2


def test_summaries_and_elements(asker: Asker) -> None:
    [data] = entries(asker.ask("Patient?_id=1&_summary=true"))
    assert "SUBSETTED" in [tag["code"] for tag in data["meta"]["tag"]]
    [chosen] = entries(asker.ask("Observation?_id=a&_elements=valueQuantity"))
    assert set(chosen) == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    [words] = entries(asker.ask("Observation?_id=a&_summary=text"))
    assert "valueQuantity" not in words


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Patient/1/Observation", ["Observation/a", "Observation/b"]),
        ("Patient/1/Observation?value-quantity=60", ["Observation/b"]),
        ("Patient/1/*?_type=Observation,Encounter", ["Encounter/v1", "Observation/a", "Observation/b"]),
        ("Patient/1/Patient", ["Patient/1"]),
        ("Patient/nobody/Observation", []),
        ("Encounter/v1/Observation", [f"Observation/{id_}" for id_ in "abcd"]),
        ("Practitioner/anne/Provenance", ["Provenance/p"]),
        ("?_type=Organization,Practitioner", ["Organization/top", "Organization/ward", "Practitioner/anne"]),
        ("?_type=Observation,Encounter&patient=1", ["Encounter/v1", "Observation/a", "Observation/b"]),
        ("?_id=v1", ["Encounter/v1"]),
        ("?_type=Patient&_has:Observation:patient:value-quantity=80", ["Patient/2"]),
    ],
)
def test_compartments_and_several_types(asker: Asker, path: str, found: list[str]) -> None:
    assert sorted(names(asker.ask(path))) == found


def test_what_is_not_there_to_be_searched(asker: Asker) -> None:
    assert "is not in the Patient compartment" in asker.refusal("Patient/1/Organization")
    assert asker.ask("Spaceship").status_code == 404
    assert asker.ask("?_type=Spaceship").status_code == 404
    assert "not known for Organization" in asker.refusal("?_type=Patient,Organization&birthdate=2000")


def test_the_self_link_shows_what_was_used(asker: Asker) -> None:
    query = "Observation?code=w&colour=red&_sort=-date&_count=2&patient=&_format=json&_text=ja"
    assert "colour" in asker.refusal(query)
    assert asker.refusal(query, Prefer="handling=strict")
    answer = asker.ask(query, Prefer="handling=lenient")
    shown = urlsplit(link(answer, "self") or "")
    assert shown.path == "/fhir/Observation"
    assert parse_qs(shown.query) == {"code": ["w"], "_sort": ["-date"], "_count": ["2"]}
    assert "_count=100000" not in (link(asker.ask("Observation?code=w&_count=100000"), "self") or "")
    [outcome] = entries(answer, "outcome")
    assert [(issue["severity"], issue["diagnostics"]) for issue in outcome["issue"]] == [
        ("warning", "colour is ignored"), ("warning", "_text is ignored"),
    ]  # fmt: skip
    assert [row["search"]["mode"] for row in answer.json()["entry"]] == ["match", "match", "outcome"]
    system = asker.ask("?_type=Observation,Encounter&patient=1")
    assert parse_qs(urlsplit(link(system, "self") or "").query)["_type"] == ["Observation,Encounter"]


def test_the_same_by_get_and_post(asker: Asker) -> None:
    form = {"code": "w", "_sort": "-date,value-quantity"}
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    sent = asker.person.request(
        "POST", "/Observation/_search?patient=1", "code=w&_sort=-date,value-quantity", **kind
    )
    assert [row["id"] for row in entries(asker.person.search("Observation", **form))] == list("bacd")
    assert [row["id"] for row in entries(sent)] == list("ba"), "URL and form together"
    below = asker.person.request("POST", "/Patient/1/Observation/_search", "code=w", **kind)
    every = asker.person.request("POST", "/_search", "_type=Patient,Group&_id=1", **kind)
    assert sorted(row["id"] for row in entries(below)) == ["a", "b"]
    assert names(every) == ["Patient/1"]


def test_pages_neither_miss_nor_repeat_while_others_write(server: Server, asker: Asker) -> None:
    """Rows are put in before and behind, changed and deleted while a client goes through the pages."""
    quantity = {"system": UCUM, "code": "kg"}

    def write(id_: str, value: float, **more: object) -> None:
        asker.keep(
            "Observation",
            id_,
            status="final",
            code=text("p"),
            valueQuantity={"value": value, **quantity},
            **more,
        )

    for n in range(12):
        write(f"s{n:02}", 50 + n // 3)
    for sort in ("value-quantity", "-value-quantity,-_id", "_id", ""):
        stay, seen, n = {f"s{n:02}" for n in range(12)}, list[str](), 0
        page = asker.ask(f"Observation?code=p&_count=3{sort and f'&_sort={sort}'}")
        while True:
            seen += [row["id"] for row in entries(page)]
            following = link(page, "next")
            if following is None:
                break
            write(f"t{n}", 49 + n * 2)
            write(f"s{n:02}", 50 + n // 3, note=[{"text": sort or "x"}])
            assert asker.person.delete(f"/Observation/t{n - 1}").status_code in {204, 404}
            n += 1
            page = asker.person.get(following)
        assert len(seen) == len(set(seen)), sort
        assert stay <= set(seen), sort
        for made in range(n):
            asker.person.delete(f"/Observation/t{made}")


def test_a_page_link_belongs_to_its_caller_and_search(server: Server, asker: Asker) -> None:
    following = link(asker.ask("Observation?code=w&_count=1"), "next")
    assert following is not None
    assert len(entries(asker.person.get(f"{following}&_count=2"))) == 2
    assert server.person("midwife", bearer=True).get(following).status_code == 400
    assert asker.person.get(following.replace("/Observation?", "/Encounter?")).status_code == 400
    assert asker.person.get(f"{following}&code=x").status_code == 400


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife", bearer=True))


def test_a_person_number_stands_in_no_url_and_no_log(
    server: Server, asker: Asker, woman: Woman, caplog: pytest.LogCaptureFixture
) -> None:
    midwife = server.person("midwife", bearer=True)
    token = f"{codes.FNR}|{woman.number}"
    patient = {"resourceType": "Patient", "identifier": [{"system": codes.FNR, "value": woman.number}]}
    refused = [
        midwife.get(f"/Patient?identifier={token}"),
        midwife.get(f"/Patient?identifier={woman.number}"),
        midwife.get(f"/Patient?identifier={codes.FNR}|", Prefer="handling=lenient"),
        midwife.get(f"/Observation?patient.identifier={token}"),
        midwife.get(f"/Observation?patient:identifier={token}"),
        midwife.put(f"/Patient?identifier={token}", patient),
        midwife.delete(f"/Observation?patient.identifier={token}"),
        midwife.request("POST", f"/Patient/_search?identifier={token}", "_id=1", Content_Type="application/x-www-form-urlencoded"),
    ]  # fmt: skip
    for answer in refused:
        assert answer.status_code == 400, answer.text
        assert answer.json()["issue"][0]["code"] == "security"
        assert woman.number not in answer.text
    asked = {"request": {"method": "GET", "url": f"Patient?identifier={token}"}}
    batch = midwife.post("", {"resourceType": "Bundle", "type": "batch", "entry": [asked]})
    assert batch.status_code == 400
    assert batch.json()["issue"][0]["expression"] == ["Bundle.entry[0].request.url"]
    assert woman.number not in batch.text
    by_form = midwife.search("Patient", identifier=token)
    assert [row["id"] for row in entries(by_form)] == [woman.id]
    assert woman.number not in (link(by_form, "self") or "")
    chained = midwife.search("EpisodeOfCare", **{"patient.identifier": token})
    assert len(entries(chained)) == 1
    assert entries(midwife.search("Patient", identifier=f"{codes.FNR}|{new_number()}")) == []
    assert server.database.rows(f"SELECT id FROM audit WHERE request || result LIKE '%{woman.number}%'") == []
    assert woman.number not in caplog.text


def test_pages_of_a_search_by_number_do_not_show_it(server: Server, woman: Woman) -> None:
    midwife = server.person("midwife", bearer=True)
    for n in range(3):
        assert midwife.post("/Observation", a_weight(woman.reference, 60 + n)).status_code == 201
    form = {"patient.identifier": f"{codes.FNR}|{woman.number}", "_count": "2"}
    page = midwife.search("Observation", **form)
    following = link(page, "next")
    assert following is not None
    assert woman.number not in following
    assert len(entries(page)) + len(entries(midwife.get(following))) == 3
