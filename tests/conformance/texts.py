"""Texts that no object can express: duplicate keys, broken JSON, what is no resource, contained resources."""

from typing import Final

from tests.conformance.cases import Case, case
from tests.conformance.places import Json

WHOLE: Final = '"resourceType":"Observation","status":"final","code":{"text":"a"}'
DEVICE: Final = {"resourceType": "Device", "id": "d"}
BASE: Final = {"resourceType": "Observation", "status": "final", "code": {"text": "a"}}
PARENT: Final = {"resourceType": "Device", "id": "d", "parent": {"reference": "#"}}
TO_DEVICE: Final = {"device": {"reference": "#d"}}


def _contained(**elements: object) -> Json:
    return {**BASE, **elements}


TEXTS: Final[tuple[tuple[str, str], ...]] = (
    ("as it should be", f"{{{WHOLE}}}"),
    ("key twice", f'{{{WHOLE},"status":"final"}}'),
    ("key twice inside", f'{{{WHOLE},"method":{{"text":"a","text":"a"}}}}'),
    ("key twice in a list", f'{{{WHOLE},"note":[{{"text":"a","text":"b"}}]}}'),
    ("comma at the end", f"{{{WHOLE},}}"),
    ("comma in a list", f'{{{WHOLE},"note":[{{"text":"a"}},]}}'),
    ("not closed", f"{{{WHOLE}"),
    ("single quotes", f"{{{WHOLE},'valueString':'a'}}"),
    ("names without quotes", f"{{{WHOLE},valueInteger:1}}"),
    ("comment", f"{{{WHOLE}/* a */}}"),
    ("more after the end", f"{{{WHOLE}}} {{}}"),
    ("NaN", f'{{{WHOLE},"valueQuantity":{{"value":NaN}}}}'),
    ("leading zero", f'{{{WHOLE},"valueInteger":01}}'),
    ("leading plus", f'{{{WHOLE},"valueInteger":+1}}'),
    ("no digit before the point", f'{{{WHOLE},"valueQuantity":{{"value":.5}}}}'),
    ("no digit after the point", f'{{{WHOLE},"valueQuantity":{{"value":5.}}}}'),
    ("exponent in capitals", f'{{{WHOLE},"valueQuantity":{{"value":1.50E1}}}}'),
    ("minus zero", f'{{{WHOLE},"valueInteger":-0}}'),
    ("huge number", f'{{{WHOLE},"valueQuantity":{{"value":1e400}}}}'),
    ("half a surrogate pair", f'{{{WHOLE},"valueString":"\\ud83e"}}'),
    ("NUL", f'{{{WHOLE},"valueString":"a\\u0000b"}}'),
    ("raw control character", f'{{{WHOLE},"valueString":"a\tb"}}'),
    ("unknown escape", f'{{{WHOLE},"valueString":"\\a"}}'),
    ("escaped name", f'{{{WHOLE},"value\\u0053tring":"a"}}'),
    ("a list", f"[{{{WHOLE}}}]"),
    ("a text", '"Observation"'),
    ("null", "null"),
    ("nothing", "{}"),
    ("no resource type", '{"status":"final"}'),
    ("resource type null", '{"resourceType":null}'),
    ("resource type a list", '{"resourceType":["Patient"]}'),
    ("resource type unknown", '{"resourceType":"Pasient"}'),
    ("resource type in small letters", '{"resourceType":"patient"}'),
    ("resource type abstract", '{"resourceType":"DomainResource"}'),
    ("resource type a data type", '{"resourceType":"Period","start":"2026"}'),
    ("resource type last", '{"active":true,"resourceType":"Patient"}'),
    ("nothing but the type", '{"resourceType":"Patient"}'),
    ("an OID of three numbers", f'{{{WHOLE},"identifier":[{{"system":"urn:oid:1.2.3","value":"a"}}]}}'),
    ("FHIR comments", f'{{{WHOLE},"fhir_comments":["a"]}}'),
)  # fmt: skip
CONTAINED: Final[tuple[tuple[str, Json], ...]] = (
    ("as it should be", _contained(contained=[DEVICE], **TO_DEVICE)),
    ("refers to its container", _contained(contained=[PARENT])),
    ("id twice", _contained(contained=[DEVICE, DEVICE], **TO_DEVICE)),
    ("no id", _contained(contained=[{"resourceType": "Device"}])),
    ("no type", _contained(contained=[{"id": "d"}], **TO_DEVICE)),
    ("unknown type", _contained(contained=[{"resourceType": "Dings", "id": "d"}], **TO_DEVICE)),
    ("not referred to", _contained(contained=[DEVICE])),
    ("another reference", _contained(contained=[DEVICE], device={"reference": "#e"})),
    ("wrong type of target", _contained(contained=[DEVICE], specimen={"reference": "#d"})),
    ("nested", _contained(contained=[{**DEVICE, "contained": [{**DEVICE, "id": "e"}]}], **TO_DEVICE)),
    ("with a version", _contained(contained=[{**DEVICE, "meta": {"versionId": "1"}}], **TO_DEVICE)),
    ("with a time", _contained(contained=[{**DEVICE, "meta": {"lastUpdated": "2026-01-01T00:00:00Z"}}], **TO_DEVICE)),
    ("with a label", _contained(contained=[{**DEVICE, "meta": {"security": [{"code": "R"}]}}], **TO_DEVICE)),
    ("with a tag", _contained(contained=[{**DEVICE, "meta": {"tag": [{"code": "a"}]}}], **TO_DEVICE)),
    ("one, no list", _contained(contained=DEVICE, **TO_DEVICE)),
    ("an empty list", _contained(contained=[])),
    ("an empty object", _contained(contained=[{}])),
    ("null", _contained(contained=[None])),
    ("itself invalid", _contained(contained=[{**DEVICE, "colour": "red"}], **TO_DEVICE)),
    ("its required element missing", _contained(contained=[{"resourceType": "Specimen", "id": "s", "note": [{}]}], specimen={"reference": "#s"})),
    ("referred to by each other", _contained(contained=[{**DEVICE, "parent": {"reference": "#e"}}, {**DEVICE, "id": "e"}], **TO_DEVICE)),
    ("id with a number sign", _contained(contained=[{**DEVICE, "id": "#d"}], device={"reference": "##d"})),
)  # fmt: skip


def texts() -> list[Case]:
    """As cases."""
    raw = [Case("json: " + name, "Observation", text) for name, text in TEXTS]
    return raw + [case("contained: " + name, "Observation", resource) for name, resource in CONTAINED]
