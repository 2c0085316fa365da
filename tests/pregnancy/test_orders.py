"""What is said of an order, on the facts alone; over HTTP: tests/interactions/test_decision_support.py."""

import pytest

from app.pregnancy.orders import ORDERS, Order, advice
from tests.pregnancy.builders import an_outcome, card


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.id)
@pytest.mark.parametrize("outcome", ["live-birth", "miscarriage"])
def test_an_order_for_a_pregnancy_that_has_ended_is_told_so_and_nothing_else(
    order: Order, outcome: str
) -> None:
    ended = card(an_outcome(outcome, "18+0"), today="18+3")
    assert [one.key for one in advice(ended, order)] == ["order-ended"]
    assert "order-ended" not in {one.key for one in advice(card(today="18+3"), order)}
