"""The systems that the mock issuers know: client id, public keys, and what each may ask for.

Registration as in HelseID Selvbetjening, in one file that the issuers read: https://utviklerportal.nhn.no/.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from helsekort_sandbox.keys import Jwk, public, write_private

CLIENT_CREDENTIALS = "client_credentials"
AUTHORIZATION_CODE, REFRESH_TOKEN = "authorization_code", "refresh_token"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 (the name of a grant)
_LOOPBACK = re.compile(r"^(http://127\.0\.0\.1):\d{1,5}(?=/)")


@dataclass(frozen=True, slots=True)
class Client:
    """One registered system. ``audiences`` are the APIs it may get tokens for, each with its scope ``…/api``.

    ``tenancy``  ``single``: it acts for the organisation it is registered with, or for a part of that; ``multi``: it
                 names in each request for whom it acts.
    """

    client_id: str
    name: str
    audiences: tuple[str, ...]
    api: str = ""  # the audience of the API that it is itself: only tokens for that one may it exchange
    grants: tuple[str, ...] = (CLIENT_CREDENTIALS,)
    orgnr_parent: str = ""
    orgnr_child: str = ""
    keys: tuple[Jwk, ...] = field(default=())
    tenancy: str = "single"
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout: str = ""  # the path, at the origin to which a login returned; empty: it is not told
    rights: tuple[str, ...] = ()  # scopes of those APIs that are not called ``…/api``

    def returns_to(self, uri: Any) -> bool:
        """Whether ``uri`` is registered; on the loopback interface with any port (RFC 8252 §7.3)."""
        if not isinstance(uri, str):
            return False
        return uri in self.redirect_uris or _LOOPBACK.sub(r"\1", uri, count=1) in self.redirect_uris

    def scopes(self) -> set[str]:
        """The scopes of the APIs that it may ask for."""
        return {f"{audience}/api" for audience in self.audiences} | set(self.rights)

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
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    return Client(**values)
