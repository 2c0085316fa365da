"""Where notifications may go: the addresses that the pilot lists for each client, compared by their parts, pure."""

from urllib.parse import SplitResult, urlsplit

from app.registrations import PilotEndpoint
from app.settings import Settings

_PORTS = {"https": 443, "http": 80}


def listed(url: str, client: str, settings: Settings) -> PilotEndpoint | None:
    """The row that lets ``client`` be told at ``url``; None where there is none."""
    parts = _plain(url, settings)
    if parts is None:
        return None
    rows = [row for row in settings.pilot.endpoints if row.client == client and _within(parts, row.url)]
    return max(rows, key=lambda row: len(row.url), default=None)


def _plain(url: str, settings: Settings) -> SplitResult | None:
    """The parts of an address that can only be read in one way: https, a host, no user, no fragment, no dots."""
    if not url.isascii() or any(letter <= " " or letter in "\\\x7f" for letter in url):
        return None
    try:
        parts = urlsplit(url)
        _port(parts)
    except ValueError:
        return None
    steps = parts.path.lower().replace("%2e", ".").split("/")
    plain = (
        (parts.scheme == "https" or (settings.sandbox and parts.scheme == "http"))
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and "#" not in url
        and not {".", ".."} & set(steps)
        and "%2f" not in parts.path.lower()
        and "%5c" not in parts.path.lower()
    )
    return parts if plain else None


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def _within(parts: SplitResult, prefix: str) -> bool:
    allowed = urlsplit(prefix)
    path = allowed.path.rstrip("/")
    return (
        (parts.scheme, parts.hostname, _port(parts)) == (allowed.scheme, allowed.hostname, _port(allowed))
        and not allowed.query
        and (parts.path in {path, path or "/"} or parts.path.startswith(f"{path}/"))
    )
