"""FHIRPath Patch element by element: https://hl7.org/fhir/R4/fhirpatch.html"""

import copy
from typing import Any

import pytest

from app.fhir.element_paths import NoPath, places
from app.fhir.fhirpath_patch import fhirpath_patch
from app.fhir.json_patch import Unpatchable

Json = dict[str, Any]
NOTE = {"url": "https://x.example/note", "valueString": "n"}
PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p",
    "contained": [{"resourceType": "Organization", "name": "Legesenter"}],
    "extension": [{"url": "https://x.example/a", "valueBoolean": True}, {"url": "https://x.example/b", "valueCode": "c"}],
    "active": True,
    "name": [
        {"use": "official", "family": "Prøve", "given": ["Ågot", "Liv"], "_given": [None, {"extension": [NOTE]}]},
        {"use": "nickname", "text": "Å'got \\ her"},
    ],
    "birthDate": "1990-01-02",
    "_birthDate": {"extension": [NOTE]},
    "multipleBirthInteger": 2,
    "telecom": [
        {"system": "phone", "use": "home", "value": "1", "rank": 1},
        {"system": "phone", "use": "mobile", "value": "2"},
        {"system": "email", "value": "3"},
    ],
    "contact": [{"name": {"text": "Kari"}, "relationship": [{"text": "søster"}]}],
}  # fmt: skip


def _patched(kind: str, path: str, **parts: Any) -> Json:
    found = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    for name, value in parts.items():
        part = value if isinstance(value, dict) else {"valueInteger": value}
        found.append({"name": name, **({"valueString": value} if isinstance(value, str) else part)})
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": found}]}
    before = copy.deepcopy(PATIENT)
    patched = fhirpath_patch(parameters)(before)
    assert before == PATIENT, "the resource that was patched is a copy"
    return patched


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("Patient.birthDate", ["1990-01-02"]),
        ("Patient.name.given", ["Ågot", "Liv"]),
        ("Patient.name[0].given[1]", ["Liv"]),
        ("Patient.name.first().family", ["Prøve"]),
        ("Patient.name.last().use", ["nickname"]),
        ("Patient.telecom.where(system = 'phone' and use = 'mobile').value", ["2"]),
        ("Patient.telecom.where(system != 'phone').value", ["3"]),
        ("Patient.telecom.where(rank = 1).value", ["1"]),
        ("Patient.telecom.where(system='phone')[1].value", ["2"]),
        (r"Patient.name.where(text = 'Å\'got \\ her').use", ["nickname"]),
        ("Patient.contact.where(name.text = 'Kari').relationship.text", ["søster"]),
        ("Patient.extension('https://x.example/a').value", [True]),
        ("Patient.extension.where(value = true).url", ["https://x.example/a"]),
        ("Patient.multipleBirth", [2]),
        ("Patient.multipleBirth.ofType(integer)", [2]),
        ("Patient.multipleBirth.as(boolean)", []),
        ("Patient.birthDate.extension.value", ["n"]),
        ("Patient.name[0].given[1].extension('https://x.example/note').value", ["n"]),
        ("Patient.name[0].given[0].extension", []),
        ("Patient.contained.name", ["Legesenter"]),
        ("Patient.photo", []),
        ("Patient.name[7].family", []),
    ],
)
def test_a_path_names_places(path: str, values: list[Any]) -> None:
    assert [place.value for place in places(copy.deepcopy(PATIENT), path)] == values


@pytest.mark.parametrize(
    "path",
    ["", ".", "Patient.", "Observation.code", "name", "Patient.colour", "Patient.name.colour", "Patient.name[x]",
     "Patient.name.count()", "Patient.name.first(1)", "Patient.name.where()", "Patient.name.where(use)",
     "Patient.name.where(use = official)", "Patient.name | Patient.contact", "Patient.extension(x)", "Patient[0]",
     "Patient.birthDate.day", "(Patient.name)", "Patient.name.where(use = 'a' or use = 'b')"],
)  # fmt: skip
def test_a_text_that_is_no_path_says_so(path: str) -> None:
    with pytest.raises(NoPath):
        places(copy.deepcopy(PATIENT), path)


def test_add() -> None:
    added = _patched("add", "Patient", name="gender", value={"valueCode": "female"})
    assert added == {**PATIENT, "gender": "female"}
    again = _patched("add", "Patient.contact[0]", name="gender", value={"valueCode": "female"})
    assert again["contact"][0]["gender"] == "female"
    repeated = _patched("add", "Patient", name="name", value={"valueHumanName": {"text": "Ny"}})
    assert repeated["name"][-1] == {"text": "Ny"}
    given = _patched(
        "add", "Patient.name[0]", name="given", value={"valueString": "Mia", "_valueString": {"id": "m"}}
    )
    assert given["name"][0]["given"] == ["Ågot", "Liv", "Mia"]
    assert given["name"][0]["_given"] == [None, {"extension": [NOTE]}, {"id": "m"}]
    plain = _patched("add", "Patient.name[0]", name="given", value={"valueString": "Mia"})
    assert plain["name"][0]["_given"] == [None, {"extension": [NOTE]}, None]


