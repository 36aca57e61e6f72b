"""Rates on their bands, months beside a score, ranks and what a control may bring."""

import json
import math

import pytest

from cpv.rules.basis import NotComputable, Why
from cpv.rules.pictures.parts import Look
from fmea.rules.evidence import Standing
from fmea.rules.pictures import (
    evidence_picture,
    firmest_first,
    outlook_parts,
    rank_picture,
    trend_picture,
    what_if_picture,
)
from fmea.rules.pictures.rates import RateAxis, axis_of
from fmea.rules.priority import PRIORITY_2019, ActionPriority
from fmea.rules.what_if import Acts, Control, Scores, add_control
from qc.rules.charts import STOP
from tests.cpv.rules.pictures_given import drawn, layers, layers_of, rows, texts
from tests.fmea.rules.pictures import given
from tests.fmea.rules.pictures.given import EVIDENCE, LINKS, RANKS, TITLES, TREND, WHAT_IF

H, M, L = ActionPriority
NOW = Scores(10, 4, 6)
OCCURRENCE = given.bands()
DETECTION = given.bands(kind="detection")


# --- the axis of rates -----------------------------------------------------------------------------------------------


def test_occurrence_stands_in_decades_and_nothing_at_the_edge():
    axis = axis_of(OCCURRENCE, "r")
    assert (axis.low, axis.high, axis.is_odds) == (-6.0, 0.0, False)
    assert axis.at(0.001) == pytest.approx(-3)
    assert axis.at(0.0) == axis.low
    assert not axis.holds(0.0)
    assert axis.ticks() == tuple(float(n) for n in range(-6, 1))


def test_detection_stands_by_odds_so_that_no_band_is_pressed_flat():
    axis = axis_of(DETECTION, "r")
    assert axis.is_odds
    assert axis.at(0.5) == pytest.approx(0.0)
    assert axis.at(1.0) == axis.high
    widths = [axis.at(band.high) - axis.at(band.low) for band in DETECTION if band.rating > 1]
    assert min(widths) > 0.04 * (axis.high - axis.low)


def test_a_minute_rate_does_not_stretch_the_axis_without_end():
    assert axis_of(OCCURRENCE, "r", (1e-9,)).low == -9
    assert axis_of(OCCURRENCE, "r", (1e-300,)).low == -12


def test_no_scale_of_the_engine_is_logarithmic():
    """Its own logarithm warns of zeros and of what it drops; places are computed before it sees them."""
    found = given.trend()
    for spec in (
        evidence_picture(given.evidence(0, 0), 3, TITLES, EVIDENCE),
        trend_picture(found, given.month_labels(found), TITLES, TREND),
    ):
        assert '"log"' not in json.dumps(spec, allow_nan=False)
        drawn(spec)


@pytest.mark.parametrize(
    ("axis", "words"),
    [(RateAxis("r", -3, 0), ("1/1,000", "1/10")), (RateAxis("r", -4.0, 4.0, is_odds=True), ("5%", "50%"))],
)
def test_ticks_are_told_as_rates(axis, words):
    layer = {"mark": "point", "encoding": {"x": axis.encoding("v")}}
    svg = drawn({"width": 600, "data": {"values": [{"v": -1}]}, **layer})
    assert all(f">{it}<" in svg for it in words)


# --- evidence --------------------------------------------------------------------------------------------------------


def test_the_score_has_a_frame_and_the_suggestion_a_ground():
    found = given.evidence()
    spec = evidence_picture(found, 3, TITLES, EVIDENCE)
    assert [row["n"] for row in rows(spec) if row["g"]] == [found.suggested]
    assert [row["n"] for row in rows(spec) if row["k"]] == [3]
    assert sum(row["p"] for row in rows(spec)) == pytest.approx(1)
    assert {EVIDENCE.score, EVIDENCE.suggested} <= texts(spec)
    axis = axis_of(OCCURRENCE, "")
    line = layers_of(spec, "rule")[0]["data"]["values"][0]
    assert line["v"] == pytest.approx(math.log10(found.estimate.low))
    assert line["w"] == pytest.approx(math.log10(found.estimate.high))
    assert rows(spec)[0]["v"] == axis.low, (
        "the lowest band reaches to the edge, not to a logarithm of nothing"
    )


@pytest.mark.parametrize(("score", "denied"), [(3, True), (6, False)])
def test_a_denied_score_is_red(score, denied):
    found = given.evidence()
    assert found.standing(score).is_contradicted is denied
    spec = evidence_picture(found, score, TITLES, EVIDENCE)
    frame = next(it for it in layers(spec) if it["mark"].get("filled") is False)
    assert (frame["mark"]["stroke"] == STOP) is denied


