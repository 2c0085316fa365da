"""TABLE: the doors through which a resource could leak: how each is asked, and how one sees that it gave the item."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import httpx
from pypdf import PdfReader

from app.access.rules import CATALOGUE, OWN
from app.fhir.registry import BY_NAME
from app.fhir.search_params import lookup
from app.fhir.topics import CAUSING, ON_CARD
from tests.access.leak_items import Item, Leaks, Reason
from tests.access.world import NOBODY, Json, stored
from tests.fixtures.exports import exported_file
from tests.fixtures.resources import a_transaction, a_weight
from tests.fixtures.server import Person

# Off every card: her choices and origins are no facts of it, files and what is hers in any pregnancy do not lie on it
OFF_CARD = CATALOGUE | OWN | {
    "Consent", "Provenance", "Basic", "Binary", "BodyStructure", "Bundle", "Device", "MeasureReport",
}  # fmt: skip
ON_PAGE = frozenset({"AllergyIntolerance"})  # printed word for word, and each of several


@dataclass(frozen=True)
class Asked:
    """One cell: a door is asked for ``item`` as one of the reason's people."""

    leaks: Leaks
    reason: Reason
    item: Item

    @property
    def path(self) -> str:
        return f"/{self.item.type}/{self.item.id}"

    def copy(self) -> "Asked":
        """The same question about a copy, which the answer may destroy."""
        return replace(self, item=replace(self.item, id=stored(self.leaks.harness, self.item.body)))

    @property
    def pair(self) -> str:
        """The hidden item and one that is open to the attacker, as ``_id``."""
        visible = self.reason.visible.get(self.item.type)
        return self.item.id + (f",{visible.id}" if visible else "")

    def nothing(self) -> "Asked":
        """The same question about what is not there."""
        return replace(self, item=replace(self.item, id=NOBODY))


Ask = Callable[[Asked, Person], httpx.Response]
Gives = Callable[[Asked, httpx.Response], bool]


@dataclass(frozen=True)
class Door:
    """``secret``: what is hidden must be answered exactly as what is not there."""

    name: str
    ask: Ask
    gives: Gives
    secret: bool = False
    silent: bool = False  # a blocked caller is told no more than that it is not there
    tells: int | None = None  # the status that would tell of the item
    others: bool = False  # others that she may see are shown too, and may refer to the item
    empty: bool = False  # whatever it finds, it finds by the item
    by_harness: bool = False  # whoever is entitled to read is not entitled to this; the harness is
    applies: Callable[[str], bool] = lambda _type: True


def _body(asked: Asked, answer: httpx.Response) -> bool:
    """The answer holds the resource itself."""
    return answer.status_code == 200 and asked.item.mark in answer.text


def _entry(asked: Asked, answer: httpx.Response) -> bool:
    return _body(asked, answer) and answer.json()["entry"][0]["response"]["status"] == "200"


