"""Doses, endotoxin and vector copies: worked by hand, with uncertainties beside a simulation."""

import random
from decimal import Context, Decimal, localcontext
from statistics import fmean, stdev

import pytest

from qc.rules.calculations import (
    ENDOTOXIN_THRESHOLD,
    Measured,
    NotComputable,
    Reason,
    copies_per_transduced_cell,
    dose_per_kg,
    endotoxin_per_kg_hour,
    viable_car_dose,
)

D = Decimal


def exactly(text: str) -> Measured:
    return Measured(D(text))


def a_dose(**other: Measured) -> Measured:
    given = {
        "volume": exactly("50"),
        "viable_cells": exactly("4.0e6"),
        "cd3": exactly("0.95"),
        "car": exactly("0.40"),
    }
    return viable_car_dose(**given | other)


def test_worked_by_hand() -> None:
    assert a_dose() == Measured(D("7.6e7"))
    assert dose_per_kg(dose=a_dose(), weight=exactly("38")).value == D("2.0e6")
    assert copies_per_transduced_cell(
        vector=exactly("3000"), reference=exactly("10000"), transduced=exactly("0.30")
    ) == Measured(D(2))


@pytest.mark.parametrize(
    ("hours", "rate"), [("1", "1.0"), ("0.25", "1.0"), ("2", "0.5"), ("0.999", "1.0"), ("1.25", "0.8")]
)
def test_an_infusion_of_less_than_an_hour_counts_as_one(hours: str, rate: str) -> None:
    found = endotoxin_per_kg_hour(
        concentration=exactly("0.5"), volume=exactly("70"), weight=exactly("35"), hours=exactly(hours)
    )
    assert found.value == D(rate)


def test_a_limit_is_met_exactly() -> None:
    """No float stands between 5 EU/mL x 35 mL / 35 kg and the threshold."""
    found = endotoxin_per_kg_hour(
        concentration=exactly("5"), volume=exactly("35"), weight=exactly("35"), hours=exactly("1")
    )
    assert found.value == ENDOTOXIN_THRESHOLD


def test_uncertainty_agrees_with_a_simulation() -> None:
    made = random.Random(128)
    given = {"volume": (50.0, 0.5), "viable_cells": (4.0e6, 2.0e5), "cd3": (0.95, 0.01), "car": (0.40, 0.02)}
    found = viable_car_dose(**{name: Measured(D(x), D(u)) for name, (x, u) in given.items()})
    drawn = []
    for _ in range(40_000):
        value = 1.0
        for x, u in given.values():
            value *= made.gauss(x, u)
        drawn.append(value)
    assert float(found.value) == pytest.approx(fmean(drawn), rel=0.002)
    assert float(found.uncertainty) == pytest.approx(stdev(drawn), rel=0.02)


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("volume", "0", Reason.NOT_POSITIVE),
        ("volume", "-1", Reason.NOT_POSITIVE),
        ("viable_cells", "NaN", Reason.NOT_FINITE),
        ("viable_cells", "Infinity", Reason.NOT_FINITE),
        ("cd3", "95", Reason.NOT_A_FRACTION),  # a percentage where a fraction is asked for
        ("car", "-0.1", Reason.NOT_A_FRACTION),
    ],
)
def test_what_means_nothing_is_refused_by_name(name: str, given: str, reason: Reason) -> None:
    with pytest.raises(NotComputable) as caught:
        a_dose(**{name: exactly(given)})
    assert (caught.value.name, caught.value.reason) == (name, reason)


def test_other_inputs_that_mean_nothing() -> None:
    one = exactly("1")
    with pytest.raises(NotComputable, match="weight: not_positive"):
        dose_per_kg(dose=one, weight=exactly("0"))
    with pytest.raises(NotComputable, match="dose: negative"):
        dose_per_kg(dose=exactly("-1"), weight=one)
    with pytest.raises(NotComputable, match="transduced: not_positive"):
        copies_per_transduced_cell(vector=one, reference=one, transduced=exactly("0"))
    with pytest.raises(NotComputable, match="reference: not_positive"):
        copies_per_transduced_cell(vector=one, reference=exactly("0"), transduced=one)
    with pytest.raises(NotComputable, match="volume: not_finite"):
        endotoxin_per_kg_hour(concentration=one, volume=Measured(D(1), D(-1)), weight=one, hours=one)


def test_nothing_found_is_nothing_with_the_uncertainty_of_nothing() -> None:
    none = Measured(D(0), D("0.1"))
    assert a_dose(car=none) == Measured(D(0), D("1.9e7"))
    assert copies_per_transduced_cell(vector=none, reference=exactly("1"), transduced=exactly("1")).value == 0


def test_no_viable_cells_are_a_dose_of_nothing() -> None:
    assert a_dose(viable_cells=exactly("0")).value == 0
    with pytest.raises(NotComputable, match="viable_cells: negative"):
        a_dose(viable_cells=exactly("-1"))


def test_arithmetic_does_not_depend_on_who_calls() -> None:
    plain = a_dose(volume=exactly("49.123456789"))
    with localcontext(Context(prec=3)):
        assert a_dose(volume=exactly("49.123456789")) == plain


@pytest.mark.parametrize("huge", ["9e600000", "1e999999"])
def test_what_overflows_is_refused(huge: str) -> None:
    with pytest.raises(NotComputable, match="result: not_finite"):
        a_dose(volume=exactly(huge), viable_cells=exactly(huge))
