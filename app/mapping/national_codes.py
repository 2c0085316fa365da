"""Norwegian laboratory codes → LOINC, as the ConceptMap that this server ships says (fhir_profiles, ``nlk-loinc``).

Norsk laboratoriekodeverk (NLK) holds codes of NPU, which may also come under NPU's own address, and national NOR codes.
https://hl7.org/fhir/R4/conceptmap.html; https://terminology.hl7.org/CodeSystem-NPU.html
"""

from collections.abc import Iterator
from typing import Final

from app.fhir.codes import CANONICAL, NLK, NPU
from app.fhir.terminology_shipped import shipped

Code = tuple[str, str]
MAP: Final = f"{CANONICAL}/ConceptMap/nlk-loinc"


def _rows() -> Iterator[tuple[Code, tuple[Code, ...]]]:
    kept = shipped(("ConceptMap", MAP))
    for group in kept["group"] if isinstance(kept, dict) else ():
        for element in group["element"]:
            targets = tuple((group["target"], one["code"]) for one in element["target"])
            yield (group["source"], element["code"]), targets


NATIONAL: Final[dict[Code, tuple[Code, ...]]] = dict(_rows())


def national(rows: tuple[Code, ...], system: str) -> tuple[Code, ...]:
    """The codes of ``system`` that mean one of ``rows``."""
    return tuple(key for key, targets in NATIONAL.items() if key[0] == system and set(targets) & set(rows))


def beside(rows: tuple[Code, ...]) -> tuple[Code, ...]:
    """``rows`` and the Norwegian codes that mean the same."""
    return (*rows, *national(rows, NLK))


def under_npu(code: Code) -> tuple[Code, ...]:
    """A code of NLK that NPU has too, under NPU's own address."""
    system, value = code
    return ((NPU, value),) if system == NLK and (NPU, value) in NATIONAL else ()
