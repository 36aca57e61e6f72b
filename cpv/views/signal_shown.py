"""One signal as pages show it: in plain words, with its picture, what it was then and is now, and its history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from coi.forms.words import unit
from cpv import selectors
from cpv.events import Event
from cpv.forms import plan_words, words
from cpv.forms.numbers import figure, span
from cpv.forms.standing import stratum
from cpv.rules.programme import limit_set
from cpv.rules.programme.answering import SignalRefusal, SignalState
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.closeup import HEIGHT, WIDTH, Closeup, Line, closeup
from cpv.rules.programme.plan import Parameter
from cpv.rules.programme.points import PointView, SignalView
from cpv.rules.runs import Rule, RuleSet, Side
from cpv.selectors import ChartView
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.selectors import TrailLine

TAGS = {"bad": "tag-stop", "wait": "tag-warn", "good": "tag-done", "plain": ""}


@dataclass(frozen=True)
class SignalRow:
    """A signal as a list shows it. `zone`: of its site; `viewer`: who reads it, at `at`.

    `parameter`: as the plan in effect has it; None where the plan has it no more.
    """

    signal: SignalView
    parameter: Parameter | None
    zone: str
    viewer: Person
    at: datetime

    @property
    def title(self) -> str:
        """What its parameter is called."""
        return self.parameter.title if self.parameter is not None else self.signal.parameter

    @property
    def unit(self) -> str:
        """The unit of its parameter, as people read it."""
        return unit(self.parameter.unit) if self.parameter is not None else ""

    @property
    def stratum(self) -> str:
        """Which of the charts of its parameter."""
        values = self.signal.stratum
        return stratum(self.parameter, values) if self.parameter is not None else " · ".join(values)

    @property
    def rule(self) -> Promise:
        """What signals."""
        return words.SIGNALS_BY[self.signal.by]

    @property
    def side(self) -> Promise:
        """On which side of the center."""
        return words.SIDES[Side(self.signal.side)]

    @property
    def state(self) -> tuple[str, str, Promise]:
        """Where it stands: mark, tag and words."""
        mark, text = words.SIGNAL_STATES[self.signal.state]
        return mark, TAGS[mark], text

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been answered by now."""
        return self.signal.is_overdue(self.at)

    @property
    def due(self) -> str:
        """Its last day at the site, all of which counts."""
        last = (self.signal.due_at - timedelta(minutes=1)).astimezone(ZoneInfo(self.zone))
        return _("end of %(day)s (%(zone)s)") % {"day": f"{last:%Y-%m-%d}", "zone": last.tzname()}

    @property
    def is_mine(self) -> bool:
        """Whether the reader answers for it."""
        return self.signal.owner == self.viewer.user_id

    @property
    def decision(self) -> Promise | str:
        """How far it was taken, where that was decided."""
        return words.DECISIONS[self.signal.decision] if self.signal.decision is not None else ""


