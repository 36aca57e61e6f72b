"""Limits per kg, readings in time, what was not tested; and documents of schema 1, which judge as they did."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.rules.criteria import (
    Criterion,
    Facts,
    Hindrance,
    NotTested,
    NotTestedReason,
    Quantity,
    Sort,
    ValueFault,
    Verdict,
    Word,
    assess,
    earliest_reading,
    judge,
    read_value,
)
from qc.rules.specification import parse
from tests.qc.rules.criteria_given import (
    FAIL,
    NOW,
    OPEN,
    PASS,
    assessed,
    criterion,
    facts,
    limit,
    raw,
    sides,
    verdict,
)

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)

TOTAL_PER_KG = criterion(
    unit="[EU]",
    decimals=1,
    basis="per_kg",
    weight_max_age_days=14,
    high=limit("<=5"),
    low=None or limit(">=0"),
)
PER_KG = criterion(unit="[EU]", decimals=1, basis="per_kg", weight_max_age_days=14, high=limit("<=5"))
PER_KG_OPEN = criterion(unit="[EU]", decimals=1, basis="per_kg", weight_max_age_days=14, high=limit("<5"))
ALREADY = criterion(
    unit="[EU]/kg",
    decimals=1,
    basis="per_kg",
    reported_as="per_kg",
    weight_max_age_days=14,
    high=limit("<=5"),
)
PER_ML = criterion(
    unit="[EU]/mL",
    decimals=1,
    basis="per_kg",
    reported_as="per_ml",
    weight_max_age_days=14,
    high=limit("<=5"),
)
PER_HOUR = criterion(
    unit="[EU]/mL",
    decimals=1,
    basis="per_kg_hour",
    reported_as="per_ml",
    weight_max_age_days=14,
    high=limit("<=5"),
)


@pytest.mark.parametrize(
    ("it", "text", "known", "expected"),
    [
        pytest.param(PER_KG, "350", facts("70"), PASS, id="at the limit"),
        pytest.param(PER_KG, "353.4", facts("70"), PASS, id="5.0486 rounds down to it"),
        pytest.param(PER_KG, "353.5", facts("70"), FAIL, id="5.05 rounds up"),
        pytest.param(PER_KG_OPEN, "350", facts("70"), FAIL, id="at an exclusive limit"),
        pytest.param(PER_KG_OPEN, "346.5", facts("70"), FAIL, id="4.95 rounds up to it"),
        pytest.param(PER_KG_OPEN, "346.4", facts("70"), PASS, id="4.949 does not"),
        pytest.param(PER_KG, "<350", facts("70"), PASS, id="censored at the limit"),
        pytest.param(PER_KG, "<350.7", facts("70"), OPEN, id="censored above it: a bound is not rounded"),
        pytest.param(PER_KG, ">350", facts("70"), FAIL, id="all of it above"),
        pytest.param(PER_KG, ">349", facts("70"), OPEN, id="perhaps above"),
        pytest.param(TOTAL_PER_KG, "<350", facts("70"), PASS, id="never below nothing"),
        pytest.param(ALREADY, "5", facts("70", weight_used_kg="70"), PASS, id="per kg already"),
        pytest.param(ALREADY, "5", facts("69", weight_used_kg="70"), FAIL, id="of a patient who lost weight"),
        pytest.param(ALREADY, "5", facts("70"), OPEN, id="by which weight is not known"),
        pytest.param(PER_ML, "5", facts("70", volume_ml="70"), PASS, id="per mL by the volume"),
        pytest.param(PER_ML, "5", facts("70", volume_ml="70.7"), FAIL, id="5.05"),
        pytest.param(PER_ML, "5", facts("70"), OPEN, id="without a volume"),
        pytest.param(PER_HOUR, "5", facts("70", volume_ml="70", hours="1"), PASS, id="in an hour"),
        pytest.param(
            PER_HOUR, "5", facts("70", volume_ml="70", hours="0.25"), PASS, id="less counts as an hour"
        ),
        pytest.param(PER_HOUR, "10", facts("70", volume_ml="70", hours="2"), PASS, id="in two"),
        pytest.param(
            PER_HOUR, "10", facts("70", volume_ml="70", hours="1.98"), FAIL, id="in a little less: 5.0505"
        ),
        pytest.param(PER_HOUR, "10", facts("70", volume_ml="70", hours="1.99"), PASS, id="5.025 rounds down"),
        pytest.param(PER_HOUR, "<5", facts("70", volume_ml="70", hours="1"), PASS, id="censored"),
        pytest.param(PER_HOUR, "5", facts("70", volume_ml="70"), OPEN, id="within how long is not known"),
        pytest.param(PER_HOUR, "5", facts("70", volume_ml="70", hours="0"), OPEN, id="in no time"),
        pytest.param(PER_HOUR, "5", facts("70", volume_ml="0", hours="1"), OPEN, id="of nothing"),
    ],
)
def test_limits_per_kg(it: Criterion, text: str, known: Facts, expected: Verdict):
    assert verdict(it, text, known) is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, (Hindrance.WEIGHT_MISSING, Hindrance.VOLUME_MISSING, Hindrance.HOURS_MISSING)),
        (facts("70"), (Hindrance.VOLUME_MISSING, Hindrance.HOURS_MISSING)),
        (facts("70", age=14 * DAY + SECOND, volume_ml="70", hours="1"), (Hindrance.WEIGHT_TOO_OLD,)),
        (facts("70", age=-SECOND, volume_ml="70", hours="1"), (Hindrance.WEIGHT_AFTER_THE_MOMENT,)),
        (facts("70", age=14 * DAY, volume_ml="70", hours="1"), ()),
    ],
)
def test_why_there_is_no_verdict(known: Facts | None, expected: tuple[Hindrance, ...]):
    found = assessed(PER_HOUR, "5", known)
    assert found.hindrances == expected
    assert (found.verdict is OPEN) is bool(expected)


def test_no_digit_is_lost_by_the_way():
    """4.949..9 EU/kg/h, of forty digits, rounds to 4.9, and not by way of 4.95 to 5.0."""
    it = criterion(
        unit="[EU]/mL",
        decimals=1,
        basis="per_kg_hour",
        reported_as="per_ml",
        weight_max_age_days=14,
        high=limit("<5"),
    )
    assert verdict(it, "1", facts("1", volume_ml="4.94" + "9" * 20, hours="1")) is PASS


def test_what_is_possible_is_converted_too():
    """At least 70 EU in all are 1 per kg: "<700" may be less than 5 per kg."""
    it = criterion(
        unit="[EU]", basis="per_kg", weight_max_age_days=14, possible_low="70", **sides(">=5", "<=10")
    )
    assert verdict(it, "<700", facts("70")) is OPEN
    assert verdict(it, "<140", facts("14")) is PASS


def test_a_bound_that_decides_nothing_says_so():
    assert assessed(PER_KG, ">1", facts("70")).hindrances == (Hindrance.BOUND_UNDECIDED,)
    assert assessed(criterion(**sides("<=5")), "<10").hindrances == (Hindrance.BOUND_UNDECIDED,)


@pytest.mark.requirement("URS-TRUE-04")
def test_units_of_what_is_reported_and_of_limits():
    assert [(it.unit, it.amount_unit, it.limit_unit) for it in (PER_KG, ALREADY, PER_ML, PER_HOUR)] == [
        ("[EU]", "[EU]", "[EU]/kg"),
        ("[EU]/kg", "[EU]", "[EU]/kg"),
        ("[EU]/mL", "[EU]", "[EU]/kg"),
        ("[EU]/mL", "[EU]", "[EU]/kg/h"),
    ]
    assert criterion(**sides(">=1")).limit_unit == "%"


@pytest.mark.requirement("URS-TRUE-04")
@given(
    st.decimals("0", "1000", places=3),
    st.decimals("1", "200", places=1),
    st.decimals("0.5", "400", places=2),
    st.decimals("0.1", "12", places=2),
)
def test_endotoxin_is_rounded_once(number: Decimal, volume: Decimal, kg: Decimal, hours: Decimal):
    known = Facts(NOW, facts(str(kg)).weight, volume_ml=volume, hours=hours)
    exact = Fraction(number) * Fraction(volume) / Fraction(kg) / max(Fraction(1), Fraction(hours))
    shown = Fraction(int(exact * 10 + Fraction(1, 2)), 10)
    found = assess(PER_HOUR, Quantity(number), known)
    assert Fraction(found.amounts[0].number) == shown
    assert found.verdict is (PASS if shown <= 5 else FAIL)


# --- readings in time -----------------------------------------------------------------------------------------------

READING = criterion(
    sort="quality",
    timing="interim",
    not_before_hours=72,
    choices=["no growth", "growth"],
    accepted=["no growth"],
)


def read(after: timedelta) -> Facts:
    return Facts(NOW, incubated_at=NOW, read_at=NOW + after)


@pytest.mark.parametrize(
    ("text", "known", "expected", "why"),
    [
        ("no growth", read(72 * HOUR), PASS, ()),
        ("no growth", read(72 * HOUR - SECOND), OPEN, (Hindrance.READ_TOO_EARLY,)),
        ("no growth", read(-HOUR), OPEN, (Hindrance.READ_TOO_EARLY,)),
        ("growth", read(HOUR), FAIL, ()),
        ("growth", None, FAIL, ()),
        ("no growth", None, OPEN, (Hindrance.INCUBATION_MISSING,)),
        ("no growth", Facts(NOW, read_at=NOW), OPEN, (Hindrance.INCUBATION_MISSING,)),
        ("no growth", Facts(NOW, incubated_at=NOW), OPEN, (Hindrance.INCUBATION_MISSING,)),
        ("not tested: sample_lost", read(72 * HOUR), OPEN, (Hindrance.NOT_TESTED,)),
    ],
)
def test_a_reading_counts_from_its_hour_on(
    text: str, known: Facts | None, expected: Verdict, why: tuple[Hindrance, ...]
):
    found = assessed(READING, text, known)
    assert (found.verdict, found.hindrances) == (expected, why)


def test_from_when_on_a_reading_counts():
    assert earliest_reading(READING, NOW) == NOW + 3 * DAY


# --- not tested -----------------------------------------------------------------------------------------------------

WORDS = criterion(sort="quality", choices=["not tested at all", "done"], accepted=["done"])
REPORT = criterion(sort="report", unit="")


@pytest.mark.parametrize("it", [PER_KG, READING, REPORT, criterion(**sides(">=1")), WORDS])
@pytest.mark.parametrize("reason", NotTestedReason)
def test_what_was_not_tested_is_never_judged(it: Criterion, reason: NotTestedReason):
    value = read_value(it, NotTested(reason).text)
    assert value == NotTested(reason)
    assert assess(it, NotTested(reason)) == assess(it, NotTested(reason), facts("70"))
    assert assess(it, NotTested(reason)).hindrances == (Hindrance.NOT_TESTED,)
    assert judge(it, NotTested(reason)) is OPEN


@pytest.mark.parametrize(
    "text",
    [
        "not tested",
        "Not tested",
        " not tested",
        "not tested: forgot",
        "not tested:sample_lost",
        "NOT TESTED!",
    ],
)
def test_what_was_not_tested_has_a_reason_of_the_list(text: str):
    for it in (PER_KG, READING, REPORT):
        assert read_value(it, text) is ValueFault.REASON_REQUIRED


def test_a_word_of_the_list_is_that_word():
    assert read_value(WORDS, "not tested at all") == Word("not tested at all")


# --- schema 1 -------------------------------------------------------------------------------------------------------


def first_verdict(it: dict[str, Any], number: Fraction, sign: str) -> str:
    """What a document of schema 1 says, reckoned anew in fractions: limits, rounding, bounds."""
    low, high = it.get("low"), it.get("high")

    def fits(value: Fraction) -> bool:
        over = (
            low is None
            or value > Fraction(low["value"])
            or (low["is_inclusive"] and value == Fraction(low["value"]))
        )
        under = (
            high is None
            or value < Fraction(high["value"])
            or (high["is_inclusive"] and value == Fraction(high["value"]))
        )
        return over and under

    if not sign:
        scale = 10 ** it["decimals"]
        half = Fraction(1, 2) if number >= 0 else Fraction(-1, 2)
        return "pass" if fits(Fraction(int(number * scale + half), scale)) else "fail"
    ends = [Fraction(it[key]) for key in ("possible_low", "possible_high") if key in it]
    beyond = [end for end in ends if (end < number if sign == "<" else end > number)]
    just = Fraction(1, 10**9) if sign == ">" else -Fraction(1, 10**9)
    far = beyond[0] if beyond else number + just * 10**18
    edges = [fits(number + just), fits(far)]
    inside = [Fraction(side["value"]) for side in (low, high) if side is not None]
    between = [x for x in inside if min(number, far) < x < max(number, far)]
    edges += [fits(x + d) for x in between for d in (-abs(just), Fraction(0), abs(just))]
    return "pass" if all(edges) else "fail" if not any(edges) else "not_judged"


limits_ = st.integers(-50, 50)


@st.composite
def first_documents(draw: st.DrawFn) -> dict[str, Any]:
    """A quantity of schema 1, with nothing that came later."""
    decimals = draw(st.integers(0, 2))
    scale = Decimal(10) ** -decimals
    low, width = draw(limits_), draw(st.integers(1, 60))
    sides_of = draw(st.sampled_from(("low", "high", "both")))
    made = raw(decimals=decimals)
    if sides_of != "high":
        made["low"] = {"value": f"{low * scale:f}", "is_inclusive": draw(st.booleans())}
    if sides_of != "low":
        made["high"] = {"value": f"{(low + width) * scale:f}", "is_inclusive": draw(st.booleans())}
    if draw(st.booleans()):
        made["possible_low"] = f"{(low - 40) * scale:f}"
    return made


@given(first_documents(), st.integers(-1000, 1000), st.sampled_from(("", "<", ">")), st.integers(0, 3))
def test_a_document_of_schema_1_judges_as_it_did(
    document: dict[str, Any], number: int, sign: str, places: int
):
    specification, problems = parse({"name": "S", "criteria": [document]})
    assert problems == ()
    assert specification is not None
    it = specification.criteria[0]
    text = f"{sign}{Decimal(number).scaleb(-places):f}"
    value = read_value(it, text)
    if value is ValueFault.NOT_POSSIBLE:
        return
    assert isinstance(value, Quantity)
    expected = first_verdict(document, Fraction(value.number), sign)
    assert judge(it, value) == expected
    assert judge(it, value, facts("70", volume_ml="1", hours="1")) == expected


def test_a_document_of_schema_1_has_nothing_of_what_came_later():
    specification, _ = parse({"name": "S", "criteria": [raw(**sides(">=80"))]})
    assert specification is not None
    it = specification.criteria[0]
    later = ("method_version", "not_before_hours", "weight_max_age_days", "dose", "replicates", "effect")
    assert {getattr(it, name) for name in later} == {None}
    assert (it.final, it.may_be_not_tested, it.possible_low, it.is_of_patient) == ("", (), None, False)
    assert (specification.product, specification.region, specification.phase) == ("", "", None)
    assert (specification.subject, specification.any_of) == ("batch", ())


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_a_fault_of_every_kind(text: str):
    for it in (PER_KG, PER_HOUR, READING, REPORT, WORDS):
        value = read_value(it, text)
        if not isinstance(value, ValueFault):
            assert assess(it, value).verdict in (PASS, FAIL, OPEN)
            assert it.sort is not Sort.QUANTITY or assess(it, value).verdict is OPEN
