"""A worksheet as files: what is handed in, what is asked for, and how what came of it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.rules.programme.report_state import ReportState
from fmea.forms.pages import RiskForm
from fmea.selectors.printouts import PrintoutView
from fmea.services.workbooks import MOST_BYTES

_STATES: Mapping[ReportState, tuple[str, Promise]] = {
    ReportState.ASKED: ("…", _("being drawn")),
    ReportState.DRAWN: ("✓", _("drawn")),
    ReportState.FAILED: ("■", _("could not be drawn")),
}


class HandInForm(RiskForm):
    """A spreadsheet."""

    file = forms.FileField(
        label=_("Spreadsheet (XLSX)"),
        help_text=_(
            "In the layout of the file that you download here; the order of columns does not matter."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> bytes:
        """Its bytes, if they are not too many."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        data: bytes = file.read()
        return data


class TakeInForm(RiskForm):
    """Yes to what was looked at; `base` is the revision of the sheet that it was looked at beside."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class PrintForm(RiskForm):
    """Which version is printed; 0 is the sheet as it stands."""

    version = forms.TypedChoiceField(label=_("What is printed"), coerce=int)


@dataclass(frozen=True)
class PrintoutShown:
    """A printout in the list."""

    it: PrintoutView
    zone: str

    @property
    def mark(self) -> str:
        """Its state as a sign."""
        return _STATES[self.it.state][0]

    @property
    def word(self) -> Promise:
        """Its state in a word."""
        return _STATES[self.it.state][1]

    @property
    def is_waiting(self) -> bool:
        """Whether the worker has still to draw it."""
        return self.it.state is ReportState.ASKED
