"""TABLE: compartments, the resources that hang on one: https://hl7.org/fhir/R4/compartmentdefinition.html

R4 defines five. A card (EpisodeOfCare) is none of them: what belongs to it is found by ``episode-of-care``.
"""

from typing import Final

from app.fhir import definitions
from app.fhir.registry import BY_NAME
from app.fhir.search_params import SearchParam, lookup


def _load() -> dict[str, dict[str, tuple[SearchParam, ...]]]:
    table: dict[str, dict[str, tuple[SearchParam, ...]]] = {}
    for compartment, type_name, codes in definitions.rows("compartments.tsv"):
        if compartment in BY_NAME and type_name in BY_NAME:
            found = tuple(param for code in codes.split(",") if (param := lookup(type_name, code)))
            if found and type_name != "AuditEvent":  # events are rows of the log, with a search of their own
                table.setdefault(compartment, {})[type_name] = found
    for compartment, types in table.items():
        types.setdefault(compartment, ())  # {def}: the resource that the compartment is of
    return table


TABLE: Final = _load()


def members(compartment: str) -> dict[str, tuple[SearchParam, ...]]:
    """The types in a compartment, each with the parameters by which a resource belongs to it.

    Raises ValueError, with what to ask for instead, where R4 has no such compartment.
    """
    if compartment not in TABLE:
        other = " (a card's resources: ?episode-of-care=)" if compartment == "EpisodeOfCare" else ""
        raise ValueError(f"{compartment} is not a compartment in R4; {', '.join(sorted(TABLE))} are{other}")
    return TABLE[compartment]
