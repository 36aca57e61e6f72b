"""Every write of `cpv`, one function a use case."""

from cpv.services.answering import acknowledge_signal, close_signal
from cpv.services.exclusions import exclude_point, include_point
from cpv.services.external import ExternalRow, hand_in_data
from cpv.services.following import follow, gather
from cpv.services.judging import judge_chart, judge_charts
from cpv.services.limits import Range, propose_limits
from cpv.services.observing import observe_batches, observe_weeks
from cpv.services.reports import DRAW_REPORT, MEDIA_TYPES, carry_out_report, draw_report

__all__ = [
    "DRAW_REPORT",
    "MEDIA_TYPES",
    "ExternalRow",
    "Range",
    "acknowledge_signal",
    "carry_out_report",
    "close_signal",
    "draw_report",
    "exclude_point",
    "follow",
    "gather",
    "hand_in_data",
    "include_point",
    "judge_chart",
    "judge_charts",
    "observe_batches",
    "observe_weeks",
    "propose_limits",
]
