"""How a call to another system fails, and what that means for the next attempt.

    Failure
    ├── Refused      for good: the same call would be refused again
    ├── TokenSpent   the clinician's token is no longer accepted: it waits for a clinician
    └── Unreachable  for now: try again, not before ``retry_after`` seconds where the system says so; ``is_down`` where
                     that is no matter of this call: others to the same system would fail too

Statuses: https://www.rfc-editor.org/rfc/rfc9110#section-15. Texts name the system and the status, never what was
sent or answered: they are stored and read by operators.
"""

from email.utils import parsedate_to_datetime

import httpx

from app import clock

TRANSIENT = frozenset({401, 403, 408, 409, 425, 429})  # a right, a clock or a rival may be other in a while
_BUSY = frozenset({408, 429})
_LONGEST = 3600.0


class Failure(Exception):
    """The call did not do what it should."""


class Refused(Failure):
    """The other system will not take it."""


class TokenSpent(Failure):
    """A token of a person cannot be used any more."""


class Unreachable(Failure):
    """Nothing is known of the call but that it did not succeed now."""

    def __init__(self, reason: str, retry_after: float | None = None, *, is_down: bool = True) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_down = is_down


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that ``Retry-After`` asks for, at most an hour (RFC 9110 § 10.2.3)."""
    value = response.headers.get("retry-after", "")
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST)
    try:
        wait = (parsedate_to_datetime(value) - clock.now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), _LONGEST)


def check(response: httpx.Response, system: str) -> None:
    """Raise Refused or Unreachable unless ``system`` answered with success."""
    status = response.status_code
    if response.is_success:
        return
    if response.is_client_error and status not in TRANSIENT:
        raise Refused(f"{system} refused with {status}")
    raise Unreachable(f"{system} answered {status}", retry_after(response), is_down=is_down(status))


def is_down(status: int) -> bool:
    """Whether an answer with ``status`` says that the system, and not this call, is the reason."""
    return status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _BUSY
