"""The control chart as a specification: limits by phase, marks of what is not ordinary, words that came in."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cpv.rules.basis import NotComputable, Why
from cpv.rules.pictures import Look, control_chart
from cpv.rules.pictures.parts import SPECIFICATION
from cpv.rules.programme.charting import InEffect, charted
from cpv.rules.programme.plan import Bounds, ScalePlan
from cpv.rules.runs import NELSON, Rule, RuleSet
from cpv.rules.transforms import Scale, logarithm
from qc.rules.charts import GOOD, STOP, WARN
from tests.cpv.rules.pictures_given import (
    DAYS,
    TITLES,
    WORDS,
    drawn,
    labels,
    layers,
    layers_of,
    limits,
    rows,
    texts,
)

RULE_1_ALONE = replace(DAYS, ewma=None)
WAVE = [10 + ((n * 7) % 5 - 2) * 0.4 for n in range(40)]
IN_BROWSER = Look(is_interactive=True)


def picture(values, phases=(), parameter=RULE_1_ALONE, excluded=(), notes=None, **more):
    chart = charted(parameter, values, phases, excluded)
    return control_chart(chart, labels(len(values), notes), TITLES, WORDS, **more)


def limit_rows(spec):
    return next(layer["data"]["values"] for layer in layers_of(spec, "rule") if "x2" in layer["encoding"])


def test_limits_of_two_phases_do_not_join():
    spec = picture(WAVE, [InEffect(10, limits(n=20)), InEffect(25, limits(center=10.2))])
    found = {(row["n"], row["m"], round(row["y"], 3), row["k"]) for row in limit_rows(spec)}
    assert found == {
        (10.5, 25.5, 13.0, "preliminary"),
        (10.5, 25.5, 10.0, "firm"),
        (10.5, 25.5, 7.0, "preliminary"),
        (25.5, 40.5, 13.2, "firm"),
        (25.5, 40.5, 10.2, "firm"),
        (25.5, 40.5, 7.2, "firm"),
    }
    dashes = next(it for it in layers_of(spec, "rule") if "x2" in it["encoding"])["encoding"]["strokeDash"]
    solid, dashed = dashes["scale"]["range"]
    assert dashes["scale"]["domain"] == ["firm", "preliminary"]
    assert solid != dashed, "what is preliminary is seen to be"


def test_limits_that_were_retired_end_there_and_are_told_of_no_more_at_the_right_end():
    spec = picture(WAVE, [InEffect(10, limits(n=20), end=25)], parameter=DAYS)
    assert {(row["n"], row["m"]) for row in limit_rows(spec)} == {(10.5, 25.5)}
    assert "13" in {text.split()[-1] for text in texts(picture(WAVE, [InEffect(10, limits(n=20))]))}
    assert "13" not in {text.split()[-1] for text in texts(spec) if text}


def test_phases_have_their_texts_where_they_begin():
    spec = picture(WAVE, [InEffect(10, limits()), InEffect(25, limits())])
    values = [row for it in layers_of(spec, "text") for row in it.get("data", {}).get("values", ())]
    named = {row["n"]: row["t"] for row in values if "w" in row}
    assert named == {10.5: "phase eins", 25.5: "phase zwei"}


def test_a_point_beyond_a_limit_has_a_shape_a_colour_a_letter_and_a_reason():
    spec = picture([*WAVE[:10], 14.0, *WAVE[:5], 6.0], [InEffect(0, limits())])
    odd = {row["n"]: row for row in rows(spec) if "s" in row}
    assert set(odd) == {11, 17}
    assert (odd[11]["s"], odd[11]["c"], odd[11]["f"], odd[11]["t"]) == ("diamond", STOP, STOP, "1")
    assert odd[11]["w"] == "jenseits"
    assert odd[11]["p"] == 14.0
    assert drawn(spec).count(f'stroke="{STOP}"') >= 2


def test_runs_the_ewma_and_what_only_informs_have_marks_of_their_own():
    nine = picture(
        [10.5] * 9, [InEffect(0, limits())], replace(RULE_1_ALONE, rules=RuleSet.of(Rule.NELSON_2))
    )
    assert [(row["s"], row["c"], row["t"]) for row in rows(nine) if "s" in row] == [("square", STOP, "2")]
    ewma = picture([11.4] * 12, [InEffect(0, limits())], DAYS)
    assert {(row["s"], row["c"], row["t"]) for row in rows(ewma) if "s" in row} == {
        ("triangle-right", STOP, "E")
    }
    seven = picture(
        [10.1, 9.9] * 8, [InEffect(0, limits())], replace(RULE_1_ALONE, rules=RuleSet.of(Rule.NELSON_7))
    )
    assert {(row["s"], row["c"], row["t"]) for row in rows(seven) if "s" in row} == {("square", WARN, "7")}


def test_all_that_signals_at_a_point_is_told_the_gravest_shape_first():
    spec = picture([*[10.0] * 5, 19.0], [InEffect(0, limits())], DAYS)
    odd = [row for row in rows(spec) if "s" in row]
    assert [(row["t"].split(" · ")[0], row["w"]) for row in odd] == [("1 E", "ewma jenseits; jenseits")]


def test_an_excluded_point_is_hollow_in_the_data_and_no_line_goes_through_it():
    spec = picture([*WAVE[:8], 12.0, *WAVE[:8]], [InEffect(0, limits())], excluded=[8])
    row = rows(spec)[8]
    assert (row["v"], row["s"], row["f"], row["x"], row["w"]) == (
        12.0,
        "circle",
        "white",
        1,
        "ausgeschlossen",
    )
    trace = next(it for it in layers_of(spec, "line") if "data" not in it)
    assert "!datum.x" in trace["transform"][0]["filter"]
    assert 'fill="white"' in drawn(spec).split("</rect>")[-1]


def test_what_the_scale_cannot_take_is_an_arrowhead_at_the_edge():
    there = limits(2.3, 0.2, scale=logarithm())
    parameter = replace(RULE_1_ALONE, scale=ScalePlan(Scale.LOG))
    spec = picture([*WAVE[:20], 0.0, *WAVE[:5]], [InEffect(0, there)], parameter)
    row = rows(spec)[20]
    y = next(layers(spec))["encoding"], layers_of(spec, "point")[0]["encoding"]["y"]["scale"]
    low, high = y[1]["domain"]
    assert y[1]["type"] == "log", "limits at the same number of sigma lie as far up as down"
    assert (row["s"], row["f"], row["v"], row["w"]) == ("triangle-down", "white", 0.0, "unlesbar")
    assert low < row["p"] < low * (high / low) ** 0.1
    assert row["t"] == "0"
    drawn(spec)


def test_one_typing_error_does_not_flatten_all_others():
    spec = picture([*WAVE, 940.0], [InEffect(0, limits())], excluded=[40])
    low, high = layers_of(spec, "point")[0]["encoding"]["y"]["scale"]["domain"]
    row = rows(spec)[40]
    assert high < 20, "the axis is that of the process"
    assert (row["s"], row["v"], row["t"]) == ("triangle-up", 940.0, "940")
    assert low < row["p"] < high


def test_an_acknowledged_signal_has_its_code_beside_the_point():
    spec = picture([*WAVE[:10], 14.0], [InEffect(0, limits())], notes={10: "S-12"})
    assert rows(spec)[10]["t"] == "1 · S-12"
    assert "1 · S-12" in drawn(spec)


def test_bounds_are_drawn_unlike_limits_and_told_of_where_they_lie_far_off():
    spec = picture(WAVE, [InEffect(0, limits())], bounds=Bounds(lower=6.5, upper=500.0))
    lines = [it for it in layers_of(spec, "rule") if it["mark"].get("color") == SPECIFICATION]
    assert [row["y"] for row in lines[0]["data"]["values"]] == [6.5]
    limit_mark = next(it for it in layers_of(spec, "rule") if "x2" in it["encoding"])["mark"]
    assert lines[0]["mark"]["strokeDash"]
    assert lines[0]["mark"]["strokeWidth"] > limit_mark["strokeWidth"]
    assert {"mindestens 6.5", "höchstens 500 ↑"} <= texts(spec)


def test_words_at_the_ends_of_lines_do_not_cover_each_other():
    spec = picture(WAVE, [InEffect(0, limits(sigma=0.05))], bounds=Bounds(lower=9.86, upper=10.16))
    low, high = layers_of(spec, "point")[0]["encoding"]["y"]["scale"]["domain"]
    ends = layers_of(spec, "text")[-1]["data"]["values"]
    heights = sorted((row["y"] - low) / (high - low) * 300 for row in ends)
    assert len(heights) == 5
    assert min(np.diff(heights)) >= 12.9
    assert heights[0] >= 0
    assert heights[-1] <= 300


def test_the_ewma_goes_back_to_the_unit_and_begins_anew_with_a_phase():
    there = limits(np.log(10.0), 0.2, scale=logarithm())
    parameter = replace(DAYS, scale=ScalePlan(Scale.LOG))
    spec = picture(WAVE, [InEffect(0, there), InEffect(20, there)], parameter)
    line = next(it for it in layers_of(spec, "line") if "data" in it)
    assert line["encoding"]["detail"]["field"] == "g"
    found = line["data"]["values"]
    assert [row["g"] for row in found] == [0] * 20 + [1] * 20
    assert all(8 < row["y"] < 12 for row in found)


def test_a_missing_value_keeps_its_place_and_has_no_point():
    spec = picture([10.0, float("nan"), 10.5], [InEffect(0, limits())])
    assert [(row["n"], row["v"]) for row in rows(spec)] == [(1, 10.0), (2, None), (3, 10.5)]
    drawn(spec)


def test_tooltips_tell_batch_day_value_and_why():
    spec = picture([*WAVE[:10], 14.0], [InEffect(0, limits())], look=IN_BROWSER)
    marked = next(it for it in layers_of(spec, "point") if "shape" in it["encoding"])
    told = [(it["field"], it["title"]) for it in marked["encoding"]["tooltip"]]
    assert told == [("b", "charge"), ("d", "tag"), ("v", "wert"), ("w", "grund")]
    assert rows(spec)[2]["d"] == "2026-02-01"


def test_what_a_browser_gets_has_no_layer_of_nothing():
    plain, marked = (
        picture(values, [InEffect(0, limits())], look=IN_BROWSER)["vconcat"][0]["layer"]
        for values in (WAVE, [*WAVE[:10], 14.0])
    )
    assert len(marked) == len(plain) + 2, "what is marked, and its letter"
    for layer in picture(WAVE, look=IN_BROWSER)["vconcat"][0]["layer"]:
        assert layer.get("data", {"values": [1]})["values"], "without limits no lines of them"


def test_only_a_browser_gets_addresses_and_a_strip_to_zoom_with():
    paper, browser = picture(WAVE), picture(WAVE, look=IN_BROWSER)
    assert not any({"href", "tooltip"} & set(layer["encoding"]) for layer in layers(paper))
    assert "vconcat" not in paper
    points = layers_of(browser["vconcat"][0], "point")
    assert all(it["encoding"]["href"]["field"] == "u" for it in points)
    assert rows(browser)[3]["u"] == "/batches/B-4/"
    brush = browser["vconcat"][1]["layer"][0]["params"][0]
    assert brush == {"name": "span", "select": {"type": "interval", "encodings": ["x"]}}
    assert points[0]["encoding"]["x"]["scale"]["domain"] == {"param": "span"}
    assert browser["usermeta"]["points"] == 40
    drawn(browser)


@pytest.mark.parametrize("look", [Look(), IN_BROWSER])
@pytest.mark.parametrize("values", [[], [92.0], [92.0, 92.0], [float("nan")], WAVE])
def test_every_series_can_be_drawn_without_limits(values, look):
    assert "einheit" in drawn(picture(values, look=look))


def test_words_come_from_the_arguments_alone():
    spec = picture(
        [*WAVE, 14.0, 2.0, 400.0], [InEffect(20, limits())], DAYS, excluded=[41], bounds=Bounds(7.5, 13.5)
    )
    known = {"überschrift", "einheit", "reihenfolge", "phase eins", "obere", "mitte", "untere", "geglättet"}
    known |= {"höchstens", "mindestens"}
    written = {part.split(">", 1)[1].split("<")[0] for part in drawn(spec).split("<text")[1:]}
    assert len(written & known) == 4
    for text in written:
        bare = text.rstrip("↑↓ ").rsplit(" ", 1)[0]
        is_mark = text in known or set(text) <= set("0123456789.-−,E · ")
        assert is_mark or bare in known, text


def test_five_thousand_batches_stay_small():
    values = np.round(np.random.default_rng(5).normal(10, 1, 5000), 2)
    parameter = replace(DAYS, rules=NELSON)
    spec = picture(values, [InEffect(30, limits())], parameter, look=IN_BROWSER)
    assert len(rows(spec)) == 5000
    assert len(json.dumps(spec, separators=(",", ":"))) < 1_000_000
    written = [row["n"] for row in rows(spec) if "t" in row and "q" not in row]
    assert written
    assert min(np.diff(written)) * 860 / 5000 >= 24, "letters do not cover each other"
    first = next(row for row in rows(spec) if row.get("s") == "diamond")
    assert "q" not in first, "what is gravest is written first"


def test_there_is_one_label_a_point():
    with pytest.raises(NotComputable) as caught:
        control_chart(charted(DAYS, WAVE), labels(3), TITLES, WORDS)
    assert caught.value.why is Why.SIZES_DIFFER


def test_ordinary_points_are_not_marked():
    spec = picture(WAVE, [InEffect(0, limits())])
    assert not any("s" in row or "t" in row for row in rows(spec))
    ordinary = layers_of(spec, "point")[0]
    assert ordinary["mark"]["color"] == GOOD
    assert drawn(spec).count('<path transform="translate') >= 40
