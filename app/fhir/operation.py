"""What an operation is: its levels, methods and parameters. The table of them is ``operations.py``.

https://hl7.org/fhir/R4/operations.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.fhir.codes import CANONICAL
from app.fhir.primitives import PRIMITIVES

EVERY_TYPE = "Resource"  # in place of a type: each type of the registry


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be given; ``types`` are FHIR's data types or resource types, of which a value has one."""

    name: str
    types: tuple[str, ...] = ("string",)
    required: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``type`` is a resource type, ``EVERY_TYPE`` or "" (the system alone).

    ``levels``  where it is asked: system, type, instance.
    ``answer``  the type of resource that it answers with.
    ``ours``    defined by us; else by R4, or by the specification whose canonical ``defined`` is.
    ``begins``  answers 202 and goes on without the client.
    ``posted``  the levels at which a resource must be given, so that only POST asks.
    ``needs``   the interaction that a type must support, where it is of every type.
    """

    type: str
    name: str
    levels: tuple[str, ...]
    methods: tuple[str, ...]
    answer: str
    text: str
    parameters: tuple[Parameter, ...] = ()
    ours: bool = False
    defined: str = ""
    begins: bool = False
    posted: tuple[str, ...] = ()
    needs: str = ""

    @property
    def definition(self) -> str:
        """The canonical of its OperationDefinition."""
        if self.defined:
            return self.defined
        base = CANONICAL if self.ours else "http://hl7.org/fhir"
        return f"{base}/OperationDefinition/{self.type or EVERY_TYPE}-{self.name}"

    def ways(self) -> Iterator[tuple[str, str, str]]:
        """Each way to ask: level, URL and method."""
        kept = "{type}" if self.type == EVERY_TYPE else self.type
        steps = {"system": "", "type": f"/{kept}", "instance": f"/{kept}/{{id}}"}
        for level in self.levels:
            for method in POST if level in self.posted else self.methods:
                yield level, f"/fhir{steps[level]}/${self.name}", method


INSTANCE, TYPE, EITHER, SYSTEM = ("instance",), ("type",), ("type", "instance"), ("system",)
GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")

URI, TEXT, CODE, FLAG, WHOLE = ("uri",), ("string",), ("code",), ("boolean",), ("integer",)
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription"


def in_url(row: Operation) -> Iterator[tuple[str, str, bool]]:
    """What may stand in the URL: the parameters of primitive types, each with its meaning and whether it must."""
    for one in row.parameters:
        if one.types[0] in PRIMITIVES:
            yield one.name, f"{one.types[0]}{', may be repeated' if one.many else ''}", one.required