@dataclass(frozen=True)
class SignalShown(SignalRow):
    """A signal on its own page. `chart`: that it stands on, as it is now; None where no plan in effect has it."""

    chart: ChartView | None

    @property
    def may_see_chart(self) -> bool:
        """Whether the reader may open the chart: it may have numbers of sites that are not theirs."""
        it = self.chart
        return it is not None and selectors.is_visible(self.viewer, it.plan, it.sites, self.at)

    @cached_property
    def limits(self) -> DocumentVersionView | None:
        """The limits that it was judged by."""
        return people.document_version(self.signal.limits)

    @property
    def definition(self) -> str:
        """The exact definition of the rule, with the counts of the plan in effect."""
        it = self.parameter
        if self.signal.by == Sign.EWMA:
            return plan_words.average(it.ewma) if it is not None and it.ewma is not None else ""
        return plan_words.definition(
            Rule(self.signal.by), it.rules if it is not None else RuleSet(frozenset())
        )

    @property
    def rule_name(self) -> str:
        """What its rule is called by those who know them."""
        return _("EWMA") if self.signal.by == Sign.EWMA else plan_words.rule_name(Rule(self.signal.by))

    @property
    def limits_words(self) -> str:
        """Its limits in the unit of the parameter."""
        read = limit_set.parse(self.limits.content)[0] if self.limits is not None else None
        if read is None:
            return ""
        band = read.transformation.band(read.limits)
        return f"{span(band.lower, band.upper, self.unit)}, {words.LIMIT_STATUS[read.status]}"

    @property
    def is_pattern(self) -> bool:
        """Whether it began before the batch at which it signals."""
        return self.signal.first_subject != self.signal.subject

    @cached_property
    def now(self) -> PointView | None:
        """The number as it stands now."""
        known = selectors.observation(self.signal.observation)
        return known.point if known is not None else None

    @property
    def is_changed(self) -> bool:
        """Whether what was signalled is not what there is: another number, left out, or no signal any more."""
        it = self.now
        is_other = it is not None and (it.value != self.signal.value or it.is_excluded)
        return self.signal.vanished_at is not None or is_other

    @cached_property
    def picture(self) -> Closeup | None:
        """The points around it, if the reader may see the chart."""
        chart = self.chart
        if chart is None or not self.may_see_chart:
            return None
        places = {point.id: n for n, point in enumerate(chart.points)}
        here = places.get(self.signal.observation)
        if here is None:
            return None
        before = [
            n
            for n, point in enumerate(chart.points[: here + 1])
            if point.subject == self.signal.first_subject
        ]
        first, is_average = before[-1] if before else here, self.signal.by == Sign.EWMA
        return closeup(chart.charted, here, first, has_average=is_average)

    @property
    def labels(self) -> list[tuple[Line, str]]:
        """The newest of its lines, each with its number."""
        lines = self.picture.lines if self.picture is not None else ()
        return [(line, figure(line.value)) for line in {line.name: line for line in lines}.values()]

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture."""
        return WIDTH, HEIGHT

    @property
    def owner_role(self) -> str:
        """Whose work it is while nobody has taken it on."""
        return str(self.parameter.owner) if self.parameter is not None else ""

    @property
    def next_words(self) -> str:
        """What to do next."""
        it = self.signal
        if it.state is SignalState.RAISED:
            return _("Somebody who looks after the process takes it on, and answers for it from then on.")
        if it.state is SignalState.ACKNOWLEDGED and self.is_mine:
            return _(
                "Look whether the number is right; then what was different: lots, devices, people, the patient's"
                " material, the batches around it. Then close it with what you found."
            )
        if it.state is SignalState.ACKNOWLEDGED:
            return _("%(name)s looks into it and closes it.") % {"name": it.owner_name}
        if it.state is SignalState.CLOSED:
            return _("Nothing: it is closed. The chart keeps it in view.")
        return _("Nothing: a later result took it back before anybody had answered for it.")

    @property
    def history(self) -> list[tuple[TrailLine, bool]]:
        """What was recorded about it, and whether something was refused."""
        found = people.lines_about("signal", self.signal.id)
        return [(it, it.event == Event.SIGNAL_REFUSED) for it in found]

    def refusal(self, code: SignalRefusal) -> str:
        """Why nothing was done."""
        return str(words.SIGNAL_REFUSALS[code])


def shown_on_its_page(signal: SignalView, zone: str, viewer: Person, at: datetime) -> SignalShown:
    """A signal with its chart; its parameter is that of the chart, which is of the plan in effect."""
    chart = selectors.chart(signal.chart, at)
    if chart is not None:
        return SignalShown(signal, chart.parameter, zone, viewer, at, chart)
    plan = selectors.effective_plan(signal.plan, at)
    parameter = plan.plan.parameter(signal.parameter) if plan is not None else None
    return SignalShown(signal, parameter, zone, viewer, at, None)
