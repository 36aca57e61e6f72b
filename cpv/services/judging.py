"""Judging a chart: what signals is raised as work, what signals no longer is taken back or shown as changed.

A signal says that a process may have changed. It is noted on the batch as information and changes nothing about it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.selectors.batches import lock_journeys
from cpv import selectors
from cpv.events import Event
from cpv.rules.basis import NotComputable
from cpv.rules.programme.answering import SignalState, due_at
from cpv.rules.programme.charting import Seen, Sign
from cpv.rules.programme.plan import Parameter, SourceKind
from cpv.rules.programme.points import Candidate, Difference, Mark, SignalView, difference, leading
from cpv.rules.runs import INFORM_ONLY
from cpv.selectors import ChartView
from cpv.services.recording import topic_of_signal, writing
from cpv.services.watching import nothing_new, remember
from ledger.rules import Actor, Where, derive, new, put
from ledger.rules import Subject as LedgerSubject
from people import selectors as people
from people.services import close_work_item, open_work_item, send_notice
from qc.services import note_signal
from qc.services.recording import Doing, record

TABLE = "cpv.signal"
# Work of this cause ends when its signal is closed or withdrawn.
WORK = "cpv_signal"


def judge_chart(*, chart: str, now: datetime, request_id: UUID, is_whole: bool = False) -> Difference:
    """Judge one chart as it stands, and write what came of it; nothing where nothing changed.

    Where batches were only added and none of them signals, its history is not read (unless `is_whole`). A run is one
    signal, however many batches go on with it, until that one is closed. Whoever judges the same chart at the same
    moment waits, and then finds nothing to do. Answers with the difference.
    """
    with writing():
        selectors.lock_chart(chart)
        if not is_whole and nothing_new(chart, now):
            return Difference()
        found = selectors.chart(chart, now)
        if found is None:
            return Difference()
        seen = _leading(found, _by_mark(found))
        changed = difference(list(seen), found.signals, _signals_by(found.parameter))
        lock_journeys(_batches(found, seen, changed))
        doing = Doing(Actor.service("cpv"), Where(), now, request_id)
        for mark in changed.raised:
            _raise(found, mark, seen[mark], doing)
        for event, state, signals in (
            (Event.SIGNAL_WITHDRAWN, SignalState.WITHDRAWN, changed.withdrawn),
            (Event.SIGNAL_VANISHED, None, changed.vanished),
            (Event.SIGNAL_REAPPEARED, None, changed.reappeared),
        ):
            for signal in signals:
                _change(found, signal, event, state, doing)
        remember(found)
        return changed


def judge_charts(
    *, charts: Sequence[str], now: datetime, request_id: UUID, is_whole: bool = False
) -> tuple[str, ...]:
    """Judge several charts, each in a transaction of its own. Answers with those that could not be judged."""
    failed = []
    for code in charts:
        try:
            judge_chart(chart=code, now=now, request_id=derive(request_id, code), is_whole=is_whole)
        except NotComputable:
            failed.append(code)
    return tuple(failed)


def _signals_by(parameter: Parameter) -> frozenset[str]:
    """The rules that the plan asks for."""
    own = {str(rule) for rule in parameter.rules.rules - INFORM_ONLY}
    return frozenset(own | ({str(Sign.EWMA)} if parameter.ewma is not None else set()))


def _by_mark(view: ChartView) -> dict[Mark, Seen]:
    """What signals, by what makes it this signal. A point takes part in one phase, so in one set of limits."""
    found = {}
    for one in view.charted.signals:
        phase = view.charted.phase_at(one.index)
        if one.by not in INFORM_ONLY and phase is not None:
            found[Mark(view.points[one.index].id, str(one.by), view.limits[phase].id)] = one
    return found


def _leading(view: ChartView, seen: dict[Mark, Seen]) -> dict[Mark, Seen]:
    """Those that are signals of their own: what goes on with a run that waits for an answer is part of it."""
    candidates = [
        Candidate(mark, (mark.by, mark.limits, one.side, one.first_index), view.points[one.index].made_at)
        for mark, one in seen.items()
    ]
    return {mark: seen[mark] for mark in leading(candidates, view.signals)}


def _batches(view: ChartView, seen: dict[Mark, Seen], changed: Difference) -> frozenset[str]:
    """On whose boards something will stand; a point without a batch has none."""
    raised = {view.points[seen[mark].index].batch for mark in changed.raised}
    others = {it.batch for it in (*changed.withdrawn, *changed.reappeared)}
    return frozenset(raised | others) - {""}


def _raise(view: ChartView, mark: Mark, seen: Seen, doing: Doing) -> None:
    """A signal as work of the parameter's owner, as mail, and as information on its batch."""
    point = view.points[seen.index]
    zone = people.zone_of(point.site)
    row = derive(UUID(point.id), f"{mark.by} {mark.limits}")
    signal = SignalView(
        id=str(row),
        chart=view.code,
        plan=view.plan.code,
        parameter=view.parameter.code,
        stratum=view.stratum,
        site=point.site,
        observation=point.id,
        subject=point.subject,
        batch=point.batch,
        made_at=point.made_at,
        limits=mark.limits,
        by=mark.by,
        side=str(seen.side),
        first_subject=view.points[seen.first_index].subject,
        value=point.value,
        state=SignalState.RAISED,
        raised_at=doing.now,
        due_at=due_at(doing.now, view.parameter.respond_days, zone),
    )
    own = Doing(doing.actor, Where(site=point.site, zone=zone), doing.now, derive(row, "raised"))
    values = _kept(signal)
    facts = {key: values[key] for key in ("side", "first_subject", "value", "due_at", "limits_id")}
    record(own, topic_of_signal(signal), Event.SIGNAL_RAISED, facts, changes=(new(TABLE, row, **values),))
    _tell(view, signal, own)


