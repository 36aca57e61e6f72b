"""A patient's body weight with its date: a dose per kilogram is only as good as the weight it is divided by."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

# The lightest infant and the heaviest adult that anybody weighs for a dose, in kg: outside of it, a slip of the pen.
LIGHTEST, HEAVIEST = Decimal("0.5"), Decimal(400)
DECIMALS = 3

_NUMBER = re.compile(rf"(?:0|[1-9][0-9]{{0,2}})(?:\.[0-9]{{1,{DECIMALS}}})?", re.ASCII)
_COMMA = re.compile(r"[0-9]+,[0-9]+", re.ASCII)


class WeightSource(StrEnum):
    """Where a weight comes from: somebody read the scale, or read it in another record."""

    SCALE = "scale"
    RECORD = "record"


class WeightCorrection(StrEnum):
    """Why a weight has another one in its place. The next weighing is none of these: it is a weight of its own."""

    MISTYPED = "mistyped"
    OTHER_UNIT = "other_unit"
    OTHER_PATIENT = "other_patient"
    WRONG_TIME = "wrong_time"


class WeightFault(StrEnum):
    """Why a text is no weight, or why it cannot have been measured then."""

    EMPTY = "text_required"
    NOT_A_WEIGHT = "not_a_weight"
    DECIMAL_COMMA = "decimal_comma"
    NOT_POSSIBLE = "not_possible"
    IN_THE_FUTURE = "in_the_future"


@dataclass(frozen=True)
class WeightView:
    """One weight of a journey's patient in kg, as it was read off; never rounded.

    `supersedes` is the id of the weight in whose place it stands, for `reason`; `is_current` whether none stands in its
    own. `step` is the step in which it was measured, empty where somebody entered it by itself.
    """

    id: str
    kg: Decimal
    measured_at: datetime
    source: WeightSource
    recorded_at: datetime
    recorded_by: str
    step: str = ""
    supersedes: str = ""
    reason: str = ""
    is_current: bool = True

    @property
    def shown(self) -> str:
        """The kilograms without zeros that say nothing: 71.5."""
        return format(self.kg.normalize(), "f")


def read_weight(text: str) -> Decimal | WeightFault:
    """The weight in kg that a text states, exactly, or why it states none."""
    if not text.strip():
        return WeightFault.EMPTY
    if _COMMA.fullmatch(text):
        return WeightFault.DECIMAL_COMMA
    if not _NUMBER.fullmatch(text):
        return WeightFault.NOT_A_WEIGHT
    kg = Decimal(text)
    return kg if LIGHTEST <= kg <= HEAVIEST else WeightFault.NOT_POSSIBLE


def time_fault(measured_at: datetime, now: datetime) -> WeightFault | None:
    """Nobody has been weighed in the future."""
    return WeightFault.IN_THE_FUTURE if measured_at > now else None
