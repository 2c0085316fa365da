"""Two verdicts on one text, this server's and the official validator's: whether they agree, and on which place."""

import re
from dataclasses import dataclass
from typing import Final

from app.fhir import json
from app.fhir.outcome import BadRequest, Issue
from app.fhir.validation import validate
from tests.conformance.cases import Case
from tests.conformance.judge import CRASH, Finding, judge

AGREE: Final = "agree"
STRICTER: Final = "only Helsekort refuses"
LAXER: Final = "only the HL7 validator refuses"
NO_VERDICT: Final = "the HL7 validator fell over"

SAME: Final = "the same place"
BESIDE: Final = "one names the element, the other the object that holds it"
ELSEWHERE: Final = "another place"
NOWHERE: Final = "no place: the text is no JSON"

_NOT_FHIRPATH: Final = re.compile(r"\[x\]|\.ofType\(\w+\)|/\*[^*]*\*/")


@dataclass(frozen=True, slots=True)
class Judged:
    """A text and what both say of it."""

    case: Case
    ours: tuple[Issue, ...]
    theirs: tuple[Finding, ...]

    @property
    def outcome(self) -> str:
        if any(one.key == CRASH for one in self.theirs):
            return NO_VERDICT
        if bool(self.ours) == bool(self.theirs):
            return AGREE
        return STRICTER if self.ours else LAXER

    @property
    def both_refuse(self) -> bool:
        return self.outcome == AGREE and bool(self.ours)

    @property
    def place(self) -> str:
        """How near the places are that both name, where both refuse."""
        ours = {place for issue in self.ours for place in issue.expression}
        theirs = {_NOT_FHIRPATH.sub("", one.location) for one in self.theirs}
        if not ours:
            return NOWHERE
        if ours & theirs:
            return SAME
        near = {_outer(one) for one in ours} & theirs or {_outer(one) for one in theirs} & ours
        return BESIDE if near else ELSEWHERE


def _outer(place: str) -> str:
    """The object that holds what ``place`` names; for one of several, the object that holds them all."""
    return place.rpartition(".")[0]


def own_verdict(text: str) -> tuple[Issue, ...]:
    """What this server says of a body: what reading it says, or else validation."""
    try:
        value = json.parse(text.encode())
    except BadRequest as refusal:
        return refusal.issues
    return tuple(validate(value))


def compare(cases: list[Case]) -> list[Judged]:
    """Both verdicts on every case, in their order."""
    theirs = judge([one.text for one in cases])
    return [
        Judged(one, own_verdict(one.text), tuple(found)) for one, found in zip(cases, theirs, strict=True)
    ]