def test_an_interval_that_goes_on_beyond_the_edge_has_an_arrow():
    spec = evidence_picture(given.evidence(0, 2_000_000), 3, TITLES, EVIDENCE)
    shapes = [row["s"] for it in layers_of(spec, "point") for row in it["data"]["values"] if "s" in row]
    assert shapes == ["triangle-left"]
    point = next(it for it in layers_of(spec, "point") if "fill" in it["mark"])
    assert point["mark"]["fill"] == "white", "nothing failed"


def test_without_a_score_and_on_every_scale_it_is_drawn():
    bare = evidence_picture(given.evidence(), None, TITLES, EVIDENCE)
    assert EVIDENCE.score not in texts(bare)
    drawn(bare)
    drawn(evidence_picture(given.evidence(3, 40, "detection"), 1, TITLES, EVIDENCE))


# --- trend -----------------------------------------------------------------------------------------------------------


def test_months_stand_alone_and_up_to_and_one_in_which_nothing_could_fail_has_no_point():
    found = given.trend()
    spec = trend_picture(found, given.month_labels(found), TITLES, TREND)
    assert [row["n"] for row in rows(spec) if "v" not in row] == [4]
    assert all("w" in row for row in rows(spec))
    last = rows(spec)[-1]
    assert last["w"] == pytest.approx(math.log10(found.moments[-1].up_to.estimate.median))
    assert [row["s"] for row in rows(spec) if "s" in row][-1] == "diamond"
    assert [row["i"] for row in rows(spec)[:2]] == ["white", "white"], "hollow: nothing failed"
    assert "2025-12" in drawn(spec)


def test_the_moment_from_which_it_contradicts_is_told_and_the_band_of_the_score_marked():
    found = given.trend()
    spec = trend_picture(found, given.month_labels(found), TITLES, TREND)
    begun = [it.window.start for it in found.moments].index(found.contradicted_since)
    lines = [it for it in layers_of(spec, "rule") if it["mark"].get("strokeDash")]
    assert [row["n"] for it in lines for row in it["data"]["values"]] == [begun + 0.5]
    assert TREND.since in texts(spec)
    scored = [row for it in layers_of(spec, "rect") for row in it["data"]["values"] if row["k"]]
    assert [(row["v"], row["w"]) for row in scored] == [
        (pytest.approx(math.log10(2e-4)), pytest.approx(math.log10(5e-4)))
    ]


def test_what_does_not_contradict_has_no_line_of_it():
    found = given.trend(((0, 10), (0, 10)))
    assert found.moments[-1].standing_up_to in {Standing.COMPATIBLE, Standing.SUPPORTED}
    spec = trend_picture(found, given.month_labels(found), TITLES, TREND)
    assert TREND.since not in texts(spec)
    drawn(spec)


def test_months_have_a_label_each():
    with pytest.raises(NotComputable) as caught:
        trend_picture(given.trend(), [], TITLES, TREND)
    assert caught.value.why is Why.SIZES_DIFFER


# --- ranks -----------------------------------------------------------------------------------------------------------


def test_ranks_are_intervals_the_first_at_the_top():
    found = firmest_first(given.spreads())
    spec = rank_picture(
        found, {"R20": "Scanner"}, TITLES, RANKS, addresses=LINKS, look=Look(is_interactive=True)
    )
    assert [row["m"] for row in rows(spec)] == sorted(it.median for it in found)
    assert all(row["v"] <= row["m"] <= row["w"] for row in rows(spec))
    alone = next(row for row in rows(spec) if row["t"] == "R20  Scanner")
    assert (alone["i"], alone["u"]) == ("white", "/rows/R20/")
    assert sum(row["i"] == "white" for row in rows(spec)) == 1
    drawn(spec)


# --- what if ---------------------------------------------------------------------------------------------------------


def control(low, high, scores=NOW):
    return add_control(Control(Acts.ON_OCCURRENCE, low, high), scores, OCCURRENCE, PRIORITY_2019.priority)


def test_the_parts_of_the_bar_are_all_that_may_follow_the_worst_first():
    parts = outlook_parts(control(0.1, 0.9))
    assert [it.priority for it in parts] == [H, M]
    assert sum(it.probability for it in parts) == pytest.approx(1)


def test_small_parts_are_told_beside_the_name():
    found = control(0.5, 0.95)
    spec = what_if_picture(found, TITLES, WHAT_IF)
    now, then, *_ = [row for row in rows(spec) if row["t"]]
    assert (now["r"], now["l"], now["w"]) == ("H 100 %", "H 100 %", 1.0)
    assert then["r"].startswith("H ")
    assert (then["l"], then["o"]) == ("", "hoch"), "no room for its letter"
    assert all(it in drawn(spec) for it in ("jetzt", "mit der Maßnahme", then["r"]))
    ends = [(row["v"], row["w"]) for row in rows(spec)[1:]]
    assert ends[0][0] == 0
    assert ends[0][1] == ends[1][0]
