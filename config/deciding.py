"""The settings that decide: what they say goes into the ledger at the start, when it is not what it was.

Addresses, folders and sizes decide nothing about who may do what or what counts; keys and passwords are never told.
"""

from typing import Any

from django.conf import settings

DECIDING = (
    "ADDRESS_REQUESTS_PER_MINUTE",
    "CHECKS_LAPSE_AFTER_HOURS",
    "LEDGER_ORIGIN",
    "PRINTER_NETWORKS",
    "SCANNER_AIM_REQUIRED",
    "SCANNER_QUALIFICATION_DAYS",
    "SECURE_COOKIES",
    "SESSION_COOKIE_AGE",
    "SIGN_INS_PER_MINUTE",
    "SIGN_IN_BEGINS_SERIES",
    "STATION_REQUESTS_PER_MINUTE",
    "USER_REQUESTS_PER_MINUTE",
)


def deciding_settings() -> dict[str, Any]:
    """Their values as an entry holds them: numbers and switches as they are, all else as text."""
    return {name: _plain(getattr(settings, name)) for name in DECIDING}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(str(it) for it in value)
    return value if isinstance(value, bool | int) else str(value)
