"""TABLE: what the control of the log looks for, each with its limit and its window; nothing is weighed or learnt.

Pasientjournalloven §§ 22 and 23. A finding is a question to a reviewer, not a verdict: it says the rule, the numbers and
the rows of the log that it rests on (``app/store/log_findings.py``). The limits are the pilot's own choice, by no source.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``days``: how far back it looks; ``limit``: from how many it is told; ``text``: what it says (nb)."""

    code: str
    days: int
    limit: int
    text: str


RULES: tuple[Rule, ...] = (
    Rule("refused", 1, 10, "Samme person ble avvist mange ganger på ett døgn."),
    Rule("unrelated", 1, 5, "Samme person erklærte selv relasjon til mange kvinner på ett døgn."),
    Rule("famous", 7, 12, "Uvanlig mange forskjellige personer har sett på samme kvinnes kort på en uke."),
    Rule(
        "colleague", 7, 1,
        "Kvinnen har samme navn som en som arbeider ved virksomheten. Den som så på kortet, har ikke registrert noe om henne.",
    ),
    Rule(
        "neighbour", 7, 1,
        "Den som så på kortet, bor i samme gate som kvinnen og har ikke registrert noe om henne.",
    ),
    Rule("emergency", 3, 1, "Nødtilgang som er over, ikke er kontrollert og ikke er fulgt av noe registrert."),
)  # fmt: skip
