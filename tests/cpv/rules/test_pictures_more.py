"""Moving ranges, histograms, shares, and the pictures of a change."""

import math

import numpy as np
import pytest

from cpv.rules import comparability
from cpv.rules.attributes import Kind, attribute_chart, attribute_limits
from cpv.rules.basis import NotComputable, Why
from cpv.rules.comparability import Margin, quality_range, tolerance_comparison, tost
from cpv.rules.comparability.equivalence import Verdict
from cpv.rules.pictures import (
    Drawn,
    GroupWords,
    Look,
    Ranges,
    Titles,
    comparison_picture,
    equivalence_picture,
    histogram,
    moving_range_chart,
    parts,
    refused_share_chart,
    shape,
)
from cpv.rules.pictures.axes import Axis, Line, axis_over, beside, figure
from cpv.rules.programme.charting import InEffect, charted
from cpv.rules.programme.plan import Bounds
from cpv.rules.transforms import Band, box_cox, logarithm
from qc.rules.charts import GOOD, INK, SOFT, STOP, WARN
from tests.cpv.rules.pictures_given import (
    DAYS,
    TITLES,
    WORDS,
    contrast,
    drawn,
    labels,
    layers,
    layers_of,
    limits,
    rows,
    texts,
)

WAVE = [10 + ((n * 7) % 5 - 2) * 0.4 for n in range(40)]
RNG = np.random.default_rng(20)


# --- colours, the axis ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", [GOOD, STOP, WARN, SOFT, INK, parts.SPECIFICATION, parts.SMOOTH])
def test_what_is_written_can_be_read_on_white(colour):
    assert contrast(["#ffffff", colour]) >= 4.5


@pytest.mark.parametrize("colour", [parts.TRACE, shape._EDGE])
def test_what_is_drawn_can_be_seen_on_white(colour):
    assert contrast(["#ffffff", colour]) >= 3


def test_the_contrast_of_the_test_is_that_of_the_standard():
    assert contrast(["#ffffff", "#000000"]) == pytest.approx(21)
    assert contrast(["#ffffff", "#767676"]) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("is_log", [False, True])
def test_an_axis_holds_every_line_and_pins_what_lies_beyond(is_log):
    axis = axis_over("x", np.array([9.0, 10, 11, 1e6]), [7.0, 13.0], is_log=is_log)
    assert axis.holds(7.0)
    assert axis.holds(13.0)
    assert not axis.holds(1e6)
    assert axis.low < axis.pinned(1e6) < axis.high
    assert axis.pinned(-5.0) < 7.0
    assert axis.pinned(10.0) == 10.0
    assert axis.share(axis.at(0.3)) == pytest.approx(0.3)


def test_zero_is_left_out_of_a_scale_that_could_have_it_and_a_browser_has_nothing_to_complain_of():
    said = {is_log: Axis("x", 1.0, 10.0, is_log=is_log).y("v")["scale"] for is_log in (False, True)}
    assert (said[False]["zero"], said[False].get("type")) == (False, None)
    assert ("zero" in said[True], said[True]["type"]) == (False, "log")


@pytest.mark.parametrize("values", [(0.1, 0.2, 0.3), (9.7, 9.8, 9.9), (4.9, 5.0, 5.1), (1.0, 5.0, 9.0)])
def test_words_beside_lines_stay_apart_and_inside(values):
    words = beside([Line(value, f"{value}", INK) for value in values], Axis("x", 0.0, 10.0), 300)
    places = [row["y"] for row in words["data"]["values"]]
    assert min(np.diff(places)) >= 13 / 300 * 10 - 1e-9
    assert 0 <= places[0] <= places[-1] <= 10
    assert np.abs(np.array(places) - values).max() < 1, "near their lines"


def test_an_axis_of_one_value_or_none_has_a_width():
    for values in ([], [0.0], [92.0, 92.0], [-3.0]):
        axis = axis_over("x", np.array(values), [])
        assert axis.low < axis.high
    assert Axis("x", 1.0, 10.0, is_log=True).share(0.0) < 0, "nothing has no logarithm"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (50000.0, "50000"),
        (92.0581, "92.06"),
        (0.39111, "0.3911"),
        (1e-9, "1.000e-09"),
        (3e9, "3.000e+09"),
    ],
)
def test_figures_are_short_and_none_is_made_up(value, expected):
    assert figure(value) == expected


