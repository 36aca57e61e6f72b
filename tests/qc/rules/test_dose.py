"""Doses: every kind of window at its boundaries."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qc.rules.criteria import (
    AmountKind,
    Criterion,
    Facts,
    Hindrance,
    Quantity,
    ValueFault,
    Verdict,
    assess,
    read_value,
    write_parts,
)
from tests.qc.rules.criteria_given import (
    FAIL,
    NOW,
    OPEN,
    PASS,
    assessed,
    criterion,
    dose,
    facts,
    sides,
    verdict,
)

FLAT = dose({"kind": "flat", "decimals": 0} | sides(">=300", "<=510"))
FLAT_OPEN = dose({"kind": "flat", "decimals": 0} | sides(">300", "<510"))
PER_KG = dose({"kind": "per_kg"} | sides(">=0.5", "<=2.0"))
TARGET = dose({"kind": "per_kg", "target": "2.0", "tolerance_percent": "20"})
CAPPED = dose(
    {"kind": "capped", "target": "2.0", "tolerance_percent": "20", "cap": {"decimals": 0} | sides("<=200")}
)
CAPPED_RANGE = dose({"kind": "capped", "cap": {"decimals": 0} | sides("<=100")} | sides(">=0.5", "<=1.0"))
CAPPED_OPEN = dose({"kind": "capped", "cap": {"decimals": 0} | sides("<200")} | sides(">=0.5", "<=2.0"))
BANDS = dose(
    {
        "kind": "weight_band",
        "bands": [
            {"upto_kg": "50", "basis": "per_kg"} | sides(">=0.2", "<=5.0"),
            {"basis": "flat", "unit": "10*8"} | sides(">=0.1", "<=2.5"),
        ],
    }
)
CLOSED_BANDS = dose(
    {
        "kind": "weight_band",
        "bands": [
            {"upto_kg": "20", "basis": "flat"} | sides(">=10.0"),
            {"upto_kg": "50", "basis": "flat"} | sides(">=20.0"),
        ],
    }
)
PARTS = dose(
    {
        "kind": "components",
        "components": [
            {"code": "CD8", "title": "CD8"} | sides(">=20.0", "<=60.0"),
            {"code": "CD4", "title": "CD4"} | sides(">0.0", "<=60.0"),
        ],
        "total": {"decimals": 0} | sides(">=90", "<=110"),
        "ratio": sides(">=0.5", "<=2.0"),
    }
)


@pytest.mark.parametrize(
    ("it", "text", "kg", "expected"),
    [
        pytest.param(FLAT, "300", None, PASS, id="flat, at the lower limit, no weight needed"),
        pytest.param(FLAT, "299.5", None, PASS, id="flat, rounds up to it"),
        pytest.param(FLAT, "299.4", None, FAIL, id="flat, rounds down from it"),
        pytest.param(FLAT, "510.4", None, PASS, id="flat, rounds down to the upper limit"),
        pytest.param(FLAT, "510.5", None, FAIL, id="flat, half rounds away"),
        pytest.param(FLAT_OPEN, "300", None, FAIL, id="flat, exclusive"),
        pytest.param(FLAT_OPEN, "301", None, PASS, id="flat, above an exclusive limit"),
        pytest.param(FLAT_OPEN, "509.5", None, FAIL, id="flat, rounds up to an exclusive limit"),
        pytest.param(FLAT, ">510", None, FAIL, id="flat, all of it above"),
        pytest.param(FLAT, ">400", None, OPEN, id="flat, perhaps too many"),
        pytest.param(FLAT, "<300", None, FAIL, id="flat, all of it below"),
        pytest.param(PER_KG, "35", "70", PASS, id="0.5 per kg"),
        pytest.param(PER_KG, "31.5", "70", PASS, id="0.45 per kg rounds up, half away from zero"),
        pytest.param(PER_KG, "31.4", "70", FAIL, id="0.449 per kg does not"),
        pytest.param(
            PER_KG, "22.4", "49.5", PASS, id="0.4525: not rounded to 22 first, which would be 0.444"
        ),
        pytest.param(PER_KG, "143.4", "70", PASS, id="2.049 per kg rounds down to the upper limit"),
        pytest.param(PER_KG, "143.5", "70", FAIL, id="2.05 per kg rounds up"),
        pytest.param(PER_KG, ">35", "70", OPEN, id="more than 0.5 per kg, perhaps too many"),
        pytest.param(PER_KG, "<35", "70", FAIL, id="less than 0.5 per kg"),
        pytest.param(PER_KG, ">140", "70", FAIL, id="more than 2.0 per kg"),
        pytest.param(TARGET, "112", "70", PASS, id="20 % below the target"),
        pytest.param(TARGET, "108.5", "70", PASS, id="1.55 rounds to 1.6"),
        pytest.param(TARGET, "108.4", "70", FAIL, id="1.549 does not"),
        pytest.param(TARGET, "168", "70", PASS, id="20 % above the target"),
        pytest.param(TARGET, "171.5", "70", FAIL, id="2.45 rounds to 2.5"),
        pytest.param(CAPPED, "200", "95", PASS, id="at the cap"),
        pytest.param(CAPPED, "200.4", "95", PASS, id="rounds down to the cap"),
        pytest.param(CAPPED, "200.5", "95", FAIL, id="just above the cap, within the tolerance per kg"),
        pytest.param(CAPPED, "240", "100", FAIL, id="no tolerance goes beyond the cap"),
        pytest.param(CAPPED, "200", "100", PASS, id="target and cap meet at 100 kg"),
        pytest.param(CAPPED, "160", "100", PASS, id="20 % below at 100 kg"),
        pytest.param(CAPPED, "160", "140", PASS, id="heavier: as at 100 kg, not 1.14 per kg"),
        pytest.param(CAPPED, "155", "140", PASS, id="1.55 of 100 kg rounds to 1.6"),
        pytest.param(CAPPED, "154.9", "140", FAIL, id="heavier, below"),
        pytest.param(CAPPED, "160", "99.9", PASS, id="lighter than the cap's weight: its own"),
        pytest.param(CAPPED, ">200", "95", FAIL, id="censored above the cap"),
        pytest.param(CAPPED, ">160", "95", OPEN, id="censored, perhaps above"),
        pytest.param(CAPPED_RANGE, "50", "200", PASS, id="a range above the cap's weight"),
        pytest.param(CAPPED_RANGE, "100", "300", PASS, id="its upper end at any weight"),
        pytest.param(CAPPED_RANGE, "44.9", "200", FAIL, id="0.449 of 100 kg"),
        pytest.param(CAPPED_OPEN, "199", "120", PASS, id="below an exclusive cap"),
        pytest.param(CAPPED_OPEN, "200", "120", FAIL, id="at an exclusive cap"),
        pytest.param(BANDS, "10", "50", PASS, id="exactly 50 kg: 0.2 per kg"),
        pytest.param(BANDS, "250", "50", PASS, id="exactly 50 kg: 5.0 per kg"),
        pytest.param(BANDS, "252.4", "50", PASS, id="exactly 50 kg: 5.048 rounds to 5.0 per kg"),
        pytest.param(BANDS, "252.5", "50", FAIL, id="exactly 50 kg: 5.05 does not"),
        pytest.param(BANDS, "252.5", "50.01", PASS, id="above 50 kg: 2.525 x 10*8 rounds to 2.5"),
        pytest.param(BANDS, "255", "50.01", FAIL, id="above 50 kg: 2.55 does not"),
        pytest.param(BANDS, "10", "50.01", PASS, id="above 50 kg: 0.1 x 10*8"),
        pytest.param(BANDS, "7.5", "50", PASS, id="exactly 50 kg: 0.15 rounds to 0.2"),
        pytest.param(BANDS, "7.4", "50", FAIL, id="exactly 50 kg: 0.148 does not"),
        pytest.param(BANDS, "5", "51", PASS, id="above 50 kg: 0.05 x 10*8 rounds to 0.1"),
        pytest.param(BANDS, "4.9", "51", FAIL, id="above 50 kg: 0.049 x 10*8"),
        pytest.param(CLOSED_BANDS, "10", "20", PASS, id="the first of two closed bands"),
        pytest.param(CLOSED_BANDS, "10", "20.001", FAIL, id="the second"),
        pytest.param(CLOSED_BANDS, "20", "50", PASS, id="its end"),
        pytest.param(PARTS, "CD8: 50; CD4: 50", None, PASS, id="both within"),
        pytest.param(PARTS, "CD4: 50; CD8: 50", None, PASS, id="in the other order"),
        pytest.param(PARTS, "CD8: 60.1; CD4: 40", None, FAIL, id="the total is well, one part is not"),
        pytest.param(PARTS, "CD8: 60; CD4: 50.4", None, PASS, id="total 110.4 rounds to 110"),
        pytest.param(PARTS, "CD8: 60; CD4: 50.5", None, FAIL, id="total 110.5 does not"),
        pytest.param(PARTS, "CD8: 44.5; CD4: 45", None, PASS, id="total 89.5 rounds to 90"),
        pytest.param(PARTS, "CD8: 44.4; CD4: 45", None, FAIL, id="total 89.4 does not"),
        pytest.param(PARTS, "CD8: 60; CD4: 0", None, FAIL, id="one part has none"),
        pytest.param(PARTS, "CD8: 30; CD4: 60", None, PASS, id="ratio at its lower end"),
        pytest.param(PARTS, "CD8: 59; CD4: <2", None, FAIL, id="total below 61, at least 59"),
        pytest.param(PARTS, "CD8: 50; CD4: <60", None, OPEN, id="a bound decides nothing here"),
        pytest.param(PARTS, "CD8: >50; CD4: <60", None, OPEN, id="bounds that do not add up"),
        pytest.param(PARTS, "not tested: sample_lost", None, OPEN, id="not tested"),
    ],
)
def test_doses(it: Criterion, text: str, kg: str | None, expected: Verdict):
    assert verdict(it, text, facts(kg)) is expected


def test_the_band_is_chosen_by_the_weight_as_measured():
    """0.15 x 10*6/kg at 50 kg rounds to 0.2 and passes: of 7.5 million the quotient is exactly a half."""
    found = assessed(BANDS, "7.5", facts("50"))
    assert [(amount.kind, amount.number, amount.unit) for amount in found.amounts] == [
        (AmountKind.PER_KG, Decimal("0.2"), "10*6/kg")
    ]


@pytest.mark.parametrize(
    ("it", "known", "expected"),
    [
        (PER_KG, None, Hindrance.WEIGHT_MISSING),
        (PER_KG, facts(), Hindrance.WEIGHT_MISSING),
        (PER_KG, facts("70", age=timedelta(days=14, seconds=1)), Hindrance.WEIGHT_TOO_OLD),
        (PER_KG, facts("70", age=timedelta(seconds=-1)), Hindrance.WEIGHT_AFTER_THE_MOMENT),
        (BANDS, facts(), Hindrance.WEIGHT_MISSING),
        (CAPPED, facts(), Hindrance.WEIGHT_MISSING),
        (CLOSED_BANDS, facts("50.01"), Hindrance.WEIGHT_OUTSIDE_BANDS),
    ],
)
@pytest.mark.parametrize("text", ["140", "0", ">1", "999999"])
def test_without_a_weight_that_counts_nothing_is_judged(
    it: Criterion, known: Facts | None, expected: Hindrance, text: str
):
    found = assessed(it, text, known)
    assert (found.verdict, found.hindrances, found.amounts) == (OPEN, (expected,), ())


def test_a_weight_that_is_exactly_as_old_as_it_may_be_counts():
    assert verdict(PER_KG, "140", facts("70", age=timedelta(days=14))) is PASS


def test_another_weight_makes_another_verdict_of_the_same_value():
    assert verdict(PER_KG, "140", facts("70")) is PASS
    assert verdict(PER_KG, "140", facts("68")) is FAIL


REPORTED_PER_KG = dose({"kind": "per_kg"} | sides(">=0.5", "<=2.0"), unit="10*6/kg", reported_as="per_kg")


@pytest.mark.parametrize(
    ("used", "kg", "expected"),
    [("70", "70", PASS), ("70", "68", FAIL), ("70", "71", PASS), (None, "70", OPEN)],
    ids=["the same", "lighter now: 2.06", "heavier now", "not known by which"],
)
def test_a_value_that_is_per_kg_already_is_taken_back_to_the_whole_first(
    used: str | None, kg: str, expected: Verdict
):
    found = assessed(REPORTED_PER_KG, "2.0", facts(kg, weight_used_kg=used))
    assert found.verdict is expected
    assert (Hindrance.WEIGHT_USED_MISSING in found.hindrances) is (used is None)


PER_ML = dose({"kind": "flat", "decimals": 0} | sides(">=300", "<=510"), unit="10*6/mL", reported_as="per_ml")


@pytest.mark.parametrize(
    ("volume", "expected"),
    [("60", PASS), ("59.8", FAIL), ("103", FAIL), (None, OPEN), ("0", OPEN), ("-1", OPEN)],
)
def test_a_concentration_is_taken_by_its_volume(volume: str | None, expected: Verdict):
    assert verdict(PER_ML, "5", facts(volume_ml=volume)) is expected


def test_what_is_missing_is_told_at_once():
    it = dose({"kind": "per_kg"} | sides(">=0.5"), unit="10*6/mL", reported_as="per_ml")
    found = assessed(it, "5")
    assert found.hindrances == (Hindrance.WEIGHT_MISSING, Hindrance.VOLUME_MISSING)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("100", ValueFault.NOT_COMPONENTS),
        ("CD8 50; CD4 50", ValueFault.NOT_COMPONENTS),
        ("CD8: 50", ValueFault.OTHER_COMPONENTS),
        ("CD8: 50; CD8: 50", ValueFault.OTHER_COMPONENTS),
        ("CD8: 50; CD4: 50; NK: 1", ValueFault.OTHER_COMPONENTS),
        ("cd8: 50; CD4: 50", ValueFault.OTHER_COMPONENTS),
        ("CD8: 50,5; CD4: 50", ValueFault.DECIMAL_COMMA),
        ("CD8: ; CD4: 50", ValueFault.NOT_A_NUMBER),
        ("CD8: -1; CD4: 50", ValueFault.NOT_POSSIBLE),
        ("CD8: 50; CD4: " + "1" * 80, ValueFault.TOO_LONG),
        ("", ValueFault.EMPTY),
    ],
)
def test_what_is_no_dose_in_components(text: str, fault: ValueFault):
    assert read_value(PARTS, text) is fault


def test_components_are_written_as_they_are_read():
    text = write_parts([("CD8", "45.1"), ("CD4", "<2")])
    found = assessed(PARTS, text)
    assert text == "CD8: 45.1; CD4: <2"
    assert [(amount.kind, amount.number) for amount in found.amounts] == [
        (AmountKind.COMPONENT, Decimal("45.1")),
        (AmountKind.COMPONENT, Decimal("2.0")),
        (AmountKind.TOTAL, Decimal(48)),
        (AmountKind.RATIO, None),
    ]


WIDE = dose(
    {
        "kind": "components",
        "components": [{"code": code, "title": code} | sides("<=200.0") for code in ("CD8", "CD4")],
        "total": {"decimals": 0} | sides(">=90", "<=110"),
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CD8: 95; CD4: <5", PASS),
        ("CD8: 89; CD4: <5", OPEN),
        ("CD8: 84; CD4: <5", FAIL),
        ("CD8: <50; CD4: <50", OPEN),
        ("CD8: 100; CD4: >10", FAIL),
    ],
    ids=["95 to 100", "89 to 94", "below 89", "0 to 100", "above 110"],
)
def test_a_sum_with_a_bound_is_between_what_is_certain_and_that_bound(text: str, expected: Verdict):
    assert verdict(WIDE, text) is expected


def test_less_than_nothing_is_a_slip():
    assert read_value(PER_KG, "-1") is ValueFault.NOT_POSSIBLE
    assert assess(PER_KG, Quantity(Decimal(-1)), facts("70")).hindrances == (Hindrance.NOT_COMPUTABLE,)


def test_one_number_is_no_dose_in_components():
    assert assess(PARTS, Quantity(Decimal(100))).hindrances == (Hindrance.NOT_COMPUTABLE,)


def test_what_was_compared_is_told():
    found = assessed(CAPPED, "200.5", facts("95"))
    assert [(a.kind, a.number, a.sign, a.unit, a.verdict) for a in found.amounts] == [
        (AmountKind.PER_KG, Decimal("2.1"), "", "10*6/kg", PASS),
        (AmountKind.DOSE, Decimal(201), "", "10*6", FAIL),
    ]
    parts = assessed(PARTS, "CD8: 50; CD4: 49").amounts
    assert [(a.kind, a.component, a.number) for a in parts] == [
        (AmountKind.COMPONENT, "CD8", Decimal("50.0")),
        (AmountKind.COMPONENT, "CD4", Decimal("49.0")),
        (AmountKind.TOTAL, "", Decimal(99)),
        (AmountKind.RATIO, "", Decimal("1.0")),
    ]
    bound = assessed(PER_KG, "<24", facts("70")).amounts[0]
    assert (bound.sign, bound.number) == ("<", Decimal("0.4"))


# --- properties -----------------------------------------------------------------------------------------------------

cells = st.decimals("0", "2000", places=3)
kilograms = st.decimals("0.5", "400", places=2)


def exactly(number: Decimal, kg: Decimal, decimals: int) -> Fraction:
    """Per kg, rounded once, half away from zero, in fractions."""
    scaled = Fraction(number) / Fraction(kg) * 10**decimals
    return Fraction(int(scaled + Fraction(1, 2)), 10**decimals)


@given(cells, kilograms)
def test_a_dose_per_kg_is_rounded_once(number: Decimal, kg: Decimal):
    shown = exactly(number, kg, 1)
    expected = PASS if Fraction("0.5") <= shown <= 2 else FAIL
    found = assess(PER_KG, Quantity(number), facts(str(kg)))
    assert found.verdict is expected
    assert Fraction(found.amounts[0].number) == shown


AT_MOST = dose({"kind": "per_kg"} | sides("<=2.0"))
AT_LEAST = dose({"kind": "per_kg"} | sides(">=0.5"))


@given(cells, cells, kilograms)
def test_more_cells_meet_a_lower_limit_and_fewer_an_upper_one(one: Decimal, other: Decimal, kg: Decimal):
    fewer, more = sorted((one, other))
    known = facts(str(kg))
    if assess(AT_LEAST, Quantity(fewer), known).verdict is PASS:
        assert assess(AT_LEAST, Quantity(more), known).verdict is PASS
    if assess(AT_MOST, Quantity(more), known).verdict is PASS:
        assert assess(AT_MOST, Quantity(fewer), known).verdict is PASS


@given(cells, kilograms, kilograms)
def test_the_heavier_the_patient_the_less_per_kg(number: Decimal, one: Decimal, other: Decimal):
    lighter, heavier = sorted((one, other))
    if assess(AT_MOST, Quantity(number), facts(str(lighter))).verdict is PASS:
        assert assess(AT_MOST, Quantity(number), facts(str(heavier))).verdict is PASS
    if assess(AT_LEAST, Quantity(number), facts(str(heavier))).verdict is PASS:
        assert assess(AT_LEAST, Quantity(number), facts(str(lighter))).verdict is PASS


@given(st.decimals("200.5", "2000", places=3), kilograms)
def test_nothing_passes_above_a_cap(number: Decimal, kg: Decimal):
    assert assess(CAPPED, Quantity(number), facts(str(kg))).verdict is FAIL


@given(kilograms)
def test_a_cap_leaves_a_dose_for_everybody(kg: Decimal):
    target = min(2 * kg, Decimal(200))
    assert assess(CAPPED, Quantity(target), facts(str(kg))).verdict is PASS


@given(cells, st.sampled_from("<>"), kilograms, st.decimals("0.001", "500", places=3))
def test_a_censored_dose_holds_for_every_number_that_it_leaves_possible(
    bound: Decimal, sign: str, kg: Decimal, off: Decimal
):
    """As it would be judged unrounded, at more decimals than the quotient is apart from a limit."""
    truth = max(Decimal(0), bound - off) if sign == "<" else bound + off
    assume(bound > 0)
    fine = dose({"kind": "per_kg", "decimals": 6} | sides(">=0.5", "<=2.0"), decimals=6)
    for it in (fine, PER_KG):
        censored = assess(it, Quantity(bound, sign), facts(str(kg))).verdict
        exact = PASS if Fraction("0.5") <= Fraction(truth) / Fraction(kg) <= 2 else FAIL
        assert censored in (OPEN, exact)


@given(cells, kilograms, st.integers(0, 40))
def test_nothing_is_a_pass_without_facts(number: Decimal, kg: Decimal, days: int):
    for it in (PER_KG, TARGET, CAPPED, BANDS):
        assert assess(it, Quantity(number)).verdict is OPEN
        old = assess(it, Quantity(number), facts(str(kg), age=timedelta(days=days)))
        assert (old.verdict is OPEN) is (days > 14)


def test_a_criterion_without_a_dose_needs_no_facts():
    assert verdict(criterion(**sides(">=80")), "80") is PASS
    assert NOW.tzinfo is not None
