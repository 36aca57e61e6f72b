"""Remembering a chart between two batches, so that one more is judged without reading its history."""

from collections.abc import Mapping
from datetime import datetime

from cpv import selectors
from cpv.models import Watch
from cpv.rules.programme.points import PointView
from cpv.rules.programme.watching import watching, with_one_more
from cpv.selectors import ChartView
from cpv.selectors.watches import watched


def nothing_new(chart: str, now: datetime) -> bool:
    """Whether no point since the chart was last judged may signal; that is remembered then. Its lock is held."""
    found = watched(chart, now)
    if found is None:
        return False
    state = found.watching
    for point in found.points:
        if point.is_excluded:
            return False
        state, may_signal = with_one_more(state, found.parameter, found.limits, point.number)
        if may_signal:
            return False
    if found.points:
        Watch.objects.filter(pk=chart).update(state=state.as_dict(), **_place(found.points[-1]))
    return True


def remember(view: ChartView) -> None:
    """What to remember of a chart that was judged as a whole. Its lock is held."""
    state = watching(view.parameter, view.charted)
    if state is None or not view.points:
        return
    values = {
        "plan": view.plan.code,
        "parameter": view.parameter.code,
        "plan_version": view.plan.document.id,
        "limits": view.limits[-1].id,
        "state": state.as_dict(),
    }
    Watch.objects.update_or_create(pk=view.code, defaults=values | _place(view.points[-1]))


def forget(changed: Mapping[str, datetime]) -> None:
    """Numbers are to change on these charts, the earliest of a batch begun then: what stands behind it holds no more.

    Takes the lock of each chart until the transaction ends, in one order: nobody remembers it meanwhile as it was
    before. So it comes before the entry, whose stream whoever judges a chart waits for with the chart's lock in hand.
    """
    for chart, since in sorted(changed.items()):
        selectors.lock_chart(chart)
        Watch.objects.filter(pk=chart, upto_made_at__gte=since).delete()


def _place(point: PointView) -> dict[str, object]:
    return {"upto_made_at": point.made_at, "upto_subject": point.subject, "upto_site": point.site}
