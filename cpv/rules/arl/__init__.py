"""Average run lengths and false alarms: what a set of rules costs and how soon it sees, before it is switched on."""

from cpv.rules.arl.answer import How, RunLength
from cpv.rules.arl.cusum import Cusum, arl_cusum, arl_cusum_siegmund
from cpv.rules.arl.expected import Estimate, FalseAlarms, alarm_chance, expected_alarms, expected_false_alarms
from cpv.rules.arl.plan import average_run_length
from cpv.rules.arl.shewhart import arl_shewhart
from cpv.rules.arl.simulated import Chart, Process
from cpv.rules.arl.walks import RANGE_LIMIT, Ewma, arl_ewma, arl_imr
from cpv.rules.arl.zones import arl_zone_rules

__all__ = [
    "RANGE_LIMIT",
    "Chart",
    "Cusum",
    "Estimate",
    "Ewma",
    "FalseAlarms",
    "How",
    "Process",
    "RunLength",
    "alarm_chance",
    "arl_cusum",
    "arl_cusum_siegmund",
    "arl_ewma",
    "arl_imr",
    "arl_shewhart",
    "arl_zone_rules",
    "average_run_length",
    "expected_alarms",
    "expected_false_alarms",
]
