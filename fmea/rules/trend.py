"""A live rate over time beside the band of its score: window by window, up to each window's end, late against early.

A window begins inclusive and ends exclusive, and is judged as `evidence` judges; a window in which nothing could fail
has no rate. Counts of one window are few, so that single windows contradict seldom and late; `up_to` takes all counts
from the first window on, which is right as long as the rate stands still. Looking at many windows finds a
contradiction by chance now and then: about one in forty to each side where a score stands at the edge of its band.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise

import numpy as np

from cpv.rules.basis import NotComputable, Why
from fmea.rules.bands import Band, Bands, read_bands
from fmea.rules.evidence import (
    JEFFREYS,
    Evidence,
    Posterior,
    Prior,
    Standing,
    occurrence_from_counts,
    posterior_of,
)

# Enough that the probability is right to four digits for laws as different as nothing failed and everything did.
_NODES = 400


@dataclass(frozen=True)
class Window:
    """From `start` inclusive to `end` exclusive: so many failures among n opportunities."""

    start: datetime
    end: datetime
    events: int
    n: int


@dataclass(frozen=True)
class Moment:
    """One window judged: `alone` by its own counts (None: nothing could fail), `up_to` by all counts to its end."""

    window: Window
    alone: Evidence | None
    up_to: Evidence
    standing: Standing
    standing_up_to: Standing


@dataclass(frozen=True)
class Trend:
    """All windows beside one score. `band`: of the score, None where the scale has none for it.

    `contradicted_since`: begin of the first of the unbroken last windows whose counts up to then contradict the score;
    None: they do not now. `rising`: probability that the later half of the windows has a higher rate than the earlier
    half (a window in the middle is in neither); None: one of them had no opportunity.
    """

    score: int | None
    band: Band | None
    moments: tuple[Moment, ...]
    contradicted_since: datetime | None
    rising: float | None


def windows(
    opportunities: Sequence[datetime], events: Sequence[datetime], edges: Sequence[datetime]
) -> tuple[Window, ...]:
    """Count moments between edges, each edge the begin of a window and the end of the one before.

    Moments outside all windows are left out; both series may be in any order. Raises NotComputable: TOO_FEW (under two
    edges), LIMITS_CROSSED (edges that do not rise).
    """
    if len(edges) < 2:
        raise NotComputable(Why.TOO_FEW, "edges")
    if any(one >= two for one, two in pairwise(edges)):
        raise NotComputable(Why.LIMITS_CROSSED, "edges")
    all_times, failed = sorted(opportunities), sorted(events)
    return tuple(
        Window(start, end, _between(failed, start, end), _between(all_times, start, end))
        for start, end in pairwise(edges)
    )


def trend_of(counted: Sequence[Window], score: int | None, bands: Bands, prior: Prior = JEFFREYS) -> Trend:
    """Judge windows in the order of time. Raises NotComputable: EMPTY, LIMITS_CROSSED (windows that overlap or are not
    in order), and as `occurrence_from_counts`.
    """
    if not counted:
        raise NotComputable(Why.EMPTY, "windows")
    if any(one.end > two.start for one, two in pairwise(counted)):
        raise NotComputable(Why.LIMITS_CROSSED, "windows")
    scale = read_bands(bands)
    sums = accumulate(((one.events, one.n) for one in counted), lambda a, b: (a[0] + b[0], a[1] + b[1]))
    moments = []
    for window, (events, n) in zip(counted, sums, strict=True):
        alone = occurrence_from_counts(window.events, window.n, scale, prior)
        up_to = occurrence_from_counts(events, n, scale, prior)
        shown = alone if window.n else None
        moments.append(Moment(window, shown, up_to, alone.standing(score), up_to.standing(score)))
    return Trend(
        score=score,
        band=next((band for band in scale if band.rating == score), None),
        moments=tuple(moments),
        contradicted_since=_since(moments),
        rising=_rising(counted, prior),
    )


def chance_higher(later: Posterior, earlier: Posterior) -> float:
    """P(the later rate is the higher), rates independent: the mean over u in (0, 1) of P(later > Q_earlier(u)).

    By midpoints in the angle a, u = sin^2 a, which lays more of them at both ends.
    """
    angle = (np.arange(_NODES) + 0.5) * (np.pi / 2 / _NODES)
    weight = np.sin(2 * angle)
    at = earlier.quantile(np.sin(angle) ** 2)
    return float(weight @ (1 - later.cdf(at)) / weight.sum())


def _between(times: Sequence[datetime], start: datetime, end: datetime) -> int:
    return bisect_left(times, end) - bisect_left(times, start)


def _since(moments: Sequence[Moment]) -> datetime | None:
    since = None
    for moment in reversed(moments):
        if not moment.standing_up_to.is_contradicted:
            break
        since = moment.window.start
    return since


def _rising(counted: Sequence[Window], prior: Prior) -> float | None:
    half = len(counted) // 2
    early, late = (
        (sum(one.events for one in part), sum(one.n for one in part))
        for part in (counted[:half], counted[len(counted) - half :])
    )
    if not (early[1] and late[1]):
        return None
    return chance_higher(posterior_of(*late, prior), posterior_of(*early, prior))
