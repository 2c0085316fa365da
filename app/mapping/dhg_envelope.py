"""The envelope of a sub-resource of the national record: a List that counts its versions and names what states it.

https://hl7.org/fhir/R4/list.html. Its entries are the resources that stated the sub-resource when it was last written
there, each with its version, so that a change on the FHIR side moves the counter too; its extensions hold the counter, who
wrote, and what only JSON has. It is entered-in-error where the sub-resource is.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.mapping.dhg_chart import Cell, Json
from app.mapping.dhg_rows import Key
from app.mapping.elements import Element, child, children, literal, text

NATIONAL = f"{c.CANONICAL}/CodeSystem/national-record"
_EXT = f"{c.CANONICAL}/StructureDefinition/national-record-"
_VERSION, _KEPT, _PLACE, _ROLE = f"{_EXT}version", f"{_EXT}kept", f"{_EXT}organization", f"{_EXT}profession"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes."""

    name: str = ""
    hpr: str = ""
    profession: str = ""
    orgnr: str = ""
    organization: str = ""

    def as_json(self) -> Json:
        """``lastUpdatedBy`` of the national record."""
        kind = "HEALTH_CARE_PROFESSIONAL" if self.hpr else "CITIZEN" if not self.orgnr else "SYSTEM"
        known = {
            "userType": kind, "orgNr": self.orgnr, "orgName": self.organization, "hprNr": self.hpr,
            "hprRole": self.profession, "name": self.name,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the envelope says; ``stored`` is the version of the List itself, 0 where there is none yet."""

    id: str
    stored: int = 0
    count: int = 0
    pins: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[Key, Any] = field(default_factory=dict)
    writer: Writer | None = None
    at: str = ""
    wrong: bool = False

    def version(self, cells: Iterable[Cell], versions: Mapping[str, int]) -> int:
        """The version of the sub-resource: one for each write through the national record, and one for each version
        that the resources which state it have had since."""
        stating = {source for cell in cells for source in cell.sources} | set(self.pins)
        moved = (versions.get(name, self.pins.get(name, 0) + 1) - self.pins.get(name, 0) for name in stating)
        return self.count + sum(max(0, steps) for steps in moved)


def id_of(episode: str, part: str, of: str = "") -> str:
    """The id of an envelope: the same whoever makes it, so that two first writers meet."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{NATIONAL}/{episode}/{part}/{of}"))


def read(id_: str, resource: Element | None, stored: int) -> Envelope:
    """The envelope ``id_``; an empty one where there is none."""
    if resource is None:
        return Envelope(id_)
    said = {text(row, "url"): row for row in children(resource, "extension")}
    items = [text(child(row, "item"), "reference") for row in children(resource, "entry")]
    pins = {literal(item): int(item.rpartition("/")[2]) for item in items if "/_history/" in item}
    kept = fhir_json.read(text(said.get(_KEPT, {}), "valueString").encode() or b"[]")
    person, place = child(resource, "source"), child(said.get(_PLACE, {}), "valueReference")
    writer = Writer(
        name=text(person, "display"),
        hpr=text(child(person, "identifier"), "value"),
        profession=text(said.get(_ROLE, {}), "valueCode"),
        orgnr=text(child(place, "identifier"), "value"),
        organization=text(place, "display"),
    )
    return Envelope(
        id_, stored, said.get(_VERSION, {}).get("valueInteger", 0), pins, {tuple(key): value for key, value in kept},
        writer, text(resource, "date"), text(resource, "status") == "entered-in-error",
    )  # fmt: skip


def made(envelope: Envelope, part: str, about: Mapping[str, str]) -> Json:
    """The List that says what ``envelope`` says; ``about`` has ``patient``, ``episode`` and maybe ``encounter``."""
    writer = envelope.writer or Writer()
    person: Json = {"identifier": {"system": c.HPR, "value": writer.hpr}} if writer.hpr else {}
    person |= {"display": writer.name} if writer.name else {}
    items = [{"item": {"reference": f"{name}/_history/{n}"}} for name, n in sorted(envelope.pins.items())]
    return {
        "resourceType": "List",
        "id": envelope.id,
        "extension": _extensions(envelope, writer, about["episode"]),
        "status": "entered-in-error" if envelope.wrong else "current",
        "mode": "working",
        "code": {"coding": [{"system": NATIONAL, "code": part}]},
        "subject": {"reference": about["patient"]},
        **({"encounter": {"reference": about["encounter"]}} if about.get("encounter") else {}),
        "date": envelope.at,
        **({"source": person} if person else {}),
        **({"entry": items} if items else {}),
    }


def _extensions(envelope: Envelope, writer: Writer, episode: str) -> list[Json]:
    extensions: list[Json] = [
        {"url": c.EXT_EPISODE, "valueReference": {"reference": episode}},
        {"url": _VERSION, "valueInteger": envelope.count},
    ]
    if envelope.kept:
        kept = fhir_json.dump([[list(key), value] for key, value in envelope.kept.items()]).decode()
        extensions.append({"url": _KEPT, "valueString": kept})
    if writer.orgnr:
        place = {"identifier": {"system": c.ORGNR, "value": writer.orgnr}}
        named = {"display": writer.organization} if writer.organization else {}
        extensions.append({"url": _PLACE, "valueReference": place | named})
    if writer.profession:
        extensions.append({"url": _ROLE, "valueCode": writer.profession})
    return extensions
