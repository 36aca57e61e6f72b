"""Fields around a release: when pending results are expected, the trail looked over, duties after a late failure."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from qc.forms.fields import SiteTimeField
from qc.forms.pages import SignForm, WritingForm
from qc.rules.releases import Pending


class ConditionalForm(SignForm):
    """A conditional release: for each result that is pending, the day by which it is expected."""

    def __init__(self, *args: Any, pending: Iterable[Pending] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected_fields = {f"expected_{it.criterion}": it.criterion for it in pending}
        for it in pending:
            label = _("%(title)s: result expected by") % {"title": it.title}
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[f"expected_{it.criterion}"] = forms.DateField(label=label, widget=widget)
        self.order_fields([*self.expected_fields, "password"])

    def expected(self, zone: str) -> dict[str, datetime]:
        """By criterion the end of that day where the batch was made."""
        days = {code: self.cleaned_data[name] for name, code in self.expected_fields.items()}
        end = time(23, 59)
        return {code: datetime.combine(day, end, ZoneInfo(zone)) for code, day in days.items()}


class TrailForm(WritingForm):
    """The trail was looked over, up to the entry that stood last on the page."""

    upto = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    remark = forms.CharField(label=_("Remark (optional)"), max_length=400, required=False)


class DutyForm(WritingForm):
    """A duty was done, when, and what shows it."""

    reference = forms.CharField(
        label=_("What shows it"),
        max_length=200,
        help_text=_("A letter, a call in the log, the number of a report."),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_at"] = SiteTimeField(_("Done"), zone)
        self.order_fields(["done_at", "reference"])
