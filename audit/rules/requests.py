"""Where something that was asked for stands: a report or a bundle that the worker makes."""

from enum import StrEnum


class RequestState(StrEnum):
    """Asked for, made, or not to be made."""

    ASKED = "asked"
    MADE = "made"
    FAILED = "failed"
