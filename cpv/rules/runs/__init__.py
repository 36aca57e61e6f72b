"""Run rules on control charts: their definitions, the judgement of a series, and of one more point in constant time."""

from cpv.rules.runs.judging import Signal, Signals, appeared_and_vanished, evaluate
from cpv.rules.runs.limits import PointLimits
from cpv.rules.runs.rule import (
    FOR_ATTRIBUTES,
    INFORM_ONLY,
    NELSON,
    RULE_1,
    WESTERN_ELECTRIC,
    Mixture,
    Rule,
    RuleSet,
    Side,
)
from cpv.rules.runs.state import RunState, begin, begin_phase, update

__all__ = [
    "FOR_ATTRIBUTES",
    "INFORM_ONLY",
    "NELSON",
    "RULE_1",
    "WESTERN_ELECTRIC",
    "Mixture",
    "PointLimits",
    "Rule",
    "RuleSet",
    "RunState",
    "Side",
    "Signal",
    "Signals",
    "appeared_and_vanished",
    "begin",
    "begin_phase",
    "evaluate",
    "update",
]