# --- moving ranges --------------------------------------------------------------------------------------------------


def test_moving_ranges_are_drawn_and_never_signal():
    chart = charted(DAYS, [10.0, 10.5, 19.0, 10.0, 99.0, 10.0, 10.2], [InEffect(1, limits())], excluded=[4])
    spec = moving_range_chart(chart, TITLES, WORDS, Look(600, 140))
    assert {row["n"]: round(row["v"], 6) for row in rows(spec)} == {3: 8.5, 4: 9.0, 7: 0.2}
    assert {it["mark"]["color"] for it in layers_of(spec, "point")} == {GOOD}
    assert not any(
        channel in it["encoding"] for it in layers(spec) for channel in ("shape", "stroke", "href")
    )
    lines = layers_of(spec, "rule")[0]["data"]["values"]
    d2, d3 = 2 / math.sqrt(math.pi), math.sqrt(2 - 4 / math.pi)
    assert [row["y"] for row in lines] == pytest.approx([d2, d2 + 3 * d3])
    assert "obere 3.686" in drawn(spec)


def test_moving_ranges_have_lines_up_to_where_limits_were_retired():
    values = [10.0, 10.5, 11.0, 10.0, 10.2, 10.4]
    chart = charted(DAYS, values, [InEffect(0, limits(), end=3)])
    spec = moving_range_chart(chart, TITLES, WORDS, Look(600, 140))
    assert {row["m"] for row in layers_of(spec, "rule")[0]["data"]["values"]} == {3.5}
    assert "obere 3.686" not in drawn(spec)


def test_without_limits_moving_ranges_are_those_of_the_unit():
    spec = moving_range_chart(charted(DAYS, [10.0, 12.5, 12.0]), TITLES, WORDS)
    assert [row["v"] for row in rows(spec)] == [2.5, 0.5]
    assert layers_of(spec, "rule")[0]["data"]["values"] == []


# --- histograms -----------------------------------------------------------------------------------------------------


def test_bars_hold_every_value_and_the_density_has_their_area():
    values = [*RNG.normal(92, 1.5, 300), float("nan")]
    spec = histogram(values, TITLES, WORDS)
    bars = rows(spec)
    assert sum(row["y"] for row in bars) == 300
    area = sum((row["b"] - row["v"]) * row["y"] for row in bars)
    curve = layers_of(spec, "line")[0]["data"]["values"]
    step = curve[1]["v"] - curve[0]["v"]
    assert sum(row["y"] for row in curve) * step == pytest.approx(area, rel=0.02)
    top = max(curve, key=lambda row: row["y"])
    assert top["v"] == pytest.approx(92, abs=0.5)


def test_the_density_is_that_of_the_scale():
    values = RNG.lognormal(1, 0.6, 400)
    for scale in (logarithm(), box_cox(values)):
        curve = layers_of(histogram(values, TITLES, WORDS, Drawn(scale=scale)), "line")[0]["data"]["values"]
        top = max(curve, key=lambda row: row["y"])
        assert top["v"] == pytest.approx(math.exp(1 - 0.36), abs=0.35), "the mode of a lognormal"
    below_zero = histogram([*values, -1.0], TITLES, WORDS, Drawn(scale=logarithm()))
    assert layers_of(below_zero, "line")[0]["data"]["values"] == [], (
        "no density where the scale cannot take a value"
    )


def test_limits_and_bounds_stand_in_a_histogram_and_what_is_far_off_at_its_edge():
    found = Drawn(Bounds(lower=85.0, upper=10_000.0), Band(88.0, 92.0, 96.0))
    spec = histogram(RNG.normal(92, 1.5, 100), TITLES, WORDS, found)
    lines = layers_of(spec, "rule")[0]["data"]["values"]
    assert {(row["v"], row["k"]) for row in lines} == {
        (85.0, "bound"),
        (88.0, "limit"),
        (92.0, "limit"),
        (96.0, "limit"),
    }
    assert "höchstens 10000 →" in texts(spec)
    drawn(spec)


