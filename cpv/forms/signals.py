"""Fields of the pages of signals."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cpv.forms import words
from cpv.forms.error_words import error_text
from cpv.rules.programme.answering import MOST_OF_A_NUMBER, MOST_WORDS, Decision, SignalRefusal
from ledger.rules.errors import DomainError
from qc.forms.pages import WritingForm


class AnswerForm(WritingForm):
    """An answer to a signal: nothing to say but that it is taken on."""

    REFUSALS = words.SIGNAL_REFUSALS
    # Where a refusal is about one field; the others stand above them all.
    AT: ClassVar[Mapping[SignalRefusal, str]] = {}

    def take(self, error: DomainError) -> None:
        """Show what the service found wrong, in the words of this room."""
        error.message = error_text(error)
        super().take(error)

    def take_refusals(self, refusals: Iterable[SignalRefusal]) -> None:
        """Show why it was refused, at the field that it is about."""
        for code in refusals:
            self.add_error(self.AT.get(code), str(self.REFUSALS[code]))
        self.renew()


def _choices() -> list[tuple[str, str]]:
    line = '<span><strong>{}</strong><span class="sub">{}</span></span>'
    return [
        (it.value, format_html(line, words.DECISIONS[it], words.DECISION_MEANINGS[it])) for it in Decision
    ]


class CloseForm(AnswerForm):
    """How a signal is closed."""

    AT: ClassVar[Mapping[SignalRefusal, str]] = {
        SignalRefusal.CAUSE_MISSING: "cause",
        SignalRefusal.DEVIATION_MISSING: "deviation",
        SignalRefusal.DEVIATION_NEEDLESS: "deviation",
    }

    decision = forms.ChoiceField(label=_("Decision"), choices=_choices, widget=forms.RadioSelect)
    cause = forms.CharField(
        label=_("Cause"),
        help_text=_("What made this batch, or these batches, different; and how you know."),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    deviation = forms.CharField(
        label=_("Number of the deviation"),
        help_text=_("Only where it became one."),
        required=False,
        max_length=MOST_OF_A_NUMBER,
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off", "autocapitalize": "none"}),
    )
