"""The comparisons of the whole pilot see what they must (100 women are replayed in ``.ci/long``)."""

from tests.national.both_records import differing
from tests.reliability.whole_pilot import document_differs


def test_what_is_missing_or_old_on_one_side_is_seen() -> None:
    card = [
        {"resourceType": "Observation", "id": "a", "meta": {"versionId": "2"}},
        {
            "resourceType": "Observation",
            "id": "kept",
            "meta": {"versionId": "1", "security": [{"code": "NOPAT"}]},
        },
        {"resourceType": "Observation", "id": "computed"},
    ]
    assert document_differs(card, [{"holds": ["Observation/a/2", "Encounter/b/1"]}]) == []
    assert document_differs(card, [{"holds": ["Observation/a/1"]}]) == ["Observation/a/1", "Observation/a/2"]
    assert document_differs(card, []) == ["Observation/a/2"]
    told = {"metadata": {}, "medication": {"metadata": {"version": 3}, "note": None, "folate": True}}
    assert differing(told, {"medication": {"folate": True}}) == []
    assert len(differing(told, {"medication": {"folate": False}})) == len(differing(told, {})) == 1
