"""What a server must not be started with: values that are neither, unsafe in production, or of no use together."""

from dataclasses import fields
from typing import Any

from app.registrations import problems, problems_of_addresses, problems_of_apps

_EITHER = {
    "mode": ("production", "sandbox"),
    "dating_precedence": ("first-scan", "routine-scan"),
    "conditional_delete": ("single", "multiple"),
    "update_as_create": ("harness", "all"),
    "participation": ("consent", "reservation"),
    "national_record_master": ("here", "national"),
    "pilot_area": ("municipality", "organization"),
}
_DAY = 24 * 60  # minutes


class UnsafeSettings(Exception):
    """The settings would start a server that must not run so."""


def check(settings: Any) -> None:
    """Refuse what must not run. Raises UnsafeSettings."""
    for name, (one, other) in _EITHER.items():
        if getattr(settings, name) not in {one, other}:
            raise UnsafeSettings(f"HELSEKORT_{name.upper()} is neither {one} nor {other}")
    _ = settings.switched_off
    pilot, sandbox = settings.pilot, settings.sandbox
    for problem in (
        *problems(pilot.issuers, sandbox=sandbox),
        *problems_of_apps(pilot.apps, sandbox=sandbox),
    ):
        raise UnsafeSettings(f"The pilot file: {problem}")
    for problem in problems_of_addresses(settings.cors_origins, settings.metrics_networks):
        raise UnsafeSettings(problem)
    if not settings.sandbox:
        _check_production(settings)


def _check_production(settings: Any) -> None:
    if settings.allow_bearer or settings.allow_harness:
        raise UnsafeSettings("Production accepts neither unbound tokens nor the harness role")
    needed = ("base_url", "helseid_issuer", "helsenorge_issuer")
    others = (
        row.name for row in fields(settings) if row.name.endswith("_url") and "database" not in row.name
    )
    for name in dict.fromkeys(
        (*needed, *others)
    ):  # of the others an empty one: nothing is sent, nobody asked
        url = getattr(settings, name)
        if not url.startswith("https://") and (url or name in needed):
            raise UnsafeSettings(f"HELSEKORT_{name.upper()} must be https in production")
    if not 1 <= settings.issuer_key_minutes <= _DAY:
        raise UnsafeSettings("HELSEKORT_ISSUER_KEY_MINUTES is from a minute to a day, as HelseID asks")
    if settings.dpop_window > 60:  # noqa: PLR2004 (RFC 9449 §11.1: seconds to minutes)
        raise UnsafeSettings("HELSEKORT_DPOP_WINDOW over 60 s invites replay")
