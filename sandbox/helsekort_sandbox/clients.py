"""The systems that the mock issuers know: client id, public keys, and what each may ask for.

Registration as in HelseID Selvbetjening, in one file that the issuers read: https://utviklerportal.nhn.no/.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from helsekort_sandbox.keys import Jwk, public, write_private

CLIENT_CREDENTIALS = "client_credentials"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 (the name of a grant)


@dataclass(frozen=True, slots=True)
class Client:
    """One registered system. ``audiences`` are the APIs it may get tokens for, each with its scope ``…/api``."""

    client_id: str
    name: str
    audiences: tuple[str, ...]
    api: str = ""  # the audience of the API that it is itself: only tokens for that one may it exchange
    grants: tuple[str, ...] = (CLIENT_CREDENTIALS,)
    orgnr_parent: str = ""
    orgnr_child: str = ""
    keys: tuple[Jwk, ...] = field(default=())

    def audience(self, scope: str, wanted: str) -> str | None:
        """The one audience of this request, or None where the client may not have it."""
        named = {word.rpartition("/")[0] for word in scope.split() if "/" in word} | (
            {wanted} if wanted else set()
        )
        return named.pop() if len(named) == 1 and named <= set(self.audiences) else None


def register(path: Path, clients: list[Client]) -> None:
    """Write the registrations; of keys only their public part."""
    rows = [asdict(client) | {"keys": [public(key) for key in client.keys]} for client in clients]
    write_private(path, json.dumps(rows, indent=1).encode())


def find(path: Path, client_id: Any) -> Client | None:
    """The registered client, read anew so that a registration counts at once."""
    rows = json.loads(path.read_text()) if path.exists() else []
    row: dict[str, Any] | None = next((row for row in rows if row["client_id"] == client_id), None)
    if row is None:
        return None
    lists = {name: tuple(row[name]) for name in ("audiences", "grants", "keys")}
    return Client(**(row | lists))
