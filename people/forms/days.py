"""A day, and a date and time, as a field."""

from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from people.rules.days import FIRST, LAST

FAR = _("Give a day between 1900 and 2999.")
_TO_THE_MINUTE = "%Y-%m-%dT%H:%M"


class DayField(forms.DateField):
    """A day, chosen or typed, that a record can be about."""

    def __init__(self, **more: Any) -> None:
        bounds = {"min": FIRST.isoformat(), "max": LAST.isoformat()}
        attributes = {"type": "date", "autocomplete": "off", **bounds}
        widget = forms.DateInput(attrs=attributes, format="%Y-%m-%d")
        validators = [MinValueValidator(FIRST, FAR), MaxValueValidator(LAST, FAR)]
        super().__init__(widget=widget, validators=validators, **more)


class TimeField(forms.DateTimeField):
    """A date and time, chosen or typed, that a record can be about; whose clocks are meant, the form says."""

    BETWEEN: ClassVar[tuple[date, date]] = FIRST, LAST
    WORDS = FAR

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_TO_THE_MINUTE)
        super().__init__(widget=widget, **more)

    def clean(self, value: Any) -> datetime | None:
        """What was given; ValidationError where its day is beyond what can be meant."""
        found: datetime | None = super().clean(value)
        first, last = self.BETWEEN
        if found is not None and not first <= found.date() <= last:
            raise forms.ValidationError(self.WORDS)
        return found


class SiteTimeField(TimeField):
    """A date and time of a site, to the minute: shown as its clocks show it, and taken as they mean it."""

    # What was done or is due is of this century: what is further off is a slip of the keys.
    BETWEEN = date(2000, 1, 1), date(2099, 12, 31)
    WORDS = _("No such time is possible here: is the year right?")

    def __init__(self, label: Any, zone: str, *, help_text: Any = None, required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=zone if help_text is None else help_text,
            input_formats=[_TO_THE_MINUTE],
        )
        self.zone = ZoneInfo(zone)

    def prepare_value(self, value: Any) -> Any:
        """A moment as the site's clocks show it."""
        return value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value

    def clean(self, value: Any) -> datetime | None:
        """The moment that was meant."""
        found = super().clean(value)
        return None if found is None else found.replace(tzinfo=self.zone)
