"""What the numbers of a chart say, kept while they are the same: intervals are integrals, and take their time."""

from collections import OrderedDict
from hashlib import sha256
from threading import Lock

from cpv.rules.programme.describing import Description, described
from cpv.selectors.charts import ChartView

_KEPT = 64
_known: OrderedDict[str, Description] = OrderedDict()
_turn = Lock()


def description_of(view: ChartView) -> Description:
    """The description of a chart; the same numbers, limits and plan have the same one. Nothing is decided by it."""
    key = _key(view)
    with _turn:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = described(view.parameter, view.charted, view.points)
    with _turn:
        _known[key] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


def _key(view: ChartView) -> str:
    limits = ",".join(
        f"{version.digest}@{it.start}-{it.end}"
        for version, it in zip(view.limits, view.charted.phases, strict=True)
    )
    below = "".join("<" if point.is_below else "=" for point in view.points)
    said = (view.code, view.plan.document.digest, limits, below, view.charted.excluded)
    return sha256(repr(said).encode() + view.charted.values.tobytes()).hexdigest()
