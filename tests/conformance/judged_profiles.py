"""HL7's own validator on every profile, value set, code system and example: python -m tests.conformance.judged_profiles.

https://hl7.org/fhir/R4/validation.html. It must find nothing in the definitions and the good examples, and something in
each bad one; measurements that R4 has a vital signs profile for are judged by it too. With HL7 Norway's no-basis package
named as argument, packed or unpacked, profiles are judged on it, and examples by its profiles; without it a stand-in that
says nothing beyond R4 takes the place of each of its profiles (docs/adr/0009).
"""

import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.fhir import json
from tests.conformance.judge import CRASH, Finding, judge
from tests.fhir.examples import read_all
from tests.fhir.profiled import cases, good, merged

DEFINITIONS = Path(__file__).parents[2] / "fhir_profiles" / "definitions"
QUESTIONNAIRES = DEFINITIONS.parent / "questionnaires"
CANONICAL = "https://helsekort.example/fhir/StructureDefinition"
NO_BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-"
CORE = "http://hl7.org/fhir/StructureDefinition/"
VITAL_SIGNS = {
    "blood-pressure": "bp",
    "body-weight": "bodyweight",
    "body-height": "bodyheight",
    "body-mass-index": "bmi",
    "temperature": "bodytemp",
    "pulse": "heartrate",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One text for the validator, and whether it should find something."""

    what: str
    text: str
    bad: bool


def _text(url: str, resource: object) -> str:
    return f"{url}\t{json.dump(resource).decode()}"


def norwegian_types() -> set[str]:
    """The types whose profiles build on no-basis."""
    bases = (json.parse(file.read_bytes()) for file in DEFINITIONS.glob("StructureDefinition-*.json"))
    return {one["type"] for one in bases if one["baseDefinition"].startswith(NO_BASIS)}


def stand_ins(folder: Path) -> Path:
    """For each no-basis profile that ours build on, one that says nothing beyond R4."""
    for name in norwegian_types():
        definition: dict[str, Any] = {
            "resourceType": "StructureDefinition", "id": f"no-basis-{name}", "url": NO_BASIS + name,
            "name": f"NoBasis{name}", "status": "draft", "kind": "resource", "abstract": False, "type": name,
            "baseDefinition": CORE + name, "derivation": "constraint",
            "differential": {"element": [{"id": name, "path": name}]},
        }  # fmt: skip
        (folder / f"{name}.json").write_bytes(json.dump(definition))
    return folder


def unpacked(package: Path, place: Path) -> Path:
    """The folder of a package's definitions."""
    if package.is_dir():
        return package
    with tarfile.open(package) as archive:
        archive.extractall(place, filter="data")
    return place / "package"


def material(norwegian: bool) -> list[Judged]:
    """All that is judged."""
    files = sorted(file for folder in (DEFINITIONS, QUESTIONNAIRES) for file in folder.glob("*.json"))
    found = [Judged(file.name, file.read_text(encoding="utf-8"), bad=False) for file in files]
    examples = good()
    found += [
        Judged(f"good {name}", _text(f"{CANONICAL}/{name}", resource), bad=False)
        for name, resource in examples.items()
    ]
    found += [
        Judged(f"vital sign {name}", _text(CORE + core, examples[name]), bad=False)
        for name, core in VITAL_SIGNS.items()
    ]
    for case in cases():
        resource = merged(examples[case["profile"]], case["change"])
        what = f"bad {case['profile']}: {case['says']}"
        found.append(Judged(what, _text(f"{CANONICAL}/{case['profile']}", resource), bad=True))
    for name, resource in read_all().items() if norwegian else ():
        if resource["resourceType"] in norwegian_types():
            found.append(
                Judged(f"no-basis {name}", _text(NO_BASIS + resource["resourceType"], resource), bad=False)
            )
    return found


def main() -> int:
    """How often it agrees; 1 where it does not."""
    given = [Path(argument) for argument in sys.argv[1:]]
    all_ = material(norwegian=bool(given))
    with tempfile.TemporaryDirectory() as place:
        packages = [unpacked(one, Path(place)) for one in given] or [stand_ins(Path(place))]
        verdicts = judge([one.text for one in all_], DEFINITIONS, *packages)
    unjudged = [
        one.what for one, found in zip(all_, verdicts, strict=True) if any(row.key == CRASH for row in found)
    ]
    odd: list[tuple[Judged, list[Finding]]] = [
        (one, found)
        for one, found in zip(all_, verdicts, strict=True)
        if bool(found) != one.bad and one.what not in unjudged
    ]
    for one, found in odd:
        print(one.what, "— it finds nothing" if one.bad else "")
        for finding in found:
            print(f"    {finding.location}: {finding.text}")
    judged = len(all_) - len(unjudged)
    print(f"the official validator agrees on {judged - len(odd)} of {judged} definitions and examples")
    print(f"on no-basis: {', '.join(map(str, given)) or 'not here; stand-ins take its place'}")
    print(f"it fails on {len(unjudged)}: {', '.join(unjudged)}" if unjudged else "it judges all")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
