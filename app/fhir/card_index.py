"""Index rows with what the server itself derived: the card that a resource belongs to (design §3)."""

from typing import Any

from app.fhir.indexing import IndexRows, index
from app.fhir.search_params import EPISODE_OF_CARE, lookup

Json = dict[str, Any]


def index_with_card(resource: Json, episode: str | None, home: str = "") -> IndexRows:
    """The rows of ``resource`` with the card that the server derived for it (``episode-of-care``)."""
    rows = index(resource, home)
    param = lookup(resource["resourceType"], EPISODE_OF_CARE)
    if episode and param is not None:
        row = (param.number, "EpisodeOfCare", episode, None, None, None)
        if row not in rows.references:
            rows.references.append(row)
    return rows