def test_words_over_a_histogram_do_not_cover_each_other():
    spec = histogram(
        RNG.normal(92, 1.5, 100), TITLES, WORDS, Drawn(Bounds(91.9, 92.1), Band(91.95, 92.0, 92.05))
    )
    words = layers_of(spec, "text")[0]["data"]["values"]
    assert sorted(row["o"] for row in words) == [-57, -44, -31, -18, -5]


@pytest.mark.parametrize("values", [[], [92.0], [92.0] * 30, [1.0, 2.0], [1e-9, 1e9]])
def test_a_histogram_of_little_is_no_fault(values):
    assert sum(row["y"] for row in rows(histogram(values, TITLES, WORDS))) == len(values)
    drawn(histogram(values, TITLES, WORDS))


# --- shares ---------------------------------------------------------------------------------------------------------


def shares(counts, sizes):
    frozen = attribute_limits(Kind.P, counts[:10], sizes[:10], laney=True)
    chart = attribute_chart(frozen, counts, sizes)
    return chart, refused_share_chart(chart, sizes, labels(len(counts)), TITLES, WORDS)


COUNTS, SIZES = (
    [12, 15, 9, 14, 11, 13, 10, 12, 14, 16, 70, 2],
    [400, 420, 380, 410, 60, 400, 390, 405, 415, 450, 400, 400],
)


def test_limits_of_shares_are_steps_of_their_own_sizes():
    chart, spec = shares(COUNTS, SIZES)
    upper = next(it for it in layers(spec) if it.get("name") == "upper")["data"]["values"]
    assert [row["n"] for row in upper[:4]] == [0.5, 1.5, 1.5, 2.5]
    assert [row["y"] for row in upper[::2]] == pytest.approx(chart.upper.tolist())
    assert upper[8]["y"] > 1.5 * upper[6]["y"], "sixty scans say less than four hundred"


def test_a_share_beyond_its_limit_is_a_diamond_with_its_letter():
    chart, spec = shares(COUNTS, SIZES)
    assert [n + 1 for n in np.flatnonzero(chart.beyond)] == [row["n"] for row in rows(spec) if "s" in row]
    row = rows(spec)[10]
    assert (row["t"], row["m"]) == ("1", 400)
    assert row["w"] == pytest.approx(chart.upper[10])
    svg = drawn(spec)
    assert "%" in svg
    assert STOP in svg


def test_a_lower_limit_that_does_not_exist_interrupts_its_line():
    counts, sizes = [40, 52, 1, 31, 43, 39, 50, 44, 28, 41], [400, 400, 5, 400, 400, 400, 400, 400, 400, 400]
    chart, spec = shares(counts, sizes)
    lower = next(it for it in layers(spec) if it.get("name") == "lower")["data"]["values"]
    assert np.isnan(chart.lower).tolist() == [n == 2 for n in range(10)]
    before, after = ({row["g"] for row in lower if (row["n"] < 3) is side} for side in (True, False))
    assert (len(before), len(after)) == (1, 1)
    assert before != after
    assert len(lower) == 18


def test_shares_have_a_label_and_a_size_each():
    chart, _spec = shares(COUNTS, SIZES)
    with pytest.raises(NotComputable) as caught:
        refused_share_chart(chart, SIZES[:-1], labels(len(COUNTS)), TITLES, WORDS)
    assert caught.value.why is Why.SIZES_DIFFER


# --- before and after -----------------------------------------------------------------------------------------------

BEFORE = {f"B{n}": value for n, value in enumerate(WAVE)}
AFTER = {"A1": 10.1, "A2": 9.8, "A3": 16.0, "A4": float("nan"), "A5": 10.3}
NO_RANGES = Ranges()
GROUPS = GroupWords("vorher", "nachher", "charge", "wert", "bereich", "toleranz")


def compared(ranges=NO_RANGES):
    return comparison_picture((BEFORE, AFTER), ranges, Titles("überschrift", "einheit"), GROUPS)


