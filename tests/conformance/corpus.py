"""What is judged: valid resources of every kept type, and the same broken in every way that mutations.py lists."""

import copy
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice

from app.fhir import definitions, json
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.validation import validate
from tests.conformance.cases import Case, case, dice
from tests.conformance.elements import elements
from tests.conformance.mutations import MUTATIONS, Mutation
from tests.conformance.places import Json, places
from tests.conformance.texts import texts
from tests.fhir import (
    generation,
    invariant_cases,
    invariant_cases_of_definitions,
    invariant_cases_of_structures,
)
from tests.fhir.examples import read_all

ANY = (0.15, 0.3, 0.5, 0.8)  # how likely an optional element is there
SOUND = (0.5, 0.35, 0.2)
RULES = (*invariant_cases.CASES, *invariant_cases_of_definitions.CASES, *invariant_cases_of_structures.CASES)
TRIES = 60  # few types have rules that dice do not keep: StructureDefinition has examples instead


def examples() -> list[Case]:
    """The synthetic resources that this repository ships."""
    return [case("example", name, resource) for name, resource in read_all().items()]


def generated() -> list[Case]:
    """What the element tables allow; it may break rules."""
    return [
        case(
            "generated",
            f"{row.name} {seed}",
            generation.resource(row.name, dice(f"{row.name} {seed}"), likely),
        )
        for row in RESOURCE_TYPES
        for seed, likely in enumerate(ANY)
    ]


def sound() -> list[Case]:
    """Generated resources of every type that break no rule as far as this server knows."""
    return [
        case("sound", f"{row.name} {i}", resource)
        for row in RESOURCE_TYPES
        for i, resource in enumerate(islice(_sound(row.name), len(SOUND)))
    ]


def _sound(name: str) -> Iterator[Json]:
    for seed in range(TRIES):
        likely = SOUND[seed % len(SOUND)] / (1 + seed / 20)  # where rules are many, less is more
        resource = generation.resource(name, dice(f"{name} sound {seed}"), likely)
        if not validate(resource):
            yield resource


def values() -> list[Case]:
    """A value of each data type, in an extension."""
    [choice] = [element for element in definitions.elements("Extension") if element.choice]
    found = [
        generation.resource("Basic", dice("values"), 0.0)
        | {"extension": [{"url": "http://x.example/e", key: generation.value(choice, name, dice(key))}]}
        for key, name in choice.names()
    ]
    return [
        case("sound", f"Basic {key}", resource)
        for (key, _), resource in zip(choice.names(), found, strict=True)
        if not validate(resource)
    ]


def kept() -> list[Case]:
    """Each rule of R4, kept."""
    return [case(f"rule kept: {key}", keeps["resourceType"], keeps) for key, keeps, _ in RULES]


def broken() -> list[Case]:
    """Each rule of R4, and nothing else, broken."""
    return [case(f"rule broken: {key}", breaks["resourceType"], breaks) for key, _, breaks in RULES]


def _digest(name: str, one: Case) -> str:
    """An order of its own for each mutation, which another example does not change."""
    return sha256(f"{name} {one.kind} {one.where}".encode()).hexdigest()


def mutations(basis: list[Case]) -> Iterator[Case]:
    """Each kind of mutation in several places, of as many types as possible."""
    parsed = [(one, json.parse(one.text.encode())) for one in basis]
    for mutation in MUTATIONS:
        ordered = sorted(parsed, key=lambda pair: _digest(mutation.name, pair[0]))
        yield from islice(_mutated(mutation, ordered), mutation.places)


def _mutated(mutation: Mutation, ordered: list[tuple[Case, Json]]) -> Iterator[Case]:
    for one, resource in ordered:
        fitting = [i for i, place in enumerate(places(resource)) if mutation.applies(place)]
        if fitting:
            changed = copy.deepcopy(resource)
            place = places(changed)[dice(f"{mutation.name} {one.where}").choice(fitting)]
            mutation.change(place)
            yield case(mutation.name, f"{one.where} {place.path}", changed)


def corpus() -> list[Case]:
    """All of it, always the same and in the same order."""
    basis = [*sound(), *values(), *kept()]  # not the examples: who adds one need not judge anew
    cases = [*examples(), *basis, *generated(), *broken(), *texts(), *elements(), *mutations(basis)]
    return list(dict.fromkeys(cases))
