"""Fields of the page on which somebody signs what becomes of the risk that is left."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fmea.forms import words
from fmea.forms.scoring import SealedForm
from fmea.forms.scoring_words import DECISION_MEANINGS
from fmea.rules.worksheet import Decision
from fmea.rules.worksheet_reading import MOST_TEXT


def _choices() -> list[tuple[str, str]]:
    line = '<span><strong>{}</strong><span class="sub">{}</span></span>'
    return [(it.value, format_html(line, words.decision(it), DECISION_MEANINGS[it])) for it in Decision]


class DecideForm(SealedForm):
    """What becomes of the risk, and why."""

    field_order = ("decision", "why", "username", "password")
    decision = forms.TypedChoiceField(
        label=_("Decision"), choices=_choices, coerce=Decision, widget=forms.RadioSelect
    )
    why = forms.CharField(
        label=_("Why"),
        help_text=_("What speaks for it: benefit, controls, evidence, what was weighed against what."),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
