"""Every code of comparisons has its words."""

from enum import StrEnum
from typing import Any

import pytest

from cpv.forms import comparison_words as words
from cpv.forms.comparison_views import margin_text, percent
from cpv.forms.numbers import figure
from cpv.rules.basis import Why
from cpv.rules.comparability import Design, Fault, Margin, Method, Rank, Scale, Shape, Verdict
from cpv.rules.programme.arranging import ComparisonRefusal, Standing
from cpv.rules.programme.comparing import Conclusion, Whole
from cpv.rules.programme.comparison_plan import PartedBy
from people.forms.documents import FAULTS


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        (words.RANKS, Rank),
        (words.METHODS, Method),
        (words.DESIGNS, Design),
        (words.SCALES, Scale),
        (words.SHAPES, Shape),
        (words.PARTED_BY, PartedBy),
        (words.CONCLUSIONS, Conclusion),
        (words.WHOLES, Whole),
        (words.STANDINGS, Standing),
        (words.REFUSALS, ComparisonRefusal),
        (words.VERDICTS, Verdict),
        (words.WHY, Why),
    ],
)
def test_every_code_has_words(known: dict[StrEnum, Any], codes: type[StrEnum]):
    assert set(known) == set(codes)
    assert all(str(text[1] if isinstance(text, tuple) else text).strip() for text in known.values())


def test_every_fault_of_a_plan_has_a_sentence():
    known = set(words.comparison_shown().faults) | set(FAULTS)
    assert {str(fault) for fault in Fault} <= known
    said = {"code_shape", "not_a_moment", "on_both_sides", "only_for_pairs"}
    said |= {
        f"looks_{why}" for why in ("limits_crossed", "not_a_share", "not_converged", "not_a_count", "empty")
    }
    assert said <= known


def test_margins_are_said_with_the_limits_that_they_have():
    assert margin_text(Margin(-5, 4.5), "%") == "difference from -5 to 4.5 %"
    assert margin_text(Margin(-5, None), "%") == "difference of at least -5 %"
    assert margin_text(Margin(None, 2), "days") == "difference of at most 2 days"
    assert margin_text(Margin(0.8, 1.25, Scale.LOG), "%") == "ratio from 0.8 to 1.25"
    assert margin_text(None) == ""


def test_shares_that_are_not_whole_do_not_read_as_whole():
    shares = (0, 0.0001, 0.0005, 0.8123, 0.9994, 0.9996, 1, None)
    wanted = ("0.0 %", "< 0.1 %", "0.1 %", "81.2 %", "99.9 %", "> 99.9 %", "100.0 %", "")
    assert tuple(map(percent, shares)) == wanted
    numbers = (1234.56, 12000.0, None, float("inf"))
    assert tuple(map(figure, numbers)) == ("1235", "12000", "", "")