def _counted(asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 200 and answer.json().get("total", 0) == asked.pair.count(",") + 1


def _search(query: str) -> Ask:
    def ask(asked: Asked, person: Person) -> httpx.Response:
        woman = asked.item.woman.id if asked.item.woman else ""
        return person.get(
            f"/{asked.item.type}?{query.format(id=asked.item.id, pair=asked.pair, woman=woman)}"
        )

    return ask


def _second_page(asked: Asked, person: Person) -> httpx.Response:
    """The last page of the two items, one a page."""
    answer = person.get(f"/{asked.item.type}?_id={asked.pair}&_count=1&_sort=-_id")
    hidden_first = asked.item.id >= asked.pair.rpartition(",")[2]
    if asked.item.mark in answer.text and hidden_first:
        return answer
    links = {row["relation"]: row["url"] for row in answer.json().get("link", [])}
    return person.get(links["next"]) if "next" in links else answer


def _include(asked: Asked, person: Person) -> httpx.Response:
    """By a resource that is open to the attacker and refers to the item."""
    visible = asked.reason.visible
    about = next((item.woman for item in visible.values() if item.woman), asked.item.woman)
    assert about is not None
    source = a_weight(about.reference, focus=[{"reference": asked.path[1:]}])
    id_ = stored(asked.leaks.harness, source)
    answer = person.get(f"/Observation?_id={id_}&_include=Observation:focus")
    seen = asked.reason.along or not visible or id_ in answer.text
    assert seen, "the attacker does not see the resource that includes"
    return answer


def _bundle(kind: str, url: str) -> Ask:
    def ask(asked: Asked, person: Person) -> httpx.Response:
        target = url.format(type=asked.item.type, id=asked.item.id)
        return person.post("", a_transaction({"request": {"method": "GET", "url": target}}, kind=kind))

    return ask


def _card(accept: str, query: str = "") -> Ask:
    def ask(asked: Asked, person: Person) -> httpx.Response:
        answer = person.get(f"/EpisodeOfCare/{asked.item.card}/$card{query}", Accept=accept)
        return readable(answer)

    return ask


def readable(answer: httpx.Response) -> httpx.Response:
    """A PDF as the text that is read on it, so that the matrix finds what stands there."""
    if answer.headers.get("content-type") != "application/pdf":
        return answer
    pages = PdfReader(BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages).replace("\u200b", "").replace("\n", "")
    told = ("content-type", "content-language", "cache-control", "x-request-id")
    headers = {name: answer.headers[name] for name in told if name in answer.headers}
    return httpx.Response(answer.status_code, headers=headers, text=text, request=answer.request)


def on_paper(asked: Asked, answer: httpx.Response) -> bool:
    """The paper holds the item. What is kept from her stands on nobody's paper, and what is open to her does."""
    if not asked.reason.name.startswith("kept from"):
        return _body(asked, answer)
    return not _body(asked, answer) and asked.reason.visible[asked.item.type].mark in answer.text


def _turned(path: str) -> Ask:
    """The page of a history or search that holds the item, else the last."""

    def ask(asked: Asked, person: Person) -> httpx.Response:
        woman = asked.item.woman.id if asked.item.woman else ""
        answer = person.get(path.format(type=asked.item.type, woman=woman))
        while asked.item.mark not in answer.text and answer.status_code == 200:
            links = {row["relation"]: row["url"] for row in answer.json()["link"]}
            if "next" not in links:
                break
            answer = person.get(links["next"])
        return answer

    return ask


def _everything(asked: Asked, person: Person) -> httpx.Response:
    """All that is about the item's woman."""
    woman = asked.item.woman.id if asked.item.woman else NOBODY
    return person.get(f"/Patient/{woman}/$everything")


def _everything_around(asked: Asked, person: Person) -> httpx.Response:
    """All that belongs to a card that the attacker may see, something of which refers to the item."""
    about = next(item.woman for item in asked.reason.visible.values() if item.woman)
    source = a_weight(about.reference, focus=[{"reference": asked.path[1:]}])
    id_ = stored(asked.leaks.harness, source)
    answer = person.get(f"/EpisodeOfCare/{about.episode}/$everything")
    assert id_ in answer.text, "the attacker does not see the resource that refers"
    return answer


def _last(asked: Asked, person: Person) -> httpx.Response:
    """Her last observations."""
    woman = asked.item.woman.id if asked.item.woman else NOBODY
    return person.get(f"/Observation/$lastn?patient={woman}&max=1000")


def _document(asked: Asked, person: Person) -> httpx.Response:
    """A document that is open to the attacker and has the item as an entry."""
    visible = asked.reason.visible
    about = next((item.woman for item in visible.values() if item.woman), asked.item.woman)
    assert about is not None
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "Helsekort"},
        "subject": {"reference": about.reference},
        "date": "2026-07-14",
        "author": [{"display": "noen"}],
        "title": "Helsekort",
        "section": [{"title": "Alt", "entry": [{"reference": asked.path[1:]}]}],
    }
    id_ = stored(asked.leaks.harness, composition)
    answer = person.get(f"/Composition/{id_}/$document")
    seen = asked.reason.along or "Composition" not in visible or id_ in answer.text
    assert seen, "the attacker does not see the composition"
    return answer


def _operation(name: str) -> Ask:
    return lambda asked, person: person.get(f"{asked.path}/${name}")


def _would(mode: str) -> Ask:
    """Whether the item could be changed or deleted."""

    def ask(asked: Asked, person: Person) -> httpx.Response:
        rows: list[Json] = [{"name": "mode", "valueCode": mode}]
        if mode == "update":
            rows.append({"name": "resource", "resource": _changed(asked.item.body, asked.item.id)})
        return person.post(f"{asked.path}/$validate", {"resourceType": "Parameters", "parameter": rows})

    return ask


def _no_problem(_asked: Asked, answer: httpx.Response) -> bool:
    return answer.status_code == 200 and '"severity":"error"' not in answer.text