def test_add_of_a_choice_and_of_an_element_without_a_type_of_its_own() -> None:
    deceased = _patched("add", "Patient", name="deceased", value={"valueDateTime": "2026-01-01"})
    assert deceased["deceasedDateTime"] == "2026-01-01"
    parts = [
        {"name": "relationship", "valueCodeableConcept": {"text": "mor"}},
        {"name": "relationship", "valueCodeableConcept": {"text": "nabo"}},
        {"name": "name", "valueHumanName": {"text": "Anne"}},
        {
            "name": "telecom",
            "part": [{"name": "system", "valueCode": "phone"}, {"name": "value", "valueString": "4"}],
        },
    ]
    added = _patched("add", "Patient", name="contact", value={"part": parts})
    assert added["contact"][1] == {
        "relationship": [{"text": "mor"}, {"text": "nabo"}],
        "name": {"text": "Anne"},
        "telecom": [{"system": "phone", "value": "4"}],
    }
    link = _patched("add", "Patient.birthDate", name="extension", value={"valueExtension": {"url": "u"}})
    assert link["_birthDate"]["extension"] == [NOTE, {"url": "u"}]
    first = _patched("add", "Patient.active", name="extension", value={"valueExtension": {"url": "u"}})
    assert first["_active"] == {"extension": [{"url": "u"}]}
    beside = _patched("add", "Patient.name[0].given[0]", name="id", value={"valueString": "i"})
    assert beside["name"][0]["_given"] == [{"id": "i"}, {"extension": [NOTE]}]


def test_insert_keeps_extensions_beside_their_values() -> None:
    found = _patched("insert", "Patient.name[0].given", index=0, value={"valueString": "Mia"})["name"][0]
    assert found["given"] == ["Mia", "Ågot", "Liv"]
    assert found["_given"] == [None, None, {"extension": [NOTE]}]
    made = _patched("insert", "Patient.photo", index=0, value={"valueAttachment": {"title": "x"}})
    assert made["photo"] == [{"title": "x"}]


def test_delete_takes_extensions_along() -> None:
    assert "birthDate" not in (gone := _patched("delete", "Patient.birthDate"))
    assert "_birthDate" not in gone
    found = _patched("delete", "Patient.name[0].given[1]")["name"][0]
    assert found["given"] == ["Ågot"]
    assert "_given" not in found
    assert "multipleBirthInteger" not in _patched("delete", "Patient.multipleBirth")
    assert _patched("delete", "Patient.photo") == PATIENT
    assert "contact" not in _patched("delete", "Patient.contact[0]")
    kept = _patched("delete", "Patient.telecom.where(system = 'email')")
    assert [row["value"] for row in kept["telecom"]] == ["1", "2"]


def test_replace_stands_where_the_old_one_stood() -> None:
    found = _patched("replace", "Patient.birthDate", value={"valueDate": "1991-01-02"})
    assert found == {
        key: value for key, value in {**PATIENT, "birthDate": "1991-01-02"}.items() if key != "_birthDate"
    }
    assert list(found) == [key for key in PATIENT if key != "_birthDate"]
    choice = _patched("replace", "Patient.multipleBirth", value={"valueBoolean": True})
    assert choice["multipleBirthBoolean"] is True
    assert list(choice).index("multipleBirthBoolean") == list(PATIENT).index("multipleBirthInteger")
    given = _patched("replace", "Patient.name[0].given[1]", value={"valueString": "Mia"})["name"][0]
    assert given["given"] == ["Ågot", "Mia"]
    assert "_given" not in given
    url = _patched("replace", "Patient.name[0].given[1].extension[0].value", value={"valueString": "o"})
    assert url["name"][0]["_given"][1]["extension"][0]["valueString"] == "o"


def test_move() -> None:
    found = _patched("move", "Patient.telecom", source=2, destination=0)
    assert [row["value"] for row in found["telecom"]] == ["3", "1", "2"]
    given = _patched("move", "Patient.name[0].given", source=1, destination=0)["name"][0]
    assert given["given"] == ["Liv", "Ågot"]
    assert given["_given"] == [{"extension": [NOTE]}, None]


@pytest.mark.parametrize(
    ("kind", "path", "parts"),
    [
        ("add", "Patient", {"name": "birthDate", "value": {"valueDate": "2000-01-01"}}),
        ("add", "Patient", {"name": "multipleBirth", "value": {"valueBoolean": True}}),
        ("add", "Patient", {"name": "deceased", "value": {"valueString": "x"}}),
        ("add", "Patient", {"name": "contact", "value": {"part": []}}),
        ("add", "Patient", {"name": "deceased", "value": {"part": [{"name": "x", "valueString": "y"}]}}),
        ("add", "Patient.name", {"name": "family", "value": {"valueString": "x"}}),
        ("replace", "Patient.name", {"value": {"valueHumanName": {"text": "x"}}}),
        ("replace", "Patient.photo", {"value": {"valueAttachment": {"title": "x"}}}),
        ("delete", "Patient.name", {}),
        ("move", "Patient.birthDate", {"source": 0, "destination": 0}),
        ("insert", "Patient.name[0]", {"index": 0, "value": {"valueHumanName": {"text": "x"}}}),
    ],
)
def test_what_does_not_fit_is_refused(kind: str, path: str, parts: Json) -> None:
    with pytest.raises(Unpatchable):
        _patched(kind, path, **parts)
