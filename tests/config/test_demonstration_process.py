"""What the demonstration shows of continued process verification."""

from config.demonstration import process
from config.demonstration.loading import BEFORE
from config.demonstration.process import EXHAUSTED, LONG, MISCOUNTED, NEW, SHORT
from config.demonstration.site import PLANT, PRODUCT, Demo
from cpv import selectors
from cpv.rules.basis import LimitStatus
from cpv.rules.programme.answering import SignalState
from cpv.rules.programme.limit_set import code_of
from cpv.rules.programme.points import ChartState
from ledger.models import Entry
from ledger.projections import differences
from people import selectors as people


def test_a_year_of_growth_has_a_chart_of_each_kind(demo: Demo) -> None:
    present = demo.now + BEFORE
    process.documents(demo)
    process.growth(demo, present)

    def chart(reactor: process.Bioreactor) -> selectors.ChartView:
        found = selectors.chart(code_of(PRODUCT, "GROWTH", (PLANT, reactor.code)), present)
        assert found is not None
        return found

    long, short, new = chart(LONG), chart(SHORT), chart(NEW)
    assert [len(one.points) for one in (long, short, new)] == [60, 20, 8]
    assert [one.charted.status for one in (long, short, new)] == [
        LimitStatus.LONG_TERM,
        LimitStatus.PRELIMINARY,
        LimitStatus.RUN_CHART,
    ]
    assert [(it.subject, it.by, it.state) for it in long.signals] == [
        (LONG.name(EXHAUSTED), "nelson_1", SignalState.CLOSED),
        (LONG.name(57), "ewma", SignalState.RAISED),
    ]
    assert (short.signals, new.signals) == ((), ())
    assert long.signals[1].raised_at < present < long.signals[1].due_at, "it waits, and is not late"
    (left_out,) = [point for point in long.points if point.is_excluded]
    assert (left_out.subject, left_out.value) == (LONG.name(MISCOUNTED), "3.1")
    (phase,) = long.charted.phases
    assert (phase.start, phase.limits.limits.n) == (32, 31)
    assert phase.limits.baseline.excluded == (LONG.name(MISCOUNTED),)
    viewer = people.person(demo.member("Bob").user_id, present)
    assert viewer is not None
    states = {row.stratum[1]: row.state for row in selectors.overview(viewer, present)}
    assert states == {
        LONG.code: ChartState.SIGNALS,
        SHORT.code: ChartState.IN_CONTROL,
        NEW.code: ChartState.GATHERING,
    }
    made = Entry.objects.count()
    process.growth(demo, present)
    assert Entry.objects.count() == made, "it is loaded once"
    assert list(differences("default")) == []
