"""A result held against its criterion: what was recorded beside it, and the weight that counts at a moment.

The verdict that a result was recorded with stays as it was. What a decision goes by is judged anew each time: the
patient may weigh something else by then, or the weight may have become too old.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from people.rules.days import can_be_told
from qc.rules.criteria import (
    Assessment,
    Criterion,
    Facts,
    NotTested,
    ValueFault,
    Weight,
    assess,
    read_value,
    weight_for,
)

_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)


class Input(StrEnum):
    """What may have to be recorded beside a value, for it to be judged."""

    VOLUME_ML = "volume_ml"
    HOURS = "hours"
    WEIGHT_USED_KG = "weight_used_kg"
    INCUBATED_AT = "incubated_at"


@dataclass(frozen=True)
class InputFault:
    """What is wrong with one of them."""

    input: Input
    code: str


def inputs_of(criterion: Criterion) -> tuple[Input, ...]:
    """What a criterion asks for beside the value."""
    asked = (
        (criterion.needs_volume, Input.VOLUME_ML),
        (criterion.needs_hours, Input.HOURS),
        (criterion.needs_weight_used, Input.WEIGHT_USED_KG),
        (criterion.not_before_hours is not None, Input.INCUBATED_AT),
    )
    return tuple(one for is_needed, one in asked if is_needed)


def input_faults(
    criterion: Criterion, inputs: Mapping[str, str], tested_at: datetime
) -> tuple[InputFault, ...]:
    """What is wrong with the inputs: one that is missing or not asked for, not positive, or after the test."""
    asked = inputs_of(criterion)
    faults = [InputFault(one, "empty") for one in asked if not inputs.get(one)]
    for name, text in inputs.items():
        if name not in set(asked):
            faults.append(InputFault(Input(name), "not_asked"))
        elif text and (code := _fault(Input(name), text, tested_at)):
            faults.append(InputFault(Input(name), code))
    return tuple(faults)


def _fault(one: Input, text: str, tested_at: datetime) -> str:
    if one is not Input.INCUBATED_AT:
        is_number = _NUMBER.fullmatch(text) is not None
        return "" if is_number and Decimal(text) > 0 else "not_positive"
    try:
        began = datetime.fromisoformat(text)
    except ValueError:
        return "not_a_time"
    if began.tzinfo is None or not can_be_told(began):
        return "not_a_time"
    return "after_the_test" if began > tested_at else ""


def facts_of(
    inputs: Mapping[str, str], weights: Iterable[Weight], *, at: datetime, read_at: datetime
) -> Facts:
    """All that a value is judged by at a moment. Inputs are sound (`input_faults`)."""
    began = inputs.get(Input.INCUBATED_AT)
    return Facts(
        at=at,
        weight=weight_for(weights, at),
        weight_used_kg=_number(inputs, Input.WEIGHT_USED_KG),
        volume_ml=_number(inputs, Input.VOLUME_ML),
        hours=_number(inputs, Input.HOURS),
        incubated_at=datetime.fromisoformat(began) if began else None,
        read_at=read_at,
    )


def _number(inputs: Mapping[str, str], one: Input) -> Decimal | None:
    text = inputs.get(one)
    return Decimal(text) if text else None


def assessed(criterion: Criterion, text: str, facts: Facts) -> Assessment | ValueFault:
    """The verdict of a criterion on a reported text, or why it reports nothing."""
    value = read_value(criterion, text)
    return value if isinstance(value, ValueFault) else assess(criterion, value, facts)


def is_not_tested(criterion: Criterion, text: str) -> bool:
    """Whether the text says that there is no result, and none will come."""
    return isinstance(read_value(criterion, text), NotTested)
