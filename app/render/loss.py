"""What her own page says and leaves out when the child is lost: nothing of a birth to come, and that she may always call.

NGF, veileder i fødselshjelp, on fetal death; Helsedirektoratet, «Barselomsorgen». Clinicians read the whole card.
"""

from app.pregnancy.card import View
from app.pregnancy.course import CLOSED, LIVE, LOSS
from app.render.words import Words


def lost(view: View) -> bool:
    """Whether ``view`` is hers, after a pregnancy from which no child lives."""
    if view.audience != "citizen":
        return False
    outcomes = view.described.outcomes
    ended = view.stage == CLOSED and bool(outcomes) and all(row.outcome != LIVE for row in outcomes)
    return view.stage == LOSS or ended


def help_of(view: View, words: Words) -> str:
    """Whom she may call; nothing for clinicians."""
    if view.audience != "citizen":
        return ""
    return " ".join((words("her-loss"), words("her-help"))) if lost(view) else words("her-help")
