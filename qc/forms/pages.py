"""Fields of the pages: shape alone. A form that writes carries its request id: a double click counts once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.rules.journey import ContainerStatus
from ledger.rules.errors import DomainError, Invalid
from qc.forms import texts
from qc.rules.criteria import Criterion
from qc.rules.results import CorrectionReason, RejectionReason
from qc.rules.runs import RunView
from qc.rules.subjects import Subject

_TIME = "%Y-%m-%dT%H:%M"


class WritingForm(forms.Form):
    """A form that writes."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def take(self, error: DomainError) -> None:
        """Show what a service found wrong: at the fields concerned, or above them all."""
        fields = error.detail.get("fields", {}) if isinstance(error, Invalid) else {}
        for name, problem in fields.items():
            text = str(texts.FIELDS.get(str(problem), str(problem)))
            self.add_error(name if name in self.fields else None, text)
        if not fields:
            self.add_error(None, texts.error_text(error))


class ResultForm(WritingForm):
    """One result of one criterion; a time is that of the site of what is tested."""

    container = forms.ChoiceField(label=_("Container that was tested"))
    value = forms.CharField(label=_("Result"), max_length=80, strip=False)
    run = forms.ChoiceField(label=_("Run"), required=False)
    tested_at = forms.DateTimeField(
        label=_("Tested"),
        input_formats=[_TIME],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_TIME),
    )

    def __init__(
        self,
        *args: Any,
        criterion: Criterion,
        subject: Subject,
        runs: Sequence[RunView],
        now: datetime,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.zone = ZoneInfo(subject.zone)
        self._offer_sources(subject)
        self._offer_runs(runs)
        if criterion.choices:
            choices = [("", ""), *((word, word) for word in criterion.choices)]
            self.fields["value"] = forms.ChoiceField(label=_("Result"), choices=choices)
        else:
            unit = texts.unit(criterion.unit)
            self.fields["value"].help_text = _("A number in %(unit)s, or a bound such as <0.5") % {
                "unit": unit
            }
            self.fields["value"].widget.attrs |= {"autocomplete": "off", "inputmode": "decimal"}
        self.fields["tested_at"].help_text = subject.zone
        self.initial.setdefault("tested_at", now.astimezone(self.zone).replace(tzinfo=None))

    @property
    def tested(self) -> str:
        """The code of what was tested; empty where nothing of ours was."""
        return str(self.cleaned_data.get("container", ""))

    def _offer_sources(self, subject: Subject) -> None:
        labelled = [c for c in subject.sources.values() if c.status is not ContainerStatus.UNLABELLED]
        if not labelled and not subject.needs_source:
            del self.fields["container"]
            return
        chosen: Any = self.fields["container"]
        samples_first = sorted(labelled, key=lambda c: (c.kind != "sample", c.made_at))
        chosen.choices = [(c.code, f"{c.code} ({words.thing(c.kind)})") for c in samples_first]

    def _offer_runs(self, runs: Sequence[RunView]) -> None:
        field: Any = self.fields["run"]
        if not runs:
            field.widget = forms.HiddenInput()
            return
        shown = [
            (run.code, f"{run.code} ({run.started_at.astimezone(self.zone):%Y-%m-%d %H:%M})") for run in runs
        ]
        field.choices = [("", ""), *shown]

    def clean_tested_at(self) -> datetime:
        """The time at the site."""
        given: datetime = self.cleaned_data["tested_at"]
        return given.replace(tzinfo=self.zone)


class CorrectionForm(ResultForm):
    """A new version of a result, and why."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", ""), *((reason.value, texts.CORRECTIONS[reason]) for reason in CorrectionReason)],
    )
    reference = forms.CharField(
        label=_("Code of the investigation"), max_length=32, required=False, help_text=_("if there was one")
    )


class SignForm(WritingForm):
    """The second component of a signature; the first is who is signed in."""

    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class RejectForm(SignForm):
    """A rejection and why."""

    field_order = ("reason", "password")
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", ""), *((reason.value, texts.REJECTIONS[reason]) for reason in RejectionReason)],
    )
