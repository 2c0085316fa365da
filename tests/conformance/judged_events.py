"""HL7's own validator on the log's AuditEvents: python -m tests.conformance.judged_events [FOLDER].

Every interaction, allowed and refused, of a clinician and of the woman, with one woman, none and two. By base R4; with the
StructureDefinitions of IHE BALP 1.1 (https://profiles.ihe.net/ITI/BALP) in a folder that is named, also by each of its
patterns that an event claims. HL7 Norway's profile of the trust framework is published as source
alone: what that asks is held by ``tests/mapping/test_audit_to_fhir.py``, and the validator has not judged it.
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
from tests.mapping.test_audit_to_fhir import OTHER, SERVER, WHO, WOMAN

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
    """What is judged: the event as it is, and by each pattern of BALP that it claims where that is known."""
    found = []
    for what, event in events():
        bare = {**event, "meta": {name: value for name, value in event["meta"].items() if name != "profile"}}
        text = json.dump(bare).decode()
        claimed = [url for url in event["meta"].get("profile", ()) if url.startswith(BALP)] if folders else []
        base = "http://hl7.org/fhir/StructureDefinition/AuditEvent"
        found += [(f"{what}, by {url.rpartition('/')[2]}", f"{url}\t{text}") for url in (base, *claimed)] if folders else [
            (what, text)
        ]  # fmt: skip
    return list({text: (what, text) for what, text in found}.values())


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
    """How many it agrees with; 1 where it does not with all."""
    folders = [Path(argument) for argument in sys.argv[1:]]
    judged = material(folders)
    with tempfile.TemporaryDirectory() as beside:
        subtypes(Path(beside))
        verdicts = judge([text for _, text in judged], *folders, *([Path(beside)] if folders else []))
    wrong = [(what, found) for (what, _), found in zip(judged, verdicts, strict=True) if found]
    for what, found in wrong[:20]:
        print(what)
        for finding in found:
            print(f"    {finding.location}: {'it fell over' if finding.key == CRASH else finding.text}")
    by = Counter(
        text.partition("\t")[0].rpartition("/")[2] if "\t" in text else "AuditEvent" for _, text in judged
    )
    print(
        f"the official validator takes {len(judged) - len(wrong)} of {len(judged)} events: {dict(sorted(by.items()))}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
