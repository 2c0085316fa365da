"""Switching a clinical rule off: only a known one, only with a reason, and never unseen."""

import logging

import pytest

from app.interactions.switches import announce
from app.settings import Settings, UnsafeSettings, check


def settings(text: str) -> Settings:
    return Settings(mode="sandbox", rules_off=text)


def test_a_rule_that_is_off_is_written_to_the_log_with_its_reason(caplog):
    with caplog.at_level(logging.WARNING):
        announce(settings('{"tobacco": "ikke godkjent av Kari Lege"}'))
    assert [row.getMessage() for row in caplog.records] == [
        "rule tobacco is switched off: ikke godkjent av Kari Lege"
    ]


def test_nothing_is_off_by_default(caplog):
    announce(Settings())
    assert (dict(Settings().switched_off), caplog.records) == ({}, [])


@pytest.mark.parametrize("text", ["tobacco", "[]", '{"tobacco": ""}', '{"tobacco": " "}', '{"tobacco": 1}'])
def test_without_a_reason_nothing_starts(text):
    with pytest.raises(UnsafeSettings, match="HELSEKORT_RULES_OFF"):
        check(settings(text))


def test_a_rule_that_is_not_there_cannot_be_off():
    with pytest.raises(UnsafeSettings, match="no rule"):
        announce(settings('{"toboggan": "x"}'))
