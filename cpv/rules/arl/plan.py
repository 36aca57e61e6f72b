"""How soon a chart signals, whatever signals on it: reckoned where that can be, else simulated.

Limits alone, zone rules, an EWMA with or without limits, and I-MR are reckoned by Markov chains, a CUSUM alone by its
integral equation. Everything else together (trends, EWMA beside zone rules, a CUSUM beside anything) is simulated with
the rules themselves, and says its standard error.
"""

from numpy.random import Generator

from cpv.rules.arl.answer import RunLength
from cpv.rules.arl.cusum import arl_cusum
from cpv.rules.arl.simulated import Chart, Process, mean_of, run_lengths
from cpv.rules.arl.walks import Walk, ewma_walk, imr_walk
from cpv.rules.arl.zones import COURSES, ZoneChain, zone_chain
from cpv.rules.basis import NotComputable, Why
from cpv.rules.runs.rule import Rule

_LIMITS = frozenset({Rule.NELSON_1, Rule.WESTERN_1})


def average_run_length(chart: Chart, shift: float = 0.0, *, rng: Generator, draws: int = 10_000) -> RunLength:
    """The ARL of everything that signals on a chart together, limits known, independent normal points.

    `shift` of the mean in sigma, from the first point on. `rng` and `draws` are used where it has to be simulated
    (Nelson 1 to 8 in control: 73.6). Raises NotComputable: NOT_FINITE, NOT_A_COUNT, EMPTY (nothing signals).
    """
    if chart.cusum and not chart.rules.rules and not chart.ewma and chart.range_multiple is None:
        return arl_cusum(chart.cusum, shift)
    chain = chain_of(chart)
    if chain is not None:
        return chain.arl(shift)
    return mean_of(run_lengths(chart, Process(shift), rng=rng, draws=draws))


def chain_of(chart: Chart) -> ZoneChain | Walk | None:
    """The Markov chain of a chart, where it has one. Raises NotComputable: EMPTY, where nothing signals."""
    rules, ewma, ranges = chart.rules.rules, chart.ewma, chart.range_multiple
    if not (rules or ewma or chart.cusum or ranges is not None):
        raise NotComputable(Why.EMPTY, "chart")
    if chart.cusum or rules & COURSES:
        return None
    if ewma is None and ranges is None:
        return zone_chain(chart.rules, chart.multiple)
    if rules - _LIMITS or (ewma and ranges is not None):
        return None
    if ewma:
        return ewma_walk(ewma, chart.multiple if rules else None)
    return imr_walk(chart.multiple, ranges or 0.0) if rules else None
