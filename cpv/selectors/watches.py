"""What is remembered of a chart, and the points that came after."""

from dataclasses import dataclass
from datetime import datetime

from cpv.models import Watch
from cpv.rules.programme import limit_set
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.plan import Parameter
from cpv.rules.programme.points import PointView
from cpv.rules.programme.watching import Watching
from cpv.selectors.charts import effective_plan, points_after
from people import selectors as people

# More new points than this are judged with all that came before.
MOST_NEW = 50


@dataclass(frozen=True)
class Watched:
    """A chart as it was last judged, by the plan and the limits that still are in effect, and its points since."""

    parameter: Parameter
    limits: LimitSet
    watching: Watching
    points: tuple[PointView, ...]


def watched(chart: str, at: datetime) -> Watched | None:
    """What is remembered of a chart; None where it has to be judged as a whole (four statements, however many batches).

    That is where nothing is remembered, where plan or limits are others by now, and where a new point was begun before
    the limits came into effect.
    """
    row = Watch.objects.filter(pk=chart).first()
    if row is None:
        return None
    plan, version = effective_plan(row.plan, at), people.effective_document(limit_set.KIND, chart, at)
    limits = limit_set.parse(version.content)[0] if version is not None else None
    if plan is None or version is None or version.effective_from is None or limits is None:
        return None
    parameter = plan.plan.parameter(row.parameter)
    if (plan.document.id, version.id) != (str(row.plan_version), str(row.limits)) or parameter is None:
        return None
    points = points_after(chart, (row.upto_made_at, row.upto_subject, row.upto_site), MOST_NEW + 1)
    if len(points) > MOST_NEW or any(point.made_at < version.effective_from for point in points):
        return None
    return Watched(parameter, limits, Watching.from_dict(row.state), points)
