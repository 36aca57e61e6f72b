"""What is asked for in a report, and how the list of reports says where each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.forms.words import WHYS
from cpv.rules.programme.report_content import days_of
from cpv.rules.programme.report_state import Days, ReportState
from cpv.selectors import PlanView, ReportView
from cpv.selectors.reports import FORMS
from ledger.rules.errors import DomainError, Invalid
from people.forms.days import DayField
from qc.forms.pages import WritingForm

_PERIOD: Mapping[str, Promise] = {
    "before_since": _("The last day comes before the first."),
    "too_long": _("A report covers ten years at most."),
    "in_the_future": _("This day has not begun yet."),
}
STATES: Mapping[ReportState, tuple[str, Promise]] = {
    ReportState.ASKED: ("wait", _("Being drawn")),
    ReportState.DRAWN: ("good", _("Drawn")),
    ReportState.FAILED: ("bad", _("Could not be drawn")),
}
_FAULTS: Mapping[str, Promise] = {
    "not_drawable": _("A name or a text holds a character that cannot be printed."),
    "file_too_large": _("A file came to more than 20 MB. Ask for a shorter period."),
    "plan_unreadable": _("The plan cannot be read any more."),
    "unexpected": _("It was tried ten times. Whoever runs this installation finds the cause in its log."),
}


class ReportForm(WritingForm):
    """A report on a plan over days, the first and the last both in it."""

    ALIASES: ClassVar[Mapping[str, str]] = {"since": "first", "until": "last"}

    plan = forms.ChoiceField(label=_("Plan"))
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"))

    def __init__(self, *args: Any, plans: Sequence[PlanView], **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer("plan", [(one.code, f"{one.plan.title} ({one.code})") for one in plans])

    def take(self, error: DomainError) -> None:
        """Show what is wrong with the period in its own words."""
        fields = dict(error.detail.get("fields", {})) if isinstance(error, Invalid) else {}
        known = {name: code for name, code in fields.items() if code in _PERIOD}
        for name, code in known.items():
            self.add_error(self.ALIASES[name], str(_PERIOD[code]))
        if not known:
            super().take(error)

    def days(self) -> Days:
        """What was chosen."""
        first: date = self.cleaned_data["first"]
        last: date = self.cleaned_data["last"]
        return Days(first, last)


@dataclass(frozen=True)
class ReportShown:
    """A report in the list: its period in days, where it stands, why not drawn, and how much of it is drawn (%)."""

    it: ReportView
    first: str
    last: str
    mark: str
    word: Promise
    fault: str
    percent: int

    @property
    def is_waiting(self) -> bool:
        """Whether it is still being drawn."""
        return self.it.state is ReportState.ASKED

    @property
    def forms(self) -> tuple[str, ...]:
        """In which forms its file can be had."""
        return tuple(form for form in FORMS if form in self.it.files)

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """The SHA-256 of each file."""
        return tuple((form, self.it.files[form]["sha256"]) for form in self.forms)


def shown(it: ReportView) -> ReportShown:
    """A report as the list shows it."""
    mark, word = STATES[it.state]
    first, last = days_of(it.since, it.until, it.zone)
    return ReportShown(it, first, last, mark, word, fault_text(it.fault), (it.progress or 0) // 10)


def fault_text(fault: str) -> str:
    """Why a report could not be drawn, as a sentence."""
    known: Mapping[str, Promise] = {**_FAULTS, **WHYS}
    return str(known.get(fault, fault))
