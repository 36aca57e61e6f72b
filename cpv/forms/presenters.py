"""One line of words for each kind of entry that this room writes."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.events import Event
from cpv.forms import words
from ledger.registry import Presenter
from qc.forms.presenters import Spoken

_SAY: Mapping[str, Promise] = {
    Event.OBSERVED: _("Batch {subject}: numbers read for the charts of {plan}"),
    Event.WEEK_OBSERVED: _("Week {subject}: scans counted for the charts of {plan}"),
    Event.DATA_HANDED_IN: _("{rows} numbers of another program handed in for {plan}"),
    Event.SIGNAL_RAISED: _("{parameter} signals at {subject}: {rule}"),
    Event.SIGNAL_WITHDRAWN: _("{parameter} no longer signals at {subject}: {rule}; nobody had answered yet"),
    Event.SIGNAL_VANISHED: _(
        "{parameter} would no longer signal at {subject}: {rule}; what was answered stays"
    ),
    Event.SIGNAL_REAPPEARED: _("{parameter} signals at {subject} again: {rule}"),
    Event.SIGNAL_ACKNOWLEDGED: _("Signal of {parameter} at {subject} acknowledged: {rule}"),
    Event.SIGNAL_CLOSED: _("Signal of {parameter} at {subject} closed: {decided}"),
    Event.SIGNAL_REFUSED: _("Signal of {parameter} at {subject}: answer refused"),
    Event.POINT_EXCLUDED: _("{parameter} of {subject} left out of the chart; it stays in view"),
    Event.POINT_INCLUDED: _("{parameter} of {subject} taken into the chart again"),
    Event.REPORT_ASKED: _("Report on {plan} asked for: {first} to {last}"),
    Event.REPORT_DRAWN: _("Report on {plan} drawn: {first} to {last}"),
    Event.REPORT_NOT_DRAWN: _("Report on {plan} could not be drawn: {first} to {last}"),
    Event.COMPARISON_OPENED: _("Comparison {comparison} opened, look {look}"),
    Event.COMPARISON_REFUSED: _("Comparison {comparison}: not opened"),
}


def presenters() -> Mapping[str, Presenter]:
    """For the ledger's registry: each takes an entry."""
    return {event: _presenter(sentence) for event, sentence in _SAY.items()}


def _presenter(sentence: Promise) -> Presenter:
    return lambda entry: str(sentence).format_map(Spoken(_spoken(entry.facts))).strip()


def _spoken(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = dict(facts)
    if "by" in facts:
        known["rule"] = words.SIGNALS_BY[facts["by"]]
    if "decision" in facts:
        known["decided"] = words.DECISIONS[facts["decision"]]
    return known
