"""The profiles of the card: which of them a resource is held to, and what of them it breaks.

https://hl7.org/fhir/R4/profiling.html. The built definitions in fhir_profiles/definitions are compiled once. A profile is
chosen by type and code, so that no client needs to claim it; one that meta.profile claims is held to as well.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Final

from app.fhir import definitions
from app.fhir import json as fhir_json
from app.fhir.invariant import Invariant, codes
from app.fhir.locations import fhirpath
from app.fhir.newborn import fetus_links, is_fetus
from app.fhir.outcome import Issue
from app.fhir.problems import Problem
from app.fhir.profile_nodes import Binding, Json, Node
from app.fhir.profile_rules import RULES

CHOOSING: Final[dict[str, str]] = {  # type → the element whose code chooses a profile; other types: all of it
    "Observation": "code",
    "DiagnosticReport": "code",
    "ServiceRequest": "code",
    "Task": "code",
    "EpisodeOfCare": "type",
    "Encounter": "type",
    "CarePlan": "category",
    "Consent": "category",
    "Flag": "category",
}
_SCOPES: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
WHERE: Final[dict[str, Callable[[Json], bool]]] = {  # profiles that no code chooses → what is one
    "woman": lambda one: not fetus_links(one),
    "newborn": lambda one: bool(fetus_links(one)),
    "relative": lambda one: not is_fetus(one),
    "fetus-person": is_fetus,
    "her-choice": lambda one: "patient-privacy" in codes(one.get("scope"), _SCOPES),
}


class Profile:
    """One compiled profile."""

    __slots__ = ("id", "root", "title", "type", "url", "version")

    def __init__(self, definition: Json) -> None:
        self.url: str = definition["url"]
        self.version: str = definition.get("version", "")
        self.id: str = definition["id"]
        self.title = str(definition.get("title", self.id))
        self.type: str = definition["type"]
        self.root = Node(self.type, (self.type,), self.type, allowed=(self.type,))
        for row in definition["differential"]["element"]:
            _constrain(_node(self.root, row["id"]), row)

    def check(self, resource: Json) -> list[Issue]:
        """What of this profile ``resource`` breaks."""
        found = self.root.one(resource)
        return [self._issue(one, resource) for one in found] if found else []

    def _issue(self, found: Problem, resource: Json) -> Issue:
        steps = found.trail[::-1]
        where = fhirpath(resource, steps)
        return Issue(found.code, f"{where} {found.reason} [profile {self.id}]", (where,))


def _node(root: Node, id_: str) -> Node:
    """The node of an element id (``Observation.component:systolic.code``), made where it is not there."""
    node = root
    for step in id_.split(".")[1:]:
        name, _, slice_name = step.partition(":")
        name = name.removesuffix("[x]")
        if name not in node.children:
            node.children[name] = _made(node.path, name)
        child = node.children[name]
        if slice_name:
            if slice_name not in child.slices:
                child.slices[slice_name] = _made(node.path, name, slice_name)
            child = child.slices[slice_name]
        node = child
    return node


def _made(parent: str, name: str, key: str = "") -> Node:
    """A node of an element; ``key`` names a slice, which for a choice is one of its types."""
    element = definitions.element(parent, name)
    if element is None:
        raise LookupError(f"{parent} has no element {name}")
    keys = tuple(key for key, _ in element.names())
    types = dict(element.names())
    inner = element.content or types.get(key, element.types[0] if len(element.types) == 1 else "")
    return Node(name, keys, inner, element.many, allowed=keys)


def _constrain(node: Node, row: Json) -> None:
    """Takes over what one element of the differential says."""
    node.minimum = row.get("min", node.minimum)
    if row.get("max", "*") != "*":
        node.maximum = int(row["max"])
    if "type" in row and len(node.keys) > 1:
        wanted = {one["code"].lower() for one in row["type"]}
        node.allowed = tuple(key for key in node.keys if key.removeprefix(node.name).lower() in wanted)
    if "type" in row:
        targets = [url.rpartition("/")[2] for one in row["type"] for url in one.get("targetProfile", ())]
        node.targets = frozenset(targets)
        node.path = row["type"][0]["code"] if len(row["type"]) == 1 else node.path
    for name, value in row.items():
        if name.startswith(("pattern", "fixed")):
            node.pattern, node.exact = value, name.startswith("fixed")
    if row.get("binding", {}).get("strength") == "required":
        node.binding = _binding(row["binding"]["valueSet"])
    if "slicing" in row:
        node.discriminators = tuple(one["path"] for one in row["slicing"]["discriminator"])
    node.rules += [
        Invariant(one["key"], RULES[one["key"]], one["human"])
        for one in row.get("constraint", ())
        if one["severity"] == "error"
    ]


@cache
def _read(kind: str) -> dict[str, Json]:
    folder = resources.files("fhir_profiles").joinpath("definitions")
    files = sorted((file.name, file) for file in folder.iterdir() if file.name.startswith(f"{kind}-"))
    found: list[Json] = [fhir_json.read(file.read_bytes()) for _, file in files]
    return {one["url"]: one for one in found}


def _binding(url: str) -> Binding:
    value_set = _read("ValueSet")[url.partition("|")[0]]
    systems = {
        row["system"]: frozenset(one["code"] for one in row["concept"])
        for row in value_set["compose"]["include"]
    }
    return Binding(str(value_set.get("title", value_set["id"])), systems)


@cache
def profiles() -> dict[str, Profile]:
    """The profiles of resources, by canonical."""
    rows = _read("StructureDefinition").items()
    return {url: Profile(row) for url, row in rows if row["type"] != "Extension"}


@cache
def _chosen_by() -> dict[str, dict[tuple[str, str], list[Profile]]]:
    """Type → (system, code) → profiles."""
    found: dict[str, dict[tuple[str, str], list[Profile]]] = {}
    for profile in profiles().values():
        for key in _keys(profile):
            found.setdefault(profile.type, {}).setdefault(key, []).append(profile)
    return found


def _keys(profile: Profile) -> Iterator[tuple[str, str]]:
    node = profile.root.children.get(CHOOSING.get(profile.type, ""))
    for one in (node, *node.slices.values()) if node and profile.id not in WHERE else ():
        if one.binding:
            yield from ((system, code) for system, known in one.binding.codes.items() for code in known)
        for coding in (one.pattern or {}).get("coding", ()):
            yield coding["system"], coding["code"]


@cache
def _of_type(name: str) -> list[Profile]:
    """The profiles of all resources of a type, or of those that WHERE tells."""
    rows = (one for one in profiles().values() if one.type == name)
    return [one for one in rows if one.id in WHERE or name not in CHOOSING]


def _chosen(resource: Json) -> list[Profile]:
    name = resource["resourceType"]
    found = [one for one in _of_type(name) if one.id not in WHERE or WHERE[one.id](resource)]
    value = resource.get(CHOOSING.get(name, ""), [])
    keys = _chosen_by().get(name, {})
    for concept in value if isinstance(value, list) else [value]:
        for coding in concept.get("coding", ()):
            for profile in keys.get((coding.get("system", ""), coding.get("code", "")), ()):
                if profile not in found:
                    found.append(profile)
    return found


def held(canonical: str) -> Profile | None:
    """The profile of this server under ``canonical``, with or without its version."""
    url, _, version = canonical.partition("|")
    profile = profiles().get(url)
    return profile if profile and version in {"", profile.version} else None


def claimed(resource: Json) -> list[Profile]:
    """The profiles of this server that ``resource`` says it follows."""
    found = (held(url) for url in resource.get("meta", {}).get("profile", ()) if isinstance(url, str))
    return [profile for profile in found if profile]


def chosen(resource: Json) -> list[Profile]:
    """The profiles that ``resource`` is held to: by what it is, and by what it claims."""
    found = _chosen(resource)
    if "meta" in resource:
        found = [*found, *(one for one in claimed(resource) if one not in found)]
    return found


def problems(resource: Json) -> Iterator[Issue]:
    """What ``resource``, valid as R4, breaks of the profiles that it is held to."""
    for profile in chosen(resource):
        if profile.type != resource["resourceType"]:
            text = f"{profile.url} is a profile of {profile.type}, not of {resource['resourceType']}"
            yield Issue("value", text, (f"{resource['resourceType']}.meta.profile",))
        else:
            yield from profile.check(resource)
