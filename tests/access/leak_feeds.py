"""What has happened since the matrix began: a place in the feed for everybody, a subscription for whoever may have one."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from helsekort_sandbox.people import ENDPOINTS
from helsekort_sandbox.tokens import Wish

from tests.access.world import stored
from tests.fixtures.resources import Woman
from tests.fixtures.server import Person
from tests.subscriptions.subscribers import a_subscription

OWN_TAG = {"system": "urn:app", "code": "own"}
NARROW_SCOPE = "user/*.cruds?_tag=urn:app|own"  # covers every type, and of it what carries the tag
SUBSCRIBERS = frozenset({"gp", "midwife", "nurse", "hospital"})


@dataclass(frozen=True)
class Feeds:
    """``places``: from where each asks for changes. ``subscriptions``: to the cards of one woman."""

    places: dict[Wish, str]
    subscriptions: dict[tuple[Wish, str], str]


def feeds(people: Iterable[Person], women: Iterable[Woman]) -> Feeds:
    """A feed for each of ``people``, before anything is recorded about ``women``."""
    found = Feeds({}, {})
    listed = list(women)
    for person in people:
        found.places[person.wish] = _place(person)
        for woman in listed if person.wish.role in SUBSCRIBERS else ():
            narrowed = f"EpisodeOfCare?patient={woman.reference}"
            body = a_subscription(f"{ENDPOINTS[0]}/varsel", "card-changed", "id-only", narrowed)
            if person.wish.scope:  # else it could not be made
                body["meta"] = {**body.get("meta", {}), "tag": [OWN_TAG]}
            found.subscriptions[person.wish, woman.id] = stored(person, body)
    return found


def _place(person: Person) -> str:
    links = {row["relation"]: row["url"] for row in person.get("/$changes").json()["link"]}
    return parse_qs(urlsplit(links["next"]).query)["since"][0]
