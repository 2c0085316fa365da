"""What all the journeys leave beside the card, read at the end: no number, no name, no health data.

Every request and answer of every journey passes here, whatever server it was, and every line that a server in this
process logged, with the traces of what failed in it. What must not be found is taken from what the journeys sent.
"""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.fhir.codes import PERSON_NUMBERS
from app.fhir.identifiers import looks_like_person_number
from tests.fixtures import identity

_TEXTS = {"valueString", "contentString", "line", "family", "given", "description"}  # what is told in words
_WORDED = {"note", "code", "dosage", "valueCodeableConcept"}  # whose ``text`` is told in words
_PEOPLE = frozenset({"Patient", "RelatedPerson"})
_LEAST = 5  # characters: what is shorter stands in any text
_TOLD = ("location", "content-location", "link", "x-request-id", "x-correlation-id", "www-authenticate")


@dataclass
class Leftovers(logging.Handler):
    """What was left where, and what must not stand there."""

    where: dict[str, set[str]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("helsekort", "uvicorn", "asyncio", "procrastinate", "app")):
            self.leave("text logs and traces", logging.Formatter().format(record))

    def leave(self, where: str, text: str) -> None:
        self.where.setdefault(where, set()).add(text)

    def sent(self, request: httpx.Request) -> None:
        """Learn what must not be found."""
        try:
            self._learn(json.loads(request.content), "")
        except (ValueError, httpx.RequestNotRead):
            return

    def _learn(self, node: Any, within: str) -> None:
        if isinstance(node, list):
            for item in node:
                self._learn(item, within)
        elif isinstance(node, dict):
            kind = node.get("resourceType", "")
            if node.get("system") in PERSON_NUMBERS:
                self._keep(node.get("value"))
            for name, value in node.items():
                told = name in _TEXTS or (name == "text" and within in _WORDED)
                public = name in {"family", "given", "description"} and within not in {"name", "Task"}
                for one in value if isinstance(value, list) else [value]:
                    if told and not public:
                        self._keep(one)
                self._learn(value, name if kind not in _PEOPLE or name == "name" else within)

    def _keep(self, value: Any) -> None:
        if isinstance(value, str) and len(value) >= _LEAST:
            self.secrets.add(value)

    def answered(self, answer: httpx.Response) -> None:
        """Keep what is told beside the content: addresses, headers, and the texts of errors."""
        good = answer.is_success
        if good:
            self.leave("addresses", str(answer.request.url))
        for name in _TOLD:
            self.leave("headers", answer.headers.get(name, ""))
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            self.leave("error texts", answer.read().decode(errors="replace"))

    def found(self) -> list[tuple[str, str]]:
        """Where something stands that must not."""
        whole = {where: "\n".join(texts) for where, texts in self.where.items()}
        named = [
            (where, secret)
            for where, text in whole.items()
            for secret in self.secrets
            if secret in text and re.search(rf"\b{re.escape(secret)}\b", text)
        ]
        numbers = [
            (where, number)
            for where, text in whole.items()
            for number in re.findall(r"(?<![0-9A-Fa-f])\d{11}(?![0-9A-Fa-f])", text)  # not within a UUID
            if looks_like_person_number(number)
        ]
        return [*named, *numbers]


def _measured(listener: Any) -> str:
    """What a server tells of itself without identity."""
    host, port = listener.getsockname()[:2]
    texts = []
    for path in ("/metrics", "/health/ready", "/health/live", "/fhir/metadata"):
        try:
            answer = httpx.get(f"http://{host}:{port}{path}", timeout=10)
        except httpx.HTTPError:
            continue
        texts += [answer.text] if answer.is_success else []
    return "\n".join(texts)


@pytest.fixture(scope="package", autouse=True)
def leftovers() -> Iterator[Leftovers]:
    """All journeys that this process runs; asserted when the last is over."""
    left, patch = Leftovers(), pytest.MonkeyPatch()
    send, stop = httpx.Client.send, identity.Serving.__exit__

    def sending(client: httpx.Client, request: httpx.Request, **more: Any) -> httpx.Response:
        left.sent(request)
        answer = send(client, request, **more)
        left.answered(answer)
        return answer

    def stopping(serving: identity.Serving, *error: object) -> None:
        patch.setattr(httpx.Client, "send", send)
        left.leave("metrics and health", _measured(serving.listener))
        patch.setattr(httpx.Client, "send", sending)
        stop(serving, *error)

    patch.setattr(httpx.Client, "send", sending)
    patch.setattr(identity.Serving, "__exit__", stopping)
    logging.getLogger().addHandler(left)
    yield left
    logging.getLogger().removeHandler(left)
    patch.undo()
    told = left.where.keys() - {"metrics and health"}
    assert left.secrets or not told, "the journeys told nothing that could have leaked"
    measured = left.where.get("metrics and health", set())
    assert not measured or any("helsekort_requests_total" in text for text in measured), (
        "metrics were not read"
    )
    assert left.found() == []
