"""Resources of a bulk export → what leaves for research: by the rows of ``deidentification_rules``, for one project.

Pseudonyms are keyed by the project: two projects cannot be joined, and without the key nothing leads back. Days are shifted
per woman by a keyed number of days, so that what lies between two of hers stays true. GDPR art. 4 (5): this is
pseudonymisation, not anonymisation. https://www.datatilsynet.no (anonymisering av personopplysninger).
"""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from app.clock import OSLO
from app.fhir import codes as c
from app.fhir.identifiers import looks_like_person_number
from app.mapping.birth_notification import municipalities
from app.mapping.deidentification_rules import BY_PATH, TYPES, Do
from app.mapping.elements import Element, child, children, labels, literal, moment, reference, text

Json = dict[str, Any]
_LETTERS: Final = str.maketrans("0123456789", "ghijkmnpqr")  # a pseudonym never looks like a number
SHIFT: Final = 182  # days, either way
SMALL_PLACE: Final = 20  # fewer women of the export than this: the county, or nothing
LEAST_KEY: Final = 32
_DAY = len("2026-01-01")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+\-]{0,39}")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2}|$)")
_WORD = re.compile(r"[a-z][a-z\-]{0,39}")  # a code of FHIR's own
_UNIT = re.compile(r"[A-Za-z0-9%/\[\]{}.#*\-]{1,20}")
_SYSTEMS: Final = frozenset(
    {c.LOINC, c.SNOMED, c.NLK, c.CS_CARD, c.ACT_CODE, "http://id.who.int/icd/release/11/mms", "urn:oid:2.16.578.1.12.4.1.1.7110"}
)  # fmt: skip
_SYSTEM_FAMILIES: Final = (
    "http://terminology.hl7.org/CodeSystem/",
    "http://hl7.org/fhir/",
    "urn:oid:2.16.578.1.12.4.1.1.",
)
_CODED_TYPES: Final = frozenset({"Observation", "Condition", "Procedure"})  # nothing without what it is
_SUBJECTS: Final = {"EpisodeOfCare": "patient"}
COUNTY = 2  # digits of a municipality's code


class WeakKey(Exception):
    """The key is too short to keep anybody from guessing."""


@dataclass(frozen=True, slots=True)
class Project:
    """A research project: what it is called, and its key."""

    name: str
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < LEAST_KEY:
            raise WeakKey(f"The key of a project has at least {LEAST_KEY} bytes")

    def _digest(self, *what: str) -> bytes:
        return hmac.new(self.key, "\0".join((self.name, *what)).encode(), hashlib.sha256).digest()

    def pseudonym(self, name: str) -> str:
        """What ``Type/id`` is called in this project."""
        return self._digest("name", name).hex()[:32].translate(_LETTERS)

    def days(self, woman: str) -> int:
        """By how many days hers are shifted: never none."""
        number = int.from_bytes(self._digest("days", woman)[:8]) % (2 * SHIFT) - SHIFT
        return number if number < 0 else number + 1


