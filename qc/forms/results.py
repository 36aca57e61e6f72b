"""Fields of one result. Which fields there are depends on the criterion: replicates, parts, what it is judged with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.rules.journey import ContainerStatus
from people.forms.days import SiteTimeField
from qc.forms import texts
from qc.forms.pages import WritingForm
from qc.rules.assessing import Input, inputs_of
from qc.rules.criteria import (
    Criterion,
    DoseKind,
    NotTested,
    NotTestedReason,
    Reportable,
    reportable,
    write_parts,
)
from qc.rules.results import CorrectionReason, ResultView
from qc.rules.runs import RunView
from qc.rules.subjects import Subject

# A bound has a sign before it, which the keys for digits alone do not have.
_PLAIN = {"autocomplete": "off"}
_NUMERIC = {"autocomplete": "off", "inputmode": "decimal"}


class ResultForm(WritingForm):
    """One result of one criterion; a time is that of the site of what is tested."""

    ALIASES: ClassVar[Mapping[str, str]] = {"value": "value_1"}

    container = forms.ChoiceField(label=_("Container that was tested"))

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
        self.criterion, self.zone = criterion, ZoneInfo(subject.zone)
        self._offer_sources(subject)
        self.fields |= _value_fields(criterion)
        self.fields |= _input_fields(criterion, subject.zone)
        self._offer_runs(runs)
        self.fields["tested_at"] = SiteTimeField(_("Tested"), subject.zone)
        reasons = [("", _("it was tested")), *((r.value, texts.NOT_TESTED[r]) for r in NotTestedReason)]
        self.fields["not_tested"] = forms.ChoiceField(label=_("Not tested"), required=False, choices=reasons)
        self.initial.setdefault("tested_at", now)

    def _offer_sources(self, subject: Subject) -> None:
        labelled = [c for c in subject.sources.values() if c.status is not ContainerStatus.UNLABELLED]
        if not labelled and not subject.needs_source:
            del self.fields["container"]
            return
        samples_first = sorted(labelled, key=lambda c: (c.kind != "sample", c.made_at))
        offered = [(c.code, f"{c.code} ({words.thing(c.kind)})") for c in samples_first]
        # Of several, the one that was tested is chosen: a tube that nobody named is a result of another tube.
        self.offer(
            "container", offered if len(offered) == 1 else [("", _("choose what was tested")), *offered]
        )

    def _offer_runs(self, runs: Sequence[RunView]) -> None:
        shown = [
            (run.code, f"{run.code} ({run.started_at.astimezone(self.zone):%Y-%m-%d %H:%M})") for run in runs
        ]
        self.fields["run"] = forms.ChoiceField(
            label=_("Run"),
            required=False,
            choices=[("", ""), *shown],
            widget=forms.Select if shown else forms.HiddenInput,
        )

    def clean(self) -> dict[str, Any]:
        """One text for the value, whatever fields it was asked with."""
        cleaned = super().clean() or self.cleaned_data
        reason = cleaned.get("not_tested")
        if reason:
            cleaned["value"], cleaned["replicates"] = NotTested(NotTestedReason(reason)).text, ()
            return cleaned
        names = _value_fields(self.criterion)
        for name in names:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, str(texts.FIELDS["empty"]))
        if not self.errors:
            self._put_together(cleaned, [str(cleaned[name]) for name in names])
        return cleaned

    def _put_together(self, cleaned: dict[str, Any], given: list[str]) -> None:
        criterion = self.criterion
        cleaned["replicates"] = ()
        if criterion.replicates is not None:
            value = reportable(criterion.replicates, given)
            if isinstance(value, Reportable):
                cleaned["value"], cleaned["replicates"] = value.text, tuple(given)
                return
            for fault in value:
                self.add_error(f"value_{(fault.index or 0) + 1}", texts.replicate_text(fault))
        elif criterion.dose is not None and criterion.dose.kind is DoseKind.COMPONENTS:
            codes = [component.code for component in criterion.dose.components]
            cleaned["value"] = write_parts(list(zip(codes, given, strict=True)))
        else:
            cleaned["value"] = given[0]

    @property
    def found(self) -> dict[str, Any]:
        """What was found, as `qc.services.Found` takes it."""
        cleaned = self.cleaned_data
        taken = {name: cleaned[name] for name in ("value", "replicates", "tested_at", "run")}
        return taken | {"container": str(cleaned.get("container", "")), "inputs": self._inputs()}

    def _inputs(self) -> dict[str, str]:
        if self.cleaned_data.get("not_tested"):
            return {}
        given = {one.value: self.cleaned_data.get(one.value) for one in inputs_of(self.criterion)}
        return {
            name: value.isoformat() if isinstance(value, datetime) else str(value)
            for name, value in given.items()
            if value
        }


class CorrectionForm(ResultForm):
    """A new version of a result, and why. It names the version that somebody had before them."""

    corrects = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", ""), *((reason.value, texts.CORRECTIONS[reason]) for reason in CorrectionReason)],
    )
    reference = forms.CharField(
        label=_("Code of the investigation"), max_length=32, required=False, help_text=_("if there was one")
    )


def initial_of(result: ResultView) -> dict[str, Any]:
    """What the fields of a correction begin with: the version that is there."""
    begun: dict[str, Any] = {"corrects": result.id, "container": result.container, "run": result.run}
    # a result that says why nothing was tested has no value to begin with
    begun |= {"not_tested": result.not_tested} if result.not_tested else {"value_1": result.value}
    begun["tested_at"] = result.tested_at
    begun |= {f"value_{n}": text for n, text in enumerate(result.replicates, 1)}
    for name, text in result.inputs.items():
        begun[name] = datetime.fromisoformat(text) if name == Input.INCUBATED_AT else text
    return begun


def _value_fields(criterion: Criterion) -> Mapping[str, forms.Field]:
    """A field for the value, for each replicate, or for each component of a dose. None is required by itself:
    a result may say that nothing was tested."""
    if criterion.choices:
        choices = [("", ""), *((word, word) for word in criterion.choices)]
        return {"value_1": forms.ChoiceField(label=_("Result"), choices=choices, required=False)}
    if criterion.replicates is not None:
        labels = [_("Measurement %(n)s") % {"n": n} for n in range(1, criterion.replicates.count + 1)]
    elif criterion.dose is not None and criterion.dose.kind is DoseKind.COMPONENTS:
        labels = [component.code for component in criterion.dose.components]
    else:
        labels = [_("Result")]
    hint = _("A number in %(unit)s, or a bound such as <0.5") % {"unit": texts.unit(criterion.unit)}
    return {
        f"value_{n}": forms.CharField(
            label=label,
            max_length=80,
            strip=False,
            required=False,
            help_text=hint if n == 1 else "",
            widget=forms.TextInput(attrs=_PLAIN),
        )
        for n, label in enumerate(labels, 1)
    }


def _input_fields(criterion: Criterion, zone: str) -> Mapping[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for one in inputs_of(criterion):
        label = texts.INPUTS[one]
        if one is Input.INCUBATED_AT:
            fields[one.value] = SiteTimeField(label, zone, required=False)
        else:
            widget = forms.TextInput(attrs=_NUMERIC)
            fields[one.value] = forms.CharField(label=label, max_length=20, required=False, widget=widget)
    return fields
