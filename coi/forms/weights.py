"""Forms about a patient's weight: a weighing, a correction, and what comes in over the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.forms.pages import WritingForm
from coi.rules.weights import WeightCorrection, WeightSource
from ledger.rules.errors import Invalid

_MINUTE = "%Y-%m-%dT%H:%M"
_SOURCES = [(source.value, words.weight_source(source)) for source in WeightSource]
_REASONS = [("", ""), *((reason.value, words.weight_correction(reason)) for reason in WeightCorrection)]


class WeightForm(WritingForm):
    """What the patient weighs; the time is that of the treating site."""

    kg = forms.CharField(
        label=_("Weight (kg)"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    measured_at = forms.DateTimeField(
        label=_("Weighed"),
        input_formats=[_MINUTE],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MINUTE),
    )
    source = forms.ChoiceField(label=_("Source"), choices=[("", ""), *_SOURCES])

    def __init__(self, *args: Any, zone: str, now: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.zone = ZoneInfo(zone)
        self.fields["measured_at"].help_text = zone
        self.initial.setdefault("measured_at", now.astimezone(self.zone).replace(tzinfo=None))

    def clean_measured_at(self) -> datetime:
        """The time at the treating site."""
        given: datetime = self.cleaned_data["measured_at"]
        return given.replace(tzinfo=self.zone)


class WeightCorrectionForm(WeightForm):
    """The weight that stands in the place of another, and why."""

    reason = forms.ChoiceField(label=_("Why the other one is wrong"), choices=_REASONS)
    field_order = ("request_id", "kg", "measured_at", "source", "reason")


@dataclass(frozen=True)
class Weighing:
    """A weight as it came in over the API; `supersedes` and `reason` for a correction alone."""

    request_id: UUID
    kg: str
    measured_at: datetime
    source: WeightSource
    supersedes: UUID | None = None
    reason: WeightCorrection | None = None


class _WeighingFields(forms.Form):
    request_id = forms.UUIDField()
    kg = forms.CharField(max_length=40, strip=False)
    measured_at = forms.CharField(max_length=40)
    source = forms.ChoiceField(choices=_SOURCES)
    supersedes = forms.UUIDField(required=False)
    reason = forms.ChoiceField(choices=_REASONS, required=False)

    def clean_measured_at(self) -> datetime:
        """A moment, said with its offset from UTC: no zone is guessed."""
        try:
            found = parse_datetime(self.cleaned_data["measured_at"])
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise forms.ValidationError("", code="not_a_moment")
        return found


_FAULTS = {"required": "text_required", "invalid_choice": "not_choice", "invalid": "not_a_uuid"}


def parse_weighing(data: Mapping[str, Any]) -> Weighing:
    """The weight of a request, by its shape; Invalid names every field that is wrong."""
    form = _WeighingFields({name: value for name, value in data.items() if value is not None})
    wrong = {
        name: _FAULTS.get(str(error[0]["code"]), str(error[0]["code"]))
        for name, error in form.errors.get_json_data().items()
    }
    wrong |= {name: "not_a_text" for name in form.fields if not isinstance(data.get(name, ""), str | None)}
    wrong |= {str(name)[:40]: "unknown_field" for name in data if name not in form.fields}
    asked = form.cleaned_data
    if bool(asked.get("supersedes")) != bool(asked.get("reason")):
        wrong.setdefault("reason", "text_required" if asked.get("supersedes") else "not_a_correction")
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})
    return Weighing(
        request_id=asked["request_id"],
        kg=asked["kg"],
        measured_at=asked["measured_at"],
        source=WeightSource(asked["source"]),
        supersedes=asked["supersedes"],
        reason=WeightCorrection(asked["reason"]) if asked["reason"] else None,
    )
