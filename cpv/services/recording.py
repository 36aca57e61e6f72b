"""What the services of this room do alike: name a broken constraint, and say what an entry is about."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from cpv.rules.programme.points import SignalView
from cpv.selectors.charts import KnownPoint
from ledger.rules import Actor
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import NotAllowed
from people.rules.authority import Person
from people.rules.rights import Right
from people.services import require
from people.services.recording import writing as writing_with
from qc.services.recording import Topic

# What a broken constraint means to the one who asked. Anything else is a fault of ours and goes on.
writing = partial(
    writing_with,
    {
        "cpv_observation_once": "observed_already",
        "cpv_signal_once": "signal_raised",
    },
)


def require_at_any(actor: Actor, right: Right, places: Sequence[str], now: datetime) -> Person:
    """Whoever has the right at one of these places. Raises NotAllowed, naming the first."""
    for site in places[1:]:
        try:
            return require(actor=actor, right=right, site=site, now=now)
        except NotAllowed:
            continue
    return require(actor=actor, right=right, site=places[0], now=now)


def topic_of_plan(plan: str) -> Topic:
    """Where entries about a plan's numbers stand."""
    return Topic(f"plan:{plan}", {"plan": plan}, (LedgerSubject("document", plan),))


def topic_of_point(it: KnownPoint) -> Topic:
    """Of one number on a chart."""
    own = topic_of_plan(it.plan)
    about = (LedgerSubject("batch", it.point.batch),) if it.point.batch else ()
    facts = {"chart": it.chart, "parameter": it.parameter, "subject": it.point.subject}
    return Topic(
        own.stream, {**own.named, **facts}, (*own.subjects, LedgerSubject("chart", it.chart), *about)
    )


def topic_of_signal(it: SignalView) -> Topic:
    """Of a signal."""
    own = topic_of_plan(it.plan)
    about = (LedgerSubject("batch", it.batch),) if it.batch else ()
    facts = {
        "chart": it.chart,
        "parameter": it.parameter,
        "subject": it.subject,
        "signal": it.id,
        "by": it.by,
    }
    subjects = (*own.subjects, LedgerSubject("chart", it.chart), LedgerSubject("signal", it.id), *about)
    return Topic(own.stream, {**own.named, **facts}, subjects)
