"""Where charts stand, in sentences: one line for what belongs together, and nothing claimed that is not known."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from cpv.forms.looking import Looking, looking
from cpv.forms.numbers import chance, figure, share, span
from cpv.forms.overview import sentence
from cpv.forms.standing import causes, stratum
from cpv.rules.programme.answering import SignalState
from cpv.rules.programme.plan import By, Parameter, Source, SourceKind, Stratum
from cpv.rules.programme.points import Counted, SignalView

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def signal(n: int, by: str = "nelson_1", side: str = "upper", **more: object) -> SignalView:
    given = {
        **dict.fromkeys(
            ("chart", "plan", "parameter", "site", "observation", "batch", "limits", "value"), "x"
        ),
        "id": f"s{n}",
        "stratum": (),
        "subject": f"B{n}",
        "made_at": NOW + timedelta(hours=n),
        "by": by,
        "side": side,
        "first_subject": f"B{n}",
        "state": SignalState.RAISED,
        "raised_at": NOW,
        "due_at": NOW + timedelta(days=5),
    }
    return SignalView(**(given | more))


@pytest.mark.parametrize(
    ("signals", "said"),
    [
        ([signal(1)], ["B1 lies above the upper limit."]),
        ([signal(1), signal(3)], ["B1, B3 lie above the upper limit."]),
        ([signal(n) for n in range(5)], ["B0, B1, B2 and 2 more lie above the upper limit."]),
        (
            [signal(1), signal(2, side="lower")],
            ["B2 lies below the lower limit.", "B1 lies above the upper limit."],
        ),
        (
            [signal(n, "ewma", first_subject="B4") for n in range(4, 9)],
            ["The weighted average rose above its limit; the drift began at B4."],
        ),
        (
            [signal(9, "nelson_2", first_subject="B1")],
            ["B1 to B9: many points in a row on one side of the center."],
        ),
        ([signal(1, state=SignalState.CLOSED), signal(2, state=SignalState.WITHDRAWN)], []),
    ],
)
def test_what_signals_is_said_once(signals, said):
    assert [cause.text for cause in causes(signals, NOW)] == said


def test_a_cause_leads_to_its_newest_signal_and_is_overdue_if_any_of_it_is():
    late = signal(4, "ewma", first_subject="B4", due_at=NOW - timedelta(days=1))
    (cause,) = causes([late, signal(5, "ewma", first_subject="B4")], NOW)
    assert (cause.signal.id, cause.count, cause.is_overdue) == ("s5", 2, True)
    assert not causes([signal(5)], NOW)[0].is_overdue


@dataclass
class Row:
    counted: Counted
    limits: object = None


@pytest.mark.parametrize(
    ("signals", "limits", "said"),
    [
        ([0, 0], [1, 1], "None of 2 charts signals. The process is in control."),
        ([2, 0], [1, 1], "1 of 2 charts signals."),
        ([2, 1], [1, 1], "2 of 2 charts signal."),
        ([0, 0], [1, None], "None of 2 charts signals. 1 has no limits yet."),
        ([0, 0], [None, None], "2 charts, and none has limits yet: nothing can signal."),
        ([0], [1], "The chart does not signal. The process is in control."),
    ],
)
def test_the_process_is_said_to_be_in_control_only_where_everything_is_judged(signals, limits, said):
    rows = [Row(Counted(20, own, open_ones), own) for open_ones, own in zip(signals, limits, strict=True)]
    assert sentence(rows) == said


def test_a_stratum_is_named_by_what_parts_it():
    parameter = Parameter(
        "VCN",
        "Copies",
        Source(SourceKind.EXTERNAL),
        strata=(Stratum(By.SITE), Stratum(By.MATERIAL, "vector")),
    )
    assert stratum(parameter, ("CELLS", "VEC-77")) == "site CELLS · vector VEC-77"
    assert stratum(parameter, ()) == ""


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, Looking()),
        ({"phase": "2", "scale": "charted", "ranges": "1", "page": "3"}, Looking(2, True, True, 3)),
        ({"phase": "-1", "scale": "x", "ranges": "yes", "page": "0"}, Looking()),
        ({"phase": "²", "page": "999999999999"}, Looking()),
    ],
)
def test_what_cannot_be_read_is_not_asked(asked, found):
    assert looking(asked) == found


def test_an_address_says_what_is_looked_at():
    assert Looking(2, True).query(ranges=1) == "?phase=2&scale=charted&ranges=1"
    assert Looking(2, True, page=3).query(phase=None, scale=None) == "?"


def test_numbers_are_written_for_the_eye():
    assert [figure(value) for value in (None, 12345.0, 0.123456, 1.5e-7, 2e12)] == [
        *("", "12345", "0.1235", "1.500e-07", "2.000e+12")
    ]
    assert [share(value) for value in (0.0, 0.0123, 1e-12)] == ["0 %", "1.23 %", "<0.0001 %"]
    assert [chance(p) for p in (None, 0.2, 1e-9)] == ["", "0.200", "<0.001"]
    assert [span(*ends, "d") for ends in ((1.0, 2.0), (1.0, None), (None, 2.0), (None, None))] == [
        *("1 to 2 d", "at least 1 d", "at most 2 d", "")
    ]
