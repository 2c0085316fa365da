"""The way to a subscriber's endpoint: whether anything may be sent there, the line, and the headers with our signature."""

from contextlib import AbstractAsyncContextManager

from app import clock
from app.access.endpoints import listed
from app.access.roles import still_holds
from app.fhir.subscription import FULL, Wanted
from app.gateways import resthook
from app.gateways.signatures import digest, signed
from app.interactions.context import House
from app.interactions.subscribing import opened
from app.store.subscriptions import Kept, caller_of


def refused(house: House, kept: Kept, wanted: Wanted | None) -> str:
    """Why nothing may be sent any more, as the pilot is now; empty where it may."""
    caller = caller_of(kept.caller)
    if wanted is None:
        return "This server no longer offers what the subscription asks for"
    if not still_holds(caller, house.settings):
        return "The organisation no longer has this role in the pilot"
    row = listed(wanted.endpoint, caller.client, house.settings)
    if row is None or (wanted.content == FULL and not row.full):
        return "The endpoint is no longer listed for this system"
    return ""


def line_to(house: House, wanted: Wanted) -> AbstractAsyncContextManager[resthook.Line]:
    """A line to the endpoint, as it is listed. Raises Unreachable, Refused."""
    return resthook.line(wanted.endpoint, patience=wanted.timeout, sandbox=house.settings.sandbox)


def headers(house: House, kept: Kept, wanted: Wanted, body: bytes, id_: str, attempt: int) -> dict[str, str]:
    """The subscriber's own headers and ours, signed. Raises Broken."""
    assert house.signing is not None  # noqa: S101 (``notifications.keep`` does not begin without)
    ours = {
        "content-type": wanted.mime,
        "content-digest": digest(body),
        "helsekort-attempt": str(attempt),
    }
    signature = signed(wanted.endpoint, ours, house.signing.current, clock.now(), id_)
    return {**opened(house, kept), **ours, **signature}
