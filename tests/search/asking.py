"""Asking a server: what is found, what comes along, and what is refused."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.fixtures.server import Person

Json = dict[str, Any]


def entries(answer: httpx.Response, mode: str = "match") -> list[Json]:
    """The resources of a page that are there in this role."""
    assert answer.status_code == 200, answer.text
    return [row["resource"] for row in answer.json().get("entry", []) if row["search"]["mode"] == mode]


def names(answer: httpx.Response, mode: str = "match") -> list[str]:
    """``Type/id`` of each, in their order."""
    return [f"{row['resourceType']}/{row['id']}" for row in entries(answer, mode)]


def link(answer: httpx.Response, relation: str) -> str | None:
    return {row["relation"]: row["url"] for row in answer.json()["link"]}.get(relation)


@dataclass(frozen=True)
class Asker:
    """A caller who searches and keeps."""

    person: Person

    def keep(self, type_name: str, id_: str, **elements: Any) -> str:
        """Store a resource under its own id; gives its reference."""
        body = {"resourceType": type_name, "id": id_, **elements}
        answer = self.person.put(f"/{type_name}/{id_}", body)
        assert answer.status_code in {200, 201}, answer.text
        return f"{type_name}/{id_}"

    def ask(self, query: str, **headers: str) -> httpx.Response:
        return self.person.get(f"/{query}", **headers)

    def ids(self, query: str) -> list[str]:
        """The ids of the matches, sorted."""
        return sorted(row["id"] for row in entries(self.ask(query)))

    def order(self, query: str) -> list[str]:
        """The ids of the matches, as they come."""
        return [row["id"] for row in entries(self.ask(query))]

    def along(self, query: str) -> list[str]:
        """What comes along with the matches, sorted."""
        return sorted(names(self.ask(query), "include"))

    def refusal(self, query: str, status: int = 400, **headers: str) -> str:
        """What is said to a search that is refused."""
        answer = self.ask(query, **headers)
        assert answer.status_code == status, answer.text
        return str(answer.json()["issue"][0]["diagnostics"])


def text(code: str, *, system: str = "", display: str = "", words: str = "") -> Json:
    """A CodeableConcept."""
    coding = {
        name: value for name, value in (("system", system), ("code", code), ("display", display)) if value
    }
    return ({"coding": [coding]} if coding else {}) | ({"text": words} if words else {})
