"""Every query of `cpv`; each returns frozen values."""

from cpv.selectors.charts import (
    ChartView,
    KnownPoint,
    PlanView,
    all_charts,
    chart,
    charted_for_judging,
    effective_plan,
    effective_plans,
    is_visible,
    lock_chart,
    lock_subject,
    observation,
    observations_of,
    point_views,
    position,
    visible_chart,
)
from cpv.selectors.overview import ChartRow, overview
from cpv.selectors.signals import (
    lock_signal,
    signal,
    signals_of_chart,
    signals_open_to,
    signals_seen,
    visible_signal,
)
from cpv.selectors.sources import batches_touched, facts_of, scans_of_weeks
from cpv.selectors.strata import OtherStratum, other_strata

__all__ = [
    "ChartRow",
    "ChartView",
    "KnownPoint",
    "OtherStratum",
    "PlanView",
    "all_charts",
    "batches_touched",
    "chart",
    "charted_for_judging",
    "effective_plan",
    "effective_plans",
    "facts_of",
    "is_visible",
    "lock_chart",
    "lock_signal",
    "lock_subject",
    "observation",
    "observations_of",
    "other_strata",
    "overview",
    "point_views",
    "position",
    "scans_of_weeks",
    "signal",
    "signals_of_chart",
    "signals_open_to",
    "signals_seen",
    "visible_chart",
    "visible_signal",
]
