"""Clinical rules that an operator has switched off: named at start, with their reasons, so that no one is off unseen.

docs/safety.md says what each rule is for; the setting is HELSEKORT_RULES_OFF.
"""

import logging

from app.pregnancy.rule_table import BY_ID
from app.settings import Settings, UnsafeSettings

_log = logging.getLogger("helsekort.rules")


def announce(settings: Settings) -> None:
    """Write to the log each rule that is off, and why. Raises UnsafeSettings for a rule that is not there."""
    for rule, reason in sorted(settings.switched_off.items()):
        if rule not in BY_ID:
            raise UnsafeSettings(f"HELSEKORT_RULES_OFF: there is no rule {rule[:64]!r}")
        _log.warning("rule %s is switched off: %s", rule, reason)
