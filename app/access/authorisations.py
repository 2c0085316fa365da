"""Whether the register of health personnel (*Helsepersonellregisteret*, HPR) backs the profession that is attested.

``helseid://claims/hpr/hpr_details`` lists a person's approvals; kinds are Volven 7704, professions Volven 9060. A token
may come without the list: HelseID has then checked the attest against the register itself
(https://github.com/NorskHelsenett/Tillitsrammeverk, validation of attributes).
"""

from collections.abc import Mapping
from typing import Any

DETAILS = "helseid://claims/hpr/hpr_details"
# TABLE: kind of approval (Volven 7704) → whether its holder works as what she is, or only under a supervisor
KINDS: dict[str, bool] = {
    "1": True,  # autorisasjon
    "17": True,  # autorisasjon med vilkår
    "2": True,  # turnuslisens
    "4": True,  # lisens
    "14": True,  # midlertidig tjenesteyting
    "3": False,  # studentlisens
}


def backed(claims: Mapping[str, Any], profession: str, *, supervised: bool) -> bool:
    """Whether an approval of hers lets her work in ``profession``, by herself or, ``supervised``, as a student."""
    if DETAILS not in claims or not profession:
        return True
    return any(
        independent or supervised
        for independent in (KINDS.get(kind) for kind in _kinds(claims[DETAILS], profession))
        if independent is not None
    )


def _kinds(details: Any, profession: str) -> list[str]:
    """The kinds of her approvals in ``profession``."""
    approvals = details.get("approvals") if isinstance(details, Mapping) else None
    rows = [row for row in approvals if isinstance(row, Mapping)] if isinstance(approvals, list) else []
    kinds = [row.get("authorization") for row in rows if row.get("profession") == profession]
    return [str(kind.get("value")) for kind in kinds if isinstance(kind, Mapping)]
