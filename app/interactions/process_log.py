"""What a process writes of its own running: where something failed, never with what values.

Messages of the database and of parsers quote what they choked on: a name, a number, a finding. The formatter keeps the
type, the SQLSTATE and the places in the code, https://docs.python.org/3/library/logging.html#logging.Formatter.
"""

import logging
import traceback
from typing import Any

_MOST_CAUSES = 5


class Places(logging.Formatter):
    """Formats an exception as its type and places; no message, no source line, no value."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 (overrides logging.Formatter)
        error: BaseException | None = ei[1]
        told: list[str] = []
        while error is not None and len(told) < _MOST_CAUSES:
            told.append(place_of(error))
            error = error.__cause__ or error.__context__
        return "\n".join(told)


def place_of(error: BaseException) -> str:
    """Type, SQLSTATE where it has one, and where it was raised, outermost first."""
    state = getattr(error, "sqlstate", None)
    kind = f"{type(error).__module__}.{type(error).__qualname__}" + (f" {state}" if state else "")
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join([kind, *(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)])


def logging_of(level: str) -> dict[str, Any]:
    """The configuration of a process, for ``logging.config.dictConfig``: everything to standard error by ``Places``."""
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"places": {"()": f"{__name__}.Places", "fmt": line}},
        "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": "places"}},
        "root": {"level": level, "handlers": ["standard"]},
    }