@dataclass(slots=True)
class Deidentifier:
    """For one export: knows its women, and how many live where."""

    project: Project
    places: Mapping[str, str]  # of each woman by Patient/id: municipality, county, or ""
    left_out: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, project: Project, patients: Iterable[Element]) -> "Deidentifier":
        """``patients`` are those of the export; children's own records are no women of it."""
        codes = {
            f"Patient/{row['id']}": next(municipalities(row), "") for row in patients if not _is_child(row)
        }
        return cls(project, dict(_generalised(codes)))

    def resource(self, row: Element) -> Json | None:
        """What leaves of a resource; None where nothing does, which ``left_out`` counts by why."""
        kind, woman = text(row, "resourceType"), _woman(row)
        why = (
            "type" if kind not in TYPES
            else "not about a woman of the export" if woman not in self.places
            else "kept apart by a label" if labels(row)
            else ""
        )  # fmt: skip
        if why:
            self.left_out[why] += 1
            return None
        parts = self._parts(kind, row, woman)
        if kind in _CODED_TYPES and "code" not in parts:
            self.left_out["without a known code"] += 1
            return None
        return {"resourceType": kind, **parts}

    def _parts(self, path: str, element: Element, woman: str) -> Json:
        found: Json = {}
        for name, value in element.items():
            do = BY_PATH.get(f"{path}.{name}")
            kept = None if do is None else self._one(do, f"{path}.{name}", value, woman)
            if kept not in (None, [], {}):
                found[name] = kept
        return found

    def _one(self, do: Do, path: str, value: Any, woman: str) -> Any:
        if do is Do.NAME:
            return self.project.pseudonym(f"{path.partition('.')[0]}/{value}")
        if do is Do.REGION:
            return list(self._region(woman))
        if isinstance(value, list):
            return [kept for one in value if (kept := self._one(do, path, one, woman)) not in (None, {})]
        return self._single(do, path, value, woman)

    def _single(self, do: Do, path: str, value: Any, woman: str) -> Any:
        if do is Do.PARTS:
            parts = self._parts(path, value, woman) if isinstance(value, dict) else {}
            return parts if "code" in parts else None
        if do in {Do.SHIFT, Do.SPAN}:
            return self._shifted(do, value, woman)
        return self._reference(value) if do is Do.REFERENCE else _PLAIN[do](value)

    def _shifted(self, do: Do, value: Any, woman: str) -> Any:
        if do is Do.SPAN:
            ends = {name: self._day(child({"of": value}, "of").get(name), woman) for name in ("start", "end")}
            return {name: day for name, day in ends.items() if day}
        return self._day(value, woman)

    def _day(self, value: Any, woman: str) -> str | None:
        when = moment(value) if isinstance(value, str) and len(value) >= _DAY else None
        return (
            (when.astimezone(OSLO).date() + timedelta(days=self.project.days(woman))).isoformat()
            if when
            else None
        )

    def _reference(self, value: Any) -> Json | None:
        name = literal(text(child({"of": value}, "of"), "reference"))
        kind, _, id_ = name.partition("/")
        return (
            {"reference": f"{kind}/{self.project.pseudonym(name)}"}
            if kind in TYPES or (kind == "RelatedPerson" and id_)
            else None
        )

    def _region(self, woman: str) -> Iterator[Json]:
        place = self.places[woman]
        if place:
            coded = {"url": c.EXT_MUNICIPALITY, "valueCoding": {"code": place}}
            yield {"country": "NO", "_district": {"extension": [coded]}}


def _is_child(patient: Element) -> bool:
    return any(reference(row, "other").startswith("RelatedPerson/") for row in children(patient, "link"))


def _woman(row: Element) -> str:
    kind = text(row, "resourceType")
    return f"Patient/{row.get('id')}" if kind == "Patient" else reference(row, _SUBJECTS.get(kind, "subject"))


def _generalised(codes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Municipalities of few women are told as their county, counties of few as nothing; whoever is left in one too."""
    here = Counter(codes.values())
    hidden = Counter(code[:COUNTY] for code in codes.values() if here[code] < SMALL_PLACE)
    for woman, code in codes.items():
        if code and here[code] >= SMALL_PLACE:
            yield woman, code
        elif code and hidden[code[:COUNTY]] >= SMALL_PLACE:
            yield woman, code[:COUNTY]
        else:
            yield woman, ""


def _keep(value: Any) -> Any:
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) else None
    return (
        value if isinstance(value, bool | int | float) and not looks_like_person_number(str(value)) else None
    )


def _coded(value: Any) -> Json | None:
    rows = [
        {"system": text(row, "system"), "code": text(row, "code")}
        for row in children(child({"of": value}, "of"), "coding")
        if _is_known(text(row, "system")) and _is_code(text(row, "code"))
    ]
    return {"coding": rows} if rows else None


def _is_known(system: str) -> bool:
    return system in _SYSTEMS or system.startswith(_SYSTEM_FAMILIES)


def _is_code(code: str) -> bool:
    return bool(_CODE.fullmatch(code)) and not looks_like_person_number(code) and not _DATE.match(code)


def _amount(value: Any) -> Json | None:
    given = child({"of": value}, "of")
    number, unit = _keep(given.get("value")), text(given, "code")
    if number is None or isinstance(number, str):
        return None
    comparator = text(given, "comparator")
    return {
        "value": number,
        **({"comparator": comparator} if comparator in {"<", "<=", ">=", ">"} else {}),
        **(
            {"system": c.UCUM, "code": unit}
            if text(given, "system") == c.UCUM and _UNIT.fullmatch(unit)
            else {}
        ),
    }


def _band(value: Any) -> str | None:
    """The first year of five; a year is a valid date in FHIR."""
    when = moment(value) if isinstance(value, str) else None
    return str(when.year - when.year % 5) if when else None


_PLAIN = {Do.KEEP: _keep, Do.CODED: _coded, Do.AMOUNT: _amount, Do.BAND: _band}
