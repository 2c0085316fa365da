"""A few generated women are replayed under faults, and each card is the same on all its sides (100: ``.ci/long``)."""

from pathlib import Path

import pytest

from tests.reliability.whole_pilot import document_differs, record_differs, run

WOMEN = 4


@pytest.mark.slow
def test_each_card_is_the_same_on_all_its_sides(tmp_path: Path) -> None:
    found = run(WOMEN, tmp_path / "data")
    print(found)
    assert found["differing"] == {}
    assert found["cards"] == found["equal"] == WOMEN
    assert found["visits"] > WOMEN * 4
    assert found["refused_on_demand"] > sum(found["requests"].values()) * 0.05, "the faults did not happen"


def test_what_is_missing_or_old_on_one_side_is_seen() -> None:
    """The control of the above."""
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
    assert record_differs(told, {"medication": {"folate": True}}) == []
    assert len(record_differs(told, {"medication": {"folate": False}})) == len(record_differs(told, {})) == 1
