"""Generated records, whichever side is master: what is said at one stands at the other, and no more is done when it does."""

from datetime import UTC, datetime
from typing import Any

from helsekort_sandbox.maternity_records import merged
from hypothesis import given, settings
from hypothesis import strategies as st

from app.access.caller import Caller, Role
from app.fhir import json as fhir_json
from app.interactions import dhg_mirroring
from app.interactions.context import Context, House
from app.interactions.dhg_mirroring import Told
from app.interactions.dhg_records import Record
from app.mapping.dhg_chart import Chart, Json
from app.mapping.dhg_compare import bare, change, same, says
from app.mapping.dhg_fields import BY_NAME, PARTS, ROWS, Field, Part
from app.mapping.dhg_kinds import KINDS
from app.settings import Settings
from app.store.log import Entry
from app.store.resources import Stored
from app.store.session import Session
from tests.national.test_round_trips import WORDS, values_of

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
SOURCE = "https://national.example/api/maternity-record/v1/record/r1"
UNKNOWN = st.dictionaries(
    st.sampled_from(["theirOwn", "future", "xNew"]),
    st.none() | st.integers(-(10**9), 10**9) | st.booleans() | WORDS,
)
FLAT = [
    part
    for part in PARTS
    if not part.many and not any(row.path.startswith(tuple(ROWS)) for row in part.fields)
]


def _value(row: Field) -> st.SearchStrategy[Any]:
    return values_of(row) if row.kind in KINDS else WORDS


@st.composite
def bodies(draw: Any, part: Part, *, nulls: bool = True) -> Json:
    """A sub-resource with some of its members, some of them null, and some that nobody knows."""
    body: Json = draw(UNKNOWN)
    for row in part.fields:
        if row.kind not in KINDS or "{}" in row.path or not draw(st.booleans()):
            continue
        place, steps = body, row.path.split(".")
        for step in steps[:-1]:
            place = place.setdefault(step, {})
        place[steps[-1]] = None if nulls and draw(st.integers(0, 3)) == 0 else draw(_value(row))
    return body


@settings(max_examples=40)
@given(data=st.data())
def test_what_is_sent_makes_both_sides_equal_and_leaves_theirs(data: st.DataObject) -> None:
    """The mock keeps what it is sent as the contract says: absent stays, null clears."""
    part = data.draw(st.sampled_from(FLAT))
    ours, theirs = data.draw(bodies(part)), data.draw(bodies(part))
    after = merged(theirs, change(part, ours, theirs))
    assert says(ours, after)
    assert change(part, ours, after) == {}, "both say the same: nothing is sent again"
    known = {row.path.partition(".")[0] for row in part.fields if row.kind != "never"}
    for name, value in theirs.items():
        if name not in known and name not in ours:
            assert same(after[name], value), "what only they know stays"
    for name in known - ours.keys():
        assert _empty(after.get(name)), "what is not said here is said there no more"


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and all(map(_empty, value.values())))


class Kept:
    """A store in memory: what a mirror wrote, in its last version."""

    def __init__(self) -> None:
        self.resources: dict[str, Json] = {
            "Patient/p": {"resourceType": "Patient", "id": "p"},
            "EpisodeOfCare/e": {"resourceType": "EpisodeOfCare", "id": "e", "status": "active"},
        }
        self.versions = dict.fromkeys(self.resources, 1)

    @property
    def record(self) -> Record:
        read = {name: fhir_json.read(fhir_json.dump(row)) for name, row in self.resources.items()}
        stands = {
            n: r
            for n, r in read.items()
            if not n.startswith("List/") and r.get("status") != "entered-in-error"
        }
        stored = {name: self._stored(name) for name in self.resources}
        return Record("e", "p", Chart(stands, None, self.versions), stored)

    def _stored(self, name: str) -> Stored:
        type_, _, id_ = name.partition("/")
        body = fhir_json.dump(self.resources[name])
        return Stored(type_, id_, self.versions[name], AT, False, "p", frozenset(), body, "allow.system.read")

    def take(self, told: Told) -> int:
        """Mirror it; how many versions that made."""
        if not dhg_mirroring.is_due(self.record, told):
            return 0
        caller = Caller(Role.SYSTEM, "system:worker", "helsekort")
        house: Any = House(Settings(), None, None)  # type: ignore[arg-type]
        context = Context(house, Session(None, caller, Entry("a", AT, {})))  # type: ignore[arg-type]
        drafts = dhg_mirroring._drafts(context, self.record, told, set())
        for draft in drafts:
            name = f"{draft.type}/{draft.id}"
            assert (draft.if_match or 0) == self.versions.get(name, 0), name
            assert draft.resource is not None
            self.resources[name] = draft.resource
            self.versions[name] = self.versions.get(name, 0) + 1
        return len(drafts)


def told(part: Part, body: Json, version: int) -> Told:
    by = {
        "userType": "HEALTH_CARE_PROFESSIONAL",
        "orgNr": "310009999",
        "orgName": "Legene",
        "hprNr": "222200063",
    }
    at = f"2026-10-{version:02}T10:00:00Z"
    return Told(
        part,
        {"metadata": {"id": "v1", "version": version, "lastUpdated": at, "lastUpdatedBy": by}} | body,
        SOURCE,
    )


@settings(max_examples=15)
@given(data=st.data())
def test_what_is_mirrored_is_told_again_version_by_version(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from([*FLAT, BY_NAME["antenatalAppointments"]]))
    kept, whole, day = Kept(), dict[str, Any](), {"appointmentDate": "2026-10-16"} if part.many else {}
    for version in range(1, data.draw(st.integers(1, 3)) + 1):
        whole = data.draw(bodies(part)) | day
        first = told(part, whole, version)
        kept.take(first)
        assert kept.take(first) == 0, "the same version again makes nothing"
        shown = kept.record.part(part, first.id)
        assert shown is not None
        again = shown.as_json()
        assert says(dhg_mirroring._expected(first), bare(again))
        assert (again["metadata"]["version"], again["metadata"]["lastUpdatedBy"]["orgName"]) == (
            version,
            "Legene",
        )
        gone = {row.path.partition(".")[0] for row in part.fields} - whole.keys() - {"pregnancyWeek"}
        assert all(_empty(again.get(name)) for name in gone), "what is said there no more is not told here"
    assert kept.take(told(part, {"note": "en eldre"} | day, 0)) == 0, "an earlier state changes nothing"
