"""Requests to the sandbox's own services, past any proxy that the user's environment names.

https://docs.python.org/3/library/urllib.request.html#urllib.request.ProxyHandler
"""

import json
import os
import urllib.error
import urllib.request
from typing import Any

HOST = "127.0.0.1"
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_PROXIES = ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY")


def fetch(url: str, timeout: float = 10) -> Any:
    """The JSON at ``url``. Raises OSError and ValueError."""
    with _opener.open(url, timeout=timeout) as answer:
        return json.load(answer)


def answers(url: str) -> bool:
    """Whether ``url`` answers with success."""
    try:
        with _opener.open(url, timeout=2) as answer:
            return bool(answer.status < 300)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False
    except OSError:
        return False


def has_proxy() -> bool:
    """Whether programs that heed the environment would send our requests elsewhere."""
    return any(os.environ.get(name) for name in _PROXIES)


def without_proxy(environment: dict[str, str]) -> dict[str, str]:
    """``environment`` in which requests to the loopback interface go there."""
    hosts = ",".join(filter(None, [environment.get("no_proxy", ""), HOST, "localhost"]))
    return environment | {"no_proxy": hosts, "NO_PROXY": hosts}
