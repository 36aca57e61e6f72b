"""What is a weight, when it can have been measured, and which one counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from coi.rules.weights import WeightFault, WeightSource, WeightView, read_weight, time_fault

F = WeightFault
AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.499", F.NOT_POSSIBLE),
        ("0.5", Decimal("0.5")),
        ("3.25", Decimal("3.25")),
        ("50", Decimal(50)),
        ("50.001", Decimal("50.001")),
        ("71.500", Decimal("71.500")),
        ("400", Decimal(400)),
        ("400.001", F.NOT_POSSIBLE),
        ("999", F.NOT_POSSIBLE),
        ("0", F.NOT_POSSIBLE),
        ("", F.EMPTY),
        (" ", F.EMPTY),
        ("71,5", F.DECIMAL_COMMA),
        ("1000", F.NOT_A_WEIGHT),
        ("071.5", F.NOT_A_WEIGHT),
        ("71.5004", F.NOT_A_WEIGHT),
        ("-71", F.NOT_A_WEIGHT),
        ("+71", F.NOT_A_WEIGHT),
        (" 71", F.NOT_A_WEIGHT),
        ("71 kg", F.NOT_A_WEIGHT),
        ("7e1", F.NOT_A_WEIGHT),
        ("71.", F.NOT_A_WEIGHT),
        (".5", F.NOT_A_WEIGHT),
        ("NaN", F.NOT_A_WEIGHT),
        ("\u0667\u0661", F.NOT_A_WEIGHT),  # digits of another script
    ],
)
def test_a_text_is_a_weight_exactly_or_it_is_none(text: str, expected: Decimal | WeightFault) -> None:
    found = read_weight(text)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("measured_at", "fault"),
    [(AT, None), (AT - timedelta(days=400), None), (AT + timedelta(microseconds=1), F.IN_THE_FUTURE)],
)
def test_nobody_was_weighed_in_the_future(measured_at: datetime, fault: WeightFault | None) -> None:
    assert time_fault(measured_at, AT) is fault


def weight(kg: str, minutes: int, **more: object) -> WeightView:
    """A weight measured so many minutes after."""
    measured = AT + timedelta(minutes=minutes)
    made = WeightView(kg, Decimal(kg), measured, WeightSource.SCALE, measured + timedelta(hours=1), "Ines")
    return replace(made, **more)


def test_zeros_that_say_nothing_are_not_shown() -> None:
    assert [weight(kg, 0).shown for kg in ("71.500", "70.000", "0.5", "100")] == ["71.5", "70", "0.5", "100"]