def _kept(signal: SignalView) -> dict[str, Any]:
    return {
        "observation_id": signal.observation,
        "chart": signal.chart,
        "limits_id": signal.limits,
        "by": signal.by,
        "side": signal.side,
        "first_subject": signal.first_subject,
        "value": signal.value,
        "state": str(signal.state),
        "raised_at": signal.raised_at,
        "due_at": signal.due_at,
    }


def _tell(view: ChartView, signal: SignalView, doing: Doing) -> None:
    """Work with its date, mail, and a word on the release board.

    It goes to the owner at the site of the number, or, where nobody is that there, to the site that keeps the plan.
    """
    parameter, about = view.parameter, LedgerSubject("signal", signal.id)
    is_somebody = bool(people.people_with_role(parameter.owner, signal.site, doing.now))
    site = signal.site if is_somebody else view.plan.document.site
    open_work_item(
        site=site,
        role=parameter.owner,
        subject=about,
        cause=WORK,
        due_at=signal.due_at,
        **doing.as_keywords(derive(doing.request_id, "work")),
    )
    send_notice(
        site=site,
        role=parameter.owner,
        subject=about,
        code=WORK,
        params={"plan": signal.plan, "parameter": signal.parameter, "subject": signal.subject},
        **doing.as_keywords(derive(doing.request_id, "notice")),
    )
    note(parameter, signal, SignalState.RAISED, doing)


def note(parameter: Parameter, signal: SignalView, state: SignalState, doing: Doing) -> None:
    """Say on the batch's release board where its signal stands; a point without a batch has no board."""
    if not signal.batch:
        return
    is_result = parameter.source.kind is SourceKind.RESULT
    note_signal(
        batch=signal.batch,
        signal=signal.id,
        parameter=parameter.title,
        criterion=parameter.source.criterion if is_result else "",
        by=signal.by,
        side=signal.side,
        state=str(state),
        **doing.as_keywords(derive(doing.request_id, f"noted {signal.id} {state}")),
    )


def _change(
    view: ChartView, signal: SignalView, event: Event, state: SignalState | None, doing: Doing
) -> None:
    """A signal that is gone, or back again. What somebody answered for stays as it was answered."""
    is_back = event is Event.SIGNAL_REAPPEARED and signal.state is SignalState.WITHDRAWN
    values: dict[str, Any] = {"vanished_at": doing.now if event is Event.SIGNAL_VANISHED else None}
    if is_back:
        zone = people.zone_of(signal.site)
        signal = replace(signal, due_at=due_at(doing.now, view.parameter.respond_days, zone))
        state, values["due_at"] = SignalState.RAISED, signal.due_at
    if state is not None:
        values["state"] = str(state)
    where = Where(site=signal.site, zone=people.zone_of(signal.site))
    own = Doing(doing.actor, where, doing.now, derive(doing.request_id, f"{event} {signal.id}"))
    record(own, topic_of_signal(signal), event, {}, changes=(put(TABLE, signal.id, **values),))
    if is_back:
        _tell(view, signal, own)
    elif event is Event.SIGNAL_WITHDRAWN:
        end_work(signal.id, own)
        note(view.parameter, signal, SignalState.WITHDRAWN, own)


def hand_over_work(signal: str, user_id: int, doing: Doing) -> None:
    """What waited for anybody with a role waits for one person from now on, until the same day."""
    waiting = people.open_work_about("signal", signal)
    end_work(signal, doing)
    for item in waiting:
        open_work_item(
            site=item.site,
            role=item.role,
            subject=LedgerSubject("signal", signal),
            cause=item.cause,
            due_at=item.due_at,
            user_id=user_id,
            **doing.as_keywords(derive(doing.request_id, f"handed over {item.id}")),
        )


def end_work(signal: str, doing: Doing) -> None:
    """What was asked for is done, or needed no more."""
    for item in people.open_work_about("signal", signal):
        closing = Doing(
            Actor.service("cpv"), doing.where, doing.now, derive(doing.request_id, f"done {item.id}")
        )
        close_work_item(id=item.id, **closing.as_keywords())
