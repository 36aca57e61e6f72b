"""What people write about a chart: a reason to leave a point out, limits that they propose."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cpv.forms import words
from cpv.forms.chart_table import told
from cpv.forms.error_words import error_text
from cpv.forms.numbers import figure
from cpv.rules.basis import NotComputable
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.points import PointView
from cpv.services import Range
from ledger.rules.errors import DomainError, Invalid
from qc.forms.pages import WritingForm

# So many of the newest batches are offered while one types; any batch of the chart is taken.
OFFERED = 200

_FIELDS: Mapping[str, Promise] = {
    "not_on_the_chart": _("This batch is not on the chart."),
    "before_the_first": _("The last batch comes before the first."),
    "required": _("This is required."),
}


class ChartForm(WritingForm):
    """A form about a chart: it knows this room's words for what a service finds wrong."""

    def take(self, error: DomainError) -> None:
        """Show what a service found wrong, in this room's words or in those of the rooms below."""
        error.message = error_text(error)
        fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
        for name in [name for name, code in fields.items() if str(code) in _FIELDS and name in self.fields]:
            self.add_error(name, str(_FIELDS[str(fields.pop(name))]))
        if fields or not self.errors:
            super().take(error)


class ReasonForm(ChartForm):
    """Why a point is left out, or taken in again."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        help_text=_("It stays with the point, and whoever reads the chart reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LimitsForm(ChartForm):
    """From which batches limits are estimated, and why from these."""

    LIST: ClassVar[str] = "batches"

    first = forms.CharField(
        label=_("First batch of the baseline"),
        max_length=64,
        required=False,
        help_text=_("Empty: the first of the chart."),
        widget=forms.TextInput(attrs={"list": LIST, "class": "code", "autocomplete": "off"}),
    )
    last = forms.CharField(
        label=_("Last batch of the baseline"),
        max_length=64,
        required=False,
        help_text=_("Empty: the newest of the chart."),
        widget=forms.TextInput(attrs={"list": LIST, "class": "code", "autocomplete": "off"}),
    )
    justification = forms.CharField(
        label=_("Justification"),
        max_length=2000,
        help_text=_("Why these batches stand for the process as it should be. It is signed with the limits."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def baseline(self) -> Range:
        """What was chosen."""
        return Range(self.cleaned_data["first"].strip(), self.cleaned_data["last"].strip())


def offered(points: Sequence[PointView]) -> SafeString:
    """The newest batches, to choose from while one types."""
    newest = ((point.subject,) for point in reversed(points[-OFFERED:]))
    return format_html(
        '<datalist id="{}">{}</datalist>',
        LimitsForm.LIST,
        format_html_join("", '<option value="{}">', newest),
    )


def preview(limits: LimitSet, unit: str) -> dict[str, object]:
    """Limits before they are written down: in the unit of the parameter, with what is to be known of them."""
    band = limits.transformation.band(limits.limits)
    return {
        "lower": f"{figure(band.lower)} {unit}".strip(),
        "center": f"{figure(band.center)} {unit}".strip(),
        "upper": f"{figure(band.upper)} {unit}".strip(),
        "n": limits.limits.n,
        "status": words.LIMIT_STATUS[limits.status],
        "estimator": words.ESTIMATORS[limits.limits.estimator],
        "sigma": figure(limits.limits.sigma),
        "scale": words.SCALES[limits.transformation.scale],
        "notes": told(band.notes),
        "first": limits.baseline.first,
        "last": limits.baseline.last,
        "excluded": limits.baseline.excluded,
    }


def not_computable(error: NotComputable) -> Invalid:
    """Why there are no limits from these batches, as a form shows it."""
    return Invalid("not_computable", str(words.why(error.why)))
