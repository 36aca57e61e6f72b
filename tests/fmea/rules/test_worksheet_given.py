"""The worksheet that other tests begin with is one that could be signed, and its numbers are those that stand in it."""

import pytest

from fmea.rules.actions import all_before_after
from fmea.rules.priority import PRIORITY_2019, rpn
from fmea.rules.unready import unready
from fmea.rules.worksheet_reading import parse
from tests.fmea.worksheet_given import CONTENT, ROWS, Given, of_rows


@pytest.mark.parametrize("it", ROWS, ids=lambda it: it.mode[:24])
def test_priorities(it: Given) -> None:
    assert PRIORITY_2019.priority(*it.before) == it.priority
    assert PRIORITY_2019.priority(*it.after) == "L"


def test_it_could_be_signed() -> None:
    worksheet, faults = parse(CONTENT)
    assert faults == ()
    assert worksheet is not None
    assert len(worksheet.rows) == 20
    assert unready(worksheet) == ()
    lines = all_before_after(worksheet)
    assert lines[0].rpn_before == rpn(10, 3, 6) == 180
    assert lines[0].rpn_after == 40
    assert lines[4].after == lines[4].before, "planned alone changes nothing"


def test_it_grows() -> None:
    worksheet, _ = parse(of_rows(45))
    assert worksheet is not None
    assert len(worksheet.rows) == len(worksheet.actions) == 45
    assert unready(worksheet) == ()
