"""One text to judge, and dice that fall the same way in every run."""

from dataclasses import dataclass
from random import Random
from typing import Any

from app.fhir import json


@dataclass(frozen=True, slots=True)
class Case:
    """``kind`` says what was done to it, ``where`` in which resource and element."""

    kind: str
    where: str
    text: str


def case(kind: str, where: str, resource: dict[str, Any]) -> Case:
    return Case(kind, where, json.dump(resource).decode())


def dice(seed: str) -> Random:
    return Random(seed)  # noqa: S311 (the same cases in every run)
