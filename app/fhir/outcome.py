"""Errors as values of FHIR: one class for each HTTP status, each with OperationOutcome issues.

https://hl7.org/fhir/R4/operationoutcome.html

    FhirError
    ├── BadRequest 400        ├── Conflict 409             ├── UnsupportedMediaType 415
    ├── Unauthenticated 401   ├── Gone 410                 ├── Unprocessable 422
    ├── Forbidden 403         ├── PreconditionFailed 412   ├── TooManyRequests 429
    ├── NotFound 404          ├── TooLarge 413             └── Unavailable 503
    ├── MethodNotAllowed 405  └── NotAcceptable 406
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: what is wrong (``diagnostics``) and where (``expression``, FHIRPath locations)."""

    code: str
    diagnostics: str
    expression: tuple[str, ...] = ()
    severity: str = "error"

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "severity": self.severity,
            "code": self.code,
            "diagnostics": self.diagnostics,
        }
        if self.expression:
            body["expression"] = list(self.expression)
        return body


def operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """An OperationOutcome of ``issues``."""
    return {"resourceType": "OperationOutcome", "issue": [issue.as_json() for issue in issues]}


class FhirError(Exception):
    """A refusal or failure that the client is told: HTTP status, issues and headers."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "exception"

    def __init__(
        self,
        problem: str | Iterable[Issue],
        *expression: str,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        if isinstance(problem, str):
            self.issues: tuple[Issue, ...] = (Issue(code or self.default_code, problem, expression),)
        else:
            self.issues = tuple(problem)
        self.headers = headers or {}
        self.guesses = (
            0  # as how many answers 404 it counts, where it tells somebody who tries numbers that one is here
        )
        super().__init__(self.issues[0].diagnostics if self.issues else "")


class BadRequest(FhirError):
    """The request cannot be parsed or breaks base FHIR."""

    status, default_code = 400, "invalid"


class Unauthenticated(FhirError):
    """No token, or one that does not hold; carries ``WWW-Authenticate``."""

    status, default_code = 401, "login"


class Forbidden(FhirError):
    """Known caller, no right."""

    status, default_code = 403, "forbidden"


class NotFound(FhirError):
    """Not there, or its existence is a secret to this caller."""

    status, default_code = 404, "not-found"


class MethodNotAllowed(FhirError):
    """The type or the path does not support the method."""

    status, default_code = 405, "not-supported"


class NotAcceptable(FhirError):
    """No format in common."""

    status, default_code = 406, "not-supported"


class Conflict(FhirError):
    """The state of the store forbids it."""

    status, default_code = 409, "conflict"


class Gone(FhirError):
    """Deleted."""

    status, default_code = 410, "deleted"


class PreconditionFailed(FhirError):
    """If-Match or a conditional criterion did not hold."""

    status, default_code = 412, "conflict"


class TooLarge(FhirError):
    """Body, bundle or page over the limit."""

    status, default_code = 413, "too-long"


class UnsupportedMediaType(FhirError):
    """Content-Type is not JSON."""

    status, default_code = 415, "not-supported"


class Unprocessable(FhirError):
    """Valid FHIR that breaks a profile or a business rule."""

    status, default_code = 422, "business-rule"


class TooManyRequests(FhirError):
    """Slow down."""

    status, default_code = 429, "throttled"


class Unavailable(FhirError):
    """Cannot answer now (no database, cannot audit, statement took too long)."""

    status, default_code = 503, "transient"


@contextmanager
def placed(place: str) -> Iterator[None]:
    """What is wrong within is told with its ``place``. Raises what was raised."""
    try:
        yield
    except FhirError as error:
        error.issues = tuple(
            replace(issue, diagnostics=place + issue.diagnostics.removeprefix(place))
            for issue in error.issues
        )
        raise