def _named(asked: Asked, answer: httpx.Response) -> bool:
    """The answer names the resource."""
    return answer.status_code == 200 and asked.path[1:] in answer.text


def _changes(asked: Asked, person: Person) -> httpx.Response:
    """All that is new since the matrix began, until it is there."""
    places = asked.leaks.feeds.places
    place = places.get(person.wish) or places[asked.reason.entitled.wish]
    woman = asked.item.woman.id if asked.item.woman else ""
    link = f"/$changes?since={place}&patient={woman}&_count=500"
    while True:
        answer = person.get(link)
        if _named(asked, answer) or not answer.json().get("entry"):
            return answer
        link = next(row["url"] for row in answer.json()["link"] if row["relation"] == "next")


def _events(asked: Asked, person: Person) -> httpx.Response:
    """All that a subscription was told: the caller's own, or that of whoever is entitled. Citizens have none: they poll."""
    if asked.reason.entitled.wish.role == "citizen":
        return _changes(asked, person)
    woman = asked.item.woman.id if asked.item.woman else ""
    own = asked.leaks.feeds.subscriptions
    id_ = own.get((person.wish, woman)) or own[asked.reason.entitled.wish, woman]
    since = 1
    while True:
        answer = person.get(f"/Subscription/{id_}/$events?eventsSinceNumber={since}")
        if answer.status_code != 200 or _named(asked, answer) or '"event-number"' not in answer.text:
            return answer
        since += 500


def _only(*types: str) -> Callable[[str], bool]:
    return lambda name: name in types


def _hers(type_name: str) -> bool:
    return bool(BY_NAME[type_name].patient) and type_name not in {"Patient", "EpisodeOfCare"}


def _unchanged(asked: Asked, person: Person) -> httpx.Response:
    tags = ", ".join(f'W/"{version}"' for version in range(1, 9))
    return person.get(asked.path, If_None_Match=tags)


def _unmodified(asked: Asked, person: Person) -> httpx.Response:
    return person.get(asked.path, If_Modified_Since="Fri, 31 Dec 2999 23:59:59 GMT")


def _changed(body: Json, id_: str) -> Json:
    return {**body, "id": id_}


def _put(**headers: str) -> Ask:
    def ask(asked: Asked, person: Person) -> httpx.Response:
        return person.put(asked.path, _changed(asked.item.body, asked.item.id), **headers)

    return ask


def _done(*statuses: int) -> Gives:
    return lambda _asked, answer: answer.status_code in statuses


def _bundled(kind: str, method: str) -> Ask:
    def ask(asked: Asked, person: Person) -> httpx.Response:
        entry: dict[str, Any] = {"request": {"method": method, "url": asked.path[1:]}}
        if method == "PUT":
            entry["resource"] = _changed(asked.item.body, asked.item.id)
        return person.post("", a_transaction(entry, kind=kind))

    return ask


def _of_woman(type_name: str) -> bool:
    return lookup(type_name, "patient") is not None and type_name not in CATALOGUE


