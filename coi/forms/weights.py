"""Forms about a patient's weight: a weighing, a correction, and what comes in over the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.forms.pages import WritingForm
from coi.rules.weights import WeightCorrection, WeightSource
from ledger.rules.errors import Invalid
from people.forms.days import SiteTimeField
from people.rules.days import can_be_told

_SOURCES = [(source.value, words.weight_source(source)) for source in WeightSource]
_REASONS = [("", ""), *((reason.value, words.weight_correction(reason)) for reason in WeightCorrection)]


class WeightForm(WritingForm):
    """What the patient weighs; the time is that of the treating site."""

    kg = forms.CharField(
        label=_("Weight (kg)"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    source = forms.ChoiceField(label=_("Source"), choices=[("", ""), *_SOURCES])

    FIELDS: ClassVar[Sequence[str]] = ("request_id", "kg", "measured_at", "source")

    def __init__(self, *args: Any, zone: str, now: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["measured_at"] = SiteTimeField(_("Weighed"), zone)
        self.initial.setdefault("measured_at", now)
        self.order_fields(self.FIELDS)


class WeightCorrectionForm(WeightForm):
    """The weight that stands in the place of another, and why."""

    reason = forms.ChoiceField(label=_("Why the other one is wrong"), choices=_REASONS)
    FIELDS = (*WeightForm.FIELDS, "reason")


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
        if found is None or found.tzinfo is None or not can_be_told(found):
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
