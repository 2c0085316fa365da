"""A start that would be unsafe is refused, in words; each with the same settings made safe."""

from collections.abc import Mapping

import pytest

from app.settings import UnsafeSettings, read

SAFE = {
    "HELSEKORT_BASE_URL": "https://helsekort.example",
    "HELSEKORT_HELSEID_ISSUER": "https://helseid.example",
    "HELSEKORT_HELSENORGE_ISSUER": "https://helsenorge.example",
    "HELSEKORT_KJERNEJOURNAL_URL": "https://kjernejournal.example",
    "HELSEKORT_HELSENORGE_URL": "",
}


def _refused(environment: Mapping[str, str]) -> bool:
    try:
        read(environment)
    except UnsafeSettings:
        return True
    return False


@pytest.mark.parametrize("name", sorted(SAFE))
def test_production_speaks_https_only(name: str) -> None:
    assert not _refused(SAFE)
    assert _refused(SAFE | {name: "http://elsewhere.example"})
    assert not _refused(SAFE | {name: "http://127.0.0.1:1", "HELSEKORT_MODE": "sandbox"})


@pytest.mark.parametrize(
    "shortcut",
    [
        {"HELSEKORT_ALLOW_BEARER": "true"},
        {"HELSEKORT_ALLOW_HARNESS": "true"},
        {"HELSEKORT_DPOP_WINDOW": "61"},
    ],
)
def test_production_takes_no_shortcut(shortcut: dict[str, str]) -> None:
    assert _refused(SAFE | shortcut)
    assert not _refused(SAFE | shortcut | {"HELSEKORT_MODE": "sandbox"})
