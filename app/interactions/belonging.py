"""Which woman and which card a draft belongs to: derived by the server, not claimed by the client (design §3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from app.access.caller import PERSONNEL, Role
from app.access.decide import readable
from app.access.labels import labels_of
from app.fhir import documents, newborn
from app.fhir import json as fhir_json
from app.fhir.json_patch import Patch
from app.fhir.outcome import FhirError
from app.fhir.references import references
from app.fhir.registry import BY_NAME, CONCERNING
from app.interactions.context import Context
from app.interactions.criteria import Criteria
from app.interactions.release import Release
from app.store.standing_tasks import Kept
from app.store.targets import Key, Targets

Json = dict[str, Any]
SEE_ALL = frozenset({Role.HARNESS, Role.SYSTEM})
RELATED = PERSONNEL | {Role.CITIZEN}  # what they may do rests on a relation
_LONGEST = 210  # characters of a reference below the base
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
    _outward: list[tuple[str, Json]] | None = field(default=None, init=False)

    def fresh(self) -> "Draft":
        """The draft as it came, for another attempt."""
        return replace(self, resource=fhir_json.parse(self.body) if self.body else None, rewritten=False)

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type, self.id

    @property
    def outward(self) -> list[tuple[str, Json]]:
        """The references that must lead somewhere, each with its place; looked for once."""
        if self._outward is None:
            self._outward = _outward(self.resource)
        return self._outward


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
    of_child: dict[Key, bool] = field(default_factory=dict)  # which drafts are a born child, or about one
    twice: set[Key] = field(default_factory=set)  # children that are registered already
    concealed: frozenset[Key] = frozenset()  # which drafts tell of an induced abortion
    release: Release = field(default_factory=Release)  # what waits until it is told her


def literal_key(reference: str, base: str) -> Key | None:
    """Type and id of a reference to this server, or None for anything else. A version is left out."""
    return _key(reference, base) if len(reference) <= len(base) + _LONGEST else None


@lru_cache(maxsize=4096)
def _key(reference: str, base: str) -> Key | None:
    text = reference.removeprefix(f"{base}/")
    if "://" in text or text.startswith(("#", "urn:")):
        return None
    match = _RELATIVE.fullmatch(text)
    return (match[1], match[2]) if match else None


def _outward(resource: Json | None) -> list[tuple[str, Json]]:
    """A document is closed: what its entries refer to stands in it (https://hl7.org/fhir/R4/documents.html), and only the
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


def referenced(preparation: Preparation, resource: Json, path: str) -> Iterator[Key]:
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
    if draft.resource is None:
        target = preparation.targets.found.get(draft.key)
        return target.patient if target else None
    if draft.type == "Patient":
        return mother_of(preparation, draft) or draft.id
    # A Patient that is named, else the first of them: which one decides must not depend on what is there
    keys = sorted(_concerned(preparation, draft.type, draft.resource), key=lambda key: key[0] != "Patient")
    return _woman(preparation, keys[0]) if keys else None


def _concerned(preparation: Preparation, type_name: str, resource: Json) -> list[Key]:
    """What says whom a resource is about, in its order."""
    if type_name == "Bundle":
        return _of_document(preparation, resource)
    paths = BY_NAME[type_name].patient
    found = [key for path in paths for key in referenced(preparation, resource, path)]
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
    """The woman whom the resource ``key`` is about; of a born child, its mother."""
    if key[0] == "Patient" and not newborn.is_child(key[1]):
        return key[1]
    if key in preparation.by_key:
        return patient_of(preparation, preparation.by_key[key])
    target = preparation.targets.found.get(key)
    return target.patient if target else key[1] if key[0] == "Patient" else None


def mother_of(preparation: Preparation, draft: Draft) -> str | None:
    """Whose child a Patient is, by the fetus that it was; None for a woman."""
    base = preparation.context.house.fhir_base
    for key in (literal_key(text, base) for text in newborn.fetus_links(draft.resource or {})):
        if key is None or key[0] != "RelatedPerson":
            continue
        if key in preparation.by_key:
            fetus = preparation.by_key[key]
            return patient_of(preparation, fetus) if newborn.is_fetus(fetus.resource) else None
        target = preparation.targets.found.get(key)
        if target and target.body and newborn.is_fetus(fhir_json.read(target.body)):
            return target.patient
    return None


def concerns_child(preparation: Preparation, draft: Draft) -> bool:
    """Whether ``draft`` is a born child, or about one."""
    known = preparation.of_child.get(draft.key)
    if known is None:
        keys = (
            [draft.key]
            if draft.type == "Patient"
            else _concerned(preparation, draft.type, draft.resource or {})
        )
        known = any(key[0] == "Patient" and newborn.is_child(key[1]) for key in keys)
        preparation.of_child[draft.key] = known
    return known
