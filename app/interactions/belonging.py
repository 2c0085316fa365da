"""Which woman and which card a draft belongs to: derived by the server, not claimed by the client (design §3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.access.caller import PERSONNEL, Role
from app.access.decide import readable
from app.access.labels import labels_of
from app.fhir import codes, documents
from app.fhir import json as fhir_json
from app.fhir.json_patch import Patch
from app.fhir.outcome import FhirError
from app.fhir.references import references
from app.fhir.registry import BY_NAME, CONCERNING
from app.interactions.context import Context
from app.interactions.criteria import Criteria
from app.store.standing_tasks import Kept
from app.store.tables import OPEN_EPISODE
from app.store.targets import Key, Targets

Json = dict[str, Any]
SEE_ALL = frozenset({Role.HARNESS, Role.SYSTEM})
RELATED = PERSONNEL | {Role.CITIZEN}  # what they may do rests on a relation
_RELATIVE = re.compile(r"([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")


@dataclass(slots=True)
class Draft:
    """One change that is asked for. ``body`` is what was sent, ``resource`` the same parsed (None for delete)."""

    method: str
    type: str
    id: str
    resource: Json | None = None
    body: bytes = b""
    full_url: str = ""
    if_match: int | None = None
    place: str = ""  # where it stands in a bundle, for error texts
    rewritten: bool = field(default=False)
    criteria: Criteria | None = None  # which resource is meant, or must not be there yet
    expected: int | None = None  # the version that criteria were answered by, or that a patch was applied to
    patch: Patch | None = None
    wrong: FhirError | None = None  # why it cannot be stored; told to those only who may

    def fresh(self) -> "Draft":
        """The draft as it came, for another attempt."""
        return replace(self, resource=fhir_json.parse(self.body) if self.body else None, rewritten=False)

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type, self.id


@dataclass(slots=True)
class Preparation:
    """The drafts of one set, with what was found for them."""

    context: Context
    drafts: Sequence[Draft]
    targets: Targets
    by_key: dict[Key, Draft]
    persons: dict[tuple[str, str], str] = field(default_factory=dict)  # whose number it is, for documents
    patients: dict[Key, str | None] = field(default_factory=dict)
    kept: dict[Key, Kept] = field(default_factory=dict)  # what Tasks of applications keep up so far


def literal_key(reference: str, base: str) -> Key | None:
    """Type and id of a reference to this server, or None for anything else. A version is left out."""
    text = reference.removeprefix(f"{base}/")
    if "://" in text or text.startswith(("#", "urn:")):
        return None
    match = _RELATIVE.fullmatch(text)
    return (match[1], match[2]) if match else None


def outward(resource: Json | None) -> list[tuple[str, Json]]:
    """The references that must lead somewhere, each with its place.

    A document is closed: what its entries refer to stands in it (https://hl7.org/fhir/R4/documents.html), and only the
    woman whom it is about is looked for here.
    """
    if resource and resource["resourceType"] == "Bundle":
        about = documents.subject(resource)
        return [(documents.SUBJECT, {"reference": about})] if about and not about.startswith("urn:") else []
    return references(resource) if resource else []


def _at(resource: Json, path: str) -> list[Any]:
    """What stands at ``path`` of the registry, in its order."""
    nodes: list[Any] = [resource]
    for name in path.split("."):
        found = [node[name] for node in nodes if isinstance(node, dict) and name in node]
        nodes = [item for value in found for item in (value if isinstance(value, list) else [value])]
    return nodes


def _referenced(preparation: Preparation, resource: Json, path: str) -> Iterator[Key]:
    """The resources of this server that the references at ``path`` lead to, in their order."""
    base = preparation.context.house.fhir_base
    for node in _at(resource, path):
        text = node.get("reference") if isinstance(node, dict) else None
        key = literal_key(text, base) if isinstance(text, str) else None
        if key is not None:
            yield key


def patient_of(preparation: Preparation, draft: Draft) -> str | None:
    """The woman whom ``draft`` is about."""
    if draft.key in preparation.patients:
        return preparation.patients[draft.key]
    preparation.patients[draft.key] = None  # a circle of references ends here
    found = _patient(preparation, draft)
    preparation.patients[draft.key] = found
    return found


def _patient(preparation: Preparation, draft: Draft) -> str | None:
    if draft.type == "Patient":
        return draft.id
    if draft.resource is None:
        target = preparation.targets.found.get(draft.key)
        return target.patient if target else None
    # A Patient that is named, else the first of them: which one decides must not depend on what is there
    keys = sorted(_concerned(preparation, draft.type, draft.resource), key=lambda key: key[0] != "Patient")
    return _woman(preparation, keys[0]) if keys else None


def _concerned(preparation: Preparation, type_name: str, resource: Json) -> list[Key]:
    """What says whom a resource is about, in its order."""
    if type_name == "Bundle":
        return _of_document(preparation, resource)
    paths = BY_NAME[type_name].patient
    found = [key for path in paths for key in _referenced(preparation, resource, path)]
    return [key for key in found if key[0] in CONCERNING]


def _of_document(preparation: Preparation, bundle: Json) -> list[Key]:
    """The Patient of this server whom a document names, or whose number the Patient within it has."""
    key = literal_key(documents.subject(bundle), preparation.context.house.fhir_base)
    known = (preparation.persons.get(number) for number in documents.numbers(bundle))
    women = [("Patient", woman) for woman in known if woman]
    return [key] if key else women[:1]


def there(preparation: Preparation, key: Key, hers: str | None) -> bool:
    """Whether what ``key`` names is there, as far as this caller may be told who writes about the woman ``hers``."""
    target, role = preparation.targets.found.get(key), preparation.context.caller.role
    if target is None or target.deleted:
        return False
    if role in SEE_ALL:
        return True
    if hers is not None and target.patient not in {None, hers}:
        return False
    return role not in RELATED or readable(
        role, target.type, target.labels, about_her=target.patient is not None
    )


def inherited(preparation: Preparation, draft: Draft, hers: str | None) -> frozenset[str]:
    """The labels of what ``draft`` is about, where that is no Patient: a file is as secret as its document."""
    labels: frozenset[str] = frozenset()
    for key in _concerned(preparation, draft.type, draft.resource or {}):
        if key[0] == "Patient":
            continue
        if key in preparation.by_key:
            labels |= labels_of(preparation.by_key[key].resource or {"resourceType": key[0]})
        elif there(preparation, key, hers):
            labels |= preparation.targets.found[key].labels
    return labels


def _woman(preparation: Preparation, key: Key) -> str | None:
    """The woman whom the resource ``key`` is about."""
    if key[0] == "Patient":
        return key[1]
    if key in preparation.by_key:
        return patient_of(preparation, preparation.by_key[key])
    target = preparation.targets.found.get(key)
    return target.patient if target else None


def episode_of(preparation: Preparation, draft: Draft, patient: str | None) -> str | None:
    """Her card: through the encounter, the extension, or the only open card; none otherwise (design §3)."""
    row, fetus = BY_NAME[draft.type], _is_fetus(draft.resource)
    if draft.resource is None or patient is None or not (row.episode or fetus):
        return None
    if draft.type == "EpisodeOfCare":
        return draft.id
    for key in (key for path in row.episode for key in _referenced(preparation, draft.resource, path)):
        if key[0] == "EpisodeOfCare":
            return key[1]
        if key in preparation.by_key:
            return episode_of(preparation, preparation.by_key[key], patient)
        target = preparation.targets.found.get(key)
        if target is not None and target.episode:
            return target.episode
    named = _named_card(draft.resource, preparation.context.house.fhir_base)
    # A fetus is of its own pregnancy and of no later one, also where it is corrected later
    before = preparation.targets.found.get(draft.key) if fetus else None
    return named or (before.episode if before else None) or _open_card(preparation, patient)


def _is_fetus(resource: Json | None) -> bool:
    if resource is None or resource["resourceType"] != "RelatedPerson":
        return False
    named = _at(resource, "relationship.coding")
    return any((row.get("system"), row.get("code")) == (codes.CS_CARD, "fetus") for row in named)


def _named_card(resource: Json, base: str) -> str | None:
    """The card that an extension names."""
    for extension in resource.get("extension", ()):
        if extension.get("url") in {codes.EXT_EPISODE, codes.EXT_CORE_EPISODE}:
            key = literal_key(extension.get("valueReference", {}).get("reference", ""), base)
            return key[1] if key else None
    return None


def _open_card(preparation: Preparation, patient: str) -> str | None:
    for draft in preparation.drafts:
        resource = draft.resource if draft.type == "EpisodeOfCare" else None
        if resource and resource.get("status") in OPEN_EPISODE and patient_of(preparation, draft) == patient:
            return draft.id
    return preparation.targets.open_episode.get(patient)