def test_lots_stand_in_their_lane_and_those_outside_the_quality_range_are_diamonds():
    found = quality_range(list(BEFORE.values()), list(AFTER.values()))
    spec = compared(Ranges(quality=found))
    assert {row["b"] for row in rows(spec)} == {*BEFORE, *AFTER} - {"A4"}
    assert all((row["y"] > 1) == (row["b"] in AFTER) for row in rows(spec))
    assert [(row["b"], row["c"]) for row in rows(spec) if row["s"] == "diamond"] == [("A3", STOP)]
    band = layers_of(spec, "rect")[0]["data"]["values"]
    assert band == [{"v": pytest.approx(found.range.low), "to": pytest.approx(found.range.high)}]
    assert {"vorher", "nachher"} <= texts(spec)
    assert "bereich" in drawn(spec)


def test_each_group_has_its_tolerance_interval():
    found = tolerance_comparison(list(BEFORE.values()), list(AFTER.values()))
    intervals = layers_of(compared(Ranges(tolerance=found)), "tick")[0]["data"]["values"]
    assert [(row["v"], row["to"]) for row in intervals] == [
        (found.range.low, found.range.high),
        (found.test_low, found.test_high),
    ]
    few = tolerance_comparison(list(BEFORE.values()), [10.0])
    assert len(layers_of(compared(Ranges(tolerance=few)), "tick")[0]["data"]["values"]) == 1


def test_an_open_side_reaches_to_the_edge():
    found = tolerance_comparison(
        list(BEFORE.values()), list(AFTER.values()), side=comparability.ranges.Side.LOWER
    )
    spec = compared(Ranges(tolerance=found))
    high = layers_of(spec, "point")[0]["encoding"]["x"]["scale"]["domain"][1]
    assert layers_of(spec, "tick")[0]["data"]["values"][0]["to"] == high
    drawn(spec)


def test_lots_alone_can_be_drawn():
    assert layers_of(compared(), "rect") == []
    drawn(compared())


VERDICTS = {verdict: f"urteil {verdict}" for verdict in Verdict}


def answers():
    same = tost(WAVE, [value + 0.02 for value in WAVE], Margin.within(1.0))
    ratio = tost(WAVE, [value * 1.24 for value in WAVE], Margin.within(1.25, comparability.Scale.LOG))
    one = tost(WAVE, [value + 0.2 for value in WAVE], Margin(None, 2.0))
    other = tost(WAVE, [value + 50 for value in WAVE], Margin(-2.0, 1.0))
    return [("gleich", same), ("verhältnis", ratio), ("einseitig", one), ("anders", other)]


def test_intervals_stand_in_shares_of_their_margins():
    spec = equivalence_picture(answers(), VERDICTS, TITLES)
    same, ratio, one, other = rows(spec)
    assert same["v"] == pytest.approx(0.02)
    assert same["high"] == pytest.approx(answers()[0][1].high)
    assert ratio["v"] == pytest.approx(math.log(1.24) / math.log(1.25))
    assert one["v"] == pytest.approx(0.1)
    assert other["v"] == pytest.approx(50.0)
    assert [(row.get("a"), row.get("b")) for row in rows(spec)] == [(-1, 1), (-1, 1), (None, 1), (-1, 1)]


def test_a_lower_side_is_measured_by_the_lower_margin():
    low = tost(WAVE, [value - 1.0 for value in WAVE], Margin(-4.0, 1.0))
    assert rows(equivalence_picture([("a", low)], VERDICTS, TITLES))[0]["v"] == pytest.approx(-0.25)


def test_every_verdict_has_a_shape_and_a_word():
    spec = equivalence_picture(answers(), VERDICTS, TITLES)
    assert [(row["s"], row["t"]) for row in rows(spec)] == [
        ("circle", "urteil equivalent"),
        ("square", "urteil not_shown"),
        ("triangle-right", "urteil non_inferior"),
        ("diamond", "urteil different"),
    ]
    svg = drawn(spec)
    assert all(name in svg for name in ("gleich", "verhältnis", "einseitig", "anders", "urteil different"))


def test_an_interval_far_off_is_cut_at_the_edge():
    spec = equivalence_picture(answers(), VERDICTS, TITLES)
    low, high = layers_of(spec, "point")[0]["encoding"]["x"]["scale"]["domain"]
    assert (low, high) == (-high, pytest.approx(4 * 1.08))


def test_no_attribute_is_no_fault():
    drawn(equivalence_picture([], VERDICTS, TITLES))
