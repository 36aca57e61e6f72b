"""Continued process verification of the demonstration: its plan, and a year of numbers from the bioreactors' program.

Growth was handed in month by month by another program, as a site does that had one before. One bioreactor has frozen
limits, a signal that was closed and one that waits; one has preliminary limits; one has too few batches for any.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from config.demonstration import site
from config.demonstration.site import PLANT, PRODUCT, SPACE, Demo
from cpv import selectors
from cpv import services as cpv
from cpv.rules.programme.answering import Decision
from cpv.rules.programme.limit_set import code_of
from cpv.rules.programme.plan import KIND
from ledger.selectors import entry_for_request

GROWTH = "GROWTH"
# A patient's own cells grow as they will: so many times on the middle, and this far apart on the scale of logarithms.
MIDDLE, SPREAD = 38.0, 0.30
# Numbers come from the other program this long after the last of their batches was begun: it has been harvested then.
HARVESTED = timedelta(days=11)
# Long-term limits need so many batches; so long after its beginning the last of them has been given to its patient.
BASELINE, GIVEN = 30, timedelta(days=35)


@dataclass(frozen=True)
class Bioreactor:
    """One device and its batches: how long ago the first was begun, and how many days lie between two.

    `portions`: how many batches were handed in at a time; limits were signed after the first portion, and manufacture
    stood still meanwhile. From the batch `since` on growth is another, by `shift` standard deviations. `fixed`: batches
    whose numbers are told.
    """

    code: str
    days_ago: float
    every: float
    portions: tuple[int, ...]
    still: float = 0.0
    since: int = 10**6
    shift: float = 0.0
    fixed: Mapping[int, float] = field(default_factory=dict)
    justification: str = ""

    def name(self, number: int) -> str:
        """What the other program calls its batch."""
        return f"{self.code}-{number + 1:03d}"

    def begun(self, present: datetime, number: int) -> datetime:
        """When a batch was begun."""
        days = self.every * number + (self.still if number >= self.portions[0] else 0.0)
        return present - timedelta(days=self.days_ago - days)

    @property
    def values(self) -> list[str]:
        """The growth of its batches; the same at every loading."""
        rng = random.Random(f"growth {self.code} 38")
        drawn = [rng.gauss(0, 1) for _ in range(sum(self.portions))]
        moved = [z + (self.shift if number >= self.since else 0.0) for number, z in enumerate(drawn)]
        return [f"{self.fixed.get(n, MIDDLE * math.exp(SPREAD * z)):.1f}" for n, z in enumerate(moved)]


MISCOUNTED, EXHAUSTED = 12, 41
LONG = Bioreactor(
    *("BR-1", 363.0, 5.5, (32, 14, 14)),
    still=25.0,
    since=48,
    shift=-0.8,
    fixed={MISCOUNTED: 3.1, EXHAUSTED: 11.6},
    justification="The first 32 batches of the validated process; one was counted wrongly and is left out.",
)
SHORT = Bioreactor(
    *("BR-2", 330.0, 14.0, (16, 4)),
    still=28.0,
    justification="A second device of the same make; limits are preliminary until it has made 30 batches.",
)
NEW = Bioreactor("BR-3", 110.0, 12.0, (8,))


def documents(demo: Demo) -> None:
    """The plan: what is watched, and what signals."""
    content = site.read_content("process_plan.json")
    site.document(demo, KIND, PRODUCT, content["title"], content)


def observe(now: datetime) -> None:
    """What the worker does every few minutes, at once: charts are there when somebody looks."""
    cpv.gather(now=now, request_id=uuid4())
    cpv.follow(now=now, request_id=uuid4())


def growth(demo: Demo, present: datetime) -> None:
    """A year of numbers of another program, with limits and signals; all of it, or nothing, and once."""
    if entry_for_request(uuid5(SPACE, _handed_in(NEW, 0))) is not None:
        return
    with transaction.atomic():
        for reactor in (LONG, SHORT):
            _hand_in(demo, reactor, present, 0)
            _first_limits(demo, reactor, present)
        for portion in (1, 2):
            _hand_in(demo, LONG, present, portion)
            if portion == 1:
                _closed(demo, present)
        _hand_in(demo, SHORT, present, 1)
        _hand_in(demo, NEW, present, 0)


def limits_of_batches(demo: Demo, present: datetime, parameters: tuple[str, ...]) -> None:
    """Limits of parameters of our own batches, from the first 30, signed when the last of those was given."""
    for parameter in parameters:
        chart = code_of(PRODUCT, parameter, (PLANT,))
        points = selectors.point_views(chart)
        if len(points) < BASELINE or entry_for_request(uuid5(SPACE, f"limits {chart} draft")) is not None:
            continue
        last = points[BASELINE - 1]
        justification = "The first 30 batches, made by the validated process without a change."
        with transaction.atomic():
            _signed(demo, chart, cpv.Range("", last.subject), justification, last.made_at + GIVEN)
        cpv.judge_chart(chart=chart, now=present, request_id=uuid4())


def _handed_in(reactor: Bioreactor, portion: int) -> str:
    return f"growth {reactor.code} {portion}"


def _hand_in(demo: Demo, reactor: Bioreactor, present: datetime, portion: int) -> None:
    """A portion of batches, when the last of them was harvested."""
    first = sum(reactor.portions[:portion])
    numbers = range(first, first + reactor.portions[portion])
    at = reactor.begun(present, numbers[-1]) + HARVESTED
    rows = [
        cpv.ExternalRow(
            GROWTH,
            reactor.name(n),
            reactor.begun(present, n),
            reactor.values[n],
            stratum=(reactor.code,),
        )
        for n in numbers
    ]
    doing = _doing(demo, "Leo", at, _handed_in(reactor, portion))
    cpv.hand_in_data(plan=PRODUCT, site=PLANT, rows=rows, **doing)


def _first_limits(demo: Demo, reactor: Bioreactor, present: datetime) -> None:
    """The miscounted batch is left out first; then limits are proposed, signed, and in effect before the next batch."""
    number, chart = reactor.portions[0], _chart(reactor)
    moment = reactor.begun(present, number - 1) + HARVESTED + timedelta(days=1)
    if reactor is LONG:
        reason = "The counter was blocked: the log of the device shows an error, and a second count gave 35."
        about = _doing(demo, "Leo", moment, f"left out {reactor.code}")
        cpv.exclude_point(observation=_point(chart, reactor.name(MISCOUNTED)), reason=reason, **about)
    baseline = cpv.Range(reactor.name(0), reactor.name(number - 1))
    _signed(demo, chart, baseline, reactor.justification, moment + timedelta(days=1))


def _signed(demo: Demo, chart: str, baseline: cpv.Range, justification: str, at: datetime) -> None:
    """Limits proposed by the supervisor, and in effect with the signatures of three people."""
    drafted = cpv.propose_limits(
        chart=chart,
        baseline=baseline,
        justification=justification,
        **_doing(demo, "Amir", at, f"limits {chart} draft"),
    )
    site.put_in_effect(replace(demo, now=at), drafted.id, f"limits {chart}")


def _closed(demo: Demo, present: datetime) -> None:
    """One batch grew little: quality looked into it and named the cause."""
    name = LONG.name(EXHAUSTED)
    signal = next(it for it in selectors.signals_of_chart(_chart(LONG)) if it.subject == name)
    at = signal.raised_at + timedelta(days=1)
    about: dict[str, Any] = {"signal": UUID(signal.id)}
    cpv.acknowledge_signal(**about, **_doing(demo, "Bob", at, f"acknowledged {name}"))
    cpv.close_signal(
        **about,
        decision=Decision.ASSESSED,
        cause="The patient had three lines of treatment before; device, medium and vector were in order.",
        **_doing(demo, "Bob", at + timedelta(days=3), f"closed {name}"),
    )


def _chart(reactor: Bioreactor) -> str:
    return code_of(PRODUCT, GROWTH, (PLANT, reactor.code))


def _point(chart: str, subject: str) -> UUID:
    return next(UUID(point.id) for point in selectors.point_views(chart) if point.subject == subject)


def _doing(demo: Demo, name: str, at: datetime, label: str) -> dict[str, Any]:
    return replace(demo, now=at).doing(label, demo.member(name).actor)
