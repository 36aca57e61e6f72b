"""The settings that decide: what they say goes into the ledger at the start, when it is not what it was.

Addresses of ours, folders and sizes decide nothing about who may do what or what counts; secret keys and passwords are
never told. Which log witnesses count follows from their public keys.
"""

from typing import Any

from django.conf import settings

DECIDING = (
    "ADDRESS_REQUESTS_PER_MINUTE",
    "CHECKPOINT_EVERY_SECONDS",
    "CHECKS_LAPSE_AFTER_HOURS",
    "IDLE_LOCK_MINUTES",
    "LEDGER_ORIGIN",
    "LOCAL_SIGN_IN",
    "OIDC_SERVER_URL",
    "PASSWORD_MAX_AGE_DAYS",
    "PRINTER_NETWORKS",
    "REFUSALS_BEFORE_ALERT",
    "REFUSALS_WITHIN_MINUTES",
    "REQUIRE_SECOND_FACTOR",
    "SCANNER_AIM_REQUIRED",
    "SCANNER_QUALIFICATION_DAYS",
    "SECOND_FACTOR_ROLES",
    "SECURE_COOKIES",
    "SESSION_COOKIE_AGE",
    "SIGN_INS_PER_MINUTE",
    "SIGN_IN_BEGINS_SERIES",
    "STATION_REQUESTS_PER_MINUTE",
    "STOPS_BEFORE_ALERT",
    "STOPS_WITHIN_MINUTES",
    "USER_REQUESTS_PER_MINUTE",
)


def deciding_settings() -> dict[str, Any]:
    """Their values as an entry holds them: numbers and switches as they are, all else as text."""
    witnesses = [it.witness.text for it in settings.LEDGER_WITNESSES if it.witness is not None]
    found = {name: _plain(getattr(settings, name)) for name in DECIDING}
    return found | {"LEDGER_WITNESSES": sorted(witnesses)}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(str(it) for it in value)
    return value if isinstance(value, bool | int) else str(value)
