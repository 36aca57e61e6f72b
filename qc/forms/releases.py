"""Fields around a release: when pending results are expected, the trail looked over, duties after a late failure."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.days import DayField, SiteTimeField
from qc.forms import release_words
from qc.forms.pages import SignForm, WritingForm
from qc.rules.releases import Pending
from qc.rules.trail import MOST_COMMENT, TrailEntry, TrailKind


class ConditionalForm(SignForm):
    """A conditional release: for each result that is pending, the day by which it is expected."""

    def __init__(self, *args: Any, pending: Iterable[Pending] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected_fields = {f"expected_{it.criterion}": it.criterion for it in pending}
        for it in pending:
            label = _("%(title)s: result expected by") % {"title": it.title}
            self.fields[f"expected_{it.criterion}"] = DayField(label=label)
        self.order_fields([*self.expected_fields, "username", "password"])

    def expected(self, zone: str) -> dict[str, datetime]:
        """By criterion the end of that day where the batch was made."""
        days = {code: self.cleaned_data[name] for name, code in self.expected_fields.items()}
        end = time(23, 59)
        return {code: datetime.combine(day, end, ZoneInfo(zone)) for code, day in days.items()}


class TrailForm(SignForm):
    """The trail was looked over, up to the entry that stood last on the page, with a comment on any of its entries."""

    upto = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    remark = forms.CharField(label=_("Remark on the whole (optional)"), max_length=400, required=False)

    def __init__(self, *args: Any, numbers: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = tuple(numbers)
        for number in self.numbers:
            label = _("Comment on entry %(number)s (optional)") % {"number": number}
            widget = forms.TextInput(attrs={"form": "sign-trail", "aria-label": label})
            self.fields[f"comment_{number}"] = forms.CharField(
                label=label, max_length=MOST_COMMENT, required=False, widget=widget
            )
        self.order_fields(["remark", "username", "password"])

    def comment(self, number: int) -> forms.BoundField | None:
        """The field beside an entry; None where none is asked for."""
        return self[f"comment_{number}"] if number in self.numbers else None

    def own_fields(self) -> list[forms.BoundField]:
        """What stands in the form itself: the comments stand beside their entries."""
        return [field for field in self.visible_fields() if not field.name.startswith("comment_")]

    def comments(self) -> dict[int, str]:
        """What was said of which entry."""
        found = {number: self.cleaned_data.get(f"comment_{number}", "") for number in self.numbers}
        return {number: text for number, text in found.items() if text}


class TrailFilter(forms.Form):
    """Which of the entries are shown. What cannot be read narrows nothing: the page says so at the field."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("", _("all kinds")),
            *((kind.value, release_words.TRAIL_KINDS[kind]) for kind in TrailKind),
        ],
        required=False,
    )
    by = forms.ChoiceField(label=_("Who"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)

    def __init__(self, *args: Any, people: Iterable[str], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        by: Any = self.fields["by"]
        by.choices = [("", _("everybody")), *((name, name) for name in sorted(set(people)))]

    @property
    def is_narrow(self) -> bool:
        """Whether anything was asked for."""
        self.is_valid()
        return any(self.cleaned_data.values())

    def takes(self, entry: TrailEntry) -> bool:
        """Whether an entry is among those that were asked for; days are those of the site."""
        self.is_valid()
        asked = self.cleaned_data
        day = entry.at.astimezone(self.zone).date() if entry.at is not None else None
        return (
            asked.get("kind") in ("", None, entry.kind.value)
            and asked.get("by") in ("", None, entry.by)
            and (not asked.get("since") or (day is not None and day >= asked["since"]))
            and (not asked.get("until") or (day is not None and day <= asked["until"]))
        )


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
