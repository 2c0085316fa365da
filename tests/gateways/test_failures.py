"""What the status of another system means for the next attempt."""

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from app import clock
from app.gateways.failures import Refused, Unreachable, check, retry_after


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success(status: int) -> None:
    check(httpx.Response(status), "X")


@pytest.mark.parametrize("status", [400, 404, 410, 413, 415, 422])
def test_refused_for_good(status: int) -> None:
    with pytest.raises(Refused, match=f"^X refused with {status}$"):
        check(httpx.Response(status, text="what was sent"), "X")


@pytest.mark.parametrize("status", [301, 401, 403, 408, 409, 425, 429, 500, 502, 503, 504])
def test_tried_again(status: int) -> None:
    with pytest.raises(Unreachable, match=f"^X answered {status}$"):
        check(httpx.Response(status, text="what was sent"), "X")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0", 0.0), ("999999", 3600.0), ("", None), ("soon", None), ("-5", None), ("²", None)],
)
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(httpx.Response(503, headers=[(b"retry-after", value.encode())])) == seconds


def test_retry_after_as_a_date() -> None:
    later = format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)
    assert retry_after(httpx.Response(503, headers={"retry-after": later})) == pytest.approx(89, abs=3)
    past = format_datetime(clock.now() - timedelta(seconds=90), usegmt=True)
    assert retry_after(httpx.Response(503, headers={"retry-after": past})) == 0


def test_it_goes_with_the_failure() -> None:
    with pytest.raises(Unreachable) as caught:
        check(httpx.Response(429, headers={"retry-after": "12"}), "X")
    assert caught.value.retry_after == 12
