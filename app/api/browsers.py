"""What a page of another origin may ask and see: https://fetch.spec.whatwg.org/#http-cors-protocol

A preflight is answered outside the door, without data. No cookie is ever used here, so none is allowed either: a page
must hold a token and the key that it is bound to.
"""

from typing import Any

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKS = (
    "Authorization", "DPoP", "Accept", "Accept-Language", "Content-Type", "If-Match", "If-None-Match",
    "If-Modified-Since", "If-None-Exist", "Prefer", "X-Request-Id", "Idempotency-Key", "nhn-event-id",
    "nhn-source-system", "X-Security-Context",
)  # fmt: skip
SEES = (
    "ETag", "Location", "Content-Location", "Last-Modified", "X-Request-Id", "X-Correlation-Id", "WWW-Authenticate",
    "Retry-After", "DPoP-Nonce", "Idempotency-Replayed", "Content-Disposition",
)  # fmt: skip
_KEPT = 600  # seconds that a browser may remember a preflight


def cors(origins: str) -> dict[str, Any]:
    """The options of the middleware for ``origins``, with spaces between."""
    return {
        "allow_origins": origins.split(),
        "allow_methods": METHODS,
        "allow_headers": ASKS,
        "expose_headers": SEES,
        "allow_credentials": False,
        "max_age": _KEPT,
    }
