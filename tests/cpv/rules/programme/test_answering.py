"""A signal as work: acknowledged once, closed by its owner with a cause and a decision."""

from datetime import UTC, datetime

import pytest

from cpv.rules.programme.answering import (
    Closing,
    Decision,
    SignalRefusal,
    SignalState,
    Standing,
    against_acknowledging,
    against_closing,
    due_at,
)

R, S = SignalRefusal, SignalState
OWN = Standing(S.ACKNOWLEDGED, 7)
CLOSINGS = [
    (OWN, Closing(Decision.LOGGED), 7, ()),
    (OWN, Closing(Decision.ASSESSED, "another vector lot"), 7, ()),
    (OWN, Closing(Decision.DEVIATION, "the incubator", "D26-00001"), 7, ()),
    (OWN, Closing(Decision.DATA_ERROR), 7, (R.CAUSE_MISSING,)),
    (OWN, Closing(Decision.ASSESSED, " "), 7, (R.CAUSE_MISSING,)),
    (OWN, Closing(Decision.DEVIATION, "the incubator"), 7, (R.DEVIATION_MISSING,)),
    (OWN, Closing(Decision.LOGGED, deviation="D26-00001"), 7, (R.DEVIATION_NEEDLESS,)),
    (OWN, Closing(Decision.LOGGED), 8, (R.NOT_ITS_OWNER,)),
    (OWN, Closing(Decision.ASSESSED), 8, (R.NOT_ITS_OWNER, R.CAUSE_MISSING)),
    (Standing(), Closing(Decision.LOGGED), 7, (R.NOT_ACKNOWLEDGED,)),
    (Standing(S.CLOSED, 7), Closing(Decision.LOGGED), 7, (R.OVER,)),
    (Standing(S.WITHDRAWN), Closing(Decision.LOGGED), 7, (R.OVER,)),
]
ACKNOWLEDGINGS = [
    (Standing(), ()),
    (OWN, (R.ACKNOWLEDGED_ALREADY,)),
    (Standing(S.CLOSED, 7), (R.OVER,)),
    (Standing(S.WITHDRAWN), (R.OVER,)),
]


@pytest.mark.parametrize(("it", "closing", "who", "expected"), CLOSINGS)
def test_closing(it, closing, who, expected):
    assert against_closing(it, closing, who) == expected


@pytest.mark.parametrize(("it", "expected"), ACKNOWLEDGINGS)
def test_acknowledging(it, expected):
    assert against_acknowledging(it) == expected


def test_every_refusal_is_met():
    met = {code for *_rest, codes in [*CLOSINGS, *ACKNOWLEDGINGS] for code in codes}
    assert met == set(R)


@pytest.mark.parametrize(
    ("raised", "days", "zone", "expected"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), 5, "UTC", datetime(2026, 3, 10, tzinfo=UTC)),
        (datetime(2026, 3, 6, 9, tzinfo=UTC), 1, "UTC", datetime(2026, 3, 10, tzinfo=UTC)),
        # Half past eleven in the evening in London is the next day in Madrid.
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), 1, "Europe/Madrid", datetime(2026, 3, 4, 23, tzinfo=UTC)),
    ],
)
def test_it_is_due_at_the_end_of_a_working_day_at_the_site(raised, days, zone, expected):
    assert due_at(raised, days, zone) == expected
