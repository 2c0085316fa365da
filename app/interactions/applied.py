"""What became of one change that was asked for."""

from dataclasses import dataclass

from app.interactions.belonging import Draft
from app.store.resources import Stored
from app.store.writes import Write


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written of a draft, or ``met``: what a conditional create found, or what was written when the same
    request came before; neither where nothing was left to delete. ``status`` and ``version`` are as told then."""

    draft: Draft
    write: Write | None = None
    met: Stored | None = None
    status: int = 200
    version: int | None = None  # of a deletion that was done before
