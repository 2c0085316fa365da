"""Whom a stored document is about, and how secret it is: https://hl7.org/fhir/R4/documents.html"""

from typing import Any

import pytest

from app.fhir import codes
from tests.access.world import NOBODY, World, as_told, is_hers, stored
from tests.fixtures.resources import Woman, a_transaction, a_weight, entry, labelled, new_number, register
from tests.fixtures.server import Person

Json = dict[str, Any]
ELSEWHERE = "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d009"  # a name within a document


@pytest.fixture(scope="module")
def woman(world: World) -> Woman:
    return register(world.midwife)


@pytest.fixture(scope="module")
def her(world: World, woman: Woman) -> Person:
    return world.person("citizen", person=woman.number)


def ref(reference: str) -> Json:
    return {"reference": reference}


def a_document(subject: str, *others: Json, base: str = "", patient: Json | None = None) -> Json:
    """A document about ``subject``, whose Composition stands at ``base``, with its Patient and ``others``."""
    author = "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d002"
    composition = {
        "resourceType": "Composition",
        "id": "dokument",
        "status": "final",
        "type": {"text": "Helsekort"},
        "subject": ref(subject),
        "date": "2026-11-01",
        "author": [ref(author)],
        "title": "Helsekort",
    }
    named = subject if "://" in subject or subject.startswith("urn:") else f"{base}/{subject}"
    urls = [
        f"{base}/Composition/dokument" if base else "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d001",
        named,
        author,
    ]
    urls += [f"urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d01{n}" for n in range(len(others))]
    who = {"resourceType": "Patient", "name": [{"text": "Hun"}]} | (patient or {})
    if not named.startswith("urn:"):
        who["id"] = named.rpartition("/")[2]
    parts = [composition, who, {"resourceType": "Practitioner", "name": [{"text": "Jordmor"}]}, *others]
    return {
        "resourceType": "Bundle",
        "identifier": {
            "system": "urn:ietf:rfc:3986",
            "value": "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d000",
        },
        "type": "document",
        "timestamp": "2026-11-01T10:00:00Z",
        "entry": [{"fullUrl": url, "resource": part} for url, part in zip(urls, parts, strict=True)],
    }


def numbered(*numbers: str, **more: Any) -> Json:
    return {"identifier": [{"system": codes.FNR, "value": number, **more} for number in numbers]}


@pytest.mark.parametrize("named", ["relative", "absolute", "number"])
def test_a_document_is_about_the_subject_of_its_composition(
    world: World, woman: Woman, her: Person, named: str
) -> None:
    inner = a_weight(
        "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d009", derivedFrom=[ref(f"Observation/{NOBODY}")]
    )
    document = {
        "relative": lambda: a_document(woman.reference, inner, base=world.server.fhir),
        "absolute": lambda: a_document(f"{world.server.fhir}/{woman.reference}", inner),
        "number": lambda: a_document(ELSEWHERE, inner, patient=numbered(woman.number)),
    }[named]()
    answer = world.midwife.post("/Bundle", document)
    assert answer.status_code == 201, answer.text
    assert [row["resource"] for row in answer.json()["entry"]] == [
        row["resource"] for row in document["entry"]
    ]
    is_hers(world, her, f"/Bundle/{answer.json()['id']}")


def test_a_document_that_names_her_nowhere_is_nobodys(world: World, woman: Woman) -> None:
    """Neither an address of another server, nor an old number, nor an entry that is not its subject."""
    other = "https://journal.example/fhir"
    documents = (
        a_document(woman.reference, base=other),
        a_document(ELSEWHERE, patient=numbered(woman.number, use="old")),
        a_document(ELSEWHERE, a_weight(woman.reference)),
        a_document(ELSEWHERE, {"resourceType": "Patient", **numbered(woman.number)}),
    )
    for document in documents:
        assert world.midwife.post("/Bundle", document).status_code == 403, document


def test_a_document_about_another_tells_a_stranger_nothing(world: World, woman: Woman) -> None:
    told = [
        as_told(world.gp.post("/Bundle", a_document(ELSEWHERE, patient=numbered(number))))
        for number in (woman.number, new_number())
    ]
    assert told[0] == told[1]
    assert told[0][0] == 403
    assert world.gp.post("/Bundle", a_document(f"{world.server.fhir}/{woman.reference}")).status_code == 403


def test_a_document_in_a_transaction_keeps_its_own_urns(world: World, woman: Woman) -> None:
    urn = "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d002"  # the author inside, and an entry outside
    document = a_document(f"{world.server.fhir}/{woman.reference}")
    answer = world.midwife.post("", a_transaction(entry(a_weight(woman.reference), urn), entry(document)))
    assert answer.status_code == 200, answer.text
    assert urn in str(answer.json()["entry"][1]["resource"])


def test_a_document_is_as_secret_as_its_most_secret_entry(world: World, woman: Woman, her: Person) -> None:
    secret = labelled(a_weight(woman.reference), codes.NOPAT)
    made = stored(world.midwife, a_document(f"{world.server.fhir}/{woman.reference}", secret))
    assert world.midwife.get(f"/Bundle/{made}").status_code == 200
    assert her.get(f"/Bundle/{made}").status_code == 404


def test_other_bundles_are_not_kept(world: World) -> None:
    collection = a_document(f"{world.server.fhir}/{world.woman.reference}") | {"type": "collection"}
    assert world.midwife.post("/Bundle", collection).status_code == 403  # nobody's
    assert world.person("harness").post("/Bundle", collection).status_code == 201
