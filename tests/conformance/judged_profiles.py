"""HL7's own validator on every profile, value set, code system and example: python -m tests.conformance.judged_profiles.

https://hl7.org/fhir/R4/validation.html. It must find nothing in the definitions and the good examples, and something in
each bad one. With HL7 Norway's no-basis package unpacked in a folder named as argument, the people and organisations
among the examples are judged by its profiles too.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from app.fhir import json
from tests.conformance.judge import CRASH, Finding, judge
from tests.fhir.examples import read_all
from tests.fhir.profiled import cases, good, merged

DEFINITIONS = Path(__file__).parents[2] / "fhir_profiles" / "definitions"
QUESTIONNAIRES = DEFINITIONS.parent / "questionnaires"
CANONICAL = "https://helsekort.example/fhir/StructureDefinition"
NO_BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-"
NORWEGIAN = ("Patient", "Practitioner", "PractitionerRole", "Organization", "RelatedPerson")


@dataclass(frozen=True, slots=True)
class Judged:
    """One text for the validator, and whether it should find something."""

    what: str
    text: str
    bad: bool


def _text(url: str, resource: object) -> str:
    return f"{url}\t{json.dump(resource).decode()}"


def material(norwegian: bool) -> list[Judged]:
    """All that is judged."""
    files = sorted(file for folder in (DEFINITIONS, QUESTIONNAIRES) for file in folder.glob("*.json"))
    found = [Judged(file.name, file.read_text(encoding="utf-8"), bad=False) for file in files]
    examples = good()
    found += [
        Judged(f"good {name}", _text(f"{CANONICAL}/{name}", resource), bad=False)
        for name, resource in examples.items()
    ]
    for case in cases():
        resource = merged(examples[case["profile"]], case["change"])
        what = f"bad {case['profile']}: {case['says']}"
        found.append(Judged(what, _text(f"{CANONICAL}/{case['profile']}", resource), bad=True))
    for name, resource in read_all().items() if norwegian else ():
        if resource["resourceType"] in NORWEGIAN:
            found.append(
                Judged(f"no-basis {name}", _text(NO_BASIS + resource["resourceType"], resource), bad=False)
            )
    return found


def main() -> int:
    """How often it agrees; 1 where it does not."""
    folders = [Path(argument) for argument in sys.argv[1:]]
    all_ = material(norwegian=bool(folders))
    verdicts = judge([one.text for one in all_], DEFINITIONS, *folders)
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
    print(f"it fails on {len(unjudged)}: {', '.join(unjudged)}" if unjudged else "it judges all")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
