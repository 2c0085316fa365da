"""TABLE: what a client of this server does and does not do, by what is seen of its requests (docs/integrators.md).

https://hl7.org/fhir/R4/http.html, https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 (Retry-After). A row says whether
an exchange is wrong, in the light of those before it; the remedy is what its vendor reads.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

NATIONAL = "/api/maternity-record/v1/"
NUMBER = re.compile(r"(?<!\d)\d{11}(?!\d)")
_ONE = re.compile(r"/fhir/[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$")
_NHN = ("nhn-user-role", "nhn-source-system", "nhn-patient-nin")
_FHIR = ("application/fhir+json", "application/json-patch+json")
_AGAIN = frozenset({401, 409, 412, 429})  # what may be sent again as it was, later or with another proof


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer: headers in lower case, ``at`` in monotonic seconds, ``proof`` what is wrong with it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    status: int = 0
    answered: Mapping[str, str] | None = None
    proof: str = ""

    @property
    def same(self) -> tuple[str, str, str, bytes]:
        """What makes two requests the same one."""
        return self.method, self.path, self.query, self.body

    @property
    def writes(self) -> bool:
        """Whether it stores something: no search by POST, and no operation."""
        asks = "/_search" in self.path or "/$" in self.path
        return self.method in {"POST", "PUT", "PATCH", "DELETE"} and not asks

    def __str__(self) -> str:
        return NUMBER.sub("(number)", unquote(f"{self.method} {self.path}"))


Before = Sequence[Exchange]
Wrong = Callable[[Exchange, Before], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds of a good client's requests, whether one is against it, and what to do then."""

    name: str
    wrong: Wrong
    remedy: str


def _key_twice(one: Exchange, before: Before) -> bool:
    key = one.headers.get("idempotency-key")
    return key is not None and any(
        other.headers.get("idempotency-key") == key and other.same != one.same for other in before
    )


def _impatient(one: Exchange, before: Before) -> bool:
    for other in before:
        asked = (other.answered or {}).get("retry-after", "")
        if other.status in {429, 503} and asked.isdecimal() and one.at < other.at + int(asked):
            return True
    return False


def _stubborn(one: Exchange, before: Before) -> bool:
    refused = [
        other
        for other in before
        if other.same == one.same and 400 <= other.status < 500 and other.status not in _AGAIN
    ]
    return len(refused) > 1


def _untyped(one: Exchange, _: Before) -> bool:
    kind = one.headers.get("content-type", "").partition(";")[0].strip()
    return bool(one.body) and one.writes and one.path.startswith("/fhir") and kind not in _FHIR


RULES: tuple[Rule, ...] = (
    Rule("each request has a good proof", lambda one, _: bool(one.proof), "make one DPoP proof for each request, by the key of the token"),
    Rule(
        "no person number stands in a URL",
        lambda one, _: bool(NUMBER.search(unquote(f"{one.path}?{one.query}"))),
        "search by POST to _search, and keep the id of the Patient that you find",
    ),
    Rule("what is sent says that it is FHIR", _untyped, "send Content-Type: application/fhir+json"),
    Rule(
        "a change says which version it changes",
        lambda one, _: one.method in {"PUT", "PATCH"} and bool(_ONE.match(one.path)) and "if-match" not in one.headers and one.status != 201,
        "send If-Match with the ETag that you read: else you overwrite what others wrote meanwhile",
    ),
    Rule(
        "a write can be sent again safely",
        lambda one, _: one.writes and "idempotency-key" not in one.headers,
        "send a new Idempotency-Key with each write, and the same one when a line breaks and you send it again",
    ),
    Rule("an Idempotency-Key is of one request", _key_twice, "make a new one for each write: this was used for another"),
    Rule("Retry-After is waited for", _impatient, "wait as many seconds as 429 or 503 asked for"),
    Rule("what was refused is not sent again as it was", _stubborn, "read the OperationOutcome: it names the element and the reason"),
    Rule(
        "calls of the national record have their headers",
        lambda one, _: one.path.startswith(NATIONAL) and any(name not in one.headers for name in _NHN),
        f"send {', '.join(_NHN)}",
    ),
    Rule("a token is let in", lambda one, _: one.status == 401, "renew the token before it expires, and send it to the server it is for"),
    Rule("no request makes the server fail", lambda one, _: one.status >= 500 and one.status != 503, "this is our fault: tell us the X-Request-Id"),
)  # fmt: skip


def against(one: Exchange, before: Before) -> list[Rule]:
    """The rules that ``one`` is against."""
    return [rule for rule in RULES if rule.wrong(one, before)]
