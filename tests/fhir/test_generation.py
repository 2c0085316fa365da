"""Generated resources and mutations of them, compared with the nearest published models (fhir.resources, R4B)."""

import copy
import json as standard_json
from random import Random
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from app.fhir import definitions, json
from app.fhir.indexing import index
from app.fhir.references import references
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.validation import validate
from tests.fhir.generation import resource

LOST = {"valueMeta", "defaultValueMeta", "fixedMeta", "patternMeta"}  # R4 has them, R4B does not
KEPT = [row.name for row in RESOURCE_TYPES]
STRANGE: list[Any] = [
    None, True, 0, -1, json.Number("1.5"), "", "a", "2026", "2026-02-30", [], {}, ["a"], [None], {"text": "a"},
    {"reference": "Patient/1"}, {"value": 1}, [{}], [{"text": "a"}], "http://x.example", {"id": "a"}, {"start": "2026"},
]  # fmt: skip


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (the same resources in every run)


def plain(value: Any) -> Any:
    return standard_json.loads(json.dump(value))


def is_accepted_elsewhere(value: dict[str, Any]) -> bool:
    try:
        get_fhir_model_class(value["resourceType"]).model_validate(plain(value))
    except ValidationError as error:
        return all(one["loc"][-1] in LOST for one in error.errors())
    return True


def mutate(value: dict[str, Any], random: Random) -> None:
    """Takes out, replaces, wraps or renames one member somewhere."""
    places = list(_places(value))
    node, key = random.choice([place for place in places if place[1] != "resourceType"])
    match random.randrange(4):
        case 0:
            del node[key]
        case 1:
            node[key] = copy.deepcopy(random.choice(STRANGE))
        case 2:
            node[key] = [node[key]]
        case _ if isinstance(node, dict):
            node[f"{key}x"] = node.pop(key)
        case _:
            node.append(copy.deepcopy(node[key]))


def _places(node: Any) -> Any:
    for key, item in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, key
        if isinstance(item, dict | list):
            yield from _places(item)


@pytest.mark.parametrize("name", sorted(definitions.RESOURCE_NAMES))
def test_what_the_tables_allow_is_valid_but_for_invariants(name):
    for seed in range(4):
        generated = resource(name, dice(seed), likely=(0.2, 0.5, 0.9, 1.0)[seed])
        assert [issue for issue in validate(generated) if issue.code != "invariant"] == []
        index(generated)
        references(generated)


@pytest.mark.parametrize("name", KEPT)
def test_what_is_valid_here_is_valid_elsewhere(name):
    for seed in range(12):
        random = dice(seed)
        generated = resource(name, random)
        assert is_accepted_elsewhere(generated)
        for _ in range(6):
            mutated = copy.deepcopy(generated)
            mutate(mutated, random)
            if not validate(mutated):
                assert is_accepted_elsewhere(mutated), mutated
                index(mutated)