DOORS: tuple[Door, ...] = (
    Door("read", lambda asked, person: person.get(asked.path), _body, secret=True),
    Door(
        "vread",
        lambda asked, person: person.get(f"{asked.path}/_history/{_latest(asked)}"),
        _body,
        secret=True,
    ),
    Door(
        "file as resource",
        lambda asked, person: person.get(asked.path, Accept="application/fhir+json"),
        _body,
        secret=True,
        applies=_only("Binary"),
    ),
    Door("history", lambda asked, person: person.get(f"{asked.path}/_history"), _body, secret=True),
    Door("history of the type", _turned("/{type}/_history?_count=500"), _body),
    Door("history of everything", _turned("/_history?_count=500"), _body, others=True),
    Door("meta", _operation("meta"), _body, secret=True),
    Door("labels of the type", lambda asked, person: person.get(f"/{asked.item.type}/$meta"), _body),
    Door("labels of everything", lambda _asked, person: person.get("/$meta"), _body),
    Door("changes", _changes, _named, applies=lambda name: name in CAUSING),
    Door("events of a subscription", _events, _named, applies=lambda name: name in ON_CARD),
    Door("events", _operation("events"), _done(200), secret=True, applies=_only("Subscription")),
    Door("status", _operation("status"), _named, secret=True, applies=_only("Subscription")),
    Door("status of all", _turned("/Subscription/$status"), _named, applies=_only("Subscription")),
    Door("head", lambda asked, person: person.request("HEAD", asked.path), _done(200), secret=True),
    Door("not modified", _unchanged, _done(304), secret=True),
    Door("not modified since", _unmodified, _done(304), secret=True),
    Door("search by id", _search("_id={id}"), _body),
    Door("search by patient", _turned("/{type}?patient={woman}&_count=500"), _body, applies=_of_woman),
    Door("search without criteria", _turned("/{type}?_count=500"), _body),
    Door("sort", _turned("/{type}?_sort=-_lastUpdated&_count=500"), _body),
    Door("second page", _second_page, _body, by_harness=True),
    Door("total", _search("_id={pair}&_total=accurate&_count=1"), _counted, by_harness=True),
    Door("count", _search("_id={pair}&_summary=count"), _counted, by_harness=True),
    Door("include", _include, _body, by_harness=True, others=True),
    Door("transaction GET", _bundle("transaction", "{type}/{id}"), _entry, secret=True),
    Door("batch GET", _bundle("batch", "{type}/{id}"), _entry, secret=True),
    Door("batch GET version", _bundle("batch", "{type}/{id}/_history"), _entry, secret=True),
    Door("batch search", _bundle("batch", "{type}?_id={id}"), _entry),
    Door(
        "card", _card("application/fhir+json"), _body, others=True, applies=lambda name: name not in OFF_CARD
    ),
    Door("card page", _card("text/html"), _body, others=True, applies=lambda name: name in ON_PAGE),
    Door(
        "card on paper",
        _card("application/pdf"),
        on_paper,
        others=True,
        by_harness=True,
        applies=lambda name: name in ON_PAGE,
    ),
    Door(
        "ward's page",
        _card("text/html", "?view=emergency"),
        _body,
        others=True,
        by_harness=True,
        applies=lambda name: name in ON_PAGE,
    ),
    Door(
        "what changed on the card",
        _card("application/fhir+json", "?changedSince=2020-01-01"),
        _body,
        others=True,
        applies=lambda name: name not in OFF_CARD,
    ),
    Door(
        "everything of it",
        _operation("everything"),
        _body,
        secret=True,
        applies=_only("Patient", "EpisodeOfCare"),
    ),
    Door("everything", _everything, _body, others=True, applies=_hers),
    Door("everything around", _everything_around, _body, others=True, applies=CATALOGUE.__contains__),
    Door("lastn", _last, _body, others=True, applies=_only("Observation")),
    Door("document", _document, _body, others=True, by_harness=True),
    Door("document of it", _operation("document"), _body, secret=True, applies=_only("Composition")),
    Door("validate", _operation("validate"), _no_problem, secret=True),
    Door("validate update", _would("update"), _no_problem, secret=True, by_harness=True),
    Door("validate delete", _would("delete"), _done(200), secret=True, by_harness=True),
    Door("expand", _operation("expand"), _done(200), secret=True, applies=_only("ValueSet")),
    Door(
        "code in value set",
        _operation("validate-code?system=urn:x&code=x"),
        _done(200),
        secret=True,
        applies=_only("ValueSet"),
    ),
    Door(
        "code in code system",
        _operation("validate-code?code=x"),
        _done(200, 422),
        secret=True,
        applies=_only("CodeSystem"),
    ),
    Door(
        "translate",
        _operation("translate?system=urn:x&code=x"),
        _done(200),
        secret=True,
        applies=_only("ConceptMap"),
    ),
    Door("export", lambda asked, person: exported_file(person, asked.item.type), _body, others=True),
    Door("update", _put(), _done(200), secret=True, by_harness=True),
    Door("update of a wrong version", _put(If_Match='W/"99"'), _done(412), secret=True, by_harness=True),
    Door("transaction PUT", _bundled("transaction", "PUT"), _done(200), secret=True, by_harness=True),
    Door("batch DELETE", _bundled("batch", "DELETE"), _done(200), secret=True, by_harness=True),
    Door("delete", lambda asked, person: person.delete(asked.path), _done(204), secret=True, by_harness=True),
)


def _latest(asked: Asked) -> int:
    """A Patient became an item by a second or third version; all others were made as they are."""
    if asked.item.type != "Patient" or asked.item.id == NOBODY:
        return 1
    found = asked.leaks.harness.get(asked.path).json()
    return int(found["meta"]["versionId"])
