"""Values and verdicts."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.rules.criteria import (
    Criterion,
    Limit,
    Quantity,
    Sort,
    Timing,
    ValueFault,
    Verdict,
    Word,
    judge,
    read_value,
    rounded,
)

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_JUDGED


def quantity(
    low: str = "", high: str = "", decimals: int = 0, possible: tuple[str, str] = ("", "")
) -> Criterion:
    """`low` and `high` as people write them: `>=80`, `>80`, `<=5`, `<5`."""
    return Criterion(
        code="X",
        title="X",
        sort=Sort.QUANTITY,
        timing=Timing.RELEASE,
        method="m",
        unit="%",
        decimals=decimals,
        low=_limit(low),
        high=_limit(high),
        possible_low=Decimal(possible[0]) if possible[0] else None,
        possible_high=Decimal(possible[1]) if possible[1] else None,
    )


def _limit(text: str) -> Limit | None:
    return Limit(Decimal(text.lstrip("<>=")), "=" in text) if text else None


STERILITY = Criterion(
    "S", "S", Sort.QUALITY, Timing.INTERIM, "m", choices=("no growth", "growth"), accepted=("no growth",)
)
REPORT = Criterion("R", "R", Sort.REPORT, Timing.RELEASE, "m")


def verdict(criterion: Criterion, text: str) -> Verdict:
    value = read_value(criterion, text)
    assert not isinstance(value, ValueFault), value
    return judge(criterion, value)


@pytest.mark.parametrize(
    ("criterion", "text", "expected"),
    [
        pytest.param(quantity(">=80"), "80", PASS, id="inclusive, at the limit"),
        pytest.param(quantity(">80"), "80", FAIL, id="exclusive, at the limit"),
        pytest.param(quantity(">=80"), "79", FAIL, id="below"),
        pytest.param(quantity(">=80"), "79.5", PASS, id="half rounds up to the limit"),
        pytest.param(quantity(">=80"), "79.49999", FAIL, id="rounded once, from the number itself"),
        pytest.param(quantity(">80"), "80.4", FAIL, id="rounds down to an exclusive limit"),
        pytest.param(quantity(">=81"), "80.5", PASS, id="half up, not half to even"),
        pytest.param(quantity(high="<5", decimals=1), "4.95", FAIL, id="rounds up to an exclusive limit"),
        pytest.param(quantity(high="<5", decimals=1), "4.94", PASS, id="just under"),
        pytest.param(quantity(high="<=5", decimals=1), "5.04", PASS, id="rounds down to an inclusive limit"),
        pytest.param(quantity(">=0.2", "<=5.0", 1), "0.15", PASS, id="two-sided, low end"),
        pytest.param(quantity(">=0.2", "<=5.0", 1), "5.1", FAIL, id="two-sided, above"),
        pytest.param(quantity(">=-0.5", decimals=0), "-0.5", FAIL, id="half away from zero when negative"),
        pytest.param(quantity(high="<0.5", decimals=1), "<0.5", PASS, id="censored at the limit"),
        pytest.param(quantity(high="<=5"), "<10", OPEN, id="could be either"),
        pytest.param(quantity(high="<5"), "<0.01", PASS, id="far below"),
        pytest.param(quantity(high="<=5"), ">5", FAIL, id="all of it above"),
        pytest.param(quantity(high="<=5"), ">4", OPEN, id="above, perhaps too far"),
        pytest.param(quantity(">=80"), ">95", PASS, id="far above"),
        pytest.param(quantity(">80"), ">80", PASS, id="censored at an exclusive low limit"),
        pytest.param(quantity(">=80"), ">70", OPEN, id="perhaps below"),
        pytest.param(quantity(">=80"), "<80", FAIL, id="all of it below"),
        pytest.param(quantity(">=80"), "<90", OPEN, id="below something above the limit"),
        pytest.param(quantity(">=0", "<=5", possible=("0", "")), "<1", PASS, id="cannot be below zero"),
        pytest.param(quantity(">0", "<=5", possible=("0", "")), "<1", OPEN, id="zero itself is not within"),
        pytest.param(quantity(">=0", "<=5"), "<1", OPEN, id="could be below, nobody said it cannot"),
        pytest.param(quantity(">=80", "<=100", possible=("0", "100")), ">95", PASS, id="not above 100 %"),
        pytest.param(
            quantity(">=80", "<=99", possible=("0", "100")), ">95", OPEN, id="100 % would be too much"
        ),
        pytest.param(STERILITY, "no growth", PASS, id="accepted word"),
        pytest.param(STERILITY, "growth", FAIL, id="another of the words"),
        pytest.param(REPORT, "anything", OPEN, id="reported only"),
        pytest.param(replace(REPORT, unit="1"), "1.7", OPEN, id="a number reported only"),
    ],
)
def test_verdicts(criterion: Criterion, text: str, expected: Verdict):
    assert verdict(criterion, text) is expected


@pytest.mark.parametrize(
    ("criterion", "text", "fault"),
    [
        (quantity(">=80"), "", ValueFault.EMPTY),
        (quantity(">=80"), "  ", ValueFault.EMPTY),
        (quantity(">=80"), "95,5", ValueFault.DECIMAL_COMMA),
        (quantity(">=80"), "<0,5", ValueFault.DECIMAL_COMMA),
        (quantity(">=80"), "1e3", ValueFault.NOT_A_NUMBER),
        (quantity(">=80"), "NaN", ValueFault.NOT_A_NUMBER),
        (quantity(">=80"), "Infinity", ValueFault.NOT_A_NUMBER),
        (quantity(">=80"), "95 ", ValueFault.NOT_A_NUMBER),
        (quantity(">=80"), "95\n", ValueFault.NOT_A_NUMBER),
        (quantity(">=80"), "٩٥", ValueFault.NOT_A_NUMBER),
        (quantity(">=80"), "≥95", ValueFault.NOT_A_NUMBER),
        (quantity(">=80"), "9" * 13, ValueFault.NOT_A_NUMBER),
        (quantity(">=80", possible=("0", "100")), "955", ValueFault.NOT_POSSIBLE),
        (quantity(">=80", possible=("0", "100")), "-1", ValueFault.NOT_POSSIBLE),
        (STERILITY, "No growth", ValueFault.NOT_A_CHOICE),
        (STERILITY, "0", ValueFault.NOT_A_CHOICE),
        (REPORT, "x" * 81, ValueFault.TOO_LONG),
        (REPORT, "a\nb", ValueFault.TOO_LONG),
        (replace(REPORT, unit="1"), "much", ValueFault.NOT_A_NUMBER),
    ],
)
def test_what_is_no_value(criterion: Criterion, text: str, fault: ValueFault):
    assert read_value(criterion, text) is fault


numbers = st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=3)
criteria = st.builds(
    lambda low, width, inclusive, decimals: replace(
        quantity(decimals=decimals),
        low=Limit(rounded(low, decimals), inclusive[0]),
        high=Limit(rounded(low + abs(width), decimals), inclusive[1]),
    ),
    numbers,
    numbers,
    st.tuples(st.booleans(), st.booleans()),
    st.integers(0, 3),
)


@given(criteria, numbers)
def test_a_measured_number_always_has_a_verdict(criterion: Criterion, number: Decimal):
    assert judge(criterion, Quantity(number)) in (PASS, FAIL)


@given(criteria, numbers)
def test_a_number_and_its_rounding_have_one_verdict(criterion: Criterion, number: Decimal):
    shown = rounded(number, criterion.decimals)
    assert judge(criterion, Quantity(number)) is judge(criterion, Quantity(shown))


@given(criteria, numbers, st.sampled_from("<>"), st.decimals("0.001", 500, places=3))
def test_a_censored_verdict_holds_for_every_number_that_it_leaves_possible(
    criterion: Criterion, bound: Decimal, sign: str, off: Decimal
):
    """Judged as it would be unrounded, at as many decimals as the number has."""
    censored = judge(criterion, Quantity(bound, sign))
    truth = bound - off if sign == "<" else bound + off
    exact = judge(replace(criterion, decimals=3), Quantity(truth))
    assert censored in (OPEN, exact)


@given(numbers, st.integers(0, 3))
def test_rounding_is_half_away_from_zero(number: Decimal, decimals: int):
    step = Decimal(1).scaleb(-decimals)
    shown = rounded(number, decimals)
    assert abs(shown - number) <= step / 2
    if abs(shown - number) == step / 2:
        assert abs(shown) > abs(number)


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_a_fault(text: str):
    for criterion in (quantity(">=80"), STERILITY, REPORT):
        value = read_value(criterion, text)
        if isinstance(value, Quantity | Word):
            judge(criterion, value)
