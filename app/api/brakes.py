"""Who guesses is slowed down: 429 with Retry-After (https://www.rfc-editor.org/rfc/rfc6585#section-4).

Two things are counted, each in a bucket that fills again with time: tokens that do not hold, by the address that they
come from, and answers 403 and 404, by caller. The counts live in the memory of each worker: a brake must cost nothing
where nobody guesses and must not be a lock that an attacker could hold in the database. With n workers the limit is up
to n times as wide, and a restart forgets it. A valid token is never refused for what others sent from its address.
"""

import time
from collections import OrderedDict
from math import ceil

from app.fhir.outcome import TooManyRequests

_MOST_KNOWN = 10_000
_MINUTE = 60.0


class Brake:
    """One kind of guess: ``most`` at once, and as many again in each minute; 0 counts nothing."""

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def missed(self, who: str, times: int = 1) -> None:
        """``who`` guessed wrong so many times; the debt is one bucket at most, so that nobody waits over two minutes."""
        if self._most:
            self._left[who] = (max(-self._most, self._filled(who) - times), time.monotonic())
            self._left.move_to_end(who)
            while len(self._left) > _MOST_KNOWN:
                self._left.popitem(last=False)

    def check(self, who: str) -> None:
        """Raises TooManyRequests where ``who`` guessed too often."""
        if who in self._left and (lacking := 1 - self._filled(who)) > 0:
            wait = max(1, ceil(lacking * _MINUTE / self._most))
            text = "Too many requests that were refused or found nothing; wait"
            raise TooManyRequests(text, headers={"Retry-After": str(wait)})

    def _filled(self, who: str) -> float:
        """What is left to ``who``."""
        left, at = self._left.get(who, (self._most, 0.0))
        grown = left + (time.monotonic() - at) * self._most / _MINUTE
        return min(self._most, grown)
