"""The ten stories are there, and each is read by its card at five moments or more, with something asserted at each."""

import ast

import pytest

from tests.architecture import tree

STORIES = (
    "healthy", "preeclampsia", "gestational_diabetes", "rhd_negative", "twins", "nipt_positive", "miscarriage", "stillbirth",
    "moving", "interpreter",
)  # fmt: skip
READS = frozenset({"read", "page", "paper", "document"})
MOMENTS = 5


def _moments(story: str) -> set[str]:
    """The clinical days on which the card is read, as they are written; of a read whose result is looked at."""
    body = tree.parsed(tree.ROOT / "tests" / "journeys" / f"test_{story}.py")
    looked = [node for node in ast.walk(body) if isinstance(node, ast.Assert | ast.Assign)]
    calls = (call for node in looked for call in ast.walk(node) if isinstance(call, ast.Call))
    return {
        ast.unparse(call.args[1])
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in READS and len(call.args) > 1
    }


@pytest.mark.parametrize("story", STORIES)
def test_each_story_is_read_by_its_card_at_five_moments(story: str) -> None:
    assert len(_moments(story)) >= MOMENTS
