"""Tokens: https://hl7.org/fhir/R4/search.html#token"""

import pytest

from tests.search.asking import Asker, text

S, T = "http://one.example", "http://two.example"
GENDER = "http://hl7.org/fhir/administrative-gender"
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"


@pytest.fixture(scope="module", autouse=True)
def kept(asker: Asker) -> None:
    for id_, concept in {
        "a": text("x", system=S, display="Blodtrykk, sittende"),
        "b": text("x", system=T),
        "c": text("x", words="Ågots måling"),
        "d": text("y", system=S),
        "e": {"text": "blodtrykk"},
    }.items():
        asker.keep("Observation", id_, status="final", code=concept)
    asker.keep("Observation", "f", status="final", code=text("z"), method=text("x", system=S))
    asker.keep(
        "Patient", "p", active=True, gender="female",
        identifier=[{"system": S, "value": "1", "type": text("MR", system=TYPES, words="Journalnummer")}, {"value": "2"}],
        telecom=[{"system": "phone", "value": "99999901", "use": "mobile"}, {"system": "email", "value": "a@b.example"}],
        deceasedBoolean=False,
    )  # fmt: skip
    asker.keep("Patient", "q", active=False, gender="male", deceasedDateTime="2026-01-01")
    asker.keep("Patient", "r")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("code=x", ["a", "b", "c"]),
        (f"code={S}|x", ["a"]),
        ("code=|x", ["c"]),
        (f"code={S}|", ["a", "d"]),
        (f"code={S}|x,{T}|x", ["a", "b"]),
        (f"code={S}|x,{T}|x,|x,y", ["a", "b", "c", "d"]),
        (f"code={S}|,{T}|", ["a", "b", "d"]),
        ("code=X", []),
        (f"code={S}|y,|nothing", ["d"]),
        ("code:not=x", ["d", "e", "f"]),
        (f"code:not={S}|x", ["b", "c", "d", "e", "f"]),
        (f"code:not={S}|,|x", ["b", "e", "f"]),
        ("method:not=x", ["a", "b", "c", "d", "e"]),
        ("method:missing=true", ["a", "b", "c", "d", "e"]),
        ("method:missing=false", ["f"]),
        ("code:text=blodtrykk", ["a", "e"]),
        ("code:text=BLOD", ["a", "e"]),
        ("code:text=ågot,blod", ["a", "c", "e"]),
        ("code:text=trykk", []),
        ("status=http://hl7.org/fhir/observation-status|final&code=y", ["d"]),
        ("code=x&code=y", []),
        ("code=x&method:missing=true", ["a", "b", "c"]),
        (r"code=x\,y", []),
    ],
)
def test_codes(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(f"Observation?{query}") == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"identifier={S}|1", ["p"]),
        ("identifier=1", ["p"]),
        ("identifier=|2", ["p"]),
        ("identifier=|1", []),
        ("identifier:text=journal", ["p"]),
        (f"identifier:of-type={TYPES}|MR|1", ["p"]),
        (f"identifier:of-type={TYPES}|MR|2", []),
        (f"identifier:of-type={TYPES}|XX|1,{TYPES}|MR|1", ["p"]),
        ("active=true", ["p"]),
        ("active=false", ["q"]),
        ("active:missing=true", ["r"]),
        (f"gender={GENDER}|female", ["p"]),
        ("gender=female,male", ["p", "q"]),
        ("gender:not=male", ["p", "r"]),
        ("phone=99999901", ["p"]),
        ("telecom=email|a@b.example", ["p"]),
        ("email=a@b.example", ["p"]),
        ("email=99999901", []),
        ("deceased=true", ["q"]),
        ("deceased=false", ["p", "r"]),
    ],
)
def test_identifiers_booleans_and_contacts(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(f"Patient?{query}") == found


def test_tags_labels_profiles_and_sources(asker: Asker) -> None:
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "SDV"}
    meta = {
        "tag": [{"system": S, "code": "t"}], "security": [label], "source": "http://source.example/1",
        "profile": ["http://profile.example/a"],
    }  # fmt: skip
    asker.keep("Basic", "tagged", meta=meta, code=text("b"))
    for query in (
        f"_tag={S}|t", "_security=SDV", "_source=http://source.example/1", "_source:below=http://source.example",
        "_profile=http://profile.example/a", "_profile:above=http://profile.example/a/b",
    ):  # fmt: skip
        assert asker.ids(f"Basic?{query}") == ["tagged"], query
    assert asker.ids(f"Basic?_tag={S}|u") == []


def test_mime_types(asker: Asker) -> None:
    for id_, kind in (("plain", "text/xml"), ("charset", "text/xml;charset=UTF-8"), ("other", "text/xml2")):
        attachment = {"attachment": {"contentType": kind, "url": "http://x.example"}}
        asker.keep("DocumentReference", id_, status="current", content=[attachment])
    assert asker.ids("DocumentReference?contenttype=text/xml") == ["plain"]
    assert asker.ids("DocumentReference?contenttype:below=text/xml") == ["charset", "plain"]


def test_text_elements_are_compared_without_case(asker: Asker) -> None:
    asker.keep("Questionnaire", "q1", status="active", url="http://q.example/1", version="V1.A")
    assert asker.ids("Questionnaire?version=v1.a") == ["q1"]
    assert asker.ids("Questionnaire?version=V1.A") == ["q1"]


@pytest.fixture(scope="module")
def vocabulary(asker: Asker) -> str:
    tree = [
        {"code": "root", "concept": [{"code": "left"}, {"code": "right", "concept": [{"code": "leaf"}]}]},
        {"code": "alone"},
    ]  # fmt: skip
    system = "http://tree.example"
    asker.keep(
        "CodeSystem",
        "tree",
        url=system,
        status="active",
        content="complete",
        hierarchyMeaning="is-a",
        concept=tree,
    )
    include = [{"system": system, "concept": [{"code": "left"}, {"code": "leaf"}]}]
    asker.keep(
        "ValueSet", "some", url="http://some.example/vs", status="active", compose={"include": include}
    )
    for code in ("root", "left", "right", "leaf", "alone"):
        asker.keep("Condition", code, code=text(code, system=system), subject={"reference": "Patient/p"})
    asker.keep("Condition", "elsewhere", code=text("leaf", system=S), subject={"reference": "Patient/q"})
    return system


def test_value_sets(asker: Asker, vocabulary: str) -> None:
    assert asker.ids("Condition?code:in=http://some.example/vs") == ["leaf", "left"]
    assert asker.ids("Condition?code:not-in=http://some.example/vs") == [
        "alone",
        "elsewhere",
        "right",
        "root",
    ]
    assert asker.ids("Patient?_has:Condition:patient:code:in=http://some.example/vs") == ["p"]
    assert "There is no ValueSet" in asker.refusal("Condition?code:in=http://unknown.example/vs")


def test_subsumption(asker: Asker, vocabulary: str) -> None:
    assert asker.ids(f"Condition?code:below={vocabulary}|right") == ["leaf", "right"]
    assert asker.ids(f"Condition?code:above={vocabulary}|leaf") == ["leaf", "right", "root"]
    assert asker.ids(f"Condition?code:below={vocabulary}|right,{vocabulary}|alone") == [
        "alone",
        "leaf",
        "right",
    ]
    assert "not held here" in asker.refusal("Condition?code:below=http://unknown.example|x")
    assert "system|code" in asker.refusal("Condition?code:below=leaf")
    assert "has no code" in asker.refusal(f"Condition?code:above={vocabulary}|nowhere")
