"""A day as a field."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

# Beyond these a day of a site may have no moment that can be told: 9999-12-31 is often typed for “without an end”.
FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
FAR = _("Give a day between 1900 and 2999.")


class DayField(forms.DateField):
    """A day, chosen or typed, that a record can be about."""

    def __init__(self, **more: Any) -> None:
        bounds = {"min": FIRST.isoformat(), "max": LAST.isoformat()}
        widget = forms.DateInput(attrs={"type": "date", **bounds}, format="%Y-%m-%d")
        validators = [MinValueValidator(FIRST, FAR), MaxValueValidator(LAST, FAR)]
        super().__init__(widget=widget, validators=validators, **more)
