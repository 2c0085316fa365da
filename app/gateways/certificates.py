"""Which certificates outgoing calls trust: read once, since reading them holds up everybody for some hundredths of a second.

https://docs.python.org/3/library/ssl.html
"""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The authorities of the machine, or of ``SSL_CERT_FILE``."""
    return httpx.create_ssl_context()
