"""What the server knows of codes, for searches and for the terminology operations.

A question is asked of a ``Library``; what it misses is looked up, and it is asked again. Answers are kept under the
editions that they rest on: each use asks the database, in one statement, whether these are still the newest, so a
write is seen at once by every process. https://hl7.org/fhir/R4/terminology-service.html
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, FhirError, Unprocessable
from app.fhir.parameters import echo
from app.fhir.terminology import Key, Library, Wanted, code_system
from app.fhir.terminology_expansion import known, members
from app.fhir.terminology_shipped import shipped
from app.store import terminology as store
from app.store.session import Session
from app.store.terminology import Edition

T = TypeVar("T")
_MOST_ROUNDS = 24  # value sets within value sets


class Kept(Generic[T]):
    """The values that were used last, as many as weigh no more than ``most`` together."""

    def __init__(self, most: int) -> None:
        self._most, self._weight = most, 0
        self._values: OrderedDict[Any, tuple[int, T]] = OrderedDict()

    def get(self, key: Any) -> T | None:
        """The value of ``key``, or None."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[1]

    def put(self, key: Any, value: T, weight: int) -> None:
        """Keep ``value``; what was used longest ago goes."""
        self._weight += weight - self._values.pop(key, (0, value))[0]
        self._values[key] = (weight, value)
        while self._weight > self._most:
            self._weight -= self._values.popitem(last=False)[1][0]


_artefacts: Kept[Any] = Kept(8_000_000)  # by edition; bytes of the resources
_named: Kept[frozenset[Key]] = Kept(10_000)  # by question: the keys that it needed last
_answers: Kept[Any] = Kept(200_000)  # by question and what it rests on; codes


@dataclass(slots=True)
class Shelf:
    """The library of one request, and the editions that stand in it."""

    library: Library = field(default_factory=Library)
    editions: dict[Key, Edition] = field(default_factory=dict)

    @property
    def state(self) -> Any:
        """What an answer rests on."""
        return frozenset((key, self.editions.get(key)) for key in self.library.found)

    @property
    def used(self) -> list[Edition]:
        """The stored resources that were needed."""
        return list(dict.fromkeys(self.editions.values()))


async def artefacts(session: Session, editions: Iterable[Edition]) -> dict[Edition, Any]:
    """What is made of each edition: a CodeSystem, or the resource."""
    wanted = list(dict.fromkeys(editions))
    found = {one: _artefacts.get(one) for one in wanted}
    for one, body in (await store.bodies(session, [row for row in wanted if found[row] is None])).items():
        resource = fhir_json.read(body)
        found[one] = code_system(resource) if one.type == "CodeSystem" else resource
        _artefacts.put(one, found[one], len(body))
    return {one: artefact for one, artefact in found.items() if artefact is not None}


async def _look_up(session: Session, shelf: Shelf, keys: Iterable[Key]) -> None:
    wanted = sorted(set(keys))
    editions = await store.editions(session, wanted)
    made = await artefacts(session, editions.values())
    for key in wanted:
        edition = editions.get(key)
        if edition in made:
            shelf.editions[key] = edition
            shelf.library.found[key] = made[edition]
        else:
            shelf.library.found[key] = shipped(key)


async def settled(session: Session, shelf: Shelf, question: Callable[[Library], T]) -> T:
    """The answer to ``question``; all that it needs is looked up first. Raises FhirError."""
    for _ in range(_MOST_ROUNDS):
        try:
            return question(shelf.library)
        except Wanted as wanted:
            await _look_up(session, shelf, wanted.keys)
    raise Unprocessable("Value sets are nested too deeply here", code="too-costly")


async def kept(
    session: Session, name: Any, question: Callable[[Library], T], weigh: Callable[[T], int]
) -> tuple[T, Shelf]:
    """The answer to the question called ``name``, from memory where nothing that it rests on has changed."""
    shelf = Shelf()
    needed = _named.get(name)
    if needed:
        await _look_up(session, shelf, needed)
        answer: T | None = _answers.get((name, shelf.state))
        if answer is not None:
            return answer, shelf
    answer = await settled(session, shelf, question)
    _named.put(name, frozenset(shelf.library.found), len(shelf.library.found))
    _answers.put((name, shelf.state), answer, weigh(answer) + 10)
    return answer, shelf


async def holds(session: Session, url: str) -> frozenset[tuple[str, str]]:
    """The codes (system, code) of the value set ``url``, for ``:in`` and ``:not-in``. Raises BadRequest."""

    def question(library: Library) -> frozenset[tuple[str, str]]:
        return frozenset(members(known(library.value_set(url), url), library))

    try:
        return (await kept(session, ("codes of", url), question, len))[0]
    except FhirError as error:
        raise BadRequest(error.issues) from error


async def below(session: Session, system: str, code: str) -> frozenset[str]:
    """``code`` and all codes of its system that it subsumes, for ``:below``. Raises BadRequest."""
    return await _related(session, "below", system, code)


async def above(session: Session, system: str, code: str) -> frozenset[str]:
    """``code`` and all codes of its system that subsume it, for ``:above``. Raises BadRequest."""
    return await _related(session, "above", system, code)


async def _related(session: Session, side: str, system: str, code: str) -> frozenset[str]:
    def question(library: Library) -> frozenset[str]:
        held = library.code_system(system)
        if held is None or not held.complete:
            text = (
                f"The code system {echo(system)} is not held here, so nothing is known to be {side} its codes"
            )
            raise BadRequest(text, code="not-supported")
        found: frozenset[str] = held.below(code) if side == "below" else held.above(code)
        if not found:
            raise BadRequest(f"{echo(system)} has no code {echo(code)}", code="code-invalid")
        return found

    return (await kept(session, (side, system, code), question, len))[0]
