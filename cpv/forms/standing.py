"""Where a chart stands, and why, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cpv.forms import words
from cpv.rules.basis import LONG_TERM_FROM, PRELIMINARY_FROM
from cpv.rules.programme.answering import SignalState
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.plan import Parameter
from cpv.rules.programme.points import ChartState, Counted, SignalView, state_of
from cpv.rules.runs import Rule, Side
from cpv.selectors import ChartView

_BEYOND = frozenset({str(Rule.NELSON_1), str(Rule.WESTERN_1)})
_TOGETHER = 3  # batches named one by one; of more, the first and how many


@dataclass(frozen=True)
class Cause:
    """One reason why a chart is not in control. `signal`: the newest of what it is about; `count`: of how many.

    `who`: who looks into it, as a sentence; `due_at`: when the first of it should be answered.
    """

    text: str
    signal: SignalView
    count: int
    is_overdue: bool
    who: str
    due_at: datetime


@dataclass(frozen=True)
class StandingShown:
    """The state of a chart with its mark, one sentence about it, and what signals, the newest first."""

    state: ChartState
    mark: str
    word: Promise
    sentence: str
    causes: tuple[Cause, ...]


_DRIFTS: Mapping[str, Promise] = {
    Side.UPPER: _("The weighted average rose above its limit; the drift began at %(first)s."),
    Side.LOWER: _("The weighted average fell below its limit; the drift began at %(first)s."),
}
_LIES: Mapping[str, Promise] = {
    Side.UPPER: _("%(batches)s above the upper limit."),
    Side.LOWER: _("%(batches)s below the lower limit."),
}


def standing(view: ChartView, at: datetime) -> StandingShown:
    """Where a chart stands."""
    found = view.counted(at)
    state = state_of(found)
    mark, word = words.STATES[state]
    return StandingShown(state, mark, word, _sentence(view, state, found), causes(view.signals, at))


def causes(signals: Sequence[SignalView], at: datetime) -> tuple[Cause, ...]:
    """What signals and is not answered for yet, one line for what belongs together, the newest first."""
    together: dict[tuple[str, ...], list[SignalView]] = {}
    for one in signals:
        if one.is_open:
            began = "" if one.by in _BEYOND else one.first_subject
            together.setdefault((one.limits, one.by, one.side, began), []).append(one)
    found = [
        Cause(
            text=_cause(group),
            signal=group[-1],
            count=len(group),
            is_overdue=any(one.is_overdue(at) for one in group),
            who=_who(group),
            due_at=min(one.due_at for one in group),
        )
        for group in together.values()
    ]
    return tuple(sorted(found, key=lambda it: (it.signal.made_at, it.signal.by), reverse=True))


def _who(group: Sequence[SignalView]) -> str:
    owners = ", ".join(dict.fromkeys(one.owner_name for one in group if one.owner_name))
    taken = sum(bool(one.owner_name) for one in group)
    if not taken:
        return _now("Nobody has taken it on yet.")
    if taken == len(group):
        return _now("Looked into by %(names)s.") % {"names": owners}
    about = {"taken": taken, "all": len(group), "names": owners}
    return _now("%(taken)d of %(all)d looked into by %(names)s.") % about


def _cause(group: Sequence[SignalView]) -> str:
    one = group[-1]
    if one.by in _BEYOND and one.side in _LIES:
        return str(_LIES[one.side]) % {"batches": _batches(group)}
    if one.by == Sign.EWMA and one.side in _DRIFTS:
        return str(_DRIFTS[one.side]) % {"first": one.first_subject}
    about = {"first": one.first_subject, "last": one.subject, "rule": str(words.SIGNALS_BY[one.by])}
    if one.first_subject == one.subject:
        return _now("%(last)s: %(rule)s.") % about
    return _now("%(first)s to %(last)s: %(rule)s.") % about


def _batches(group: Sequence[SignalView]) -> str:
    named = ", ".join(one.subject for one in group[:_TOGETHER])
    more = len(group) - _TOGETHER
    if more > 0:
        about = {"named": named, "more": more}
        return ngettext("%(named)s and %(more)d more lie", "%(named)s and %(more)d more lie", more) % about
    return ngettext("%(named)s lies", "%(named)s lie", len(group)) % {"named": named}


def _sentence(view: ChartView, state: ChartState, found: Counted) -> str:
    if state in (ChartState.OVERDUE, ChartState.SIGNALS):
        return _signalling(found)
    if state is ChartState.IN_CONTROL:
        return _in_control(view)
    say = {
        ChartState.LIMITS_PROPOSED: _(
            "Limits are proposed; they judge nothing before three people have signed."
        ),
        ChartState.LIMITS_DUE: _("There are %(n)d results and no limits: propose limits from them."),
        ChartState.LONG_TERM_DUE: _(
            "The limits come from few results. There are %(n)d by now, enough for long-term limits (%(long)d)."
        ),
        ChartState.GATHERING: _(
            "There are %(n)d results. Limits can be proposed from %(least)d on; until then nothing signals."
        ),
    }[state]
    return str(say) % {"n": found.results, "least": PRELIMINARY_FROM, "long": LONG_TERM_FROM}


def _signalling(found: Counted) -> str:
    opened = ngettext(
        "%(n)d signal is open: the process may have changed.",
        "%(n)d signals are open: the process may have changed.",
        found.signals,
    ) % {"n": found.signals}
    if not found.overdue:
        return opened
    late = ngettext(
        "%(n)d of them should have been answered by now.",
        "%(n)d of them should have been answered by now.",
        found.overdue,
    ) % {"n": found.overdue}
    return f"{opened} {late}"


def _in_control(view: ChartView) -> str:
    since = view.charted.phases[-1].start
    judged = sum(bool(point.value) and not point.is_excluded for point in view.points[since:])
    closed = sum(one.state is SignalState.CLOSED and one.made_at >= _begins(view) for one in view.signals)
    if not judged:
        return _now("The limits are in effect; no batch has begun since.")
    text = ngettext(
        "%(n)d result has been judged by these limits, and no signal is open.",
        "%(n)d results have been judged by these limits, and no signal is open.",
        judged,
    ) % {"n": judged}
    if not closed:
        return text
    more = ngettext("%(n)d signal was closed.", "%(n)d signals were closed.", closed) % {"n": closed}
    return f"{text} {more}"


def _begins(view: ChartView) -> datetime:
    return view.points[min(view.charted.phases[-1].start, len(view.points) - 1)].made_at


def stratum(parameter: Parameter, values: Sequence[str]) -> str:
    """The stratum of a chart: what parts it, and its value; empty where nothing parts the parameter."""
    named = zip(parameter.strata, values, strict=False)
    return " · ".join(f"{it.kind or words.STRATA[it.by]} {value}" for it, value in named)
