"""Second factors: their kinds, the shape of their codes, and the steps of time that count (RFC 6238)."""

from datetime import datetime
from enum import StrEnum

STEP_SECONDS = 30
APP_DIGITS = 6
NEIGHBOURS = 1  # a telephone's clock may be a step off


class FactorKind(StrEnum):
    """What somebody shows beside the password; the values are those of allauth's table."""

    TOTP = "totp"
    PASSKEY = "webauthn"
    RECOVERY_CODES = "recovery_codes"


def factor_of_code(code: str) -> FactorKind:
    """What a typed code can be, by its length: six digits are an app's, anything else a recovery code."""
    return FactorKind.TOTP if len(code) == APP_DIGITS else FactorKind.RECOVERY_CODES


def counters_around(now: datetime) -> range:
    """The number of the present step of thirty seconds, with its neighbours."""
    step = int(now.timestamp()) // STEP_SECONDS
    return range(step - NEIGHBOURS, step + NEIGHBOURS + 1)
