"""HL7's own validator on the log's AuditEvents: python -m tests.conformance.judged_events [FOLDER] [PACKAGE].

Every interaction, allowed and refused, of a clinician and of the woman, with one woman, none and two. By base R4, and by HL7
Norway's profile of the trust framework as ``trust_framework.py`` restates it, for every event that claims it; with the
StructureDefinitions of IHE BALP 1.1 (https://profiles.ihe.net/ITI/BALP) in a folder that is named, also by each of its
patterns that an event claims; with no-basis' package (``.tgz``) what an event contains is held to no-basis.
"""

import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.fhir import json
from app.mapping.audit_to_fhir import ACTIONS, BALP, Reader, audit_event
from tests.conformance.judge import CRASH, judge
from tests.conformance.trust_framework import HL7_NO, definitions, unpacked
from tests.mapping.test_audit_to_fhir import OTHER, SERVER, WHO, WOMAN

TRUST = f"{HL7_NO}/no-domain-Trustframework-Auditevent"
# The value sets of restful interactions by which BALP's patterns tell their subtypes: https://profiles.ihe.net/ITI/BALP
SUBTYPES = {
    "AllReadVS": ("read", "vread"),
    "AllUpdateVS": ("update", "patch"),
    "AllSearchVS": ("search", "search-type", "search-system"),
}
HERSELF = {name: WHO[name] for name in ("id", "at", "method", "path", "type", "peer")} | {
    "role": "citizen", "subject": "citizen:9f86d081884c7d65", "client": "helsenorge-portal", "name": "Ågot Prøve", "purpose": "PATRQT",
}  # fmt: skip
VERDICTS = ("allow.carer.read", "block.her-choice", "not-found", "error:422:business-rule")


def events() -> Iterator[tuple[str, dict[str, Any]]]:
    """What it is, and the event."""
    for interaction, women, verdict, who in itertools.product(
        sorted(ACTIONS), ((), (WOMAN,), (WOMAN, OTHER)), VERDICTS, (WHO, HERSELF)
    ):
        shown = [
            ["Observation", f"o{n}", 2, "allow.carer.read", woman, False] for n, woman in enumerate(women)
        ]
        if verdict != VERDICTS[0]:
            shown = []
        request = (
            who | {"interaction": interaction} | ({"query": "code=1"} if "search" in interaction else {})
        )
        result = {"verdict": verdict, "shown": shown, "patients": list(women)}
        for reader in (Reader(SERVER), Reader(SERVER, WOMAN, hers=True, named=False)):
            what = f"{who['role']} {interaction} of {len(women)}: {verdict}, read by {'her' if reader.hers else 'the auditor'}"
            yield what, audit_event("request-1", request, result, reader)


def material(folders: list[Path]) -> list[tuple[str, str]]:
    """What is judged: the event by R4, and by each profile that it claims and that is known."""
    found = []
    known = (TRUST, *((BALP,) if folders else ()))
    for what, event in events():
        bare = {**event, "meta": {name: value for name, value in event["meta"].items() if name != "profile"}}
        text = json.dump(bare).decode()
        claimed = [url for url in event["meta"].get("profile", ()) if url.startswith(known)]
        base = "http://hl7.org/fhir/StructureDefinition/AuditEvent"
        found += [(f"{what}, by {url.rpartition('/')[2]}", f"{url}\t{text}") for url in (base, *claimed)]
    return list({text: (what, text) for what, text in found}.values())


def spoilt() -> list[tuple[str, str]]:
    """Events that break the Norwegian profile in one way each: a validator that takes one of them judges nothing."""
    _, whole = next(row for row in events() if TRUST in row[1]["meta"].get("profile", ()))
    held = {row["resourceType"]: row for row in whole["contained"]}
    of_another = [{**row, "practitioner": {"reference": "#legal-entity"}} if row is held["PractitionerRole"] else row
                  for row in whole["contained"]]  # fmt: skip
    untimed = [
        {**row, "extension": [part for part in row["extension"] if part["url"] != "toa"]}
        if "extension" in row
        else row
        for row in whole["extension"]
    ]
    agents = [{**whole["agent"][0], "who": {"reference": "#person"}}, *whole["agent"][1:]]
    ways = {
        "the role of an organisation": {"contained": of_another},
        "an attest without its time": {"extension": untimed},
        "two patients": {"extension": [whole["extension"][0], *whole["extension"]]},
        "an agent who is a Practitioner": {"agent": agents},
    }
    return [(what, f"{TRUST}\t{json.dump({**whole, **change}).decode()}") for what, change in ways.items()]


def subtypes(folder: Path) -> None:
    """Those value sets as files, since they come in no StructureDefinition."""
    for name, codes in SUBTYPES.items():
        included = {
            "system": "http://hl7.org/fhir/restful-interaction",
            "concept": [{"code": code} for code in codes],
        }
        body = {
            "resourceType": "ValueSet",
            "url": f"https://profiles.ihe.net/ITI/BALP/ValueSet/{name}",
            "status": "active",
            "compose": {"include": [included]},
        }
        (folder / f"ValueSet-{name}.json").write_bytes(json.dump(body))


def main() -> int:
    """How many it agrees with; 1 where it does not with all, or with one that breaks the Norwegian profile."""
    named = [Path(argument) for argument in sys.argv[1:]]
    folders, packages = [one for one in named if one.is_dir()], [one for one in named if one.is_file()]
    judged, broken = material(folders), spoilt()
    with tempfile.TemporaryDirectory() as beside:
        subtypes(Path(beside))
        no_basis = bool([package for package in packages if unpacked(package, Path(beside))])
        for n, definition in enumerate(definitions(no_basis)):
            (Path(beside) / f"trust-{n}.json").write_bytes(json.dump(definition))
        verdicts = judge([text for _, text in (*judged, *broken)], *folders, Path(beside))
    wrong = [(what, found) for (what, _), found in zip(judged, verdicts, strict=False) if found]
    for what, found in wrong[:20]:
        print(what)
        for finding in found:
            print(f"    {finding.location}: {'it fell over' if finding.key == CRASH else finding.text}")
    taken = [what for (what, _), found in zip(broken, verdicts[len(judged) :], strict=True) if not found]
    print("".join(f"taken, though it breaks the Norwegian profile: {what}\n" for what in taken), end="")
    by = Counter(text.partition("\t")[0].rpartition("/")[2] for _, text in judged)
    print(
        f"the official validator takes {len(judged) - len(wrong)} of {len(judged)} events: {dict(sorted(by.items()))},"
        f" and refuses {len(broken) - len(taken)} of {len(broken)} that were spoilt"
    )
    return 1 if wrong or taken else 0


if __name__ == "__main__":
    sys.exit(main())
