"""The words and tables of docs/operations.md and docs/subscriptions.md, from the rows of operations and topics."""

from collections.abc import Callable

from app.fhir.operation import EVERY_TYPE, Operation
from app.fhir.operations import OPERATIONS
from app.fhir.subscription import STEERS
from app.fhir.topics import TOPICS

OPERATIONS_HEAD = """# Operations

Printed from `app/fhir/operations.py` by `make docs`. GET takes parameters in the query, POST takes them as Parameters; what
a row does not name is 400. Every operation is decided and logged like a read or a write. In the demo, with `<id>` of her
card:

```sh
U=http://127.0.0.1:8080/fhir/EpisodeOfCare/<id>/\\$everything
T=$(.venv/bin/helsekort token midwife)
curl -H "Authorization: DPoP $T" -H "DPoP: $(.venv/bin/helsekort proof GET "$U" --token "$T")" "$U?_count=20"
```
"""
OPERATIONS_FOOT = "\nBulk export has a page of its own: [bulk-export.md](bulk-export.md).\n"
TOPICS_HEAD = """# Subscriptions

Printed from `app/fhir/topics.py` and `app/fhir/subscription.py` by `make docs`. Topic-based subscriptions in their R4 form
(Subscriptions R5 Backport 1.1.0): `criteria` names a topic, the extension `backport-filter-criteria` narrows it. What a
subscriber is told is decided anew for each event, by what its organisation may read at that moment.

"""
TOPICS_FOOT = """
## The channel
`rest-hook` only, to addresses that the pilot file lists for the client (`endpoints`), never to a private address; content
`empty`, `id-only` or, where the pilot file says `full`, `full-resource`. Numbers that steer it:

"""
TOPICS_END = """
The first notification is the handshake: an endpoint that does not answer it puts the subscription in error. A
notification that fails is tried again with growing waits (`HELSEKORT_NOTIFICATION_ATTEMPTS`), after which the subscription
is in error until its client asks again; an operator reads what failed with `$failures`. Each carries an HTTP Message
Signature (RFC 9421, ES256, label `helsekort`) over a `content-digest`; the public keys stand at `/.well-known/jwks.json`.
Headers of the client are sent, and shown to nobody again.

`Subscription/{id}/$status` says how it fares, `$events?eventsSinceNumber=` gives events again. Without a subscription,
`GET /fhir/$changes` answers with a `next` link: follow it now and then for what is new to you. Events are kept for
`HELSEKORT_EVENT_DAYS`; asking from before is 410: read anew.
"""
Table = Callable[..., str]


def operations(table: Table) -> str:
    """docs/operations.md."""
    rows = [(_address(row), ", ".join(row.methods), row.text, _given(row), row.answer) for row in OPERATIONS]
    head = ("operation", "methods", "what it does", "parameters", "answers with")
    return "\n".join((OPERATIONS_HEAD, table(head, rows) + OPERATIONS_FOOT))


def _address(row: Operation) -> str:
    kept = "{type}" if row.type == EVERY_TYPE else row.type
    steps = {"system": "", "type": f"{kept}/", "instance": f"{kept}/{{id}}/"}
    return ", ".join(f"`{steps[level]}${row.name}`" for level in row.levels)


def _given(row: Operation) -> str:
    names = (f"`{one.name}`{'!' if one.required else ''}{'…' if one.many else ''}" for one in row.parameters)
    return ", ".join(names) or "none"


def topics(table: Table) -> str:
    """docs/subscriptions.md."""
    rows = [(f"`{row.canonical}`", row.description, row.focus_type, ", ".join(row.filters)) for row in TOPICS]
    told = table(("topic", "an event when", "about", "filters"), rows)
    steers = [
        (f"`{url.rpartition('/')[2]}`", str(least), str(most), str(default or "none"))
        for url, _, least, most, default in STEERS
    ]
    numbers = table(("extension", "least", "most", "else"), steers)
    return f"{TOPICS_HEAD}{told}{TOPICS_FOOT}{numbers}{TOPICS_END}"
