"""A Subscription that is written: may this system be told there, of this, in this form?

Its headers are secrets: they are sealed before anything is stored, and shown as ``Name: ********`` ever after. Its
status is the server's: a client asks for a handshake (requested) or for rest (off).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.access.caller import Role
from app.access.endpoints import listed
from app.access.rules import ALLOW
from app.access.sealing import Broken
from app.fhir import json as fhir_json
from app.fhir.outcome import Forbidden, Issue
from app.fhir.subscription import CONTENT, FULL, MASK, Wanted, read, split_header
from app.fhir.topics import Topic
from app.interactions.belonging import Draft
from app.interactions.context import Context, House
from app.store import subscriptions
from app.store.subscriptions import ERROR, OFF, REQUESTED, Kept
from app.store.targets import Key, Targets

Json = dict[str, Any]
# The server writes statuses, the harness is told nothing, and whoever else has no right is refused by the store
_ASKED = frozenset(
    role
    for row in ALLOW
    if {"create", "update"} & row.do and "Subscription" in row.types
    for role in row.roles
) - {Role.SYSTEM, Role.HARNESS}


@dataclass(slots=True)
class Admitted:
    """What is kept beside each Subscription, and what is wrong with them."""

    issues: list[Issue] = field(default_factory=list)
    rows: dict[Key, tuple[Any, ...]] = field(default_factory=dict)


async def admit(context: Context, drafts: Sequence[Draft], targets: Targets) -> Admitted:
    """Look at every Subscription of a set, and take its secrets out. Raises Forbidden."""
    admitted = Admitted()
    asked = [draft for draft in drafts if draft.type == "Subscription" and draft.resource is not None]
    if not asked or context.caller.role not in _ASKED:
        return admitted
    known = {row.id: row for row in await subscriptions.of(context.session, [draft.id for draft in asked])}
    for draft in asked:
        target = targets.found.get(draft.key)
        before = fhir_json.read(target.body) if target and target.body and draft.id in known else None
        row, issues = _admit(context, draft, known.get(draft.id), before)
        admitted.issues += [
            Issue(i.code, f"{draft.place}{i.diagnostics}", i.expression, i.severity) for i in issues
        ]
        if row is not None:
            admitted.rows[draft.key] = row
    return admitted


def _admit(
    context: Context, draft: Draft, kept: Kept | None, before: Json | None
) -> tuple[tuple[Any, ...] | None, list[Issue]]:
    resource: Json = draft.resource or {}
    wanted, issues = read(resource)
    secrets, unknown = _secrets(context.house, resource, kept)
    issues += unknown
    _hide(draft, resource)
    if wanted is None or issues:
        return None, issues
    _may_read(context, wanted.topic)
    issues += _refusals(context, wanted, kept)
    if issues:
        return None, issues
    is_same = (
        before is not None and kept is not None and _is_same(context.house, secrets, resource, before, kept)
    )
    _settle_status(draft, resource, before, kept if is_same else None)
    sealed = context.house.seal.close(json.dumps(secrets).encode(), purpose(draft.id))
    facts = json.dumps(subscriptions.caller_facts(context.caller))
    headers = sealed if secrets else None
    return (wanted.topic.name, facts, headers, wanted.heartbeat, wanted.end), issues


def purpose(id_: str) -> str:
    """What the headers of a subscription are sealed for."""
    return f"headers of Subscription/{id_}"


def opened(house: House, kept: Kept) -> dict[str, str]:
    """The headers in clear, as they are sent. Raises Broken."""
    lines = json.loads(house.seal.open(kept.headers, purpose(kept.id))) if kept.headers else []
    return {name.lower(): value for name, value in map(split_header, lines)}


def _secrets(house: House, resource: Json, kept: Kept | None) -> tuple[tuple[str, ...], list[Issue]]:
    """The header lines as they are to be sent: a masked one keeps the value that it has."""
    try:
        known = opened(house, kept) if kept else {}
    except Broken:  # sealed with a key that is gone: they must be given again
        known = {}
    lines: list[str] = []
    issues: list[Issue] = []
    for n, line in enumerate(resource["channel"].get("header", ())):
        name, value = split_header(line)
        if value == MASK and name.lower() not in known:
            element = f"Subscription.channel.header[{n}]"
            issues.append(Issue("business-rule", f"{element} has no value that is known here", (element,)))
        lines.append(f"{name}: {known.get(name.lower(), value) if value == MASK else value}")
    return tuple(lines), issues


def _hide(draft: Draft, resource: Json) -> None:
    channel = resource["channel"]
    if "header" in channel:
        channel["header"] = [f"{split_header(line)[0]}: {MASK}" for line in channel["header"]]
        draft.rewritten = True


def _may_read(context: Context, topic: Topic) -> None:
    """Who may not read what a topic is about is not told of it. Raises Forbidden."""
    role = context.caller.role
    readable = {name for row in ALLOW if role in row.roles and "read" in row.do for name in row.types}
    if not topic.reads <= readable:
        raise Forbidden(f"Your role may not read what {topic.name} is about", "Subscription.criteria")


def _refusals(context: Context, wanted: Wanted, kept: Kept | None) -> Iterator[Issue]:
    def issue(path: str, reason: str) -> Issue:
        return Issue("business-rule", f"Subscription.{path} {reason}", (f"Subscription.{path}",))

    settings, caller = context.house.settings, context.caller
    row = listed(wanted.endpoint, caller.client, settings)
    if not settings.notification_key_file:
        yield issue("channel", "cannot be served: this server sends no notifications")
    if row is None:
        yield issue("channel.endpoint", "is not among the addresses that the pilot lists for your system")
    elif wanted.content == FULL and not row.full:
        yield issue(
            f"channel.payload.extension('{CONTENT}').value", "may not be full-resource at this address"
        )
    if wanted.end is not None and wanted.end <= context.entry.at:
        yield issue("end", "lies in the past")
    if kept is not None and kept.kept_by is not caller.role:
        reason = f"belongs to the role {kept.kept_by.value} of your organisation; change it in that role"
        yield Issue("business-rule", f"Subscription {reason}", ("Subscription",))


def _settle_status(draft: Draft, resource: Json, before: Json | None, same: Kept | None) -> None:
    """The status that a client's wish leads to; an error is the server's to tell.

    ``same``: what is kept, where nothing was changed that a handshake would prove.
    """
    asked = resource["status"]
    status = asked if asked == OFF or (same and asked == same.status) else REQUESTED
    if resource.pop("error", None) is not None or asked != status:
        draft.rewritten = True
    resource["status"] = status
    if status == ERROR and before is not None and "error" in before:
        resource["error"] = before["error"]


def _is_same(house: House, lines: Sequence[str], resource: Json, before: Json, kept: Kept) -> bool:
    """Whether all that a handshake would prove is as it was."""
    try:
        known = opened(house, kept)
    except Broken:
        return False
    secrets = {name.lower(): value for name, value in map(split_header, lines)}
    return secrets == known and read(before)[0] == read(resource)[0]
