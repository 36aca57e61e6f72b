"""Run lengths of rules that look at zones alone, exactly: a Markov chain over what the rules remember.

A point matters to these rules only by its zone (between the lines at 0, 1, 2 and k sigma on either side), and they
remember a bounded number of zones. So the history is one of finitely many states, all of which are found by following
every zone from every state, and the run length is the time until such a chain ends.

Source: C. W. Champ and W. H. Woodall, "Exact results for Shewhart control charts with supplementary runs rules",
Technometrics 29 (1987) 393-399.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.special import ndtr

from cpv.rules.arl.answer import How, RunLength, answered, finite, positive
from cpv.rules.basis import Floats, NotComputable, Why
from cpv.rules.runs.rule import Mixture, Rule, RuleSet

# Their patterns are about the order of points, not about zones: no finite chain knows them.
COURSES = frozenset({Rule.NELSON_3, Rule.NELSON_4})

_LINES = (0.0, 1.0, 2.0)


@dataclass(frozen=True)
class _Zone:
    """One zone: its edges in sigma, and on which side and beyond which lines it lies."""

    lowest: float
    highest: float
    side: int
    beyond: int  # 0, 1 or 2 sigma, strictly
    is_out: bool


@dataclass(frozen=True)
class _Memory:
    """What the rules that are on remember; what belongs to a rule that is off stays empty.

    `same` and `outer` are runs, positive above and negative below the center; `two` and `one` the sides on which the
    last 2 and the last 4 points were beyond 2 and 1 sigma.
    """

    same: int = 0
    two: tuple[int, ...] = (0, 0)
    one: tuple[int, ...] = (0, 0, 0, 0)
    within: int = 0
    outside: int = 0
    outer: int = 0


@dataclass(frozen=True)
class _Asked:
    """The rules by what they ask, Nelson's and Western Electric's alike; 0: the rule is off."""

    limit: bool
    same: int
    two: bool
    one: bool
    within: int
    outside: int
    on_both_sides: bool


def _asked(rules: RuleSet) -> _Asked:
    on = rules.rules
    runs = [count for rule, count in _same_sides(rules) if rule in on]
    return _Asked(
        limit=bool(on & {Rule.NELSON_1, Rule.WESTERN_1}),
        same=min(runs, default=0),
        two=bool(on & {Rule.NELSON_5, Rule.WESTERN_2}),
        one=bool(on & {Rule.NELSON_6, Rule.WESTERN_3}),
        within=rules.stratified if Rule.NELSON_7 in on else 0,
        outside=rules.mixture if Rule.NELSON_8 in on else 0,
        on_both_sides=rules.mixture_sides is Mixture.BOTH_SIDES,
    )


def _same_sides(rules: RuleSet) -> tuple[tuple[Rule, int], tuple[Rule, int]]:
    return (Rule.NELSON_2, rules.same_side), (Rule.WESTERN_4, rules.western_same_side)


def _zones(multiple: float) -> list[_Zone]:
    lines = sorted({*_LINES, multiple})
    edges = [-np.inf, *(-line for line in reversed(lines) if line), *lines, np.inf]
    zones = []
    for lowest, highest in pairwise(edges):
        # how far the edge nearer to the center lies from it: what the zone is beyond of
        near = min(abs(lowest), abs(highest))
        side = 1 if lowest >= 0 else -1
        zones.append(_Zone(lowest, highest, side, int(min(near, 2.0)), near >= multiple))
    return zones


def _longer(run: int, side: int, longest: int) -> int:
    """A signed run with one more point on a side (0: on neither), counted no further than it matters."""
    if not side:
        return 0
    length = run * side + 1 if run * side > 0 else 1
    return side * min(length, longest)


def _next(memory: _Memory, zone: _Zone, asked: _Asked) -> _Memory | None:
    """The memory with one more point; None where a rule speaks."""
    two, one = (zone.side if zone.beyond >= line else 0 for line in (2, 1))
    counts = (memory.two.count(two) >= 1, memory.one.count(one) >= 3)
    same = _longer(memory.same, zone.side, asked.same) if asked.same else 0
    within = memory.within + 1 if asked.within and not one else 0
    outside = min(memory.outside + 1, asked.outside) if asked.outside and one else 0
    outer = _longer(memory.outer, one, asked.outside) if asked.outside and asked.on_both_sides else 0
    spoken = (
        asked.limit and zone.is_out,
        asked.same and abs(same) >= asked.same,
        asked.two and two and counts[0],
        asked.one and one and counts[1],
        asked.within and within >= asked.within,
        asked.outside and outside >= asked.outside and abs(outer) < asked.outside,
    )
    if any(spoken):
        return None
    return _Memory(
        same=same,
        two=(*memory.two[1:], two) if asked.two else memory.two,
        one=(*memory.one[1:], one) if asked.one else memory.one,
        within=within,
        outside=outside,
        outer=outer,
    )


@dataclass(frozen=True, eq=False)
class ZoneChain:
    """All that zone rules can remember, and where each zone leads: rows are memories, the first is the beginning.

    `leads[i, j]` is the memory after zone j, -1 where a rule speaks.
    """

    leads: NDArray[np.intp]
    lowest: Floats
    highest: Floats

    def transition(self, shift: float) -> sparse.csr_array:
        """Chances of going from memory to memory at a point whose mean is so many sigma away; what is missing, ends."""
        chance = ndtr(self.highest - shift) - ndtr(self.lowest - shift)
        size = self.leads.shape[0]
        rows, zones = np.nonzero(self.leads >= 0)
        columns = self.leads[rows, zones]
        return sparse.coo_array((chance[zones], (rows, columns)), shape=(size, size)).tocsr()

    def arl(self, shift: float = 0.0) -> RunLength:
        """The average run length from the beginning: the first entry of (I - Q)^-1 1."""
        finite(shift=shift)
        step = self.transition(shift)
        try:
            mean = splu((sparse.eye_array(step.shape[0]) - step).tocsc()).solve(np.ones(step.shape[0]))[0]
        except RuntimeError:  # exactly singular: it never ends
            mean = np.inf
        return answered(float(mean), How.MARKOV_CHAIN)

    def survival(self, points: int, shift: float = 0.0) -> Floats:
        """The chance that nothing was signalled at any of the first t points, for t = 0 to `points`."""
        step, now = self.transition(shift), np.zeros(self.leads.shape[0])
        now[0] = 1.0
        silent = [1.0]
        for _ in range(points):
            now = now @ step
            silent.append(float(now.sum()))
        return np.array(silent)


def zone_chain(rules: RuleSet, multiple: float = 3.0) -> ZoneChain:
    """The chain of rules that look at zones alone; `multiple` is where rule 1 has its limits, in sigma.

    Raises NotComputable: NOT_POSITIVE; UNBOUNDED_MEMORY for the rules of courses (Nelson 3 and 4), which are simulated.
    """
    positive(multiple=multiple)
    if rules.rules & COURSES:
        raise NotComputable(Why.UNBOUNDED_MEMORY, "rules")
    asked, zones = _asked(rules), _zones(multiple)
    number = {_Memory(): 0}
    open_ends, leads = [_Memory()], []
    for memory in open_ends:  # grows while it is walked
        row = []
        for zone in zones:
            after = _next(memory, zone, asked)
            if after is not None and after not in number:
                number[after] = len(number)
                open_ends.append(after)
            row.append(-1 if after is None else number[after])
        leads.append(row)
    edges = np.array([(zone.lowest, zone.highest) for zone in zones])
    return ZoneChain(np.array(leads, dtype=np.intp), edges[:, 0], edges[:, 1])


def arl_zone_rules(rules: RuleSet, shift: float = 0.0, *, multiple: float = 3.0) -> RunLength:
    """Average run length of zone rules together, exact for independent normal points.

    `shift` of the mean and `multiple` (where rule 1 has its limits) in sigma. Western Electric 1 to 4: 91.75.
    Raises NotComputable: as `zone_chain`, NOT_FINITE.
    """
    return zone_chain(rules, multiple).arl(shift)
