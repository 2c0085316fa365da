"""What leaves for research: no name, number, address, free text or exact date, whatever is written where; the rest stays true."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import fhir_profiles
from app.fhir import codes as c
from app.fhir.validation import check
from app.mapping.deidentification import SHIFT, SMALL_PLACE, Deidentifier, Project, WeakKey
from app.mapping.deidentification_rules import TABLE, TYPES, Do
from app.worker.research_export import Malformed, research
from tests.fixtures.server import Server

Json = dict[str, Any]
KEY = bytes(range(32))
PROJECT = Project("p1", KEY)
FOLDERS = ("examples", "profiled")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
WEIGHT = {"coding": [{"system": c.LOINC, "code": c.WEIGHT}]}
CANARY = "Kari Nordmann 15840099472 Storgata 1"
SPARED = frozenset({"resourceType", "url", "system", "status", "gender", "reference", "id"})


def patient(n: int, code: str = "3301") -> Json:
    district = {"extension": [{"url": c.EXT_MUNICIPALITY, "valueCoding": {"code": code}}]}
    return {
        "resourceType": "Patient", "id": f"p{n}", "gender": "female", "birthDate": "1993-04-17", "address": [{"_district": district}]
    }  # fmt: skip


def of(*patients: Json) -> Deidentifier:
    return Deidentifier.of(PROJECT, patients or [patient(1)])


def examples() -> list[Json]:
    root = Path(fhir_profiles.__file__).parent
    files = (file for name in FOLDERS for file in sorted((root / name).glob("*.json")))
    found = [json.loads(file.read_bytes()) for file in files if file.name.partition("-")[0] in TYPES]
    assert len(found) > 50
    return found


def about_her(resource: Json) -> Json:
    """The same about the woman of the export, without a label."""
    name = {"Patient": None, "EpisodeOfCare": "patient"}.get(resource["resourceType"], "subject")
    her = {name: {"reference": "Patient/p1"}} if name else {"id": "p1", "link": []}
    return {**resource, "meta": {}, **her}


def poisoned(node: Any, spared: frozenset[str], name: str = "") -> Any:
    """Every text that is free to hold anything holds what must not leave, but for those named in ``spared``."""
    if isinstance(node, dict):
        extra = {
            "extension": [{"url": "urn:x", "valueString": CANARY}],
            "note": [{"text": CANARY}],
            "display": CANARY,
        }
        return {**extra, **{key: poisoned(value, spared, key) for key, value in node.items()}}
    if isinstance(node, list):
        return [poisoned(one, spared, name) for one in node]
    dated = isinstance(node, str) and DATE.match(node)
    return CANARY if isinstance(node, str) and not dated and name not in spared else node


def leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from leaves(one)
    else:
        yield node


def test_no_name_number_address_free_text_or_exact_date_passes() -> None:
    made = of()
    for example in examples():
        for spared in (None, SPARED | {"code"}, SPARED):
            given = about_her(example if spared is None else poisoned(example, spared))
            kept = made.resource(given)
            coded = "coding" in example.get("code", {"coding": []})
            assert (kept is not None) == coded or spared == SPARED, (
                "without a code that is known nothing leaves"
            )
            written = json.dumps(kept)
            for part in ("Kari", "Nordmann", "Storgata", "15840099472"):
                assert part not in written, (part, kept)
            assert not re.search(r"\d{11}", written)
            assert not re.search(r"\d:\d", written), "a time of day"
            days = {found for one in leaves(given) if isinstance(one, str) for found in DATE.findall(one)}
            near = {
                (date.fromisoformat(one) + timedelta(PROJECT.days("Patient/p1"))).isoformat() for one in days
            }
            assert set(DATE.findall(written)) <= near, "no day but a shifted one"
            ids = {
                one
                for one in leaves(given)
                if isinstance(one, str) and one.startswith(("Patient/", "Encounter/"))
            }
            assert not [one for one in ids if f'"{one}"' in written]


def test_what_no_row_names_is_dropped() -> None:
    rows = {row.path for row in TABLE}
    made = of()
    for example in examples():
        kept = made.resource(about_her(example)) or {"resourceType": example["resourceType"]}
        assert {f"{kept['resourceType']}.{name}" for name in kept} - {
            f"{kept['resourceType']}.resourceType"
        } <= rows


def test_what_leaves_is_valid_fhir() -> None:
    made, seen = of(), 0
    for example in examples():
        kept = made.resource(about_her(example))
        if kept and example["resourceType"] == "Observation":
            check(kept)
            seen += 1
    assert seen > 30


def test_days_between_two_of_hers_stay_and_other_women_are_shifted_otherwise() -> None:
    made = of(*(patient(n) for n in range(40)))

    def day(n: int, when: str) -> date:
        kept = made.resource(
            {
                "resourceType": "Observation",
                "id": "o",
                "subject": {"reference": f"Patient/p{n}"},
                "code": WEIGHT,
                "effectiveDateTime": when,
            }
        )
        assert kept is not None
        return date.fromisoformat(kept["effectiveDateTime"])

    assert day(1, "2026-05-01") - day(1, "2026-03-01") == timedelta(61)
    shifts = {day(n, "2026-05-01") - date(2026, 5, 1) for n in range(40)}
    assert len(shifts) > 25
    assert all(0 < abs(shift.days) <= SHIFT for shift in shifts)
    late = day(1, "2026-04-30T23:30:00Z")
    assert late == day(1, "2026-05-01"), "the day is the one in Norway"


def test_places_of_few_women_are_generalised() -> None:
    many = [patient(n, "3301") for n in range(SMALL_PLACE)]
    few = [patient(100 + n, "3303" if n % 2 else "3305") for n in range(SMALL_PLACE)]
    alone = [patient(200, "4601")]
    made = of(*many, *few, *alone)
    places = [(made.resource(row) or {}).get("address") for row in (many[0], few[0], alone[0])]
    codes = [row and row[0]["_district"]["extension"][0]["valueCoding"]["code"] for row in places]
    assert codes == ["3301", "33", None]
    assert (made.resource(many[0]) or {})["birthDate"] == "1990"


def test_two_projects_cannot_be_joined_and_one_is_true_to_itself() -> None:
    visit = {
        "resourceType": "Encounter",
        "id": "v",
        "status": "finished",
        "subject": {"reference": "Patient/p1"},
    }
    ours, again = (of().resource(visit) for _ in range(2))
    other = Deidentifier.of(Project("p2", KEY), [patient(1)]).resource(visit)
    assert ours == again
    assert ours is not None
    assert other is not None
    assert not set(map(str, leaves(ours))) & set(map(str, leaves(other))) - {"Encounter", "finished"}
    her = of().resource(patient(1))
    assert her is not None
    assert ours["subject"]["reference"] == f"Patient/{her['id']}"
    assert PROJECT.pseudonym("Patient/p1") != Project("p1", KEY[::-1]).pseudonym("Patient/p1")
    with pytest.raises(WeakKey):
        Project("p1", b"short")
    assert KEY.hex() not in repr(PROJECT)


def test_of_others_children_and_what_is_kept_apart_nothing_leaves() -> None:
    child = {
        "resourceType": "Patient",
        "id": "c",
        "link": [{"other": {"reference": "RelatedPerson/f"}, "type": "seealso"}],
    }
    made = of(patient(1), child)
    labelled = {
        "resourceType": "Observation",
        "subject": {"reference": "Patient/p1"},
        "meta": {"security": [{"code": "NOPAT"}]},
    }
    gone = [
        child, labelled, {"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/c"}},
        {"resourceType": "Observation", "id": "o"}, {"resourceType": "Practitioner", "id": "x"},
    ]  # fmt: skip
    assert [made.resource(row) for row in gone] == [None] * 5
    assert sum(made.left_out.values()) == 5


def test_codes_stay_whole_and_every_kind_of_rule_is_used() -> None:
    kept = of().resource({
        "resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": c.LOINC, "code": "2028-9", "display": "x"}, {"system": "urn:own", "code": "Kari"}]},
        "valueQuantity": {"value": 7.5, "unit": "g/dL", "system": c.UCUM, "code": "g/dL", "comparator": "<"},
    })  # fmt: skip
    assert kept is not None
    assert kept["code"] == {"coding": [{"system": c.LOINC, "code": "2028-9"}]}
    assert kept["valueQuantity"] == {"value": 7.5, "comparator": "<", "system": c.UCUM, "code": "g/dL"}
    assert {row.do for row in TABLE} == set(Do)


def test_the_files_of_an_export_become_those_of_a_project(server: Server, tmp_path: Path) -> None:
    folder, out = tmp_path / "export", tmp_path / "out"
    folder.mkdir()
    weight = {
        "resourceType": "Observation",
        "id": "o",
        "subject": {"reference": "Patient/p1"},
        "code": WEIGHT,
    }
    for name, row in (
        ("Patient-1", patient(1)),
        ("Observation-1", weight),
        ("Practitioner-1", {"resourceType": "Practitioner", "id": "x"}),
    ):
        (folder / f"{name}.ndjson").write_text(json.dumps(row) + "\n")
    made = research(server.settings, folder, PROJECT, out, "kari")
    assert (dict(made.kept), dict(made.left_out)) == ({"Observation": 1, "Patient": 1}, {"type": 1})
    (kept,) = [json.loads(line) for line in (out / "Observation.ndjson").read_text().splitlines()]
    assert kept["subject"] == {"reference": f"Patient/{PROJECT.pseudonym('Patient/p1')}"}
    assert json.loads((out / "manifest.json").read_text())["kept"] == {"Patient": 1, "Observation": 1}
    (row,) = server.database.rows("SELECT request FROM audit WHERE request LIKE '%$research-export%'")
    assert '"subject":"operator:kari"' in row
    with pytest.raises(FileExistsError):
        research(server.settings, folder, PROJECT, out, "kari")
    (folder / "Observation-1.ndjson").write_text(json.dumps(weight) + f'\n{{"name": "{CANARY}"\n')
    with pytest.raises(Malformed, match=r"Observation-1\.ndjson, line 2: not one JSON resource") as refused:
        research(server.settings, folder, PROJECT, tmp_path / "again", "kari")
    assert "Kari" not in str(refused.value)
    assert not (tmp_path / "again").exists()
